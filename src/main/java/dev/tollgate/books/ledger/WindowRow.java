package dev.tollgate.books.ledger;

/** A spend window's row while a batch works on it. Writer's thread only. */
final class WindowRow {

    /** @param ownerId the id of a key or an account */
    record Id(String ownerId, SpendWindow kind, long startsAtMillis) {

        /** Returns the id of the window that contains an instant. */
        static Id at(String ownerId, SpendWindow kind, long atMillis) {
            return new Id(ownerId, kind, kind.startMillis(atMillis));
        }
    }

    final Id id;
    private long chargedMicros;
    private long heldMicros;
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
