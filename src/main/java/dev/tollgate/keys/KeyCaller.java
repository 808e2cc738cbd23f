package dev.tollgate.keys;

import dev.tollgate.http.Caller;
import dev.tollgate.limits.Rates;

/**
 * A caller who has shown an API key: whom {@link KeyGate} lets in.
 *
 * @param accountRates what all keys of the account may use together
 */
public record KeyCaller(Key key, Rates accountRates) implements Caller {

    @Override
    public String accountId() {
        return key.accountId();
    }

    @Override
    public boolean mayUse(String model) {
        return key.mayUse(model);
    }
}
