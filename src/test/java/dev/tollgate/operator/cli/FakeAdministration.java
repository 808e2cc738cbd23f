package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminViews;
import dev.tollgate.operator.admin.AdminViews.Account;
import dev.tollgate.operator.admin.AdminViews.AccountLimits;
import dev.tollgate.operator.admin.AdminViews.AccountLimitsChange;
import dev.tollgate.operator.admin.AdminViews.ApiKey;
import dev.tollgate.operator.admin.AdminViews.KeyChange;
import dev.tollgate.operator.admin.AdminViews.KeyChoice;
import dev.tollgate.operator.admin.AdminViews.Limit;
import dev.tollgate.operator.admin.AdminViews.MadeLink;
import dev.tollgate.operator.admin.AdminViews.NewKey;
import dev.tollgate.operator.admin.AdminViews.NewPassword;
import dev.tollgate.operator.admin.AdminViews.Page;
import dev.tollgate.operator.admin.AdminViews.PersonRole;
import dev.tollgate.operator.admin.AdminViews.Spend;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Accounts and keys in memory, with small pages. */
final class FakeAdministration implements Administration {

    static final Instant TIME = Instant.parse("2026-11-20T09:00:00.123Z");

    final Map<String, Account> accounts = new LinkedHashMap<>();
    final Map<String, ApiKey> keys = new LinkedHashMap<>();
    final List<String> reasons = new ArrayList<>();
    AccountLimits limits = new AccountLimits(null, null, null, Spend.UNLIMITED);
    int pageMax = 2;
    int closed;
    long rotatedWithGrace = -1;

    @Override
    public synchronized Account createAccount(String name, long creditsMicros) throws Refused {
        if (name.isBlank()) {
            throw new Refused("An account's name has 1 to 200 characters.");
        }
        String id = "acc_" + (accounts.size() + 1);
        accounts.put(id, new Account(id, name, false, creditsMicros, 0, creditsMicros, 0, 0, TIME, null));
        return accounts.get(id);
    }

    @Override
    public synchronized Page<Account> accounts(@Nullable String after, int limit) {
        return page(List.copyOf(accounts.values()), Account::id, after);
    }

    @Override
    public boolean correctUsage(AdminViews.UsageCorrection correction) {
        return true;
    }

    @Override
    public synchronized Account grant(String accountId, long creditsMicros, String reason) throws Refused {
        Account old = account(accountId);
        reasons.add(reason);
        accounts.put(
                accountId,
                new Account(
                        old.id(),
                        old.name(),
                        old.blocked(),
                        old.balanceMicros() + creditsMicros,
                        0,
                        old.purchasedMicros() + creditsMicros,
                        0,
                        0,
                        TIME,
                        null));
        return accounts.get(accountId);
    }

    @Override
    public synchronized AccountLimits accountLimits(String accountId) throws Refused {
        account(accountId);
        return limits;
    }

    @Override
    public synchronized AccountLimits limitAccount(String accountId, AccountLimitsChange change, String reason)
            throws Refused {
        account(accountId);
        reasons.add(reason);
        limits = new AccountLimits(
                changed(change.requests(), limits.requests()),
                changed(change.tokens(), limits.tokens()),
                changed(change.concurrency(), limits.concurrency()),
                new Spend(
                        changed(change.spendHourMicros(), limits.spend().hourMicros()),
                        changed(change.spendDayMicros(), limits.spend().dayMicros()),
                        changed(change.spendTotalMicros(), limits.spend().totalMicros())));
        return limits;
    }

    @Override
    public synchronized NewKey createKey(String accountId, KeyChoice choice) throws Refused {
        account(accountId);
        String id = "key_" + (keys.size() + 1);
        ApiKey key = new ApiKey(
                id,
                accountId,
                "sk-12345678",
                choice.name(),
                choice.kind(),
                false,
                choice.spend(),
                choice.allow(),
                choice.requestsPerMinute(),
                choice.tokensPerMinute(),
                choice.concurrency(),
                choice.models(),
                choice.expiresAt(),
                TIME,
                null);
        keys.put(id, key);
        return new NewKey(key, "sk-" + "1234567890abcdef".repeat(4));
    }

