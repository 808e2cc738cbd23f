package dev.tollgate.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives back the holds of open reservations whose owner is dead (decision D34): a node whose lease has run out, or, in an embedded
 * database, whoever ran before this start. At most {@value #AT_ONCE_MAX} at a time; the outcome is their ids, and while it is that
 * long there may be more.
 */
public final class ExpireOpen extends LedgerChange<List<String>> {

    public static final int AT_ONCE_MAX = 1_000;

    private final Instant at;
    private List<OpenHold> ended = List.of();

    public ExpireOpen(Instant at) {
        this.at = at;
    }

    public Instant at() {
        return at;
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
    List<String> decideOver(Book book) {
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
