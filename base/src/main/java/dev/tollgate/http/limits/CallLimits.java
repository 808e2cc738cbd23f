package dev.tollgate.http.limits;

import org.jspecify.annotations.Nullable;

/**
 * The limits on use: requests a minute, tokens a minute, calls at once. Null is no limit.
 *
 * @param requests 1 to {@value #MAX} a minute
 * @param tokens 1 to {@value #MAX} a minute
 * @param concurrency 1 to {@value #MAX} calls at once
 */
public record CallLimits(
        @Nullable Long requests,
        @Nullable Long tokens,
        @Nullable Long concurrency) {

    /** A minute in nanoseconds times this many is still a long. */
    public static final long MAX = 100_000_000;

    public static final CallLimits NONE = new CallLimits(null, null, null);

    public CallLimits {
        check("requests", requests);
        check("tokens", tokens);
        check("concurrency", concurrency);
    }

    private static void check(String what, @Nullable Long limit) {
        if (limit != null && (limit < 1 || limit > MAX)) {
            throw new IllegalArgumentException("a limit of " + what + " is 1 to " + MAX + ", not " + limit);
        }
    }

    /** Returns whether nothing is limited. It is not named like a property, which would appear in the audit log. */
    public boolean unlimited() {
        return requests == null && tokens == null && concurrency == null;
    }

    public CallLimits withRequests(@Nullable Long limit) {
        return new CallLimits(limit, tokens, concurrency);
    }

    public CallLimits withTokens(@Nullable Long limit) {
        return new CallLimits(requests, limit, concurrency);
    }

    public CallLimits withConcurrency(@Nullable Long limit) {
        return new CallLimits(requests, tokens, limit);
    }
}
