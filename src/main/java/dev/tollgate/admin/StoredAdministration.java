package dev.tollgate.admin;

import dev.tollgate.ids.OwnIds;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.DisableKey;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.keys.SetKey;
import dev.tollgate.keys.Spend;
import dev.tollgate.ledger.Account;
import dev.tollgate.ledger.Balance;
import dev.tollgate.ledger.CreateAccount;
import dev.tollgate.ledger.Grant;
import dev.tollgate.ledger.Ledger;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Over the stores themselves. Thread-safe; blocks. */
public final class StoredAdministration implements Administration {

    private final Ledger ledger;
    private final Keys keys;
    private final Writer writer;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Runnable closing;

    /** @param closing what was opened for this administration alone is closed by it */
    public StoredAdministration(
            Ledger ledger, Keys keys, Writer writer, InstantSource clock, SecureRandom random, Runnable closing) {
        this.ledger = ledger;
        this.keys = keys;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
        this.closing = closing;
    }

    @Override
    public AdminViews.Account createAccount(String name, long creditsMicros) throws Refused {
        return refusable(() -> {
            Instant now = clock.instant();
            CreateAccount account = new CreateAccount(OwnIds.account(random), name, now);
            if (creditsMicros > 0) {
                Grant grant = new Grant(account.id(), creditsMicros, "credits at creation", now);
                writer.commitAndWait(Unit.of(account, grant));
                granted(grant, account.id());
            } else {
                writer.commitAndWait(Unit.of(account));
            }
            return account(account.id());
        });
    }

    @Override
    public AdminViews.Page<AdminViews.Account> accounts(@Nullable String after, int limit) throws Refused {
        return refusable(() ->
                page(ledger.accounts(after, limit), limit, StoredAdministration::account, AdminViews.Account::id));
    }

    @Override
    public AdminViews.Account grant(String accountId, long creditsMicros, String reason) throws Refused {
        return refusable(() -> {
            Grant grant = new Grant(accountId, creditsMicros, reason, clock.instant());
            writer.commitAndWait(Unit.of(grant));
            granted(grant, accountId);
            return account(accountId);
        });
    }

    private static void granted(Grant grant, String accountId) {
        switch (grant.outcome()) {
            case Grant.Granted granted -> {}
            case Grant.NotWanted notWanted -> {}
            case Grant.NoSuchAccount none -> throw noSuchAccount(accountId);
            case Grant.TooMuch tooMuch ->
                throw new IllegalArgumentException("An account cannot hold that many credits.");
        }
    }

    @Override
    public AdminViews.NewKey createKey(String accountId, AdminViews.KeyChoice choice) throws Refused {
        return refusable(() -> {
            KeySecret secret = KeySecret.random(random);
            KeySettings settings = KeySettings.named(choice.name())
                    .withKind(choice.kind() == AdminViews.Kind.MANAGEMENT ? KeyKind.MANAGEMENT : KeyKind.API)
                    .withAllow(Allowlist.of(choice.allow()))
                    .withSpend(new Spend(
                            choice.spend().hourMicros(),
                            choice.spend().dayMicros(),
                            choice.spend().totalMicros()))
                    .withRequestsPerMinute(
                            choice.requestsPerMinute() == null ? null : Long.valueOf(choice.requestsPerMinute()));
            CreateKey create = new CreateKey(OwnIds.key(random), accountId, secret, settings, clock.instant());
            writer.commitAndWait(Unit.of(create));
            return switch (create.outcome()) {
                case CreateKey.Created created -> new AdminViews.NewKey(key(created.key()), secret.reveal());
                case CreateKey.NoSuchAccount none -> throw noSuchAccount(accountId);
            };
        });
    }

    @Override
    public AdminViews.Page<AdminViews.ApiKey> keys(@Nullable String accountId, @Nullable String after, int limit)
            throws Refused {
        return refusable(() ->
                page(keys.list(accountId, after, limit), limit, StoredAdministration::key, AdminViews.ApiKey::id));
    }

    @Override
    public AdminViews.ApiKey setKey(String keyId, AdminViews.KeyChange change) throws Refused {
        return refusable(() -> {
            SetKey set = new SetKey(keyId, settings -> changed(settings, change));
            writer.commitAndWait(Unit.of(set));
            return switch (set.outcome()) {
                case SetKey.Changed done -> key(done.key());
                case SetKey.NoSuchKey none -> throw noSuchKey(keyId);
            };
        });
    }

    private static KeySettings changed(KeySettings settings, AdminViews.KeyChange change) {
        Spend old = settings.spend();
        KeySettings next = settings.withSpend(new Spend(
                        limit(change.spendHourMicros(), old.hourMicros()),
                        limit(change.spendDayMicros(), old.dayMicros()),
                        limit(change.spendTotalMicros(), old.totalMicros())))
                .withRequestsPerMinute(limit(change.requestsPerMinute(), settings.requestsPerMinute()));
        if (change.name() != null) {
            next = next.withName(change.name());
        }
        return change.allow() == null ? next : next.withAllow(Allowlist.of(change.allow()));
    }

    private static @Nullable Long limit(AdminViews.@Nullable Limit change, @Nullable Long old) {
        return change == null ? old : change.most();
    }

    @Override
    public AdminViews.ApiKey disableKey(String keyId) throws Refused {
        return refusable(() -> {
            DisableKey disable = new DisableKey(keyId, true);
            writer.commitAndWait(Unit.of(disable));
            return switch (disable.outcome()) {
                case SetKey.Changed done -> key(done.key());
                case SetKey.NoSuchKey none -> throw noSuchKey(keyId);
            };
        });
    }

    @Override
    public void close() {
        closing.run();
    }

    private AdminViews.Account account(String id) {
        return account(ledger.account(id).orElseThrow(() -> noSuchAccount(id)));
    }

    private static AdminViews.Account account(Account account) {
        Balance balance = account.balance();
        return new AdminViews.Account(
                account.id(),
                account.name(),
                account.blocked(),
                balance.balanceMicros(),
                balance.reservedMicros(),
                balance.purchasedMicros(),
                balance.consumedMicros(),
                account.createdAt());
    }

    private static AdminViews.ApiKey key(Key key) {
        KeySettings settings = key.settings();
        Spend spend = settings.spend();
        Long requests = settings.requestsPerMinute();
        return new AdminViews.ApiKey(
                key.id(),
                key.accountId(),
                key.prefix(),
                settings.name(),
                settings.kind() == KeyKind.MANAGEMENT ? AdminViews.Kind.MANAGEMENT : AdminViews.Kind.API,
                key.disabled(),
                new AdminViews.Spend(spend.hourMicros(), spend.dayMicros(), spend.totalMicros()),
                settings.allow().texts(),
                requests == null ? null : Math.toIntExact(requests),
                key.createdAt(),
                key.lastUsedAt());
    }

    private static <S, T> AdminViews.Page<T> page(
            List<S> found, int limit, Function<S, T> shown, Function<T, String> id) {
        List<T> data = found.stream().map(shown).toList();
        return new AdminViews.Page<>(data, data.size() < limit ? null : id.apply(data.getLast()));
    }

    /** What an operator got wrong is told in a sentence; everything else is a fault. */
    private static <T> T refusable(Supplier<T> work) throws Refused {
        try {
            return work.get();
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static IllegalArgumentException noSuchAccount(String id) {
        return new IllegalArgumentException("There is no account " + id + ".");
    }

    private static IllegalArgumentException noSuchKey(String id) {
        return new IllegalArgumentException("There is no key " + id + ".");
    }
}
