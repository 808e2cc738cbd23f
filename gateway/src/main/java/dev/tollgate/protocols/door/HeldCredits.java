package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import java.time.Duration;

/** Refusals for credits that only running calls hold, as the protocols of agents show them. */
public final class HeldCredits {

    private static final int TOO_MANY = 429;
    private static final Duration SOON = Duration.ofSeconds(1);

    private HeldCredits() {}

    /** Returns such a refusal as a 429 to be sent again after a second, because agents end at a 402 (E19); any other error as it is. */
    public static ApiError shown(ApiError error) {
        Shortage shortage = error.shortage();
        return error.code() == ErrorCode.INSUFFICIENT_CREDITS && shortage != null && shortage.heldMicros() > 0
                ? error.withStatus(TOO_MANY).retryAfter(SOON)
                : error;
    }
}
