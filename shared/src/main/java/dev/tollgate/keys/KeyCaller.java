package dev.tollgate.keys;

import dev.tollgate.base.ids.CallLabels;
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
 * @param labels which labels of its calls the account counts
 */
public record KeyCaller(Key key, CallLimits accountRates, LabelRules labels) implements Caller {

    /**
     * The labels that an account counts.
     *
     * @param names of tags, at most {@link CallLabels#NAMES_MAX}, in their order
     * @param endUsers whether end users are counted
     */
    public record LabelRules(List<String> names, boolean endUsers) {

        public static final LabelRules NONE = new LabelRules(List.of(), false);

        /** Reads the columns of an account. @param names with spaces between them */
        public static LabelRules of(String names, boolean endUsers) {
            return names.isEmpty() && !endUsers
                    ? NONE
                    : new LabelRules(names.isEmpty() ? List.of() : List.of(names.split(" ")), endUsers);
        }

        public LabelRules {
            names = names.stream().sorted().distinct().toList();
            if (names.size() > CallLabels.NAMES_MAX || !names.stream().allMatch(CallLabels::isName)) {
                throw new IllegalArgumentException("not the names of tags: " + names);
            }
        }
    }

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
