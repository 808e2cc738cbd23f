package dev.tollgate.customers.keys;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.http.Caller;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.http.limits.Quota;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A caller who has shown an API key: whom {@link KeyGate} lets in.
 *
 * @param accountRates what all keys of the account may use together
 */
public record KeyCaller(Key key, CallLimits accountRates) implements Caller {

    @Override
    public String accountId() {
        return key.accountId();
    }

    /** Returns null for a management key, which reads no contents. */
    @Override
    public @Nullable KeyOwner reads() {
        return key.settings().kind() == KeyKind.MANAGEMENT ? null : key.owner();
    }

    /** Returns the quotas that count its requests, tokens and calls of all models, as before a move of the key; empty if nothing is limited. */
    public List<Quota> quotas() {
        CallLimits ofKey = key.settings().rates();
        if (ofKey.unlimited() && accountRates.unlimited()) {
            return List.of();
        }
        Quota account = Quota.ofAccount(key.accountId(), accountRates);
        return ofKey.unlimited()
                ? List.of(account)
                : accountRates.unlimited()
                        ? List.of(Quota.ofKey(key.owner().originId(), ofKey))
                        : List.of(Quota.ofKey(key.owner().originId(), ofKey), account);
    }

    @Override
    public boolean mayUse(String model) {
        return key.mayUse(model);
    }
}
