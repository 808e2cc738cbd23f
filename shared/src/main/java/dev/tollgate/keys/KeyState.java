package dev.tollgate.keys;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.storage.Decision;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key's state in the transaction of a reservation or of its growth: a key disabled a moment ago makes none, and a limit that was
 * changed a moment ago holds, whatever a cache says and whatever was true when the call was let in (decision D54).
 */
public final class KeyState extends Decision<KeyState.Outcome> {

    /** The answer whether a key may be used. */
    public enum Outcome {
        USABLE,
        UNKNOWN,
        DELETED,
        /** The key has another id now: {@link #movedTo}. */
        MOVED,
        /** The key has another secret now than the presented one. */
        REPLACED,
        DISABLED,
        EXPIRED,
        /** The key's team is paused: {@link #pausedTeam}. */
        TEAM_PAUSED,
        ACCOUNT_BLOCKED
    }

    private final String keyId;
    private final @Nullable String prefix;
    private final Instant at;
    private final boolean admits;
    private SpendLimits spend = SpendLimits.NONE;
    private @Nullable Moved movedTo;
    private @Nullable String pausedTeam;

    /** The next id of a key that was moved. */
    public record Moved(String keyId, KeyOwner owner) {}

    /** Makes the look-up for a new call, which also records the use of the key. */
    public KeyState(String keyId, Instant at) {
        this(keyId, null, at, true);
    }

    /**
     * Checks again with the key's prefix: another node may have rotated the secret a moment ago.
     *
     * @param prefix the key's prefix when the caller presented it
     */
    public KeyState(String keyId, String prefix, Instant at) {
        this(keyId, prefix, at, true);
    }

    private KeyState(String keyId, @Nullable String prefix, Instant at, boolean admits) {
        this.keyId = keyId;
        this.prefix = prefix;
        this.at = at;
        this.admits = admits;
    }

    /** Returns the check for a running call. */
    public static KeyState ofRunningCall(String keyId, Instant at) {
        return new KeyState(keyId, null, at, false);
    }

    /** Once applied: the condition to give to the reservation. */
    public boolean usable() {
        return outcome() == Outcome.USABLE;
    }

    /** Returns, once applied, what the key may spend; no limit for an unknown key, which is not usable either. */
    public SpendLimits spend() {
        return spend;
    }

    /** Returns, once applied, the next id of the key; null if it was not moved. */
    public @Nullable Moved movedTo() {
        return movedTo;
    }

    /** Returns, once applied, the name of the key's team if it is paused; else null. */
    public @Nullable String pausedTeam() {
        return pausedTeam;
    }

    /** Nothing that is missed: when the key was used last. */
    @Override
    public boolean writes() {
        return false;
    }

    String keyId() {
        return keyId;
    }

    /** Null where no secret is to be looked at. */
    @Nullable
    String prefix() {
        return prefix;
    }

    Instant at() {
        return at;
    }

    /** Returns whether a call is let in, which is a use of the key. */
    boolean admits() {
        return admits;
    }

    void found(Outcome outcome, SpendLimits spend, @Nullable Moved to, @Nullable String paused) {
        this.spend = spend;
        this.pausedTeam = paused;
        this.movedTo = to;
        decide(outcome);
    }
}
