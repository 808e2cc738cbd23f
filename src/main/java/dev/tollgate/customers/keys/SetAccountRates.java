package dev.tollgate.customers.keys;

import dev.tollgate.http.limits.Rates;
import java.sql.SQLException;
import java.util.function.UnaryOperator;

/** Changes what all keys of an account together may use; the operator's choice. The outcome: whether there is such an account, not deleted. */
public final class SetAccountRates extends KeyChange<Boolean> {

    private final String accountId;
    private final UnaryOperator<Rates> change;
    private Rates before = Rates.NONE;
    private Rates after = Rates.NONE;

    /** @param change must not fail: it runs on the writer's thread */
    public SetAccountRates(String accountId, UnaryOperator<Rates> change) {
        this.accountId = accountId;
        this.change = change;
    }

    /** Returns the previous rates. Once applied. */
    public Rates before() {
        return before;
    }

    /** Returns the new rates. Once applied. */
    public Rates after() {
        return after;
    }

    @Override
    String idOrHash() {
        return accountId;
    }

    @Override
    Boolean decideOver(KeyRows rows) throws SQLException {
        if (!rows.hasAccount(accountId)) {
            return false;
        }
        before = rows.accountRates(accountId);
        after = change.apply(before);
        rows.setAccountRates(accountId, after);
        touchAccount(accountId);
        return true;
    }
}
