package dev.tollgate.pages.dashboard;

import dev.tollgate.books.ledger.SpendWindow;
import dev.tollgate.books.ledger.WindowUse;
import dev.tollgate.customers.keys.Spend;
import dev.tollgate.pages.frame.Texts;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A spend window of a key, in words and as a bar.
 *
 * @param name Hour, Day or In all
 * @param used credits, held ones included; @param exact to the micro-credit
 * @param held what running calls hold of it; null: nothing
 * @param limit null: there is none
 * @param percent of the limit, 0 to 100, as an attribute
 * @param near whether 80 % of the limit are used, or more
 * @param freeAgain e.g. {@code free again at 00:00 UTC}; null where it never is
 */
public record KeyWindow(
        String name,
        String used,
        String exact,
        @Nullable String held,
        @Nullable String limit,
        String percent,
        boolean near,
        boolean full,
        @Nullable String freeAgain) {

    private static final long NEAR = 80;
    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    static KeyWindow of(SpendWindow window, Spend spend, Map<SpendWindow, WindowUse> uses, Instant now) {
        WindowUse use = uses.getOrDefault(window, WindowUse.NONE);
        Long limit =
                switch (window) {
                    case HOUR -> spend.hourMicros();
                    case DAY -> spend.dayMicros();
                    case TOTAL -> spend.totalMicros();
                };
        Instant end = window.endsAt(now);
        return new KeyWindow(
                switch (window) {
                    case HOUR -> "Hour";
                    case DAY -> "Day";
                    case TOTAL -> "In all";
                },
                Texts.sum(use.micros()),
                Texts.exact(use.micros()),
                use.heldMicros() == 0 ? null : Texts.sum(use.heldMicros()),
                limit == null ? null : limit(limit),
                limit == null ? "0%" : percent(use.micros(), limit) + "%",
                limit != null && percent(use.micros(), limit) >= NEAR,
                limit != null && use.micros() >= limit,
                end == null ? null : "free again at " + HOUR.format(end.atOffset(ZoneOffset.UTC)) + " UTC");
    }

    /** All of them, the shortest first. */
    static List<KeyWindow> all(Spend spend, Map<SpendWindow, WindowUse> uses, Instant now) {
        return Stream.of(SpendWindow.values())
                .map(window -> of(window, spend, uses, now))
                .toList();
    }

    private static String limit(long micros) {
        return micros % 1_000_000 == 0 ? Texts.number(micros / 1_000_000) : Texts.charge(micros);
    }

    private static long percent(long micros, long limit) {
        if (micros >= limit) {
            return 100;
        }
        return micros == 0 ? 0 : Math.clamp(micros / Math.max(1, limit / 100), 1, 99);
    }
}
