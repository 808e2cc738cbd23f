package dev.tollgate.testing;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.tasks.TaskHandler;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.calls.replay.Answers;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.engine.HttpFront;
import dev.tollgate.http.engine.HttpOptions;
import dev.tollgate.http.engine.PublicAddress;
import dev.tollgate.http.engine.Unread;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.CreditsHandler;
import dev.tollgate.keys.CreditsHandler.Form;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.RecordedRates;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.running.Sweep;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.serving.AbandonedHolds;
import dev.tollgate.serving.CallBooks;
import dev.tollgate.serving.CallGround;
import dev.tollgate.serving.CallStores;
import dev.tollgate.serving.CallsModule;
import dev.tollgate.serving.Node;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.serving.UpstreamsModule;
import dev.tollgate.serving.WatchModule;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.upstreams.media.Resolver;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The gateway half of the program, without customers, operators and pages: the doors of callers' programs and {@code /metrics}, put together as
 * the program puts them together, on a free port over a fresh data folder, in front of the sandbox. Accounts and keys are written by their own
 * stores.
 */
public final class CallServer extends KeysServer implements SandboxServer {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SANDBOX_KEY = "key-of-the-sandbox-of-a-test@none";
    private static final String DEMO = "acc_demo";
    private static final int REQUESTS_KEPT = 1_000;
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Surroundings surroundings;
    private Opened opened;
    private CallGround ground;
    private CallBooks books;
    private WatchModule watch;
    private @Nullable Sandbox sandbox;
    private UpstreamsModule upstreams;
    private CallsModule calls;
    private HttpFront front;

    private CallServer(Launch launch, Surroundings surroundings) {
        super(launch, surroundings.clock() == Surroundings.REAL.clock() ? null : surroundings.clock());
        this.surroundings = surroundings;
        begin();
    }

    public static CallServer start(String... settings) {
        return start(Map.of(), settings);
    }

    /**
     * @param environment variables in addition to the demo key
     * @param settings names and values in turn, as in {@code http.trusted-hops}, {@code 1}
     */
    public static CallServer start(Map<String, String> environment, String... settings) {
        return start(Surroundings.REAL.with(it -> it.environment = environment::get), environment, settings);
    }

    /** @param resolver finds the hosts that media are downloaded from */
    public static CallServer start(Resolver resolver, String... settings) {
        return start(Surroundings.REAL.with(it -> it.resolver = resolver), Map.of(), settings);
    }

    /** Starts it in surroundings of the test's own. */
    public static CallServer start(Surroundings surroundings, Map<String, String> environment, String... settings) {
        return new CallServer(Launch.of(environment, settings), ofTests(surroundings));
    }

    /** A node over a PostgreSQL that others may share. */
    public static CallServer startOn(String databaseUrl, String... settings) {
        return startOn(databaseUrl, Map.of(), settings);
    }

    /** Starts a node over a PostgreSQL, with more variables in its environment. */
    public static CallServer startOn(String databaseUrl, Map<String, String> environment, String... settings) {
        return start(sharing(databaseUrl, environment), settings);
    }

    /** Over a file, or over a fresh PostgreSQL. */
    public static CallServer startOn(Stores stores, String... settings) {
        return startOn(stores, Map.of(), settings);
    }

    /** Starts such a server with more variables in its environment. */
    public static CallServer startOn(Stores stores, Map<String, String> environment, String... settings) {
        return stores == Stores.SQLITE
                ? start(environment, settings)
                : startOn(Postgres.migrated(), environment, settings);
    }

    /** Returns the surroundings of tests: they change the database behind the program's back, leave as soon as they can, and share a busy machine. */
    static Surroundings ofTests(Surroundings surroundings) {
        Surroundings all = surroundings.with(it -> {
            it.sandboxRequestsMax = REQUESTS_KEPT;
            it.foreignWrites = true;
            it.waits = it.waits.withPage(Duration.ofMinutes(1));
        });
        return all.waits().halfClose().equals(EdgeLimits.HALF_CLOSE)
                ? all.with(it -> it.waits = it.waits.withHalfClose(Duration.ZERO))
                : all;
    }

