package dev.tollgate.books.grants;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The grants that paid a charge, in the order of payment (Z16), as {@code 7:100000 9:312345}: the number of each and its micro-credits. What they
 * did not pay, general credits did.
 */
public record PaidBy(List<Share> shares) {

    public static final PaidBy GENERAL = new PaidBy(List.of());

    /**
     * @param grant its number in its account, from 1
     * @param micros at least 1
     */
    public record Share(long grant, long micros) {
        public Share {
            if (grant < 1 || micros < 1) {
                throw new IllegalArgumentException("a share " + grant + ":" + micros);
            }
        }
    }

    public PaidBy {
        shares = List.copyOf(shares);
    }

    /** @param text null: general credits alone @throws IllegalArgumentException if it has another form */
    public static PaidBy of(@Nullable String text) {
        if (text == null) {
            return GENERAL;
        }
        List<Share> shares = new ArrayList<>();
        for (String share : text.split(" ", -1)) {
            int colon = share.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("not grants that paid: " + text);
            }
            shares.add(new Share(
                    Long.parseLong(share, 0, colon, 10), Long.parseLong(share, colon + 1, share.length(), 10)));
        }
        return new PaidBy(shares);
    }

    /** @param micros of each grant, by its number, in the order of payment */
    public static PaidBy ofAll(Map<Long, Long> micros) {
        return new PaidBy(micros.entrySet().stream()
                .map(it -> new Share(it.getKey(), it.getValue()))
                .toList());
    }

    /** Returns the text; null if general credits alone paid. */
    public @Nullable String text() {
        if (shares.isEmpty()) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (Share share : shares) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(share.grant())
                    .append(':')
                    .append(share.micros());
        }
        return text.toString();
    }

    /** Returns what grants paid. */
    public long micros() {
        long sum = 0;
        for (Share share : shares) {
            sum += share.micros();
        }
        return sum;
    }
}
