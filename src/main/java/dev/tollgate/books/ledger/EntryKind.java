package dev.tollgate.books.ledger;

/** Why money moved. */
public enum EntryKind {
    TOP_UP,
    RESERVATION,
    CHARGE,
    /** A hold returned, whole or in part. */
    RELEASE,
    /** A hold returned because its owner died (decision D34). */
    EXPIRY,
    /** The operator returns a settled charge. */
    REFUND,
    /** A payment taken back. */
    REVERSAL,
    ADJUSTMENT;

    /** The name in the database and in JSON. */
    public String code() {
        return Codes.of(this);
    }
}