    /** Starts a second server over a copy of the present data, as {@link #launchOfCopy} has them. */
    public CallServer crashed() {
        return new CallServer(launchOfCopy(), surroundings);
    }

    /** A second one with the same settings over a SQLite file in another folder, which goes when it is closed. */
    public CallServer over(Path folder) {
        return new CallServer(launch().over(folder, null), surroundings);
    }

    @Override
    protected void begin() {
        opened = new Opened();
        try {
            open(launch().settings());
        } catch (RuntimeException | Error e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    private void open(Settings settings) {
        Catalogue catalogue = CatalogueLoader.of(settings);
        ground = new CallGround(settings, catalogue, surroundings.with(it -> it.clock = this::now), RANDOM, opened, "");
        openBooks();
        watch = new WatchModule(ground, books);
        addDemoAccount();
        EventLoops loops = ground.open(new EventLoops(), EventLoops::close);
        books.writer().timedBy(loops::hadNanos);
        sandbox = settings.hasRealUpstream() ? null : sandbox(loops.vertx());
        upstreams = UpstreamsModule.open(
                ground, books, loops.vertx(), watch, sandbox == null ? null : new OwnSandbox(sandbox));
        calls = CallsModule.of(ground, books, upstreams, loops.vertx(), watch);
        listen(watch, loops.vertx());
        Stream.of(books.sweeps(ground.clock()), calls.sweeps(), watch.sweeps())
                .<Sweep>flatMap(List::stream)
                .forEach(sweep -> loops.every(sweep.every(), sweep.name(), sweep::run));
        RecordedRates.record(catalogue, books.writer(), ground.clock().instant());
        books.stores().sold().record(books.writer(), ground.clock().instant());
        Opened.await(front.start());
        books.node().tellReady();
    }

    private void openBooks() {
        Settings settings = ground.settings();
        Secret url = settings.databaseUrl();
        Secret key = settings.find(ServerSettings.SECRET_KEY);
        boolean isReal = settings.hasRealUpstream();
        Database database = url == null
                ? Database.open(settings.data(), ground.surroundings().foreignWrites())
                : Database.openShared(url.value(), settings.data());
        Node node = new Node(database, ground.clock());
        ground.open(database, it -> {
            it.close();
            node.close();
        });
        SecretBox secrets = SecretKeys.of(key == null ? null : key.value(), settings.data(), database, RANDOM);
        SetPrices prices = new SetPrices(database);
        CallStores stores = new CallStores(
                new Ledger(database, isReal),
                new Keys(database, ground.clock()),
                new Receipts(database, secrets),
                new Answers(database),
                new RoutedModels(),
                prices,
                new AccountPrices(database, prices),
                new LabelNumbers());
        Writer writer = database.startWriter(parts(stores, node::id));
        AbandonedHolds left = new AbandonedHolds(writer, ground.clock());
        books = new CallBooks(database, secrets, stores, writer, CallsFixture.PAID, left, node);
        commit(new SecretKeys.Check(secrets));
        if (!stores.receipts().hasSigningKey()) {
            commit(Receipts.firstKey(secrets, RANDOM, ground.clock().instant()));
        }
        books.begin(RANDOM, url == null ? null : isReal ? "real" : "sandbox");
        stores.keys().callTheRoll();
        new InstallationKind(database, writer, isReal, ground.clock()).look();
        stores.prices().applyTo(ground.catalogue());
        stores.sold().applyTo(ground.catalogue());
        stores.routed().learn(database);
    }

    private void addDemoAccount() {
        Instant now = ground.clock().instant();
        CreateAccount account = new CreateAccount(DEMO, "Demo", now);
        KeySettings settings = KeySettings.named("Demo");
        commit(
                account,
                Grant.onCondition(
                        DEMO,
                        ground.settings().get(ServerSettings.DEMO_CREDITS),
                        "demo credits",
                        Origin.GIFT,
                        account::outcome,
                        RequestId.ofOperator("gift"),
                        now),
                KeyChange.ensure(OwnIds.key(RANDOM), DEMO, KeySecret.chosen(DEMO_KEY), settings, now));
    }

    /** Returns the parts of the writer, without the parts of customers and operators, in the program's order. */
    private static List<Part<?>> parts(CallStores stores, Supplier<String> nodeId) {
        return Stream.of(
                        List.of(
                                SecretKeys.part(),
                                InstallationKind.part(),
                                stores.keys().statePart()),
                        CallStores.claims(stores.answers()),
                        List.of(
                                Allowances.part(),
                                stores.ledger().part(stores.keys()::forgetAccount, nodeId, stores.labels()),
                                stores.keys().changesPart(),
                                Rollups.part(nodeId, stores.labels()),
                                stores.labels()),
                        CallStores.kept(stores.answers(), stores.routed(), JobEvents.NONE),
                        List.of(stores.sold().part(), RecordedRates.part(), AuditLog.part(), Allowances.lastPart()))
                .<Part<?>>flatMap(List::stream)
                .toList();
    }

    private Sandbox sandbox(Vertx vertx) {
        Settings settings = ground.settings();
        SandboxOptions options = SandboxOptions.defaults()
                .withClock(ground.clock())
                .withPort(settings.get(TrafficSettings.SANDBOX_PORT))
                .withSeed(settings.get(TrafficSettings.SANDBOX_SEED))
                .withRequestsMax(ground.surroundings().sandboxRequestsMax())
                .withPaceMillis(settings.get(TrafficSettings.SANDBOX_PACE).toMillis())
                .withKey(SANDBOX_KEY);
        return ground.open(Opened.await(Sandbox.start(vertx, options)), it -> Opened.await(it.close()));
    }

    private record OwnSandbox(Sandbox sandbox) implements UpstreamsModule.StandIn {

        @Override
        public String url() {
            return sandbox.baseUrl();
        }

        @Override
        public @Nullable String key() {
            return sandbox.key();
        }
    }

    private void listen(WatchModule watch, Vertx vertx) {
        List<Route<?>> ofAccounts = new ArrayList<>();
        KeyGate reading = calls.gate().orManagement(Scope.USAGE_READ);
        Ledger ledger = books.stores().ledger();
        Map.of(
                        "/credits", Form.CREDITS,
                        "/key", Form.KEY,
                        "/dashboard/billing/subscription", Form.SUBSCRIPTION,
                        "/dashboard/billing/usage", Form.USAGE)
                .forEach((path, form) -> RouteList.api(
                        ofAccounts, Route.get(path, reading, new CreditsHandler(ledger, ground.clock(), form))));
        RouteList.api(
                ofAccounts,
                Route.get(
                        "/tasks/{id}", reading, new TaskHandler(new Tasks(books.database()), ledger, books.writer())));
        List<Route<?>> routes = new ArrayList<>(calls.routes(ofAccounts));
        routes.add(watch.route(Gate.PUBLIC));
        HttpOptions options = PublicAddress.options(
                ground.settings(), ground.surroundings().waits().halfClose());
        HttpFront.Room room = new HttpFront.Room(
                MemoryBudget.ofHeap(),
                MemoryBudget.ofHeads(),
                Unread.ofDirectMemory(options.limits().connectionsMax()));
        front = ground.open(
                new HttpFront(
                        vertx,
                        options,
                        routes,
                        ground.random(),
                        ground.clock(),
                        room,
                        books.stores().keys()::isOnRoll,
                        new HttpFront.Observers(
                                (exchange, error) -> {
                                    calls.traces().refused(exchange, error);
                                    watch.metrics().refusals().refused(exchange, error);
                                },
                                watch.metrics().requests())),
                it -> Opened.await(it.close()));
        watch.front(front, room.unread());
    }

    /** Gives running calls their time, ends the others, whose holds are returned, and closes the books last. */
    @Override
    protected void end() {
        front.refuse();
        calls.stopJobs();
        awaitCalls(ground.settings().get(TrafficSettings.DRAIN));
        calls.end("The server is shutting down. Please try again.");
        awaitCalls(LAST_WORDS);
        Opened.await(front.drain(LAST_WORDS));
        opened.close();
    }

    private void awaitCalls(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        while (calls.open() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public int port() {
        return front.port();
    }

    /** Has the gauges look at the database, which they else do now and then while they are asked for. */
    public Scrape looked() {
        Scrape.of(this);
        watch.sweeps().forEach(Sweep::run);
        return Scrape.fresh(this);
    }

    @Override
    public CallsModule calls() {
        return calls;
    }

    @Override
    public UpstreamsModule upstreams() {
        return upstreams;
    }

    @Override
    public Sandbox sandbox() {
        return Objects.requireNonNull(sandbox, "no sandbox answers here");
    }

    @Override
    protected int openCalls() {
        return calls.open();
    }

    @Override
    public long requestBytes() {
        return front.bodyBytes();
    }

    @Override
    public int openExchanges() {
        return front.openExchanges();
    }

    private void commit(Change... changes) {
        books.writer().commitAndWait(Unit.of(changes));
    }

    @Override
    public String createAccount(long micros) {
        Instant at = ground.clock().instant();
        CreateAccount account = new CreateAccount(OwnIds.account(RANDOM), "Test", at);
        if (micros == 0) {
            commit(account);
        } else {
            commit(
                    account,
                    Grant.onCondition(
                            account.id(),
                            micros,
                            "credits at creation",
                            Origin.GIFT,
                            account::outcome,
                            RequestId.ofOperator("gift"),
                            at));
        }
        return account.id();
    }

    /** Adds credits to an account. */
    public void grant(String account, long micros) {
        commit(new Grant(account, micros, "for a test", ground.clock().instant()));
    }

    @Override
    public KeyResult.Made createKey(String account, KeySettings settings) {
        KeySecret secret = KeySecret.random(RANDOM);
        CreateKey change = new CreateKey(
                OwnIds.key(RANDOM), account, secret, settings, ground.clock().instant());
        commit(change);
        return switch (change.outcome()) {
            case Outcome.Done<Key>(Key made) -> new KeyResult.Made(made, secret.reveal());
            case Outcome.Refused<Key> refused -> throw new AssertionError(refused);
        };
    }

    /** Changes the settings of a key. */
    public void setKey(String key, UnaryOperator<KeySettings> edit) {
        commit(KeyEdit.set(key, edit));
    }

    /** Disables a key. */
    public void disableKey(String key) {
        commit(KeyEdit.disable(key, true));
    }

    /** The organization's log says whose key it is, as if it had been made so. */
    @Override
    public void own(String keyId, String member, String team) {
        super.own(keyId, member, team);
        String account = text("SELECT account_id FROM api_key WHERE id = '" + keyId + "'");
        String owner = (member.isEmpty() ? "" : "\"member\":\"" + member + "\",")
                + (team.isEmpty() ? "" : "\"team\":\"" + team + "\",");
        execute("INSERT INTO account_log (account_id, number, created_at, actor, action, subject, after_json)"
                + " SELECT '" + account + "', 1 + COUNT(*), 1, 'per_1', 'key.create', '" + keyId + "', '{\"id\":\""
                + keyId + "\"," + owner + "\"prefix\":\"sk\"}' FROM account_log WHERE account_id = '" + account + "'");
        execute("UPDATE account SET log_number = log_number + 1 WHERE id = '" + account + "'");
    }
}
