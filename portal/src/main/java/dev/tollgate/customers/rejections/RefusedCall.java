package dev.tollgate.customers.rejections;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendWindow;
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

    /** Returns the name of the limit that refused the call; empty for none, and if running calls held the rest. */
    String refusedBy() {
        if (!(shortage instanceof OfLimit limit) || limit.heldMicros() > 0) {
            return "";
        }
        String owner = limit.owner().kind() == Owner.ACCOUNT
                ? Budgets.ACCOUNT
                : limit.zone() == null ? keyId : limit.owner().id();
        return limit(owner, limit.zone() != null, SpendWindow.of(limit.window().code()), limit.limitMicros());
    }

    /** Returns the name of a limit. @param owner of a budget or a limit @param isBudget whether it is of an organization's calendar */
    public static String limit(String owner, boolean isBudget, SpendWindow window, long limitMicros) {
        return (isBudget ? "" : "limit ") + owner + " " + window.code() + " " + limitMicros;
    }

    public RefusedCall {
        if (message.length() > MESSAGE_CHARS_MAX) {
            message = message.substring(0, MESSAGE_CHARS_MAX) + "…";
        }
    }
}
