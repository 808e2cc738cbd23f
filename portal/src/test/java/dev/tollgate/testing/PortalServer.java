package dev.tollgate.testing;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.books.receipts.ReceiptsHandler;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.engine.HttpFront;
import dev.tollgate.http.engine.HttpOptions;
import dev.tollgate.http.engine.Unread;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.lists.CodexModels;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.models.prices.RecordedRates;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.cli.parts.ControlSocket;
import dev.tollgate.portal.DemoAccount;
import dev.tollgate.portal.FirstKeys;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.PeopleModule;
import dev.tollgate.portal.Portal;
import dev.tollgate.portal.PortalBooks;
import dev.tollgate.portal.PortalGround;
import dev.tollgate.portal.PortalStores;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.DatabaseClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The portal alone, wired as the program wires it, on a free port over a real database: pages, console, the API of accounts and of operators, payments, mails. The
 * half that answers calls is absent ({@link NoCalls}): calls are in the books as the ledger's own
 * writer writes them ({@link LedgerDoor}).
 */
public final class PortalServer extends AccountsServer {

    /** How much memory the hash of a password fills. */
    private static final int PASSWORD_KIBIBYTES = 64;

    /** Jobs are of both halves. */
    private static final PortalStores.OfCalls OF_CALLS = new PortalStores.OfCalls(
            List.of(JobParts.claims()),
            List.of(JobParts.changes(JobEvents.NONE)),
            List.of(),
            List.of(),
            PortalStores.OfCalls.NONE.answers());

    private Opened opened;
    private PortalBooks books;
    private NoCalls calls;
    private LedgerDoor door;
    private FirstKeys first;
    private Portal portal;
    private HttpFront front;
    private volatile @Nullable ApiError refusal;
    private volatile boolean isSweptByTest;

    private final int passwordKibibytes;

    private PortalServer(Launch launch, @Nullable InstantSource clock, int passwordKibibytes) {
        super(launch, clock);
        this.passwordKibibytes = passwordKibibytes;
        begin();
    }

    public static PortalServer start(String... settings) {
        return start(Map.of(), settings);
    }

    /**
     * @param environment variables in addition to the demo key
     * @param settings names and values in turn, as in {@code http.trusted-hops}, {@code 1}
     */
    public static PortalServer start(Map<String, String> environment, String... settings) {
        return start(null, environment, settings);
    }

    /** @param clock the test's; null: the time as the tests have it */
    public static PortalServer start(
            @Nullable InstantSource clock, Map<String, String> environment, String... settings) {
        return new PortalServer(Launch.of(environment, settings), clock, PASSWORD_KIBIBYTES);
    }

    /** @param passwordKibibytes how much memory the hash of a password fills */
    public static PortalServer start(int passwordKibibytes, Map<String, String> environment, String... settings) {
        return new PortalServer(Launch.of(environment, settings), null, passwordKibibytes);
    }

    /** Starts over a PostgreSQL that others may share. */
    public static PortalServer startOn(String databaseUrl, String... settings) {
        return startOn(databaseUrl, Map.of(), settings);
    }

    /** Starts over a PostgreSQL, with more variables in its environment. */
    public static PortalServer startOn(String databaseUrl, Map<String, String> environment, String... settings) {
        return start(sharing(databaseUrl, environment), settings);
    }

    /** Starts over a file or a fresh PostgreSQL. */
    public static PortalServer startOn(Stores stores, String... settings) {
        return startOn(stores, Map.of(), settings);
    }

    /** Starts over a file or a fresh PostgreSQL, with more variables in its environment. */
    public static PortalServer startOn(Stores stores, Map<String, String> environment, String... settings) {
        return stores == Stores.SQLITE
                ? start(environment, settings)
                : startOn(Postgres.migrated(), environment, settings);
    }

    /** Starts another with the same settings over a SQLite file in another folder, which goes when it is closed. */
    public PortalServer over(Path folder) {
        return new PortalServer(launch().over(folder, null), null, passwordKibibytes);
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
        Path models = settings.find(ServerSettings.MODELS_FILE);
        Catalogue catalogue = models == null ? CatalogueLoader.builtIn() : CatalogueLoader.load(models);
        SecureRandom random = new SecureRandom();
        InstantSource clock = this::now;
        PortalGround ground = new PortalGround(
                settings,
                new CurrentSettings(settings.chosen()),
                catalogue,
                clock,
                random,
                opened,
                "",
                PortalGround.languages(settings, TestLanguages.of(settings)));
        openBooks(ground);
        DemoAccount.of(ground, books);
        EventLoops loops = ground.open(new EventLoops(), EventLoops::close);
        first = FirstKeys.of(ground, books);
        calls = NoCalls.of(ground, books);
        door = new LedgerDoor(books, clock);
        portal = new Portal(
                ground, books, loops.vertx(), Outbound.direct(loops.vertx()), calls, first, its -> new Foresight(
                                its, calls.models(), clock.instant())
                        .changes(!calls.isSandbox()));
        listen(ground, loops);
        portal.sweeps()
                .forEach(sweep -> loops.every(sweep.every(), sweep.name(), () -> {
                    if (!isSweptByTest) {
                        sweep.run();
                    }
                }));
    }

