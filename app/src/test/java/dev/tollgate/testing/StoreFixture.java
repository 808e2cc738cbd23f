package dev.tollgate.testing;

import dev.tollgate.base.ids.Drawn;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.FreeEnds;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.signatures.Signatures;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** The stores over a real database, connected as the program connects them, with a clock that the test moves. */
public final class StoreFixture implements AutoCloseable {

    /** An account's share for kept answers. */
    public static final long ANSWERS_BYTES_MAX = 1_000;

    /** An account's share for thought signatures. */
    public static final long SIGNATURES_KIB_MAX = 100;

    /** An account's share for kept responses. */
    public static final long RESPONSES_BYTES_MAX = 400_000;

    /** The room for the kept responses of all accounts. */
    public static final long RESPONSES_STORE_BYTES = 1_000_000;

    public static final Instant NOON = Instant.parse("2026-11-20T12:34:56.789Z");

    public static final SecretBox SECRETS = new SecretBox("5e".repeat(32), new SecureRandom());

    public final Database database;
    public final Ledger ledger;
    public final Keys keys;
    public final Receipts receipts;
    public final Tasks tasks;
    public final Answers answers;
    public final Writer writer;
    public final Signatures signatures;
    public final KeptResponses responses;

    private final Supplier<Database> opener;
    private volatile Instant now = NOON;
    private volatile String nodeId = "";

    /** Over a SQLite file. */
    public StoreFixture(Path folder) {
        this(() -> Database.open(Migrated.in(folder)));
    }

    /** Over a SQLite file that the test changes behind the program's back, which is noticed otherwise. */
    public static StoreFixture tampered(Path folder) {
        return new StoreFixture(() -> Database.open(Migrated.in(folder), true));
    }

    /** One node of several over a PostgreSQL, with the rights of a program. */
    public static StoreFixture shared(String url) {
        String served = Postgres.served(url);
        return new StoreFixture(() -> Database.openShared(served));
    }

    private StoreFixture(Supplier<Database> opener) {
        this(opener, false);
    }

    private StoreFixture(Supplier<Database> opener, boolean isReal) {
        this.opener = opener;
        database = opener.get();
        InstantSource clock = () -> now;
        ledger = new Ledger(database, isReal);
        keys = new Keys(database, clock);
        receipts = new Receipts(database, SECRETS);
        tasks = new Tasks(database);
        answers = new Answers(database, ANSWERS_BYTES_MAX);
        LabelNumbers labels = new LabelNumbers();
        writer = database.startWriter(List.of(
                keys.statePart(),
                answers.claimPart(),
                Payments.part(),
                Allowances.part(),
                ledger.part(keys::forgetAccount, () -> nodeId, labels),
                keys.changesPart(),
                Rollups.part(() -> nodeId, labels),
                labels,
                Signatures.part(SIGNATURES_KIB_MAX),
                KeptResponses.part(RESPONSES_BYTES_MAX),
                answers.part(),
                Teams.part(keys),
                Members.part(),
                Organizations.part(),
                new WritePart<>(Execute.class),
                AccountLog.part(),
                AuditLog.part(),
                Allowances.lastPart()));
        signatures = new Signatures(database, writer, SECRETS, clock);
        responses = new KeptResponses(database, writer, SECRETS, clock, true, RESPONSES_STORE_BYTES, Long.MAX_VALUE);
        if (!receipts.hasSigningKey()) {
            commit(Receipts.firstKey(SECRETS, new SecureRandom(), now));
        }
    }

    /** The limit on free ends, for callers of the door {@code completions}. */
    public FreeEnds freeEnds() {
        return freeEnds(this::now);
    }

    public FreeEnds freeEnds(InstantSource clock) {
        return new FreeEnds(new Allowances(database, SECRETS, this::now), clock, "completions");
    }

    /** Closes this one; another over the same data. */
    public StoreFixture reopened() {
        return reopened(false);
    }

    /** Closes this fixture and opens another over the same data. @param isReal whether the installation's calls cost money */
    public StoreFixture reopened(boolean isReal) {
        close();
        StoreFixture next = new StoreFixture(opener, isReal);
        next.now = now;
        return next;
    }

    /** Sets the owner of later reservations; none at first. */
    public void setNodeId(String id) {
        nodeId = id;
    }

    public Instant now() {
        return now;
    }

