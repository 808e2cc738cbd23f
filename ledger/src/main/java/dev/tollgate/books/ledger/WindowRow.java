package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.SpendWindow;

/** A spend window's row while a batch works on it. Writer's thread only. */
final class WindowRow {

    /**
     * @param accountId of a budget's window; empty for a window of a limit, which has a table of its own
     * @param ownerId the id of a key or an account; of a budget: its owner
     */
    record Id(String accountId, String ownerId, SpendWindow kind, long startsAtMillis) {

        boolean isOfBudget() {
            return !accountId.isEmpty();
        }
    }

    final Id id;
    private long chargedMicros;
    private long heldMicros;
    private long endsAtMillis;
    private boolean fresh;
    private boolean changed;

    /** Makes the row of a new window. */
    WindowRow(Id id) {
        this.id = id;
        this.fresh = true;
    }

    /** Makes a row from the database. */
    WindowRow(Id id, long chargedMicros, long heldMicros) {
        this.id = id;
        this.chargedMicros = chargedMicros;
        this.heldMicros = heldMicros;
    }

    /** Notes the limit by which a new window of a budget has an end. */
    void endsAt(SpendOwners.Limit limit) {
        if (fresh && id.isOfBudget()) {
            endsAtMillis = limit.calendar().at(id.kind(), id.startsAtMillis()).endMillis();
        }
    }

    long endsAtMillis() {
        return endsAtMillis;
    }

    /** Returns whether the row has to be inserted. */
    boolean isFresh() {
        return fresh;
    }

    boolean isChanged() {
        return changed;
    }

    long chargedMicros() {
        return chargedMicros;
    }

    long heldMicros() {
        return heldMicros;
    }

    /** Returns the room that a limit leaves; negative if the limit was lowered below the use. */
    long roomMicros(long limitMicros) {
        return limitMicros - chargedMicros - heldMicros;
    }

    void hold(long micros) {
        heldMicros = Math.addExact(heldMicros, micros);
        changed = true;
    }

    void resolve(long heldByCallMicros, long chargeMicros) {
        heldMicros -= heldByCallMicros;
        chargedMicros = Math.addExact(chargedMicros, chargeMicros);
        changed = true;
    }

    /** Notes a committed batch. A new row that did not change still has to be inserted. */
    void written() {
        fresh = fresh && !changed;
        changed = false;
    }
}
