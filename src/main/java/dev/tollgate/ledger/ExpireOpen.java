package dev.tollgate.ledger;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Releases every open reservation: on the start of the only process that can own one, before the first request, all of them belong
 * to a dead one (decision D34). The outcome is their ids.
 */
public final class ExpireOpen extends LedgerChange<List<String>> {

    private final Instant at;

    public ExpireOpen(Instant at) {
        this.at = at;
    }

    public Instant at() {
        return at;
    }

    @Override
    List<String> decideOver(Book book) throws SQLException {
        List<String> ids = book.openReservationIds();
        for (String id : ids) {
            book.resolve(book.reservation(id), ReservationState.EXPIRED, 0, at);
        }
        return ids;
    }
}
