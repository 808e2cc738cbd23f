package dev.tollgate.books.ledger;

import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;

/** A reservation's row while a batch works on it. Writer's thread only. */
final class ReservationRow {

    final String id;
    final String accountId;
    private final OpenHold hold;
    private final boolean onLess;
    private boolean fresh;
    private boolean changed;
    private ReservationState state;
    private long heldMicros;
    private long chargedMicros;
    private long sandboxMicros;
    private long firstSequence;
    private long lastSequence;

    /** Makes the row of a new reservation. @param onLess whether its searches may exceed the hold (D31) */
    ReservationRow(OpenHold hold, boolean onLess) {
        this.hold = hold;
        this.onLess = onLess;
        this.id = hold.id();
        this.accountId = hold.accountId();
        this.fresh = true;
        this.state = ReservationState.OPEN;
    }

    /** Makes the row of an open reservation from the database. */
    ReservationRow(OpenHold hold, boolean onLess, long heldMicros, long firstSequence, long lastSequence) {
        this(hold, onLess);
        this.fresh = false;
        this.heldMicros = heldMicros;
        this.firstSequence = firstSequence;
        this.lastSequence = lastSequence;
    }

    /** Returns the owner and the purpose of the hold. */
    OpenHold hold() {
        return hold;
    }

    boolean isOnLess() {
        return onLess;
    }

    boolean isOpen() {
        return state == ReservationState.OPEN;
    }

    /** Returns whether the database does not have the reservation yet. */
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

    /** Returns the part of the charge in sandbox credits. */
    long sandboxMicros() {
        return sandboxMicros;
    }

    long firstSequence() {
        return firstSequence;
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Notes the number of an entry of the reservation. */
    void entered(long sequence) {
        firstSequence = firstSequence == 0 ? sequence : firstSequence;
        lastSequence = sequence;
    }

    void hold(long micros) {
        heldMicros = Math.addExact(heldMicros, micros);
        changed = true;
    }

    /** @param ofSandbox part of the charge in sandbox credits */
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

    /** Notes that the row was written. */
    void written() {
        fresh = false;
        changed = false;
    }
}
