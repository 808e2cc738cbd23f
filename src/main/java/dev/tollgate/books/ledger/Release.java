package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;

/** Releases a whole hold: the call has failed, or its owner has died. */
public final class Release extends Resolution {

    /** The reason of a release. */
    public enum Why {
        /** The call has failed (decision D18). */
        RELEASE(ReservationState.RELEASED),
        /** Its owner has died (decision D34). */
        EXPIRY(ReservationState.EXPIRED);

        private final ReservationState state;

        Why(ReservationState state) {
            this.state = state;
        }
    }

    private final Why why;

    public Release(String reservationId, Why why, Instant at) {
        super(reservationId, at);
        this.why = why;
    }

    @Override
    Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
        return book.resolve(reservation, why.state, 0, at());
    }
}
