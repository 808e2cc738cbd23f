package dev.tollgate.books.budgets;

import org.jspecify.annotations.Nullable;

/**
 * The spend limits of a key or an account, in micro-credits ≥ 0; null is no limit.
 *
 * @param hourMicros in the calendar hour
 * @param dayMicros in the calendar day
 * @param totalMicros for all time
 */
public record SpendLimits(
        @Nullable Long hourMicros,
        @Nullable Long dayMicros,
        @Nullable Long totalMicros) {

    public static final SpendLimits NONE = new SpendLimits(null, null, null);

    public SpendLimits {
        check(hourMicros);
        check(dayMicros);
        check(totalMicros);
    }

    /** Not named like a property. */
    public boolean unlimited() {
        return hourMicros == null && dayMicros == null && totalMicros == null;
    }

    /** Returns the limit of a window, or null. */
    public @Nullable Long in(SpendWindow window) {
        return switch (window) {
            case HOUR -> hourMicros;
            case DAY -> dayMicros;
            case TOTAL -> totalMicros;
            case WEEK, MONTH -> null;
        };
    }

    /** Returns the limit of a window, or {@link Long#MAX_VALUE} if there is none. */
    public long of(SpendWindow window) {
        Long limit = in(window);
        return limit == null ? Long.MAX_VALUE : limit;
    }

    private static void check(@Nullable Long micros) {
        if (micros != null && micros < 0) {
            throw new IllegalArgumentException("a spend limit below zero: " + micros);
        }
    }
}
