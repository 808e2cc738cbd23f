package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives back the holds of open reservations whose owner is dead (decision D34): a node whose lease has run out, or, in an embedded
 * database, whoever ran before this start. At most {@value #AT_ONCE_MAX} at a time; the outcome is their ids, and while it is that
 * long there may be more.
 */
public final class ReleaseAbandoned extends LedgerChange<List<String>> {

    public static final int AT_ONCE_MAX = 1_000;

    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Instant at;
    private final Duration callMax;
    private List<OpenHold> ended = List.of();

    /** Where calls may last as long as they like. */
    public ReleaseAbandoned(Instant at) {
        this(at, FOR_EVER);
    }

    /** @param callMax how long a call can last at most */
    public ReleaseAbandoned(Instant at, Duration callMax) {
        this.at = at;
        this.callMax = callMax;
    }

    public Instant at() {
        return at;
    }

    /** When the call of a hold is taken to have ended: whenever its owner died, it could not last longer than a call can. */
    public Instant endOf(OpenHold hold) {
        Instant latest = hold.createdAt().plus(callMax);
        return latest.isBefore(at) ? latest : at;
    }

    /** Once applied: whose the holds were and what for, in the order of the outcome. */
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
