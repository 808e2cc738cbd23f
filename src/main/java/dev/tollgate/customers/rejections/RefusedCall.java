package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A call that was refused.
 *
 * @param keyId empty where it came without a key, as the playground's do
 * @param route the pattern of its path with its method, as in {@code POST /v1/chat/completions}
 * @param message as the caller was told it, cut to {@value #MESSAGE_CHARS_MAX} characters
 * @param shortage what it lacked, where it was refused for want of credits; else null
 * @param requestId the answer's {@code x-request-id}
 */
public record RefusedCall(
        Instant at,
        String accountId,
        String keyId,
        String route,
        int status,
        ErrorCode code,
        String message,
        @Nullable Shortage shortage,
        String requestId) {

    static final int MESSAGE_CHARS_MAX = 300;

    public RefusedCall {
        if (message.length() > MESSAGE_CHARS_MAX) {
            message = message.substring(0, MESSAGE_CHARS_MAX) + "…";
        }
    }
}
