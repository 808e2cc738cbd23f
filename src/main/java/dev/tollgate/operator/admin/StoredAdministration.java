package dev.tollgate.operator.admin;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.SetAccountSpend;
import dev.tollgate.books.ledger.SetInstallationKind;
import dev.tollgate.books.ledger.SpendLimits;
import dev.tollgate.books.rollups.CorrectUsage;
import dev.tollgate.customers.keys.Allowlist;
import dev.tollgate.customers.keys.CreateKey;
import dev.tollgate.customers.keys.DisableKey;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyCondition;
import dev.tollgate.customers.keys.KeyEdit;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.KeySecret;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.customers.keys.RotateKey;
import dev.tollgate.customers.keys.SetAccountRates;
import dev.tollgate.customers.keys.SetKey;
import dev.tollgate.customers.keys.Spend;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Role;
import dev.tollgate.http.limits.Rates;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Over the stores themselves. Thread-safe; blocks. */
public final class StoredAdministration implements Administration {

    private final Ledger ledger;
    private final Keys keys;
    private final People people;
    private final Writer writer;
    private final InstallationKind kind;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Deeds deeds;
    private final OperatorLinks links;
    private final By by;
    private final Runnable closing;

    /**
     * @param making how links are made for others
     * @param actor who does what is done by it
     * @param closing what was opened for this administration alone is closed by it
     */
    public StoredAdministration(
            Ledger ledger,
            Keys keys,
            People people,
            Writer writer,
            InstallationKind kind,
            InstantSource clock,
            SecureRandom random,
            OperatorLinks.Making making,
            Actor actor,
            Runnable closing) {
        this.ledger = ledger;
        this.keys = keys;
        this.people = people;
        this.writer = writer;
        this.kind = kind;
        this.clock = clock;
        this.random = random;
        this.deeds = new Deeds(ledger, writer, clock, random);
        this.links = new OperatorLinks(deeds, people, making, clock);
        this.by = By.of(actor);
        this.closing = closing;
    }

    /** Returns the same administration for another actor. */
    private StoredAdministration(StoredAdministration other, By by) {
        this.ledger = other.ledger;
        this.keys = other.keys;
        this.people = other.people;
        this.writer = other.writer;
        this.kind = other.kind;
        this.clock = other.clock;
        this.random = other.random;
        this.deeds = other.deeds;
        this.links = other.links;
        this.by = by;
        this.closing = () -> {};
    }

    /** Returns the same administration for another actor. Need not be closed. */
    public StoredAdministration as(By other) {
        return new StoredAdministration(this, other);
    }

    /** What is done with those who sign in. */
    public OperatorPeople people() {
        return new OperatorPeople(deeds, people, clock);
    }

    /** Links for others, and whether mails arrive. */
    public OperatorLinks links() {
        return links;
    }

    /** What is done with accounts and money. */
    public Deeds deeds() {
        return deeds;
    }

    @Override
    public AdminViews.Account createAccount(String name, long creditsMicros) throws Refused {
        return deeds.createAccount(by, name, creditsMicros);
    }

    @Override
    public AdminViews.Page<AdminViews.Account> accounts(@Nullable String after, int limit) throws Refused {
        return refusable(() -> page(ledger.accounts(after, limit), limit, Deeds::shown, AdminViews.Account::id));
    }

    @Override
    public AdminViews.Account grant(String accountId, long creditsMicros, String reason) throws Refused {
        return deeds.grant(new By(by.actor(), reason, by.requestId()), accountId, creditsMicros);
    }

    @Override
    public boolean correctUsage(AdminViews.UsageCorrection correction) throws Refused {
        return refusable(() -> {
            CorrectUsage correct = new CorrectUsage(
                    correction.foldedUntil(),
                    correction.rows().stream()
                            .map(row -> new CorrectUsage.Row(
                                    CorrectUsage.Of.valueOf(row.of().toUpperCase(Locale.ROOT)),
                                    row.startsAt(),
                                    row.names(),
                                    row.missing()))
                            .toList());
            DeedJson rows =
                    new DeedJson().number("rows", (long) correction.rows().size());
            commit(
                    "usage.rebuild",
                    correct,
                    "usage",
                    () -> correct.isDone() ? new Deed.Changed(null, rows.end()) : null);
            return correct.isDone();
        });
    }

