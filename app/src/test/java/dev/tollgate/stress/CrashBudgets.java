package dev.tollgate.stress;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.KeysFixture;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An account of the trials as an organization: a team, two members, a key of each kind of owner, and budgets on all owners. */
final class CrashBudgets {

    private final KeysFixture store;
    private final String account;

    CrashBudgets(KeysFixture store, String account) {
        this.store = store;
        this.account = account;
    }

    private String team() {
        return "team_" + account;
    }

    private String member(int number) {
        return "mem_" + number + account;
    }

    private String key(CallPlan.KeyOwner owner) {
        return "key_" + owner + account;
    }

    /** Creates people, team and keys. @param ofAccountKey the limits in the row of the account's key @return the secrets of the keys */
    Map<CallPlan.KeyOwner, String> keys(SpendLimits ofAccountKey) {
        for (int i = 1; i <= 2; i++) {
            store.execute(
                    "INSERT INTO member (id, account_id, person_id, role, created_at) VALUES (?, ?, ?, 'owner', 1)",
                    member(i),
                    account,
                    "per_" + i + account);
        }
        store.execute(
                "INSERT INTO team (id, account_id, name, created_at) VALUES (?, ?, 'Search', 1)", team(), account);
        Map<CallPlan.KeyOwner, String> secrets = new EnumMap<>(CallPlan.KeyOwner.class);
        for (CallPlan.KeyOwner owner : CallPlan.KeyOwner.values()) {
            String secret =
                    switch (owner) {
                        case ACCOUNT ->
                            store.key(
                                            key(owner),
                                            account,
                                            KeySettings.named("crash").withSpend(ofAccountKey))
                                    .reveal();
                        case MEMBER ->
                            store.ownedKey(key(owner), account, member(1), "").reveal();
                        case MEMBER_IN_TEAM ->
                            store.ownedKey(key(owner), account, member(2), team())
                                    .reveal();
                        case TEAM ->
                            store.ownedKey(key(owner), account, "", team()).reveal();
                    };
            secrets.put(owner, secret);
        }
        return secrets;
    }

    /** Sets budgets of all owners and windows. @param least the budget of each member; outer owners have some more */
    void setBudgets(long least) {
        set(Budgets.EACH_MEMBER, Map.of(SpendWindow.HOUR, least, SpendWindow.MONTH, 2 * least));
        set(member(2), Map.of(SpendWindow.DAY, least));
        set(member(1), SpendWindow.MONTH, null);
        set(team(), Map.of(SpendWindow.WEEK, 2 * least, SpendWindow.TOTAL, 3 * least));
        set(key(CallPlan.KeyOwner.TEAM), Map.of(SpendWindow.MONTH, least));
        set(Budgets.ACCOUNT, Map.of(SpendWindow.MONTH, 4 * least, SpendWindow.DAY, 5 * least));
    }

    private void set(String owner, Map<SpendWindow, Long> limits) {
        limits.forEach((window, limit) -> set(owner, window, limit));
    }

    private void set(String owner, SpendWindow window, @Nullable Long limitMicros) {
        Outcome<SetBudgets.Changed> outcome = store.decide(SetBudgets.of(
                account,
                owner,
                present -> {
                    Map<SpendWindow, SpendBudget> next = new EnumMap<>(SpendWindow.class);
                    next.putAll(present);
                    next.put(window, new SpendBudget(limitMicros));
                    return next;
                },
                Instant.now()));
        if (!outcome.isDone()) {
            throw new IllegalStateException("a budget of " + owner + ": " + outcome);
        }
    }
}
