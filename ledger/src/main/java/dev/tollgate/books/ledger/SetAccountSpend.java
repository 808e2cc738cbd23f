package dev.tollgate.books.ledger;

import dev.tollgate.books.budgets.SpendLimits;
import java.util.function.UnaryOperator;

/**
 * Changes the operator's spend limits for all keys of an account together. They apply to decisions after the commit. An
 * account's windows are counted only while it has a limit, and begin with the earlier spending of its keys. The outcome says whether there is such an
 * account.
 */
public final class SetAccountSpend extends LedgerChange<Boolean> {

    private final String accountId;
    private final UnaryOperator<SpendLimits> change;
    private SpendLimits before = SpendLimits.NONE;
    private SpendLimits after = SpendLimits.NONE;

    /** @param change must not fail: it runs on the writer's thread */
    public SetAccountSpend(String accountId, UnaryOperator<SpendLimits> change) {
        this.accountId = accountId;
        this.change = change;
    }

    /** Returns the previous limits. Once applied. */
    public SpendLimits before() {
        return before;
    }

    /** Returns the new limits. Once applied. */
    public SpendLimits after() {
        return after;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Boolean decideOver(Book book) {
        AccountRow account = book.account(accountId);
        if (account == null || account.isDeleted()) {
            return false;
        }
        before = account.limitsToBe();
        after = change.apply(before);
        account.setLimits(after);
        return true;
    }
}
