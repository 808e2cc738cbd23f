package dev.tollgate.books.ledger;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.OpenHold;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Releases the holds of open reservations whose owner is dead (decision D34): a node whose lease has ended, or, in an embedded
 * database, the process before this start. The calls end now. At most {@value #AT_ONCE_MAX} at a time; the outcome is their ids, and if it has that
 * many there may be more.
 */
public final class ReleaseAbandoned extends LedgerChange<List<String>> {

    public static final int AT_ONCE_MAX = 1_000;

    /** A released hold. @param at the end of its call, which is not before the account's earlier numbers */
    public record Ended(OpenHold hold, Instant at) {}

    private final Instant at;
    private List<Ended> ended = List.of();

    public ReleaseAbandoned(Instant at) {
        this.at = at;
    }

    /** Returns the released holds in the order of the outcome. Once applied. */
    public List<Ended> ended() {
        return ended;
    }

    @Override
    void need(Book book) {
        book.needAbandoned(AT_ONCE_MAX);
    }

    @Override
    List<String> decideOver(Book book) throws SQLException {
        List<Ended> expired = new ArrayList<>();
        for (String id : book.abandoned()) {
            ReservationRow reservation = book.openReservation(id);
            if (reservation != null) {
                book.resolve(reservation, CallDetails.ABANDONED, 0, at);
                expired.add(new Ended(reservation.hold(), book.endOf(reservation, at)));
            }
        }
        ended = List.copyOf(expired);
        return ended.stream().map(it -> it.hold().id()).toList();
    }
}