    public void setNow(Instant instant) {
        now = instant;
    }

    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    /** Returns what commits the changes that an organization makes of itself. */
    public CountedChanges counted() {
        return new CountedChanges(writer, new Allowances(database, SECRETS, this::now));
    }

    public void commit(Change... changes) {
        writer.commitAndWait(Unit.of(changes));
    }

    /** Commits one change and tells what was decided. */
    public <O> O decide(Decision<O> change) {
        commit(change);
        return change.outcome();
    }

    public void account(String id, long micros) {
        commit(new CreateAccount(id, "Test", now));
        if (micros > 0) {
            commit(new Grant(id, micros, "test", now));
        }
    }

    public KeySecret key(String id, String accountId, KeySettings settings) {
        KeySecret secret = KeySecret.random(new SecureRandom());
        commit(new CreateKey(id, accountId, secret, settings, now));
        return secret;
    }

    /** Makes a key of a member, of a team, or of a member in a team. */
    public KeySecret ownedKey(String id, String accountId, String memberId, String teamId) {
        KeySecret secret = key(id, accountId, KeySettings.named(id));
        execute("UPDATE api_key SET member_id = ?, team_id = ? WHERE id = ?", memberId, teamId, id);
        String owner = (memberId.isEmpty() ? "" : "\"member\":\"" + memberId + "\",")
                + (teamId.isEmpty() ? "" : "\"team\":\"" + teamId + "\",");
        execute("""
                INSERT INTO account_log (account_id, number, created_at, actor, action, subject, after_json)
                SELECT ?, 1 + COUNT(*), 1, 'per_1', 'key.create', ?, ? FROM account_log WHERE account_id = ?""", accountId, id, "{\"id\":\"" + id + "\"," + owner + "\"prefix\":\"sk\"}", accountId);
        execute("UPDATE account SET log_number = log_number + 1 WHERE id = ?", accountId);
        return secret;
    }

    /** The beginning of a key's secret; empty where there is no such key. */
    public String prefix(String keyId) {
        return keys.byId(keyId).map(Key::prefix).orElse("");
    }

    public Reserve reserveChange(String id, String accountId, long least, long wanted) {
        return new Reserve(
                new OpenHold(id, accountId, "key_1", "chat", "m", now),
                least,
                wanted,
                () -> SpendLimits.NONE,
                () -> true);
    }

    public ReserveOutcome reserve(String id, String accountId, long least, long wanted) {
        return decide(reserveChange(id, accountId, least, wanted));
    }

    public ReserveOutcome reserve(String id, String accountId, long least, long wanted, SpendLimits limits) {
        return decide(new Reserve(
                new OpenHold(id, accountId, "key_1", "chat", "m", now), least, wanted, () -> limits, () -> true));
    }

    public Resolution.Outcome settle(String id, long chargeMicros) {
        return decide(Ended.settle(id, chargeMicros, now));
    }

    public Balance balance(String accountId) {
        return ledger.account(accountId).orElseThrow().balance();
    }

    /** Records a price as a start does. */
    public void price(Pricing pricing) {
        long number = 1 + number("SELECT COUNT(*) FROM price WHERE kind = 'file'");
        String terms = PriceTerms.of(pricing);
        long proof = new Drawn(pricing.version() + "\nfile\n" + number + "\nm\n0\nnull\n" + terms).nextLong();
        execute("INSERT INTO price (version, kind, number, model_id, created_at, terms, proof) VALUES ('"
                + pricing.version() + "', 'file', " + number + ", 'm', 0, '" + terms + "', " + proof + ")");
    }

    /** Executes SQL on the writer's connection. */
    public void execute(String sql, Object... values) {
        commit(statement(sql, values));
    }

    /** Returns the change that executes SQL on the writer's connection, in the turn of the stores that follow the ledger. */
    public Change statement(String sql, Object... values) {
        return new Execute(sql, values);
    }

    private static final class Execute extends Write<Integer> {

        private final String sql;
        private final Object[] values;

        Execute(String sql, Object... values) {
            this.sql = sql;
            this.values = values;
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            return statements.run(sql, values);
        }
    }

    /** The first column of the first row. */
    public long number(String sql) {
        return database.read(reads -> reads.number(sql));
    }

    @Override
    public void close() {
        database.close();
    }
}
