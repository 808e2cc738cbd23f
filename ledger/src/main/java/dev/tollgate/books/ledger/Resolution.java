package dev.tollgate.books.ledger;

import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ends a reservation exactly once and writes the row of its call: a second resolution returns {@link AlreadyResolved} and writes nothing. A
 * {@link Withdrawal} writes no row.
 */
public abstract sealed class Resolution extends LedgerChange<Resolution.Outcome> permits Settle, Resolution.Release {

    /** The outcome. */
    public sealed interface Outcome permits Resolved, AlreadyResolved, NeverReserved, NoFreeAnswer {}

    /**
     * This change ended the reservation.
     *
     * @param chargedMicros 0 if it was released
     * @param releasedMicros returned to the balance
     * @param balance after the change
     */
    public record Resolved(long chargedMicros, long releasedMicros, Balance balance) implements Outcome {}

    /** The reservation had ended before. */
    public record AlreadyResolved(ReservationState state) implements Outcome {}

    /** Nothing was released: the account has no room for one more free answer (E72). The reservation is open. */
    public record NoFreeAnswer() implements Outcome {}

    /** There is nothing to release: the store has lost the reservation before it was written, or it was withdrawn. */
    public record NeverReserved() implements Outcome {}

    private final String reservationId;
    private final CallDetails details;
    private Instant at;
    private @Nullable OpenHold ended;
    private FreeAnswers.@Nullable Taken free;

    Resolution(String reservationId, CallDetails details, Instant at) {
        this.reservationId = reservationId;
        this.details = details;
        this.at = at;
    }

    /** Counts answers of the call that were free although a provider is paid (E72). Before the change is offered. */
    public void endsFree(int answers) {
        free = answers == 0 ? null : new FreeAnswers.Taken(answers, null);
    }

    final void endsFree(FreeAnswers.Taken taken) {
        free = taken;
    }

    public String reservationId() {
        return reservationId;
    }

    /** Returns what the call's row gets besides the ledger's amounts. */
    public CallDetails details() {
        return details;
    }

    /** Returns the time of the request; once applied, the time of the call's end, which is not before the account's earlier numbers. */
    public Instant at() {
        return at;
    }

    /** Returns whether this change ended the reservation; dependent rows are written only then. Once applied. */
    public boolean resolved() {
        return outcome() instanceof Resolved;
    }

    /** Returns the hold. Once applied, if {@link #resolved}. */
    public OpenHold ended() {
        return Objects.requireNonNull(ended);
    }

    /** Returns whether the reservation is settled, by this change or before. Once applied. */
    public boolean isSettled() {
        return switch (outcome()) {
            case Resolved _ -> this instanceof Settle;
            case AlreadyResolved before -> before.state() == ReservationState.SETTLED;
            case NeverReserved _, NoFreeAnswer _ -> false;
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
            Instant end = book.endOf(reservation, at);
            AccountRow account = book.accountOf(reservation);
            if (free != null && !book.hasRoom(account, null, free, end)) {
                return new NoFreeAnswer();
            }
            ended = reservation.hold();
            at = end;
            if (free != null) {
                account.endsFree(SpendWindow.DAY.startMillis(end.toEpochMilli()), free.answers());
            }
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

    final Resolved resolve(Book book, ReservationRow reservation, long chargeMicros) throws SQLException {
        book.resolve(reservation, details, chargeMicros, at);
        return new Resolved(
                chargeMicros,
                reservation.heldMicros() - chargeMicros,
                book.accountOf(reservation).funds.balance());
    }

    /** Releases a whole hold: the call has failed (decision D18), or its owner has died (decision D34). */
    public static sealed class Release extends Resolution {

        /** @param details without a bill */
        public Release(String reservationId, CallDetails details, Instant at) {
            super(reservationId, details, at);
            if (details.bill() != null) {
                throw new IllegalArgumentException("a release with a bill");
            }
        }

        /** Releases the hold only if the account has room for one more free answer (E72). Before the change is offered. */
        public void ifFree(FreeAnswers.Room room) {
            endsFree(new FreeAnswers.Taken(1, room));
        }

        @Override
        Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
            return resolve(book, reservation, 0);
        }
    }

    /** Withdraws a hold: the books are as if the call had never been (J2). A later resolution finds that nothing was reserved. */
    public static final class Withdrawal extends Release {

        /** @param details are not written */
        public Withdrawal(String reservationId, CallDetails details, Instant at) {
            super(reservationId, details, at);
        }

        @Override
        Resolved resolve(Book book, ReservationRow reservation) throws SQLException {
            book.withdraw(reservation, at());
            return new Resolved(
                    0,
                    reservation.heldMicros(),
                    book.accountOf(reservation).funds.balance());
        }
    }
}
