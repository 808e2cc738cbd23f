package dev.tollgate.books.ledger;

/** A reservation's row while a batch works on it. Writer's thread only. */
final class ReservationRow {

    final String id;
    final String accountId;
    final String keyId;
    final long createdAtMillis;
    private final OpenHold hold;
    private boolean fresh;
    private boolean changed;
    private ReservationState state;
    private long heldMicros;
    private long chargedMicros;
    private long sandboxMicros;
    private long firstSequence;
    private long lastSequence;

    /** A new one. */
    ReservationRow(OpenHold hold) {
        this.hold = hold;
        this.id = hold.id();
        this.accountId = hold.accountId();
        this.keyId = hold.keyId();
        this.createdAtMillis = hold.createdAt().toEpochMilli();
        this.fresh = true;
        this.state = ReservationState.OPEN;
    }

    /** One that is open in the database. */
    ReservationRow(OpenHold hold, long heldMicros, long firstSequence, long lastSequence) {
        this(hold);
        this.fresh = false;
        this.heldMicros = heldMicros;
        this.firstSequence = firstSequence;
        this.lastSequence = lastSequence;
    }

    /** Whose it is and what for. */
    OpenHold hold() {
        return hold;
    }

    boolean isOpen() {
        return state == ReservationState.OPEN;
    }

    /** Whether the database has none of it yet. */
    boolean isFresh() {
        return fresh;
    }

    boolean isChanged() {
        return changed;
    }

    ReservationState state() {
        return state;
    }

    long heldMicros() {
        return heldMicros;
    }

    long chargedMicros() {
        return chargedMicros;
    }

    /** What of the charge was credits that buy only what the sandbox answers. */
    long sandboxMicros() {
        return sandboxMicros;
    }

    long firstSequence() {
        return firstSequence;
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Its entries have got this number in the account. */
    void entered(long sequence) {
        firstSequence = firstSequence == 0 ? sequence : firstSequence;
        lastSequence = sequence;
    }

    void hold(long micros) {
        heldMicros = Math.addExact(heldMicros, micros);
        changed = true;
    }

    /** @param ofSandbox what of the charge is credits that buy only what the sandbox answers */
    void resolve(ReservationState end, long chargeMicros, long ofSandbox) {
        if (!isOpen() || chargeMicros > heldMicros) {
            throw new IllegalStateException(
                    "a charge of " + chargeMicros + " on a reservation that is " + state + " with " + heldMicros);
        }
        state = end;
        chargedMicros = chargeMicros;
        sandboxMicros = ofSandbox;
        changed = true;
    }

    /** The database has it as it is now. */
    void written() {
        fresh = false;
        changed = false;
    }
}
