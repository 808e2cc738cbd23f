package dev.tollgate.books.ledger;

import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.OpenHold;
import org.jspecify.annotations.Nullable;

/** A reservation's row while a batch works on it. Writer's thread only. */
final class ReservationRow {

    final String id;
    final String accountId;
    private final OpenHold hold;
    private final boolean onLess;
    private final int freeEnds;
    private boolean fresh;
    private boolean changed;
    private long heldMicros;
    private @Nullable EndedCall ended;

    /**
     * Makes the row of a new reservation.
     *
     * @param onLess whether the provider's tools may exceed the hold (D31)
     * @param freeEnds answers that count as free while the call runs (E72)
     */
    ReservationRow(OpenHold hold, boolean onLess, int freeEnds) {
        this.hold = hold;
        this.onLess = onLess;
        this.freeEnds = freeEnds;
        this.id = hold.id();
        this.accountId = hold.accountId();
        this.fresh = true;
    }

    /** Makes the row of an open reservation from the database. */
    ReservationRow(OpenHold hold, boolean onLess, int freeEnds, long heldMicros) {
        this(hold, onLess, freeEnds);
        this.fresh = false;
        this.heldMicros = heldMicros;
    }

    /** Returns the owner and the purpose of the hold. */
    OpenHold hold() {
        return hold;
    }

    boolean isOnLess() {
        return onLess;
    }

    int freeEnds() {
        return freeEnds;
    }

    boolean isOpen() {
        return ended == null;
    }

    /** Returns whether the database does not have the reservation yet. */
    boolean isFresh() {
        return fresh;
    }

    boolean isChanged() {
        return changed;
    }

    long heldMicros() {
        return heldMicros;
    }

    /** Returns the call that has ended; null while it is open. */
    @Nullable
    EndedCall ended() {
        return ended;
    }

    void hold(long micros) {
        heldMicros = Math.addExact(heldMicros, micros);
        changed = true;
    }

    void resolve(EndedCall call) {
        if (!isOpen() || call.chargedMicros() > heldMicros) {
            throw new IllegalStateException("a charge of " + call.chargedMicros() + " on a reservation that "
                    + (isOpen() ? "holds " + heldMicros : "has ended"));
        }
        ended = call;
        changed = true;
    }

    /** Notes that the row was written. */
    void written() {
        fresh = false;
        changed = false;
    }
}
