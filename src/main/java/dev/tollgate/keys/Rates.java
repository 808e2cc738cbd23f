package dev.tollgate.keys;

import org.jspecify.annotations.Nullable;

/**
 * How fast a key may be used; above zero, null is no limit.
 *
 * @param requests in a minute
 * @param tokens in a minute
 * @param concurrency at the same time
 */
public record Rates(
        @Nullable Long requests,
        @Nullable Long tokens,
        @Nullable Long concurrency) {

    public static final Rates UNLIMITED = new Rates(null, null, null);

    public Rates {
        check(requests);
        check(tokens);
        check(concurrency);
    }

    private static void check(@Nullable Long limit) {
        if (limit != null && limit <= 0) {
            throw new IllegalArgumentException("a rate is above zero");
        }
    }
}
