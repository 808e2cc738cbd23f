package dev.tollgate.books.ledger;

import dev.tollgate.storage.Decision;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A change of the ledger; each kind decides for itself over the book of its batch. */
public abstract sealed class LedgerChange<O> extends Decision<O>
        permits CreateAccount,
                CloseAccount,
                SetBlocked,
                SetAccountSpend,
                Grant,
                UnmarkSandboxCredits,
                Correction,
                TakeBack,
                Reserve,
                Confirm,
                Extend,
                Resolution,
                ReleaseAbandoned {

    /** Says which rows {@link #decideOver} will ask for. */
    abstract void need(Book book);

    abstract O decideOver(Book book) throws SQLException;

    /** Once applied: the account that it has blocked or let in again, or null. */
    @Nullable
    String blockedOrNot() {
        return null;
    }

    final void applyTo(Book book) throws SQLException {
        decide(decideOver(book));
    }
}
