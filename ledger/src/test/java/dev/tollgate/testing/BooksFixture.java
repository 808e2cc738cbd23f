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
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** The books over a real database, connected as the program connects them, with a clock that the test moves. */
public class BooksFixture implements AutoCloseable {

    public static final Instant NOON = Instant.parse("2026-11-20T12:34:56.789Z");

    public static final SecretBox SECRETS = new SecretBox("5e".repeat(32), new SecureRandom());

    public final Database database;
    public final Ledger ledger;
    public final Receipts receipts;
    public final Tasks tasks;
    public final Writer writer;
    public final Plans plans;

    private final Core core;

    /** What is there before the writer starts: the parts of a unit are made of it. */
    protected static final class Core implements InstantSource {

        final Supplier<Database> opener;
        final Database database;
        final Ledger ledger;
        final AccountPrices sold;
        final LabelNumbers labels = new LabelNumbers();
        private volatile Instant now = NOON;
        private volatile String nodeId = "";

        /** @param isReal whether the installation's calls cost money */
        Core(Supplier<Database> opener, boolean isReal) {
            this.opener = opener;
            this.database = opener.get();
            this.ledger = new Ledger(database, isReal);
            this.sold = new AccountPrices(database, new SetPrices(database));
        }

        @Override
        public Instant instant() {
            return now;
        }

        String nodeId() {
            return nodeId;
        }
    }

    /** Over a SQLite file. */
    public BooksFixture(Path folder) {
        this(file(folder));
    }

    public BooksFixture(Supplier<Database> opener) {
        this(new Core(opener, false));
    }

    private BooksFixture(Core core) {
        this(
                core,
                List.of(
                        Plans.part(),
                        Allowances.part(),
                        core.ledger.part(account -> {}, core::nodeId, core.labels),
                        Rollups.part(core::nodeId, core.labels),
                        core.labels,
                        core.sold.part(),
                        new WritePart<>(Execute.class),
                        AuditLog.part(),
                        Allowances.lastPart()));
    }

    protected BooksFixture(Core core, List<Part<?>> parts) {
        this.core = core;
        database = core.database;
        ledger = core.ledger;
        receipts = new Receipts(database, SECRETS);
        tasks = new Tasks(database);
        plans = new Plans(database, core.sold.terms());
        writer = database.startWriter(parts);
        if (!receipts.hasSigningKey()) {
            commit(Receipts.firstKey(SECRETS, new SecureRandom(), now()));
        }
    }

    /** Opens a SQLite file. */
    public static Supplier<Database> file(Path folder) {
        return () -> Database.open(Migrated.in(folder));
    }

    /** Opens a SQLite file that the test changes behind the program's back, which is noticed otherwise. */
    public static Supplier<Database> tampered(Path folder) {
        return () -> Database.open(Migrated.in(folder), true);
    }

    /** Opens a PostgreSQL, as one node of several, with the rights of a program. */
    public static Supplier<Database> server(String url) {
        String served = Postgres.served(url);
        return () -> Database.openShared(served);
    }

    /** Closes this one; another over the same data. */
    public BooksFixture reopened() {
        return reopened(false);
    }

    /** Closes this fixture and opens another over the same data. @param isReal whether the installation's calls cost money */
    public BooksFixture reopened(boolean isReal) {
        return new BooksFixture(again(isReal));
    }

    /** Closes this one and returns the core of another over the same data. @param isReal whether the installation's calls cost money */
    protected Core again(boolean isReal) {
        close();
        Core next = new Core(core.opener, isReal);
        next.now = core.now;
        return next;
    }

    /** Sets the owner of later reservations; none at first. */
    public void setNodeId(String id) {
        core.nodeId = id;
    }

    public Instant now() {
        return core.now;
    }

    public void setNow(Instant instant) {
        core.now = instant;
    }

    public void advance(Duration duration) {
        core.now = core.now.plus(duration);
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
        commit(new CreateAccount(id, "Test", now()));
        if (micros > 0) {
            commit(new Grant(id, micros, "test", now()));
        }
    }

    public Reserve reserveChange(String id, String accountId, long least, long wanted) {
        return new Reserve(
                new OpenHold(id, accountId, "key_1", "chat", "m", now()),
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
                new OpenHold(id, accountId, "key_1", "chat", "m", now()), least, wanted, () -> limits, () -> true));
    }

    public Resolution.Outcome settle(String id, long chargeMicros) {
        return decide(Ended.settle(id, chargeMicros, now()));
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

    protected static final class Execute extends Write<Integer> {

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
