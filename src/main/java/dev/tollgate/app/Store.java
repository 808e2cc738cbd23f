package dev.tollgate.app;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.ledger.ExpireOpen;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.receipts.SetSigningKey;
import dev.tollgate.books.rollups.CountAbandoned;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.tasks.FailAbandoned;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.calls.replay.FreeAbandoned;
import dev.tollgate.customers.allowances.Allowances;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.notices.MonthlyStatements;
import dev.tollgate.customers.notices.Notices;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.Passwords;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.http.Readiness;
import dev.tollgate.models.prices.PriceRates;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.settings.StoredSettings;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.SecretKeys;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.upstreams.signatures.Signatures;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that is kept: the database with its stores, and the one writer with the parts in their order. */
public final class Store implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Store.class);

    private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private final Database database;
    private final InstantSource clock;
    private final SecretBox secrets;
    private final Ledger ledger;
    private final Keys keys;
    private final Receipts receipts;
    private final Tasks tasks;
    private final Answers answers;
    private final AuditLog auditLog;
    private final SetPrices setPrices;
    private final StoredSettings storedSettings;
    private final List<String> parts;
    private final Writer writer;
    private final InstallationKind kind;
    private final Signatures signatures;
    private final Rollups rollups;
    private final AccountHistory history;
    private final PlatformHistory platform;
    private final Duration callMax;
    private final People people;
    private final Outbox outbox;
    private final @Nullable NodeLease lease;
    private volatile Runnable lost = () -> {};
    private volatile Runnable leaseLost = () -> {};
    private final AtomicLong leftOpen = new AtomicLong();
    private final AtomicLong leftByDeadNodes = new AtomicLong();

    /** Servers over these books that are alive, this one included, as of the last renewal of its lease. */
    private volatile int nodes = 1;

    private Store(
            Database database,
            SecretBox secrets,
            InstantSource clock,
            SecureRandom random,
            Passwords passwords,
            Duration callMax,
            boolean isMailOn,
            boolean isNode,
            boolean isReal) {
        this.callMax = callMax;
        this.database = database;
        this.clock = clock;
        this.secrets = secrets;
        this.ledger = new Ledger(database, isReal);
        this.keys = new Keys(database, clock);
        this.receipts = new Receipts(database, secrets);
        this.tasks = new Tasks(database);
        this.answers = new Answers(database);
        this.auditLog = new AuditLog(database);
        this.setPrices = new SetPrices(database);
        this.storedSettings = new StoredSettings(database);
        this.outbox = new Outbox(database, secrets, clock, random, isMailOn, Outbox.BOUNDS);
        List<Part<?>> parts = List.of(
                SecretKeys.part(),
                InstallationValue.part(),
                InstallationKind.part(),
                keys.statePart(),
                answers.claimPart(),
                People.startMarksPart(),
                Vouchers.part(),
                Payments.part(),
                Allowances.part(),
                ledger.part(keys::forgetAccount, this::nodeId),
                keys.changesPart(),
                receipts.part(),
                tasks.part(),
                Rollups.part(this::nodeId),
                Signatures.part(),
                answers.part(),
                setPrices.part(),
                PriceRates.part(),
                storedSettings.part(),
                People.part(),
                Notices.part(),
                MonthlyStatements.part(),
                outbox.part(),
                Leaving.part(),
                AuditLog.part());
        this.parts = parts.stream().map(part -> part.type().getSimpleName()).toList();
        this.writer = database.startWriter(parts);
        this.kind = new InstallationKind(database, writer, isReal, clock);
        this.signatures = new Signatures(database, writer, secrets, clock);
        this.rollups = new Rollups(writer, clock);
        this.history = new AccountHistory(database, callMax, clock, writer);
        this.platform = new PlatformHistory(database);
        this.people = new People(database, writer, passwords, secrets, clock, random);
        begin(random);
        database.markBegun();
        database.whenGone(() -> lost.run());
        this.lease = isNode ? database.join(random, new Node(), isReal ? "real" : "sandbox") : null;
        writer.whenOutcomeUnknown(() -> {
            if (lease != null) {
                lease.giveUp();
            }
        });
    }

    /**
     * Opens the database to serve from it, and resolves what a crash has left (D34): in an embedded database every open
     * reservation, since nobody else can own one; in a shared one those of dead nodes, now and from then on.
     *
     * @throws CannotOpen with a sentence for the operator
     */
    static Store open(Settings settings, Surroundings surroundings, SecureRandom random) {
        return open(settings, surroundings, random, true);
    }

    /**
     * For a command: not a node, and beside running servers where the database is shared.
     *
     * @param mayBegin whether a data folder without an installation is given one; else a mistyped folder is told
     */
    public static Store openForCommand(Settings settings, InstantSource clock, SecureRandom random, boolean mayBegin) {
        if (!mayBegin && settings.databaseUrl() == null) {
            Database.requireBooks(settings.data());
        }
        return open(settings, Surroundings.REAL.withClock(clock), random, false);
    }

    private static Store open(Settings settings, Surroundings surroundings, SecureRandom random, boolean serves) {
        InstantSource clock = surroundings.clock();
        requireSane(clock.instant());
        Secret url = settings.databaseUrl();
        if (url != null && settings.secretKey() == null) {
            throw new CannotOpen(
                    "With PostgreSQL the secret key must be set, the same for all servers: TOLLGATE_SECRET_KEY,"
                            + " 64 hex digits.");
        }
        Database database = url == null
                ? Database.open(settings.data(), surroundings.foreignWrites())
                : shared(settings, url.value(), serves);
        try {
            Secret chosen = settings.secretKey();
            SecretBox secrets = SecretKeys.of(chosen == null ? null : chosen.value(), settings.data(), random);
            return begun(
                    new Store(
                            database,
                            secrets,
                            clock,
                            random,
                            new Passwords(random, surroundings.passwordKibibytes()),
                            settings.timeouts().call(),
                            settings.isMailOn(),
                            serves && url != null,
                            serves && settings.hasRealUpstream()),
                    serves);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static Store begun(Store store, boolean serves) {
        try {
            if (serves) {
                store.keys.callTheRoll();
                store.people.markEarlierStarts();
            }
            store.kind.look();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static Database shared(Settings settings, String url, boolean serves) {
        return serves ? Database.openShared(url, settings.data(), settings.migrates()) : Database.openShared(url);
    }

    /**
     * Brings the schema up to date, and nothing else: needs no secret key, and with PostgreSQL no data folder.
     *
     * @return a line of what was done
     * @throws CannotOpen with a sentence for the operator
     */
    public static String migrate(Settings settings) {
        Secret url = settings.databaseUrl();
        return url == null ? Database.migrate(settings.data()) : Database.migrateShared(url.value());
    }

    /**
     * Begins new books in a data folder that has lost its own, at the next opening.
     *
     * @throws CannotOpen where they are there, or are kept elsewhere
     */
    public static void beginAfresh(Settings settings) {
        if (settings.databaseUrl() != null) {
            throw new CannotOpen(
                    "With PostgreSQL --new-installation has no meaning: an empty database begins new books.");
        }
        Database.beginAfresh(settings.data());
    }

    /** A clock that was never set, or set wrongly, would stand in every entry of the books, and end every key and window. */
    private static void requireSane(Instant now) {
        if (now.isBefore(EARLIEST) || now.isAfter(LATEST)) {
            throw new CannotOpen(
                    "The clock of this machine says " + now + ", which cannot be: set it, then start again.");
        }
    }

    /** For a command that only reads, beside running servers too. */
    public static Database openReading(Settings settings) {
        Secret url = settings.databaseUrl();
        return url == null ? Database.openReading(settings.data()) : Database.openReading(url.value());
    }

    private void begin(SecureRandom random) {
        SecretKeys.Check check = new SecretKeys.Check(secrets);
        writer.commitAndWait(Unit.of(check));
        if (!check.outcome()) {
            throw new CannotOpen(
                    "The secret key is not the one that this installation's data were sealed with: put it into the data"
                            + " folder as secret.key, or set TOLLGATE_SECRET_KEY to it.");
        }
        if (!receipts.hasSigningKey()) {
            writer.commitAndWait(Unit.of(SetSigningKey.first(secrets, random, clock.instant())));
        }
        int left;
        do {
            left = expireAndWait().outcome().size();
            leftOpen.addAndGet(left);
            if (left == ExpireOpen.AT_ONCE_MAX) {
                log.info("more than {} calls were left open", ExpireOpen.AT_ONCE_MAX);
            }
        } while (left == ExpireOpen.AT_ONCE_MAX);
    }

    /** Holds that this start has given back of calls that an earlier run, or a node that was dead by then, had left open. */
    long holdsGivenBackAtStart() {
        return leftOpen.get();
    }

    /** Likewise of calls of nodes that have died since. */
    long holdsGivenBackOfDeadNodes() {
        return leftByDeadNodes.get();
    }

    private CompletableFuture<ExpireOpen> expire() {
        ExpireOpen expired = new ExpireOpen(clock.instant(), callMax);
        return writer.commit(Unit.of(
                        expired, new FailAbandoned(expired), new CountAbandoned(expired), new FreeAbandoned(expired)))
                .thenApply(unit -> expired);
    }

    private ExpireOpen expireAndWait() {
        try {
            return expire().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException failure ? failure : e;
        }
    }

    private void countNodes() {
        try {
            nodes = Math.max(1, NodeLease.living(database));
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "the living nodes could not be counted: {}", e.getMessage());
        }
    }

    /** How many servers share the books now, at least 1. From any thread. */
    int nodes() {
        return nodes;
    }

    /** Empty where it is not one of several, or has no lease now. */
    String nodeName() {
        NodeLease present = lease;
        return present == null || !present.isHeld() ? "" : nodeNameOf(present);
    }

    private static String nodeNameOf(NodeLease lease) {
        try {
            return lease.nodeId();
        } catch (StoreException e) {
            return ""; // it ran out meanwhile
        }
    }

    private String nodeId() {
        NodeLease present = lease;
        return present == null ? "" : present.nodeId();
    }

    /** What to do with running calls when this node has lost its lease (D34), or the books are gone: nothing of them may be delivered. */
    void whenLost(Runnable action) {
        lost = action;
    }

    /** Whether this is one of several servers that may share the books. */
    boolean isNode() {
        return lease != null;
    }

    /** How long it may go on without a renewal of its lease; nothing where it has none. From any thread. */
    Duration leaseLeft() {
        return lease == null ? Duration.ZERO : lease.left();
    }

    /** @param action beside {@link #whenLost}, run on the lease's thread */
    void whenLeaseLost(Runnable action) {
        leaseLost = action;
    }

    /** Why no call could be taken now. Waits for nothing; from any thread. */
    List<Readiness.Complaint> complaints() {
        List<Readiness.Complaint> complaints = new ArrayList<>();
        String complaint = writer.complaint();
        if (complaint != null) {
            complaints.add(new Readiness.Complaint("store", complaint));
        }
        if (lease != null && !lease.isHeld()) {
            complaints.add(new Readiness.Complaint("lease", "this node has no lease"));
        }
        return complaints;
    }

    /** Calls are taken from now on. */
    void tellReady() {
        tell(NodeLease.State.READY);
    }

    /** Nobody should be sent here any more. */
    void tellDraining() {
        tell(NodeLease.State.DRAINING);
    }

    private void tell(NodeLease.State state) {
        if (lease != null) {
            lease.tell(state);
        }
    }

    private final class Node implements NodeLease.Listener {

        private final AtomicBoolean expiring = new AtomicBoolean();

        @Override
        public void lost(boolean first) {
            if (first) {
                leaseLost.run();
            }
            lost.run();
        }

        @Override
        public void renewed() {
            Thread.ofVirtual().name("count-nodes").start(Store.this::countNodes);
            if (expiring.compareAndSet(false, true)) {
                expire().whenComplete((expired, failure) -> {
                    expiring.set(false);
                    if (failure == null && !expired.outcome().isEmpty()) {
                        leftByDeadNodes.addAndGet(expired.outcome().size());
                        log.warn(
                                Event.HOLDS_GIVEN_BACK,
                                "gave back the holds of {} calls of dead nodes",
                                expired.outcome().size());
                    }
                });
            }
        }
    }

    /** Returns the kinds of change that the parts apply, in the parts' order. */
    List<String> parts() {
        return parts;
    }

    /** Seals what must not lie open in the database or beside it. */
    SecretBox secrets() {
        return secrets;
    }

    public Ledger ledger() {
        return ledger;
    }

    public Keys keys() {
        return keys;
    }

    Receipts receipts() {
        return receipts;
    }

    Tasks tasks() {
        return tasks;
    }

    Answers answers() {
        return answers;
    }

    StoredSettings storedSettings() {
        return storedSettings;
    }

    SetPrices setPrices() {
        return setPrices;
    }

    AuditLog auditLog() {
        return auditLog;
    }

    /** Whether the installation has a real upstream. */
    public InstallationKind kind() {
        return kind;
    }

    /** For what reads all of it. */
    Database database() {
        return database;
    }

    Signatures signatures() {
        return signatures;
    }

    /** What an account is shown of its calls and money. */
    AccountHistory history() {
        return history;
    }

    /** What the operator is shown of all accounts. */
    PlatformHistory platform() {
        return platform;
    }

    Rollups rollups() {
        return rollups;
    }

    public People people() {
        return people;
    }

    /** Links by which people come in. */
    public Links links(Letters letters, SignUp signUp, SecureRandom random) {
        return new Links(people, database, writer, outbox, letters, signUp, clock, random);
    }

    /** Where mails lie until they are sent. */
    Outbox outbox() {
        return outbox;
    }

    public Writer writer() {
        return writer;
    }

    @Override
    public void close() {
        people.close();
        database.close();
        if (lease != null) {
            lease.close();
        }
    }
}
