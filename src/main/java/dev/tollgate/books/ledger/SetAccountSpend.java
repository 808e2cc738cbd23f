package dev.tollgate.books.ledger;

/**
 * Sets what all keys of an account together may spend; the operator's choice. It holds for what is decided after its commit. An
 * account's windows are counted only while it has a limit: what its keys have spent before is in them from the beginning.
 */
public final class SetAccountSpend extends LedgerChange<SetAccountSpend.Outcome> {

    public enum Outcome {
        DONE,
        /** There is none any more, or there never was. */
        NO_SUCH_ACCOUNT
    }

    private final String accountId;
    private final SpendLimits limits;
    private SpendLimits before = SpendLimits.NONE;

    public SetAccountSpend(String accountId, SpendLimits limits) {
        this.accountId = accountId;
        this.limits = limits;
    }

    /** Once applied: what was set before. */
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
