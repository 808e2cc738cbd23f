package dev.tollgate.books.ledger;

/** A spend window's row while a batch works on it. Writer's thread only. */
final class WindowRow {

    /** Which window of which key, or, by its id, of which account. */
    record Id(String keyId, SpendWindow kind, long startsAtMillis) {

        /** The one that an instant lies in. */
        static Id at(String keyId, SpendWindow kind, long atMillis) {
            return new Id(keyId, kind, kind.startMillis(atMillis));
        }
    }

    final Id id;
    private long chargedMicros;
    private long heldMicros;
    private boolean fresh;
    private boolean changed;

    /** A new one. */
    WindowRow(Id id) {
        this.id = id;
        this.fresh = true;
    }

    /** One that is in the database. */
    WindowRow(Id id, long chargedMicros, long heldMicros) {
        this.id = id;
        this.chargedMicros = chargedMicros;
        this.heldMicros = heldMicros;
    }

    /** Whether it is to be inserted. */
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

    /** What a limit leaves; below zero when the limit was lowered below what is used. */
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

    /** The batch is committed: what was changed is in the database. One that was only looked at is still to be inserted. */
    void written() {
        fresh = fresh && !changed;
        changed = false;
    }
}
