package dev.tollgate.customers.keys;

import org.jspecify.annotations.Nullable;

/** What a key may spend in a calendar hour, a calendar day and in all (decision D47), in micro-credits ≥ 0; null is no limit. */
public record Spend(
        @Nullable Long hourMicros,
        @Nullable Long dayMicros,
        @Nullable Long totalMicros) {

    public static final Spend UNLIMITED = new Spend(null, null, null);

    public Spend {
        check(hourMicros);
        check(dayMicros);
        check(totalMicros);
    }

    private static void check(@Nullable Long micros) {
        if (micros != null && micros < 0) {
            throw new IllegalArgumentException("a spend limit below zero");
        }
    }
}
