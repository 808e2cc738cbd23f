package dev.tollgate.books.ledger;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.EndedCall;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Charges a call and releases the rest of its hold. Usage beyond the charge is the platform's shortfall: from shortfall to revenue, without changing
 * the customer's amounts (decision D33).
 */
public final class Settle extends Resolution {

    private final long chargeMicros;
    private int shortfallsToday;

    /**
     * @param chargeMicros from 0 to the hold; {@link Book#resolve} fails the unit for more, as the table does (call_charged_within), since the hold has to be extended first (decision D33)
     * @param details with a bill; the flag {@link CallFlag#UNCOVERED} says whether balance or limits were asked for the shortfall and did not cover it:
     *     only then it counts against the account
     */
    public Settle(String reservationId, long chargeMicros, CallDetails details, Instant at) {
        super(reservationId, details, at);
        if (chargeMicros < 0 || details.bill() == null) {
            throw new IllegalArgumentException("a charge below zero, or without a bill");
        }
        this.chargeMicros = chargeMicros;
    }

    public long chargeMicros() {
        return chargeMicros;
    }

    public long shortfallMicros() {
        return details().shortfallMicros(chargeMicros);
    }

    /** Returns whether the account's balance or limits did not cover the shortfall. */
    public boolean isUncovered() {
        return details().is(CallFlag.UNCOVERED);
    }

    /** Returns the number of shortfalls that count against the account in the calendar day (UTC) if this is one; otherwise 0. Once applied. */
    public int shortfallsToday() {
        return shortfallsToday;
    }

    @Override
    Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
        Resolved resolved = resolve(book, reservation, chargeMicros);
        EndedCall call = reservation.ended();
        if (call != null && call.isUncovered()) {
            shortfallsToday = book.shortfallsOnDayOf(book.accountOf(reservation), at());
        }
        return resolved;
    }
}