    @Override
    public synchronized Page<ApiKey> keys(@Nullable String accountId, @Nullable String after, int limit) {
        List<ApiKey> all = keys.values().stream()
                .filter(key -> accountId == null || key.accountId().equals(accountId))
                .toList();
        return page(all, ApiKey::id, after);
    }

    @Override
    public synchronized ApiKey setKey(String keyId, KeyChange change) throws Refused {
        ApiKey old = key(keyId);
        Limit rate = change.requestsPerMinute();
        return put(new ApiKey(
                old.id(),
                old.accountId(),
                old.prefix(),
                change.name() == null ? old.name() : change.name(),
                old.kind(),
                old.disabled(),
                new Spend(
                        changed(change.spendHourMicros(), old.spend().hourMicros()),
                        changed(change.spendDayMicros(), old.spend().dayMicros()),
                        changed(change.spendTotalMicros(), old.spend().totalMicros())),
                change.allow() == null ? old.allow() : change.allow(),
                rate == null
                        ? old.requestsPerMinute()
                        : rate.most() == null ? null : rate.most().intValue(),
                count(change.tokensPerMinute(), old.tokensPerMinute()),
                count(change.concurrency(), old.concurrency()),
                change.models() == null ? old.models() : change.models(),
                change.expiry() == null ? old.expiresAt() : change.expiry().at(),
                old.createdAt(),
                old.lastUsedAt()));
    }

    @Override
    public synchronized ApiKey disableKey(String keyId) throws Refused {
        ApiKey old = key(keyId);
        return put(new ApiKey(
                old.id(),
                old.accountId(),
                old.prefix(),
                old.name(),
                old.kind(),
                true,
                old.spend(),
                old.allow(),
                old.requestsPerMinute(),
                old.tokensPerMinute(),
                old.concurrency(),
                old.models(),
                old.expiresAt(),
                old.createdAt(),
                old.lastUsedAt()));
    }

    @Override
    public synchronized NewKey rotateKey(String keyId, long graceSeconds) throws Refused {
        rotatedWithGrace = graceSeconds;
        return new NewKey(key(keyId), "sk-" + "fedcba0987654321".repeat(4));
    }

    private static @Nullable Integer count(@Nullable Limit limit, @Nullable Integer old) {
        return limit == null
                ? old
                : limit.most() == null ? null : Integer.valueOf(limit.most().intValue());
    }

    @Override
    public NewPassword resetOperator() {
        return new NewPassword("operator", "abcde-fghjk");
    }

    @Override
    public PersonRole setRole(String login, String role, String reason) {
        return new PersonRole("acc_of_" + reason, login, role);
    }

    @Override
    public MadeLink invite(String email, @Nullable String accountId, String reason) {
        return new MadeLink(email, accountId == null ? "/invite/for_" + reason : null, null);
    }

    @Override
    public MadeLink resetLink(String login, String reason) throws Refused {
        if (login.equals("nobody")) {
            throw new Refused("Nobody signs in as 'nobody'.");
        }
        return new MadeLink(login, "/reset/for_" + reason, "https://ai.example.org/reset/for_" + reason);
    }

    @Override
    public String testMail(String email) {
        return email.strip();
    }

    @Override
    public String beSandbox(String reason) {
        return "It is one, for " + reason;
    }

    @Override
    public void close() {
        closed++;
    }

    private ApiKey put(ApiKey key) {
        keys.put(key.id(), key);
        return key;
    }

    private static @Nullable Long changed(@Nullable Limit limit, @Nullable Long old) {
        return limit == null ? old : limit.most();
    }

    private Account account(String id) throws Refused {
        if (!accounts.containsKey(id)) {
            throw new Refused("There is no account " + id + ".");
        }
        return accounts.get(id);
    }

    private ApiKey key(String id) throws Refused {
        if (!keys.containsKey(id)) {
            throw new Refused("There is no key " + id + ".");
        }
        return keys.get(id);
    }

    private <T> Page<T> page(List<T> all, Function<T, String> id, @Nullable String after) {
        int from = after == null ? 0 : all.stream().map(id).toList().indexOf(after) + 1;
        int to = Math.min(all.size(), from + pageMax);
        return new Page<>(all.subList(from, to), to < all.size() ? id.apply(all.get(to - 1)) : null);
    }
}
