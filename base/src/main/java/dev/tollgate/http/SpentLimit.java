package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;

/** Refusals by a spend limit that no short wait frees, as most programs act upon them correctly (D27). */
public final class SpentLimit {

    private static final int PAYMENT_REQUIRED = 402;

    /** The longest wait that SDKs obey. */
    private static final long OBEYED_MILLIS_MAX = 60_000;

    private SpentLimit() {}

    /**
     * Returns such a refusal without a time to wait, because some programs wait for days; any other error as it is. The limit of a grant, which begins
     * again within hours, keeps it.
     */
    public static ApiError withoutWait(ApiError error) {
        return isSpent(error) && !(error.shortage() instanceof Shortage.OfCredits) ? error.withoutRetryAfter() : error;
    }

    /**
     * Returns such a refusal as a 402 without a time to wait, because agents take a 429 for a rate, and repeat it without showing why; any other error
     * as it is.
     */
    public static ApiError shown(ApiError error) {
        return isSpent(error) ? withoutWait(error).withStatus(PAYMENT_REQUIRED) : error;
    }

    private static boolean isSpent(ApiError error) {
        String wait = error.headers().get("retry-after-ms");
        return error.code() == ErrorCode.SPEND_LIMIT_EXCEEDED
                && "false".equals(error.headers().get("x-should-retry"))
                && (wait == null || Long.parseLong(wait) > OBEYED_MILLIS_MAX);
    }
}
