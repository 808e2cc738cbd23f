package dev.tollgate.books.ledger;

/**
 * Sets the operator's spend limits for all keys of an account together. They apply to decisions after the commit. An
 * account's windows are counted only while it has a limit, and begin with the earlier spending of its keys.
 */
public final class SetAccountSpend extends LedgerChange<SetAccountSpend.Outcome> {

    public enum Outcome {
        DONE,
        /** There is no such account. */
        NO_SUCH_ACCOUNT
    }

    private final String accountId;
    private final SpendLimits limits;
    private SpendLimits before = SpendLimits.NONE;

    public SetAccountSpend(String accountId, SpendLimits limits) {
        this.accountId = accountId;
        this.limits = limits;
    }

    /** Returns the previous limits. Once applied. */
    public SpendLimits before() {
        return before;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome decideOver(Book book) {
        AccountRow account = book.account(accountId);
        if (account == null || account.isDeleted()) {
            return Outcome.NO_SUCH_ACCOUNT;
        }
        before = account.limitsToBe();
        account.setLimits(limits);
        return Outcome.DONE;
    }
}
