package dev.tollgate.ledger;

import dev.tollgate.storage.Decision;
import java.sql.SQLException;

/** A change of the ledger; each kind decides for itself over the book of its batch. */
public abstract sealed class LedgerChange<O> extends Decision<O>
        permits CreateAccount, SetBlocked, Grant, Reserve, Confirm, Extend, Resolution, ExpireOpen {

    /** Says which rows {@link #decideOver} will ask for. */
    abstract void need(Book book);

    abstract O decideOver(Book book) throws SQLException;

    final void applyTo(Book book) throws SQLException {
        decide(decideOver(book));
    }
}
