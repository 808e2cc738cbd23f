package dev.tollgate.books.ledger;

/**
 * Asks whether a hold is in the books; once committed, the hold is durable. For a call that has to continue while its hold is decided
 * but not yet written.
 */
public final class Confirm extends LedgerChange<Boolean> {

    private final String reservationId;

    public Confirm(String reservationId) {
        this.reservationId = reservationId;
    }

    @Override
    void need(Book book) {
        book.needReservation(reservationId);
    }

    @Override
    Boolean decideOver(Book book) {
        return book.openReservation(reservationId) != null;
    }
}
