package dev.tollgate.books.ledger;

import java.util.Locale;

/** The reason of a movement. Those of calls follow from the call's row; the others are rows of {@code entry}. */
public enum EntryKind {
    TOP_UP,
    /** A hold of a call. */
    RESERVATION,
    CHARGE,
    /** A hold released, whole or in part. */
    RELEASE,
    /** A hold released because its owner died (decision D34). */
    EXPIRY,
    /** A settled charge returned by the operator. */
    REFUND,
    /** A payment reversed. */
    REVERSAL,
    ADJUSTMENT;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name in the database and in JSON. */
    public String code() {
        return code;
    }
}
