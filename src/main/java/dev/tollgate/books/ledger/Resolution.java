package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ends a reservation, exactly once: the second to come finds it {@link AlreadyResolved} and writes nothing. */
public abstract sealed class Resolution extends LedgerChange<Resolution.Outcome> permits Settle, Release {

    /** What became of it. */
    public sealed interface Outcome permits Resolved, AlreadyResolved, NeverReserved {}

    /**
     * The reservation has ended by this change.
     *
     * @param chargedMicros 0 when it was released
     * @param releasedMicros what went back to the balance
     * @param balance after it
     */
    public record Resolved(long chargedMicros, long releasedMicros, Balance balance) implements Outcome {}

    /** It had ended before. */
    public record AlreadyResolved(ReservationState state) implements Outcome {}

    /** There is nothing to give back: the store has lost the reservation before it was written. */
    public record NeverReserved() implements Outcome {}

    private final String reservationId;
    private Instant at;
    private @Nullable OpenHold ended;

    Resolution(String reservationId, Instant at) {
        this.reservationId = reservationId;
        this.at = at;
    }

    public String reservationId() {
        return reservationId;
    }

    /** When it was asked for; once applied, when it took place: not before the account's entries that were there already. */
    public Instant at() {
        return at;
    }

    /** Once applied: whether this change has ended the reservation. What belongs to the end is written only then. */
    public boolean resolved() {
        return outcome() instanceof Resolved;
    }

    /** Once applied, and {@link #resolved}: whose the hold was and what for. */
    public OpenHold ended() {
        return Objects.requireNonNull(ended);
    }

    /** Once applied: whether the reservation is settled, by this change or before. */
    public boolean isSettled() {
        return switch (outcome()) {
            case Resolved _ -> this instanceof Settle;
            case AlreadyResolved before -> before.state() == ReservationState.SETTLED;
            case NeverReserved _ -> false;
        };
    }

    @Override
    final void need(Book book) {
        book.needReservation(reservationId);
    }

    @Override
    final Outcome decideOver(Book book) throws SQLException {
        ReservationRow reservation = book.openReservation(reservationId);
        if (reservation != null) {
            ended = reservation.hold();
            at = book.accountOf(reservation).stamp(at);
            return resolve(book, reservation);
        }
        ReservationState end = book.end(reservationId);
        if (end != null) {
            return new AlreadyResolved(end);
        }
        if (this instanceof Release) {
            return new NeverReserved();
        }
        throw Book.missing("reservation", reservationId);
    }

    abstract Resolved resolve(Book book, ReservationRow reservation) throws SQLException;
}
