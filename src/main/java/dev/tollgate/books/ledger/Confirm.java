package dev.tollgate.books.ledger;

/**
 * Asks whether a hold is in the books; committed, it says that the hold is durable. For one that was decided and not yet written when
 * its call wants to go on.
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
