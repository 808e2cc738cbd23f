package dev.tollgate.books.ledger;

/** A reservation leaves {@link #OPEN} exactly once. */
public enum ReservationState {
    OPEN,
    SETTLED,
    RELEASED,
    EXPIRED;

    /** The name in the database. */
    public String code() {
        return Codes.of(this);
    }
}
