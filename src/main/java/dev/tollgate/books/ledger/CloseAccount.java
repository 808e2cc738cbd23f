package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Ends an account for good: it is blocked, and what it could still spend goes back to where it came from, in one entry, so that the sum over
 * all accounts stays zero. While a call of it holds credits nothing is done: no call is cut by it, and nothing that is held is lost.
 */
public final class CloseAccount extends LedgerChange<CloseAccount.Outcome> {

    private static final String REASON = "account deleted";

    /** What became of it. */
    public sealed interface Outcome {}

    /** @param before the balance before it */
    public record Closed(Balance before) implements Outcome {}

    /** Nothing is done. @param heldMicros by calls that run */
    public record StillRuns(long heldMicros) implements Outcome {}

    /** There is none, or it was closed before. */
    public record NoSuchAccount() implements Outcome {}

    private final String accountId;
    private final Instant at;

    public CloseAccount(String accountId, Instant at) {
        this.accountId = accountId;
        this.at = at;
    }

    /** Once applied: whether it was closed by it. */
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
            book.journal().adjust(account, asked, REASON, account.stamp(at));
        }
        account.delete();
        return new Closed(before);
    }
}
