package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A refused call.
 *
 * @param keyId empty if the call had no key, as in the playground
 * @param route method and path pattern, as in {@code POST /v1/chat/completions}
 * @param message the message to the caller, cut to {@value #MESSAGE_CHARS_MAX} characters
 * @param shortage the missing credits if the balance was too low; otherwise null
 * @param requestId the response's {@code x-request-id}
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