    @Override
    public AdminViews.NewKey createKey(String accountId, AdminViews.KeyChoice choice) throws Refused {
        return refusable(() -> {
            Instant end = choice.expiresAt();
            if (end != null && !end.isAfter(clock.instant())) {
                throw new Refused("A key expires in the future, and " + end + " is past.");
            }
            KeySecret secret = KeySecret.random(random);
            KeySettings settings = KeySettings.named(name(choice.name()))
                    .withKind(choice.kind() == AdminViews.Kind.MANAGEMENT ? KeyKind.MANAGEMENT : KeyKind.API)
                    .withAllow(Allowlist.of(choice.allow()))
                    .withSpend(new Spend(
                            choice.spend().hourMicros(),
                            choice.spend().dayMicros(),
                            choice.spend().totalMicros()))
                    .withRates(new Rates(
                            wide(choice.requestsPerMinute()),
                            wide(choice.tokensPerMinute()),
                            wide(choice.concurrency())))
                    .withModels(choice.models())
                    .withExpiresAt(choice.expiresAt());
            CreateKey create = new CreateKey(OwnIds.key(random), accountId, secret, settings, clock.instant());
            commit(
                    "key.create",
                    create,
                    create.id(),
                    () -> create.outcome() instanceof CreateKey.Created created
                            ? new Deed.Changed(null, DeedJson.of(key(created.key())))
                            : null);
            return switch (create.outcome()) {
                case CreateKey.Created created -> new AdminViews.NewKey(key(created.key()), secret.reveal());
                case CreateKey.NoSuchAccount none -> throw deeds.goneOrNever(accountId);
                case CreateKey.MadeBefore none -> throw new IllegalStateException("a new id each time");
                case CreateKey.TooMany none -> throw new IllegalStateException("as many as are wanted");
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
            if (change.name() != null) {
                name(change.name());
            }
            Key before = keys.byId(keyId).orElse(null);
            SetKey set = new SetKey(keyId, settings -> changed(settings, change));
            commit("key.set", set, keyId, () -> changed(before, set.outcome()));
            return edited(keyId, set);
        });
    }

    private static String name(String text) {
        String complaint = WrittenText.complaint(text);
        if (complaint != null) {
            throw new IllegalArgumentException("The key's name " + complaint + ".");
        }
        return text;
    }

    private static AdminViews.ApiKey edited(String keyId, KeyEdit edit) throws Refused {
        return switch (edit.outcome()) {
            case KeyEdit.Changed done -> key(done.key());
            case KeyEdit.NoSuchKey none -> throw noSuchKey(keyId);
            case KeyEdit.ChangedMeanwhile never -> throw new IllegalStateException("whatever it has become");
        };
    }

    private void commit(String action, Change change, String keyId, Supplier<Deed.@Nullable Changed> changed) {
        Deed deed = new Deed(by.actor(), action, keyId, by.reason(), clock.instant(), changed);
        writer.commitAndWait(Unit.of(change, deed));
    }

    private static Deed.@Nullable Changed changed(@Nullable Key before, SetKey.Outcome outcome) {
        return outcome instanceof SetKey.Changed done
                ? new Deed.Changed(before == null ? null : DeedJson.of(key(before)), DeedJson.of(key(done.key())))
                : null;
    }

    private static KeySettings changed(KeySettings settings, AdminViews.KeyChange change) {
        Spend old = settings.spend();
        KeySettings next = settings.withSpend(new Spend(
                        limit(change.spendHourMicros(), old.hourMicros()),
                        limit(change.spendDayMicros(), old.dayMicros()),
                        limit(change.spendTotalMicros(), old.totalMicros())))
                .withRates(changed(settings.rates(), change));
        if (change.name() != null) {
            next = next.withName(change.name());
        }
        if (change.models() != null) {
            next = next.withModels(change.models());
        }
        if (change.expiry() != null) {
            next = next.withExpiresAt(change.expiry().at());
        }
        return change.allow() == null ? next : next.withAllow(Allowlist.of(change.allow()));
    }

    private static Rates changed(Rates old, AdminViews.KeyChange change) {
        return new Rates(
                limit(change.requestsPerMinute(), old.requests()),
                limit(change.tokensPerMinute(), old.tokens()),
                limit(change.concurrency(), old.concurrency()));
    }

    private static @Nullable Long wide(@Nullable Integer number) {
        return number == null ? null : Long.valueOf(number);
    }

    private static @Nullable Integer narrow(@Nullable Long number) {
        return number == null ? null : Math.toIntExact(number);
    }

    private static @Nullable Long limit(AdminViews.@Nullable Limit change, @Nullable Long old) {
        return change == null ? old : change.most();
    }

    @Override
    public AdminViews.ApiKey disableKey(String keyId) throws Refused {
        return refusable(() -> {
            Key before = keys.byId(keyId).orElse(null);
            DisableKey disable = new DisableKey(keyId, true);
            commit("key.disable", disable, keyId, () -> changed(before, disable.outcome()));
            return edited(keyId, disable);
        });
    }

    @Override
    public AdminViews.AccountLimits accountLimits(String accountId) throws Refused {
        return refusable(() -> {
            if (ledger.account(accountId).isEmpty()) {
                throw Deeds.noSuchAccount(accountId);
            }
            return limits(keys.accountRates(accountId), ledger.limits(accountId));
        });
    }

    @Override
    public AdminViews.AccountLimits limitAccount(String accountId, AdminViews.AccountLimitsChange change, String reason)
            throws Refused {
        AdminViews.AccountLimits limits = change.over(accountLimits(accountId));
        return as(new By(by.actor(), reason, by.requestId())).setAccountLimits(accountId, limits);
    }

    /** Sets all of it in one commit, on every server, for what comes from then on. Needs a reason. */
    public AdminViews.AccountLimits setAccountLimits(String accountId, AdminViews.AccountLimits limits) throws Refused {
        return refusable(() -> {
            by.needReason();
            Rates before = keys.accountRates(accountId);
            Rates rates = new Rates(limits.requests(), limits.tokens(), limits.concurrency());
            AdminViews.Spend spend = limits.spend();
            SetAccountRates setRates = new SetAccountRates(accountId, rates);
            SetAccountSpend setSpend = new SetAccountSpend(
                    accountId, new SpendLimits(spend.hourMicros(), spend.dayMicros(), spend.totalMicros()));
            Deed deed = new Deed(
                    by.actor(),
                    "account.limits",
                    accountId,
                    by.reason(),
                    clock.instant(),
                    () -> setRates.outcome()
                            ? new Deed.Changed(told(limits(before, setSpend.before())), told(limits))
                            : null);
            writer.commitAndWait(Unit.of(setRates, setSpend, deed));
            if (!setRates.outcome()) {
                throw deeds.goneOrNever(accountId);
            }
            return limits;
        });
    }

    private static AdminViews.AccountLimits limits(Rates rates, SpendLimits spend) {
        return new AdminViews.AccountLimits(
                rates.requests(),
                rates.tokens(),
                rates.concurrency(),
                new AdminViews.Spend(spend.hourMicros(), spend.dayMicros(), spend.totalMicros()));
    }

    private static String told(AdminViews.AccountLimits limits) {
        return new DeedJson()
                .number("requests", limits.requests())
                .number("tokens", limits.tokens())
                .number("concurrency", limits.concurrency())
                .limit("spend_hour", limits.spend().hourMicros())
                .limit("spend_day", limits.spend().dayMicros())
                .limit("spend_total", limits.spend().totalMicros())
                .end();
    }

    @Override
    public AdminViews.NewKey rotateKey(String keyId, long graceSeconds) throws Refused {
        return refusable(() -> {
            Key before = keys.byId(keyId).orElse(null);
            KeySecret secret = KeySecret.random(random);
            RotateKey rotate =
                    new RotateKey(keyId, KeyCondition.NONE, secret, Duration.ofSeconds(graceSeconds), clock.instant());
            commit("key.rotate", rotate, keyId, () -> changed(before, rotate.outcome()));
            return new AdminViews.NewKey(edited(keyId, rotate), secret.reveal());
        });
    }

    @Override
    public AdminViews.PersonRole setRole(String login, String role, String reason) throws Refused {
        try {
            return people().setRole(new By(by.actor(), reason, null), login, Role.of(role));
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public AdminViews.NewPassword resetOperator() throws Refused {
        return people().resetOperator(by);
    }

    @Override
    public AdminViews.MadeLink invite(String email, @Nullable String accountId, String reason) throws Refused {
        return links.invite(new By(by.actor(), reason, null), email, accountId);
    }

    @Override
    public AdminViews.MadeLink resetLink(String login, String reason) throws Refused {
        return links.resetLink(new By(by.actor(), reason, null), login);
    }

    @Override
    public String testMail(String email) throws Refused {
        links.testMail(by, email);
        return email.strip();
    }

    @Override
    public String beSandbox(String reason) throws Refused {
        return refusable(() -> {
            List<String> real = kind.nodes(true);
            if (kind.isRealHere() || !real.isEmpty()) {
                throw new Refused((real.isEmpty() ? "The running server" : "Nodes " + String.join(", ", real))
                        + " still have a real upstream: stop them, or start them without one, first.");
            }
            SetInstallationKind change = new SetInstallationKind(false, clock.instant());
            Deed deed = new Deed(
                    by.actor(),
                    "installation.sandbox",
                    "installation",
                    Deed.reason(reason),
                    clock.instant(),
                    () -> change.outcome()
                            ? new Deed.Changed("{\"real_upstream\":true}", "{\"real_upstream\":false}")
                            : null);
            writer.commitAndWait(Unit.of(change, deed));
            kind.look();
            return change.outcome()
                    ? "This installation has no real upstream from now on: test payments and start credits are open again, for the sandbox."
                    : "This installation has had no real upstream.";
        });
    }

    @Override
    public void close() {
        closing.run();
    }

    private static AdminViews.ApiKey key(Key key) {
        KeySettings settings = key.settings();
        Spend spend = settings.spend();
        Rates rates = settings.rates();
        return new AdminViews.ApiKey(
                key.id(),
                key.accountId(),
                key.prefix(),
                settings.name(),
                settings.kind() == KeyKind.MANAGEMENT ? AdminViews.Kind.MANAGEMENT : AdminViews.Kind.API,
                key.disabled(),
                new AdminViews.Spend(spend.hourMicros(), spend.dayMicros(), spend.totalMicros()),
                settings.allow().texts(),
                narrow(rates.requests()),
                narrow(rates.tokens()),
                narrow(rates.concurrency()),
                settings.models(),
                settings.expiresAt(),
                key.createdAt(),
                key.lastUsedAt());
    }

    private static <S, T> AdminViews.Page<T> page(
            List<S> found, int limit, Function<S, T> shown, Function<T, String> id) {
        List<T> data = found.stream().map(shown).toList();
        return new AdminViews.Page<>(data, data.size() < limit ? null : id.apply(data.getLast()));
    }

    /** Turns an operator's mistake into a sentence; any other failure is a fault. */
    private static <T> T refusable(Work<T> work) throws Refused {
        try {
            return work.done();
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private interface Work<T> {

        T done() throws Refused;
    }

    private static Refused noSuchKey(String id) {
        return new Refused(Refused.Why.NOT_FOUND, "There is no key " + id + ".");
    }
}
