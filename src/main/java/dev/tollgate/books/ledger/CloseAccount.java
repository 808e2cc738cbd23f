package dev.tollgate.books.ledger;

import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Closes an account for good: it is blocked, and its balance returns to its funding in one entry, so that the sum over
 * all accounts stays zero. While calls of the account hold credits nothing changes: no call is cut off, and no hold is lost.
 */
public final class CloseAccount extends LedgerChange<CloseAccount.Outcome> {

    private static final String REASON = "account deleted";

    /** The outcome. */
    public sealed interface Outcome {}

    /** @param before the balance before the close */
    public record Closed(Balance before) implements Outcome {}

    /** Nothing has changed. @param heldMicros held by running calls */
    public record StillRuns(long heldMicros) implements Outcome {}

    /** There is no such account, or it was closed before. */
    public record NoSuchAccount() implements Outcome {}

    private final String accountId;
    private final Instant at;

    public CloseAccount(String accountId, Instant at) {
        this.accountId = accountId;
        this.at = at;
    }

    /** Returns whether this change closed the account. Once applied. */
    public boolean isClosed() {
        return outcome() instanceof Closed;
    }

    @Override
    @Nullable
    String blockedOrNot() {
        return isClosed() ? accountId : null;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (account == null || account.isDeleted()) {
            return new NoSuchAccount();
        }
        if (account.funds.reservedMicros() > 0) {
            return new StillRuns(account.funds.reservedMicros());
        }
        Balance before = account.funds.balance();
        long left = before.balanceMicros();
        if (left > 0) {
            Requested asked = new Requested(accountId, EntryKind.ADJUSTMENT, null, -left, null);
            book.journal().enter(account, asked, -left, 0, REASON, at);
        }
        account.delete();
        return new Closed(before);
    }
}
