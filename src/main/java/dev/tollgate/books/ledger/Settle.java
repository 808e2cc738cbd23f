package dev.tollgate.books.ledger;

import dev.tollgate.books.ledger.Reservation.ReservationState;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Charges a call and releases the rest of its hold. Usage beyond the hold is entered as the platform's shortfall:
 * from shortfall to revenue, without changing the customer's amounts (decision D33).
 */
public final class Settle extends Resolution {

    private final long chargeMicros;
    private final long shortfallMicros;
    private final boolean isUncovered;
    private int shortfallsToday;

    /** @param chargeMicros from 0 to the hold; more fails the unit, since the hold has to be extended first (decision D33) */
    public Settle(String reservationId, long chargeMicros, Instant at) {
        this(reservationId, chargeMicros, 0, at);
    }

    /** Charges a call whose balance or limits were asked for the shortfall. */
    public Settle(String reservationId, long chargeMicros, long shortfallMicros, Instant at) {
        this(reservationId, chargeMicros, shortfallMicros, true, at);
    }

    /**
     * @param shortfallMicros usage that is not charged, 0 or more
     * @param isUncovered whether balance or limits were asked for it and did not cover it: only then it counts against the account
     */
    public Settle(String reservationId, long chargeMicros, long shortfallMicros, boolean isUncovered, Instant at) {
        super(reservationId, at);
        if (chargeMicros < 0 || shortfallMicros < 0) {
            throw new IllegalArgumentException("a charge below zero");
        }
        this.chargeMicros = chargeMicros;
        this.shortfallMicros = shortfallMicros;
        this.isUncovered = isUncovered;
    }

    public long shortfallMicros() {
        return shortfallMicros;
    }

    /** Returns whether the account's balance or limits did not cover the shortfall. */
    public boolean isUncovered() {
        return isUncovered;
    }

    /** Returns the number of shortfalls that count against the account in the calendar day (UTC) if this is one; otherwise 0. Once applied. */
    public int shortfallsToday() {
        return shortfallsToday;
    }

    @Override
    Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
        Resolved resolved = resolve(book, reservation, ReservationState.SETTLED, chargeMicros);
        if (shortfallMicros > 0) {
            shortfallsToday = book.fallShort(reservation, shortfallMicros, isUncovered, at());
        }
        return resolved;
    }
}
