package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;

/**
 * Charges a call and gives the rest of its hold back. What the call has used beyond what could be held is entered as the
 * platform's own: from its shortfall to its revenue, beside the customer's account, whose amounts it does not move (decision D33).
 */
public final class Settle extends Resolution {

    private final long chargeMicros;
    private final long shortfallMicros;
    private int shortfallsToday;

    /** @param chargeMicros 0 to what is held; more fails the unit, for the hold must be extended before (decision D33) */
    public Settle(String reservationId, long chargeMicros, Instant at) {
        this(reservationId, chargeMicros, 0, at);
    }

    /** @param shortfallMicros what was used beside it and is nobody's to pay, 0 or more */
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

    /** Once applied: how many shortfalls the account has had in the calendar day (UTC), if this is one of them; else 0. */
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
