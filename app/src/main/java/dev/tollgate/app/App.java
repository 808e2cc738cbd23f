package dev.tollgate.app;

import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.customers.webhooks.Deliveries;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.models.prices.RecordedRates;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.operator.cli.parts.Banner;
import dev.tollgate.operator.inspection.DailyCheck;
import dev.tollgate.portal.DemoAccount;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.PeopleModule;
import dev.tollgate.portal.Portal;
import dev.tollgate.running.Sweep;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.serving.CallsModule;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.serving.UpstreamsModule;
import dev.tollgate.serving.WatchModule;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes the modules in the order in which they need each other, and stops them in order. Started and closed by one
 * thread.
 */
public final class App implements AutoCloseable {

    private static final Duration RESOLVE_WAIT = Duration.ofSeconds(5);

    /** The most time from the acceptance of a connection until it is counted. */
    private static final Duration ARRIVING = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(App.class);

    private final Ground ground;
    private final BooksModule books;
    private final WatchModule watch;
    private final UpstreamsModule upstreams;
    private final WelcomeModule welcome;
    private final CallsModule calls;
    private final RefusalsModule refusals;
    private final Portal portal;
    private final HealthModule health;
    private final FrontModule front;

    private App(Ground ground, Addresses addresses) {
        this.ground = ground;
        LogModule.apply(ground.current());
        this.books = BooksModule.serve(ground);
        LogModule.begin(ground, books);
        this.watch = new WatchModule(ground.calls(), books.calls());
        DemoAccount demo = DemoAccount.of(ground.portal(), books.portal());
        EventLoops loops = ground.open(new EventLoops(), EventLoops::close);
        books.calls().writer().timedBy(loops::hadNanos);
        Vertx vertx = loops.vertx();
        OwnSandbox sandbox = OwnSandbox.open(ground, vertx);
        this.upstreams = UpstreamsModule.open(ground.calls(), books.calls(), vertx, watch, sandbox);
        this.welcome = new WelcomeModule(ground, books, upstreams, demo);
        this.calls = CallsModule.of(ground.calls(), books.calls(), upstreams, vertx, watch);
        this.refusals = RefusalsModule.open(ground, books);
        this.portal = new Portal(
                ground.portal(),
                books.portal(),
                vertx,
                upstreams.outbound(),
                new CallsOfPortal(ground, upstreams, calls, refusals),
                welcome.first(),
                welcome.foretold()::changes);
        count(portal.mail().deliveries());
        watch.copies(portal.copies());
        watch.secrets(portal.secretKeys()::oldValues);
        check(portal.daily());
        this.health = new HealthModule(books, loops, new Stopping());
        this.front = new FrontModule(
                ground, books, watch, calls, refusals, addresses, table(), portal.commands(this::announce), vertx);
        sweeps().forEach(sweep -> loops.every(sweep.every(), sweep.name(), sweep::run));
    }

    private void count(Deliveries deliveries) {
        watch.metrics()
                .counted(
                        "tollgate_webhook_deliveries",
                        "Attempts to deliver an event to a webhook, by outcome: delivered or failed. A failed one is made again later.",
                        new String[] {"outcome"},
                        now -> {
                            now.is((double) deliveries.attempts(true), "delivered");
                            now.is((double) deliveries.attempts(false), "failed");
                        });
    }

    private void check(@Nullable DailyCheck daily) {
        watch.metrics()
                .gauge(
                        "tollgate_books_differences",
                        "Differences that the newest check of the books with any has found, on whichever server, until an operator marks them as seen. Absent"
                                + " before the first one, and without books.check.",
                        new String[] {},
                        now -> {
                            Long differences = daily == null ? null : daily.differences();
                            if (differences != null) {
                                now.is((double) differences);
                            }
                        });
        watch.metrics()
                .gauge(
                        "tollgate_books_checked_age_seconds",
                        "Age of the newest daily check of the books, in seconds; before the first one, the time since the start. Absent without"
                                + " books.check.",
                        new String[] {},
                        now -> {
                            if (daily != null) {
                                now.is((double) daily.age().toSeconds());
                            }
                        });
    }

    /** Starts everything; returns when calls are answered. */
    public static App start(Settings settings) {
        return start(settings, Surroundings.REAL);
    }

