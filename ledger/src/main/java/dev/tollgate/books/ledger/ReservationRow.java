package dev.tollgate.books.ledger;

import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.AccountGrants.Call;
import dev.tollgate.books.grants.PaidBy;
import org.jspecify.annotations.Nullable;

/** A reservation's row while a batch works on it. Writer's thread only. */
final class ReservationRow {

    final String id;
    final String accountId;
    private final OpenHold hold;
    private final boolean onLess;
    private final int freeEnds;
    private final boolean onGrants;
    private boolean fresh;
    private boolean changed;
    private long heldMicros;
    private PaidBy afterExpiry = PaidBy.GENERAL;
    private @Nullable EndedCall ended;
    private boolean withdrawn;

    /**
     * Makes the row of a new reservation.
     *
     * @param onLess whether the provider's tools may exceed the hold (D31)
     * @param freeEnds answers that count as free while the call runs (E72)
     */
    ReservationRow(OpenHold hold, boolean onLess, int freeEnds) {
        this(hold, onLess, freeEnds, false);
    }

    /** @param onGrants whether the account has something in grants, which may then serve the call (Z13) */
    ReservationRow(OpenHold hold, boolean onLess, int freeEnds, boolean onGrants) {
        this.hold = hold;
        this.onLess = onLess;
        this.freeEnds = freeEnds;
        this.onGrants = onGrants;
        this.id = hold.id();
        this.accountId = hold.accountId();
        this.fresh = true;
    }

    /** Makes the row of an open reservation from the database. */
    ReservationRow(OpenHold hold, boolean onLess, int freeEnds, boolean onGrants, long heldMicros, PaidBy afterExpiry) {
        this(hold, onLess, freeEnds, onGrants);
        this.fresh = false;
        this.heldMicros = heldMicros;
        this.afterExpiry = afterExpiry;
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

    /** Returns the model by which grants serve the call; null if general credits alone pay it. */
    @Nullable
    String grantModel() {
        return onGrants ? hold.model() : null;
    }

    /** Returns the call with what it holds now. */
    Call call() {
        return new Call(id, grantModel(), hold.createdAtMillis(), heldMicros, afterExpiry);
    }

    boolean isOpen() {
        return ended == null && !withdrawn;
    }

    /** Returns whether it has ended without a call. */
    boolean isWithdrawn() {
        return withdrawn;
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

    /** Returns the parts of the hold that came after the expiry of a grant that serves the call, by grant. */
    PaidBy afterExpiry() {
        return afterExpiry;
    }

    /** Sets these parts. The hold has not grown yet. */
    void setAfterExpiry(PaidBy parts) {
        afterExpiry = parts;
    }

    /** Returns the call that has ended; null while it is open, and if it was withdrawn. */
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

    void withdraw() {
        if (!isOpen()) {
            throw new IllegalStateException("a withdrawal of a reservation that has ended");
        }
        withdrawn = true;
        changed = true;
    }

    /** Notes that the row was written. */
    void written() {
        fresh = false;
        changed = false;
    }
}
