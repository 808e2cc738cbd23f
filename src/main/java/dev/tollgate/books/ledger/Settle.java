package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;

/**
 * Charges a call and releases the rest of its hold. Usage beyond the hold is entered as the platform's shortfall:
 * from shortfall to revenue, without changing the customer's amounts (decision D33).
 */
public final class Settle extends Resolution {

    private final long chargeMicros;
    private final long shortfallMicros;
    private int shortfallsToday;

    /** @param chargeMicros from 0 to the hold; more fails the unit, since the hold has to be extended first (decision D33) */
    public Settle(String reservationId, long chargeMicros, Instant at) {
        this(reservationId, chargeMicros, 0, at);
    }

    /** @param shortfallMicros usage that no hold and no balance covers, 0 or more */
    public Settle(String reservationId, long chargeMicros, long shortfallMicros, Instant at) {
        super(reservationId, at);
        if (chargeMicros < 0 || shortfallMicros < 0) {
            throw new IllegalArgumentException("a charge below zero");
        }
        this.chargeMicros = chargeMicros;
        this.shortfallMicros = shortfallMicros;
    }

    public long shortfallMicros() {
        return shortfallMicros;
    }

    /** Returns the number of the account's shortfalls in the calendar day (UTC) if this is one; otherwise 0. Once applied. */
    public int shortfallsToday() {
        return shortfallsToday;
    }

    @Override
    Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
        Resolved resolved = book.resolve(reservation, ReservationState.SETTLED, chargeMicros, at());
        if (shortfallMicros > 0) {
            shortfallsToday = book.fallShort(reservation, shortfallMicros, at());
        }
        return resolved;
    }
}
