package dev.tollgate.calls.replay;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredCall;
import org.jspecify.annotations.Nullable;

/**
 * A call, and what tells it from others.
 *
 * @param bodyHash SHA-256 of door and body, in lower-case hex
 * @param nameHash of the caller's {@link IdempotencyKey}; null without one
 */
public record Asked(
        MeteredCall call, String bodyHash, @Nullable String nameHash) {

    Lease memory() {
        return call.memory();
    }

    RememberedRefusals.Print print() {
        return new RememberedRefusals.Print(call.request().keyId(), bodyHash);
    }
}
