package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.ledger.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * The person responsible for a change.
 *
 * @param reason why; money, prices and rights need one
 * @param requestId under which money is moved once, however often it is requested; null: each time
 */
public record By(
        Actor actor, @Nullable String reason, @Nullable RequestId requestId) {

    public static By of(Actor actor) {
        return new By(actor, null, null);
    }

    public static By of(Actor actor, String reason) {
        return new By(actor, reason, null);
    }

    /** @throws dev.tollgate.base.error.ApiException with a sentence, if there is none */
    public String needReason() {
        return AdminRequest.reason(reason);
    }

    /** Returns the idempotency key of the request, unique among all operators; null if each request counts. */
    @Nullable
    public String once() {
        return requestId == null ? null : actor.who() + " " + requestId.text();
    }
}