    /** Starts everything in other surroundings. A failed start leaves nothing open. */
    public static App start(Settings settings, Surroundings surroundings) {
        Opened opened = new Opened();
        try {
            Addresses addresses = new Addresses(settings, surroundings.waits().halfClose());
            App app = new App(Ground.of(settings, surroundings, opened), addresses);
            app.listen();
            return app;
        } catch (RuntimeException | Error e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    private void listen() {
        RecordedRates.record(ground.catalogue(), books.writer(), ground.clock().instant());
        books.stores().sold().record(books.writer(), books.node().sharedClock().instant());
        front.listen();
        books.node().tellReady();
    }

    private List<Route<?>> table() {
        return RouteList.of(
                calls.routes(portal.callerRoutes()),
                portal.organizationRoutes(),
                portal.adminRoutes(this::announce),
                health.routes(),
                List.of(watch.route(portal.adminGate())),
                portal.publicRoutes(),
                portal.pageRoutes());
    }

    List<Sweep> sweeps() {
        return Stream.of(
                        books.calls().sweeps(ground.clock()),
                        calls.sweeps(),
                        refusals.sweeps(),
                        welcome.sweeps(),
                        portal.sweeps(),
                        watch.sweeps(),
                        front.sweeps())
                .flatMap(List::stream)
                .toList();
    }

    // ---- what runs ----

    public int port() {
        return front.port();
    }

    /** Returns the port of the operator's routes. */
    public int adminPort() {
        return front.adminPort();
    }

    /** Returns the text of the start. */
    public Banner banner() {
        return welcome.banner(Banner.url(ground.settings().get(ServerSettings.HOST), port()));
    }

    /** Returns what an operator may do while the server runs. Thread-safe. */
    public Administration administration() {
        return portal.administration();
    }

    /** Returns the sandbox; null if there is a real upstream. */
    public @Nullable Sandbox sandbox() {
        return upstreams.standIn() instanceof OwnSandbox own ? own.sandbox() : null;
    }

    public UpstreamsModule upstreams() {
        return upstreams;
    }

    public CallsModule calls() {
        return calls;
    }

    public RefusalsModule refusals() {
        return refusals;
    }

    public PeopleModule people() {
        return portal.people();
    }

    public MoneyModule money() {
        return portal.money();
    }

    public FrontModule front() {
        return front;
    }

    /** Returns everything that is served, and to whom. */
    List<Route<?>> routes() {
        return front.routes();
    }

    /** Returns the kinds of change that the writer's parts apply, in the parts' order. */
    List<String> parts() {
        return books
                .stores()
                .parts(
                        () -> "",
                        BooksModule.ofCalls(
                                books.calls().stores().answers(),
                                books.calls().stores().routed()))
                .stream()
                .map(part -> part.type().getSimpleName())
                .toList();
    }

    /** Returns the names of what is open, in the order in which it was opened. */
    List<String> opened() {
        return ground.opened().names();
    }

    /** Returns the help of each metric by its name. Thread-safe. */
    public Map<String, String> metrics() {
        return watch.catalogue();
    }

    /** Ends the waiting of {@link #close}, now or later: what still runs is ended immediately. Thread-safe. */
    public void hurry() {
        health.stopping().hurry();
    }

    /** Announces the stop, and lets go of the connections that proxies keep. */
    private void announce() {
        health.announce();
        front.leave();
    }

    /**
     * Stops in order: it is announced, then new calls are refused, open ones have their time to end, what is left is ended and its holds are
     * returned (D18), then everything that was opened closes, the books last. Nothing that was settled is lost.
     *
     * <p>If the announcement has a time, a proxy sends the next calls: nothing is refused, only the port is closed.
     */
    @Override
    public void close() {
        Settings settings = ground.settings();
        Duration announcing = settings.get(TrafficSettings.ANNOUNCE);
        announce();
        health.stopping().letKnow(announcing);
        portal.closeStreams();
        if (announcing.isPositive()) {
            front.stopListening();
        } else {
            front.refuse();
        }
        calls.stopJobs();
        drain(settings.get(TrafficSettings.DRAIN), announcing);
        front.refuse();
        calls.end("The server is shutting down. Please try again.");
        new Stopping().await(System.nanoTime() + RESOLVE_WAIT.toNanos(), () -> calls.open() == 0);
        front.drain(CallsModule.COME_BACK); // what was ended has a way to go to its callers
        ground.opened().close();
    }

    /** @param idle the time in which a proxy closes connections that it keeps: a call that it sends on one is served */
    private void drain(Duration time, Duration idle) {
        int open = calls.open();
        if (open > 0) {
            log.info("shutting down: no new calls, {} running calls have {} s to end", open, time.toSeconds());
        }
        long begin = System.nanoTime();
        AtomicLong busy = new AtomicLong(begin);
        health.stopping().await(begin + time.toNanos(), () -> {
            long now = System.nanoTime();
            // Also calls that their callers have left under an idempotency key (D35).
            if (front.openExchanges() > 0 || calls.open() > 0) {
                busy.set(now);
                return false;
            }
            Duration wait = front.connections() > 0 || idle.compareTo(ARRIVING) < 0 ? idle : ARRIVING;
            return now - busy.get() >= wait.toNanos();
        });
        int left = calls.open();
        if (left > 0) {
            log.warn("{} calls still running are ended, their holds are released", left);
        }
    }
}
