package dev.tollgate.customers.keys;

import dev.tollgate.http.limits.Rates;
import java.sql.SQLException;

/** Sets what all keys of an account together may use; the operator's choice. The outcome: whether there is such an account, not deleted. */
public final class SetAccountRates extends KeyChange<Boolean> {

    private final String accountId;
    private final Rates rates;

    public SetAccountRates(String accountId, Rates rates) {
        this.accountId = accountId;
        this.rates = rates;
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
        rows.setAccountRates(accountId, rates);
        touchAccount(accountId);
        return true;
    }
}
