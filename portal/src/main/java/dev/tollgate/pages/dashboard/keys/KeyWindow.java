package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A spend window of a key.
 *
 * @param limitMicros null: there is none
 * @param freeAgain e.g. {@code free again at 00:00 UTC}; null if it never is
 */
public record KeyWindow(
        SpendWindow window,
        WindowUse use,
        @Nullable Long limitMicros,
        @Nullable String freeAgain) {

    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    static KeyWindow of(SpendWindow window, SpendLimits spend, Map<SpendWindow, WindowUse> uses, Instant now) {
        Instant end = window.endsAt(now);
        return new KeyWindow(
                window,
                uses.getOrDefault(window, WindowUse.NONE),
                spend.in(window),
                end == null ? null : "free again at " + HOUR.format(end.atOffset(ZoneOffset.UTC)) + " UTC");
    }

    public String name() {
        return switch (window) {
            case HOUR -> "Hour";
            case DAY -> "Day";
            case WEEK -> "Week";
            case MONTH -> "Month";
            case TOTAL -> "Total";
        };
    }

    /** Returns the window as words behind an amount. */
    public String per() {
        return switch (window) {
            case HOUR -> "this hour";
            case DAY -> "today (UTC)";
            case WEEK -> "this week";
            case MONTH -> "this month";
            case TOTAL -> "in all";
        };
    }

    /** Returns how much of the limit is used, 0 to 100; without a limit 0. */
    public long percent() {
        if (limitMicros == null || use.micros() == 0 && limitMicros > 0) {
            return 0;
        }
        return full() ? 100 : Math.clamp(use.micros() / Math.max(1, limitMicros / 100), 1, 99);
    }

    public boolean full() {
        return limitMicros != null && use.micros() >= limitMicros;
    }

    /** All of them, the shortest first. */
    static List<KeyWindow> all(SpendLimits spend, Map<SpendWindow, WindowUse> uses, Instant now) {
        return SpendWindow.OF_LIMITS.stream()
                .map(window -> of(window, spend, uses, now))
                .toList();
    }
}
