package dev.tollgate.keys;

import dev.tollgate.storage.Decision;
import java.time.Instant;

/**
 * Reads a key's state in the transaction of a reservation: a key disabled a moment ago makes no reservation, whatever a cache says.
 * Also notes that the key is used.
 */
public final class KeyState extends Decision<KeyState.Outcome> {

    /** Whether the key may be used. */
    public enum Outcome {
        USABLE,
        UNKNOWN,
        DISABLED,
        EXPIRED,
        ACCOUNT_BLOCKED
    }

    private final String keyId;
    private final Instant at;

    public KeyState(String keyId, Instant at) {
        this.keyId = keyId;
        this.at = at;
    }

    /** Once applied: the condition to give to the reservation. */
    public boolean usable() {
        return outcome() == Outcome.USABLE;
    }

    /** Nothing that is missed: when the key was used last. */
    @Override
    public boolean writes() {
        return false;
    }

    String keyId() {
        return keyId;
    }

    Instant at() {
        return at;
    }

    void found(Outcome outcome) {
        decide(outcome);
    }
}
