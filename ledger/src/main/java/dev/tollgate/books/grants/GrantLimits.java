package dev.tollgate.books.grants;

import dev.tollgate.base.money.Credits;
import java.util.ArrayList;
import java.util.List;

/**
 * The limits of a grant (Z24): so many credits in so many hours. Window <i>k</i> of a limit begins at the grant's start + <i>k</i> × its hours. A
 * payment counts in the window of the call's end. A window never turns back: what was given, and what a hold was decided by, stands in
 * {@link Used}, and an earlier time counts in the window that stands there.
 *
 * <p>Columns: {@code limits} is {@code 5:20000000 24:60000000} (hours:micro-credits), {@code used} is {@code 3:1500000 0:1500000}
 * (window:micro-credits), for each limit in their order. Both are empty without limits; {@code used} also before the first use.
 *
 * @param all at most {@link #MOST}
 */
public record GrantLimits(List<Limit> all) {

    public static final GrantLimits NONE = new GrantLimits(List.of());
    public static final int MOST = 2;
    public static final int HOURS_MAX = 744;
    private static final long HOUR_MILLIS = 3_600_000;

    /**
     * @param hours 1 to {@link #HOURS_MAX}
     * @param micros at least 1
     */
    public record Limit(int hours, long micros) {
        public Limit {
            if (hours < 1 || hours > HOURS_MAX || micros < 1) {
                throw new IllegalArgumentException("a limit of " + micros + " in " + hours + " hours");
            }
        }

        /** Returns hours and credits as people write them, like {@code 5:20}. */
        public String written() {
            return hours + ":" + Credits.text(micros);
        }
    }

    /**
     * The amount given in the newest used window of each limit.
     *
     * @param windows their numbers, from 0
     * @param micros given in them
     */
    public record Used(List<Long> windows, List<Long> micros) {

        public static final Used NOTHING = new Used(List.of(), List.of());

        public Used {
            windows = List.copyOf(windows);
            micros = List.copyOf(micros);
        }

        /** @throws IllegalArgumentException if the column has another form */
        public static Used of(String column) {
            if (column.isEmpty()) {
                return NOTHING;
            }
            List<Long> windows = new ArrayList<>(MOST);
            List<Long> micros = new ArrayList<>(MOST);
            for (String pair : column.split(" ", -1)) {
                windows.add(before(pair));
                micros.add(after(pair));
            }
            return new Used(windows, micros);
        }

        /** Returns the column's text. */
        public String text() {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < windows.size(); i++) {
                text.append(i == 0 ? "" : " ")
                        .append(windows.get(i))
                        .append(':')
                        .append(micros.get(i));
            }
            return text.toString();
        }
    }

    public GrantLimits {
        all = List.copyOf(all);
        if (all.size() > MOST) {
            throw new IllegalArgumentException(all.size() + " limits, at most " + MOST);
        }
    }

    /** @throws IllegalArgumentException if the column has another form */
    public static GrantLimits of(String column) {
        if (column.isEmpty()) {
            return NONE;
        }
        List<Limit> all = new ArrayList<>(MOST);
        for (String pair : column.split(" ", -1)) {
            all.add(new Limit(Math.toIntExact(before(pair)), after(pair)));
        }
        return new GrantLimits(all);
    }

    private static long before(String pair) {
        int colon = pair.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not two numbers: " + pair);
        }
        return Long.parseLong(pair, 0, colon, 10);
    }

    private static long after(String pair) {
        return Long.parseLong(pair, pair.indexOf(':') + 1, pair.length(), 10);
    }

    /** Returns the column's text. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Limit limit : all) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(limit.hours())
                    .append(':')
                    .append(limit.micros());
        }
        return text.toString();
    }

    /** Returns what all limits leave at a time; {@link Long#MAX_VALUE} without limits. */
    public long leavesMicros(Used used, long startsAtMillis, long atMillis) {
        long leaves = Long.MAX_VALUE;
        for (int limit = 0; limit < all.size(); limit++) {
            leaves = Math.min(leaves, all.get(limit).micros() - usedMicros(limit, used, startsAtMillis, atMillis));
        }
        return Math.max(0, leaves);
    }

    /** Returns what was given in the window of a time. @param limit its place in {@link #all} */
    public long usedMicros(int limit, Used used, long startsAtMillis, long atMillis) {
        return used.windows().isEmpty() || used.windows().get(limit) < window(limit, used, startsAtMillis, atMillis)
                ? 0
                : used.micros().get(limit);
    }

    /** Returns the number of the window of a time, which is not before the newest that was used. */
    public long window(int limit, Used used, long startsAtMillis, long atMillis) {
        long byClock = Math.floorDiv(atMillis - startsAtMillis, all.get(limit).hours() * HOUR_MILLIS);
        return Math.max(byClock, used.windows().isEmpty() ? 0 : used.windows().get(limit));
    }

    /** Returns when the window of a time ends, in milliseconds since 1970. */
    public long endMillis(int limit, Used used, long startsAtMillis, long atMillis) {
        return startsAtMillis
                + (window(limit, used, startsAtMillis, atMillis) + 1)
                        * all.get(limit).hours()
                        * HOUR_MILLIS;
    }

    /**
     * Returns the use with an amount more, in the windows of a time. A hold that was decided by the windows of a time stores the use with 0 more,
     * if it differs: a server whose clock is behind does not go back before them.
     */
    public Used with(Used used, long startsAtMillis, long atMillis, long micros) {
        if (all.isEmpty()) {
            return Used.NOTHING;
        }
        List<Long> windows = new ArrayList<>(all.size());
        List<Long> sums = new ArrayList<>(all.size());
        for (int limit = 0; limit < all.size(); limit++) {
            windows.add(window(limit, used, startsAtMillis, atMillis));
            sums.add(Math.addExact(usedMicros(limit, used, startsAtMillis, atMillis), micros));
        }
        return new Used(windows, sums);
    }
}
