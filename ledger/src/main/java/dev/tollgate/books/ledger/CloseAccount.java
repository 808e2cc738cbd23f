package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Amount;
import dev.tollgate.books.ledger.Journal.Requested;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Closes an account for good: it is blocked, its grants end, and its balance returns to its funding in one entry, so that the sum over
 * all accounts stays zero. While calls of the account hold credits nothing changes: no call is cut off, and no hold is lost.
 * The outcome is the balance before.
 */
public final class CloseAccount extends LedgerChange<Outcome<Balance>> {

    private static final String REASON = "account deleted";
    private static final RequestId ID = new RequestId("deletion");

    private final String accountId;
    private final Instant at;

    public CloseAccount(String accountId, Instant at) {
        this.accountId = accountId;
        this.at = at;
    }

    /** Returns whether this change closed the account. Once applied. */
    public boolean isClosed() {
        return outcome().isDone();
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
    Outcome<Balance> decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (account == null || account.isDeleted()) {
            return new Outcome.Refused<>(noSuchAccount(accountId));
        }
        if (account.funds.reservedMicros() > 0) {
            return Outcome.refused(
                    409,
                    sentence(
                            "Calls are running and hold {credits} credits. Turn off the account's keys, wait until the calls have ended, then try again.",
                            new Amount(account.funds.reservedMicros())));
        }
        Balance before = account.funds.balance();
        long left = before.balanceMicros();
        String grants = book.grants().endAll(account, account.stamp(at));
        if (left > 0) {
            Requested asked = new Requested(accountId, EntryKind.ADJUSTMENT, null, -left, ID, Origin.DELETION);
            book.journal().enter(account, asked, -left, 0, REASON, at, grants);
        }
        account.delete();
        return new Outcome.Done<>(before);
    }
}