    private void openBooks(PortalGround ground) {
        Settings settings = ground.settings();
        InstantSource clock = ground.clock();
        Secret url = settings.databaseUrl();
        Database database = ground.open(
                url == null
                        ? Database.open(settings.data(), true) // tests change it behind the program's back
                        : Database.openShared(url.value(), settings.data()),
                Database::close);
        database.waitForPages(Duration.ofMinutes(1)); // others keep the machine busy
        Duration callMax = ground.catalogue().callTimeMax(settings.get(TrafficSettings.CALL));
        PortalBooks.Choice choice = new PortalBooks.Choice(
                settings, clock, ground.random(), passwordKibibytes, callMax, settings.hasRealUpstream());
        books = PortalBooks.over(database, choice, new DatabaseClock(clock), () -> "", OF_CALLS);
        ground.open(books.people(), it -> it.close());
        books.begin(ground.random(), clock);
        database.markBegun();
        books.stores().keys().callTheRoll();
        books.kind().look();
        books.stores().prices().applyTo(ground.catalogue());
        books.stores().sold().applyTo(ground.catalogue());
        books.stores().settings().applyTo(ground.current(), changed -> {});
    }

    private void listen(PortalGround ground, EventLoops loops) {
        HttpOptions usual = HttpOptions.of("127.0.0.1", 0);
        HttpOptions options = new HttpOptions(
                usual.host(),
                usual.port(),
                usual.loops(),
                ground.settings().get(TrafficSettings.TRUSTED_HOPS),
                Set.of(),
                usual.limits(),
                usual.edge().withHalfClose(Duration.ZERO)); // tests leave as soon as they can
        HttpFront.Room room = new HttpFront.Room(
                MemoryBudget.ofHeap(),
                MemoryBudget.ofHeads(),
                Unread.ofDirectMemory(options.limits().connectionsMax()));
        front = front(
                ground,
                loops,
                options,
                RouteList.of(
                        ofCalls(ground),
                        portal.callerRoutes(),
                        portal.organizationRoutes(),
                        portal.adminRoutes(() -> {}),
                        portal.publicRoutes(),
                        portal.pageRoutes()),
                room,
                new HttpFront.Observers(this::refused, RequestObserver.NONE));
        RecordedRates.record(ground.catalogue(), books.writer(), ground.clock().instant());
        books.stores().sold().record(books.writer(), ground.clock().instant());
        Opened.await(front.start());
        HttpOptions ofCommands = new HttpOptions("", 0, 1, 0, Set.of(), HttpLimits.defaults(), options.edge());
        HttpFront commands =
                front(ground, loops, ofCommands, portal.commands(() -> {}), room, HttpFront.Observers.NONE);
        try {
            ControlSocket.open(data(), address -> Opened.await(commands.start(address)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        opened.add(data(), PortalServer::closeSocket);
    }

    /** Returns the models and receipts, which are the ledger's, and the door that writes calls as the ledger writes them. */
    private List<Route<?>> ofCalls(PortalGround ground) {
        ModelsHandler models =
                new ModelsHandler(books.stores().sold(), calls.models(), new CodexModels(null), books.sharedClock());
        List<Route<?>> routes = new ArrayList<>();
        RouteList.api(routes, Route.get("/models", calls.gate(), models.list()));
        KeyGate key = calls.gate().ofAccountOrManagement(Scope.USAGE_READ);
        Workers signing = ground.open(ReceiptsHandler.workers(), Workers::close);
        ReceiptsHandler receipts = new ReceiptsHandler(books.stores().receipts(), ground.clock(), signing);
        RouteList.api(routes, Route.get("/receipts", key, receipts.list()));
        RouteList.api(routes, Route.get("/receipts/head", key, receipts.head()));
        RouteList.api(routes, Route.get("/receipts/key", key, receipts.keys()));
        RouteList.api(routes, Route.get("/receipts/{task_id}", key, receipts.one()));
        RouteList.api(routes, Route.post("/chat/completions", calls.gate().forModels(), door));
        return routes;
    }

    private static void closeSocket(Path data) {
        try {
            ControlSocket.close(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpFront front(
            PortalGround ground,
            EventLoops loops,
            HttpOptions at,
            List<Route<?>> served,
            HttpFront.Room room,
            HttpFront.Observers observers) {
        HttpFront made = new HttpFront(
                loops.vertx(),
                at,
                served,
                ground.random(),
                ground.clock(),
                room,
                books.stores().keys()::isOnRoll,
                observers);
        return ground.open(made, it -> Opened.await(it.close()));
    }

    /** What callers are refused is counted, as the program does it. */
    private void refused(Exchange exchange, ApiError error) {
        refusal = error;
        if (exchange.isOfApi() && error.status() < 500) {
            calls.refused().refused(exchange, error);
        }
    }

    @Override
    protected void end() {
        portal.closeStreams();
        opened.close();
    }

    @Override
    public int port() {
        return front.port();
    }

    /** Returns the stores, to write calls as the ledger writes them, and to read what was written. */
    public PortalBooks books() {
        return books;
    }

    /** Returns the admin key that the first start has made. */
    public String adminKey() {
        return Objects.requireNonNull(first.admin().made());
    }

    /**
     * From now on nothing is swept but by the test, which says so before there is work: a sweep of the server's own at the same time would take some of
     * it, and the test's would end without it.
     */
    public void leaveSweepsToTest() {
        isSweptByTest = true;
    }

    @Override
    public Administration administration() {
        return portal.administration();
    }

    @Override
    public PeopleModule people() {
        return portal.people();
    }

    @Override
    public MoneyModule money() {
        return portal.money();
    }

    /** {@inheritDoc} They fail if it answers with a status. */
    @Override
    public void script(String script) {
        door.script(script);
    }

    /** Returns the last refusal of a request, with its sentence for people; null before the first. */
    public @Nullable ApiError refusal() {
        return refusal;
    }

    @Override
    protected int openCalls() {
        return 0;
    }

    @Override
    public void writeRefusals() {
        calls.refusals().flush();
    }
}
