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

    /** Names the rows that {@link #decideOver} will need. */
    abstract void need(Book book);

    abstract O decideOver(Book book) throws SQLException;

    /** Returns the account that the change has blocked or unblocked, or null. Once applied. */
    @Nullable
    String blockedOrNot() {
        return null;
    }

    final void applyTo(Book book) throws SQLException {
        decide(decideOver(book));
    }
}
