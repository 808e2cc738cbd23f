package dev.tollgate.ledger;

import java.sql.SQLException;
import java.time.Instant;

/** Charges a call and gives the rest of its hold back. */
public final class Settle extends Resolution {

    private final long chargeMicros;

    /** @param chargeMicros 0 to what is held; more fails the unit, for the hold must be extended before (decision D33) */
    public Settle(String reservationId, long chargeMicros, Instant at) {
        super(reservationId, at);
        if (chargeMicros < 0) {
            throw new IllegalArgumentException("a charge below zero");
        }
        this.chargeMicros = chargeMicros;
    }

    @Override
    Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
        return book.resolve(reservation, ReservationState.SETTLED, chargeMicros, at());
    }
}
