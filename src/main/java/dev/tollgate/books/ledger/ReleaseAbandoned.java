package dev.tollgate.books.ledger;

import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Releases the holds of open reservations whose owner is dead (decision D34): a node whose lease has ended, or, in an embedded
 * database, the process before this start. At most {@value #AT_ONCE_MAX} at a time; the outcome is their ids, and if it has that
 * many there may be more.
 */
public final class ReleaseAbandoned extends LedgerChange<List<String>> {

    public static final int AT_ONCE_MAX = 1_000;

    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Instant at;
    private final Duration callMax;
    private List<OpenHold> ended = List.of();

    /** Makes a release for an installation without a maximum duration of calls. */
    public ReleaseAbandoned(Instant at) {
        this(at, FOR_EVER);
    }

    /** @param callMax the longest duration of a call */
    public ReleaseAbandoned(Instant at, Duration callMax) {
        this.at = at;
        this.callMax = callMax;
    }

    public Instant at() {
        return at;
    }

    /** Returns the assumed end of a hold's call: the time of death of its owner is unknown, but a call has a longest duration. */
    public Instant endOf(OpenHold hold) {
        Instant latest = hold.createdAt().plus(callMax);
        return latest.isBefore(at) ? latest : at;
    }

    /** Returns the released holds in the order of the outcome. Once applied. */
    public List<OpenHold> ended() {
        return ended;
    }

    @Override
    void need(Book book) {
        book.needAbandoned(AT_ONCE_MAX);
    }

    @Override
    List<String> decideOver(Book book) throws SQLException {
        List<OpenHold> expired = new ArrayList<>();
        for (String id : book.abandoned()) {
            ReservationRow reservation = book.openReservation(id);
            if (reservation != null) {
                book.resolve(reservation, ReservationState.EXPIRED, 0, at);
                expired.add(reservation.hold());
            }
        }
        ended = List.copyOf(expired);
        return ended.stream().map(OpenHold::id).toList();
    }
}
