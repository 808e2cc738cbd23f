package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFormat;
import dev.tollgate.base.log.LogOutput;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.ledger.InstallationKind;
import dev.tollgate.books.receipts.ReceiptsHandler;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.calls.metering.Accounting;
import dev.tollgate.calls.metering.CallLines;
import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.ExcessReports;
import dev.tollgate.calls.metering.MediaAccess;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.calls.replay.Expiry;
import dev.tollgate.calls.replay.KnownAnswers;
import dev.tollgate.calls.replay.SpoolFolder;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.customers.allowances.Allowances;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyGate;
import dev.tollgate.customers.keys.RequestCount;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.notices.ModelNotices;
import dev.tollgate.customers.notices.MonthlyStatements;
import dev.tollgate.customers.notices.Notices;
import dev.tollgate.customers.oidc.OidcClient;
import dev.tollgate.customers.oidc.OidcSignIn;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.people.FirstStart;
import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.IdentityProvider;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.StartCredits;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.http.AccessLog;
import dev.tollgate.http.Certificates;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Health;
import dev.tollgate.http.HttpFront;
import dev.tollgate.http.HttpOptions;
import dev.tollgate.http.Readiness;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.Unread;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.prices.PriceRates;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.admin.AdminGate;
import dev.tollgate.operator.admin.AdminKey;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.operator.admin.ChannelDeeds;
import dev.tollgate.operator.admin.Deletions;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.OperatorSettings;
import dev.tollgate.operator.admin.OperatorVouchers;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.operator.admin.StoredAdministration;
import dev.tollgate.operator.cli.Banner;
import dev.tollgate.operator.cli.ControlSocket;
import dev.tollgate.operator.telemetry.Telemetry;
import dev.tollgate.pages.docs.ApiDescription;
import dev.tollgate.pages.live.Live;
import dev.tollgate.protocols.door.Calls;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.connections.Outbound;
import dev.tollgate.upstreams.media.AllowedPlaces;
import dev.tollgate.upstreams.media.MediaLimits;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.media.MediaSpool;
import dev.tollgate.upstreams.media.Resolver;
import dev.tollgate.upstreams.signatures.Signatures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes every part, in the order in which they need each other, and holds the routes table. Started and
 * closed by one thread.
 */
public final class App implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(App.class);
    private static final int SANDBOX_KEY_BYTES = 32;
    private static final Duration RESOLVE_WAIT = Duration.ofSeconds(5);

    /** So many calls under way that some of them end every few milliseconds. */
    private static final int CROWD = 500;

    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final Duration FORGET_KEYS_EVERY = Duration.ofHours(1);

    private final Settings settings;
    private final Catalogue catalogue;
    private final InstantSource clock;
    private final Map<String, Protocol> protocols;
    private final RandomGenerator random;
    private final SecureRandom secureRandom = new SecureRandom();
    private final Store store;
    private final @Nullable DemoAccount demo;
    private final EventLoops loops;
    private final Vertx vertx;
    private final Outbound outbound;
    private final @Nullable Sandbox sandbox;
    private final UpstreamChannels channels;
    private final CurrentModels current;
    private final FirstStart firstStart;
    private final @Nullable String operatorPassword;
    private final AdminKey adminKey;
    private final MediaLoader media;
    private final Meter meter;
    private final KnownAnswers known;
    private final SchemaChecks checks;
    private final Workers signing;
    private final List<Route<?>> routes;
    private final Addresses addresses;
    private final HttpFront front;
    private final @Nullable HttpFront adminFront;
    private final CustomerKeys customerKeys;
    private final Foretold foretold;
    private final StoredAdministration administration;
    private final Links links;
    private final @Nullable OidcSignIn oidc;
    private final Identities identities;
    private final Notices notices;
    private final MonthlyStatements statements;
    private final ModelNotices modelNotices;
    private final Deletions deletions;
    private final BooksCheck booksCheck;
    private final Prices prices;
    private final CurrentSettings currentSettings;
    private final SignUp signUp;
    private final OperatorSettings operatorSettings;
    private final Vouchers vouchers;
    private final OperatorVouchers operatorVouchers;
    private final Paying paying;
    private final RefusedCalls refused;
    private final Watching watching;

    /** Set before the first request. */
    private RefusalObserver tracesOfRefused = RefusalObserver.NONE;

    private final Live live;
    private final Departure departure = new Departure();
    private final Opened opened;

    /** @param opened takes all that is to be closed */
    private App(Settings settings, Surroundings surroundings, Opened opened) {
        this.opened = opened;
        this.settings = settings;
        this.clock = surroundings.clock();
        this.protocols = surroundings.protocols();
        this.random = surroundings.random();
        this.addresses = new Addresses(settings, surroundings.halfClose());
        this.catalogue =
                settings.modelsFile() == null ? CatalogueLoader.builtIn() : CatalogueLoader.load(settings.modelsFile());
        this.currentSettings = new CurrentSettings(settings.chosen());
        apply(currentSettings);
        this.store = opened.add(Store.open(settings, surroundings, secureRandom), Store::close);
        LogOutput output = LogOutput.ofProcess();
        if (output != null) {
            output.identity(store::nodeName, version());
        }
        store.setPrices().applyTo(catalogue);
        store.storedSettings().applyTo(currentSettings, App::apply);
        this.watching = opened.add(new Watching(settings, store, clock), Watching::close);
        this.demo = DemoAccount.wanted(settings, store.kind())
                ? DemoAccount.ensure(settings.demo(), store, clock.instant(), secureRandom)
                : null;
        this.loops = opened.add(new EventLoops(), EventLoops::close);
        this.vertx = loops.vertx();
        this.outbound = outbound(settings.upstreamProxy());
        this.sandbox = settings.hasRealUpstream()
                ? null
                : opened.add(
                        await(Sandbox.start(vertx, sandboxOptions(surroundings.sandboxRequestsMax()))),
                        it -> await(it.close()));
        this.channels = opened.add(
                new UpstreamChannels(outbound, settings, catalogue, sandbox, surroundings),
                it -> it.upstreams().close());
        watching.upstreams(channels.upstreams());
        this.current = new CurrentModels(catalogue, channels.upstreams(), clock);
        Secret operators = settings.pages().operatorPassword();
        this.firstStart = new FirstStart(new FirstStartFile(settings.data()), store.people());
        firstStart.look();
        this.operatorPassword = store.people().ensureOperator(operators == null ? null : operators.value());
        this.adminKey = AdminKey.of(settings.adminKey(), store.writer(), secureRandom);
        this.media = opened.add(mediaLoader(surroundings.resolver()), MediaLoader::close);
        watching.files(settings.data(), media::bytes);
        watching.media(media);
        this.signing = opened.add(ReceiptsHandler.workers(), Workers::close);
        this.checks = opened.add(new SchemaChecks(), SchemaChecks::close);
        this.meter = new Meter(
                vertx,
                channels.upstreams(),
                new MediaAccess(media, store.ledger()),
                accounting(),
                new CompletionIds(clock, random),
                new Quotas(store::nodes),
                settings.timeouts().call(),
                observers());
        this.known = opened.add(knownAnswers(), KnownAnswers::close);
        watching.answers(known);
        store.writer().gatherWhile(() -> meter.openCalls() >= CROWD);
        loops.every(Signatures.SWEEP_EVERY, "sweep-signatures", this::forgetSignatures);
        loops.every(Rollups.SWEEP_EVERY, "sweep-rollups", store.rollups()::sweep);
        if (!store.writer().isEmbedded()) {
            loops.every(SetPrices.LOOK_EVERY, "look-at-changes", this::lookAtChanges);
        }
        this.foretold = new Foretold(settings, store, catalogue, current, channels, sandbox != null, clock);
        loops.every(Foretold.LOOK_EVERY, "look-at-models", foretold::look);
        store.whenLost(() -> meter.stopAll(
                ApiError.of(ErrorCode.INTERNAL_ERROR, "The service has lost its database. Please try again.")
                        .withStatus(503)
                        .retryAfter(COME_BACK)));
        Mailing.begin(settings, store, loops, clock, opened);
        Letters letters = Mailing.letters(settings);
        Allowances allowances = new Allowances(store.database(), store.secrets(), clock);
        this.notices = new Notices(
                store.database(),
                store.writer(),
                store.ledger(),
                store.keys(),
                store.outbox(),
                letters,
                allowances,
                clock);
        loops.every(Notices.EVERY, "sweep-notices", notices::sweep);
        this.statements = new MonthlyStatements(store.database(), store.writer(), store.outbox(), letters, clock);
        loops.every(MonthlyStatements.EVERY, "mail-statements", statements::sweep);
        this.modelNotices =
                new ModelNotices(store.database(), store.writer(), store.outbox(), letters, foretold::changes, clock);
        loops.every(ModelNotices.EVERY, "mail-model-changes", modelNotices::sweep);
        this.signUp = signUp();
        this.links = store.links(letters, signUp, secureRandom);
        this.administration = new StoredAdministration(
                store.ledger(),
                store.keys(),
                store.people(),
                store.writer(),
                store.kind(),
                clock,
                secureRandom,
                new OperatorLinks.Making(links, settings.pages().publicUrl()),
                Actor.CONTROL_SOCKET,
                () -> {});
        this.oidc = oidc(settings.oidc());
        this.identities = identities();
        this.deletions = new Deletions(administration.deeds(), leaving(), clock);
        this.vouchers = new Vouchers(store.database(), store.writer(), clock, secureRandom, store.secrets());
        this.operatorVouchers = new OperatorVouchers(vouchers, store.writer(), clock);
        this.paying = opened.add(Paying.of(settings, currentSettings, store, outbound, clock), Paying::close);
        this.operatorSettings = new OperatorSettings(currentSettings, store.writer(), clock);
        this.prices = new Prices(catalogue, current, store.setPrices(), store.writer(), clock);
        this.booksCheck = new BooksCheck(store.database(), clock);
        this.customerKeys = new CustomerKeys(store.keys(), store.writer(), allowances, clock, secureRandom);
        loops.every(FORGET_KEYS_EVERY, "forget-keys", customerKeys::forgetUnused);
        this.refused = new RefusedCalls(clock);
        this.live = opened.add(
                new Live(vertx, new LiveAccounts(store.database()), store.people(), meter, clock), Live::close);
        this.routes = List.copyOf(table());
        MemoryBudget memory = MemoryBudget.ofHeap();
        MemoryBudget heads = MemoryBudget.ofHeads();
        HttpOptions options = addresses.options();
        Unread unread = Unread.ofDirectMemory(options.limits().connectionsMax());
        this.front = front(
                options,
                addresses.routes(routes),
                memory,
                unread,
                heads,
                this::refused,
                watching.metrics().requests());
        watching.front(front);
        watching.unread(unread);
        watching.begin(loops);
        PriceRates.record(catalogue, store.writer(), clock.instant());
        await(front.start());
        addresses.tellOfFewFiles(options);
        this.adminFront = adminFront(addresses.ownOptions(options), memory, unread, heads);
        opened.add(control(), App::close);
        store.tellReady();
    }

    /**
     * @param within all that it reads, with other fronts
     * @param unread likewise all that it writes
     * @param heads likewise the heads of all that it reads
     */
    private HttpFront front(
            HttpOptions options,
            List<Route<?>> served,
            MemoryBudget within,
            Unread unread,
            MemoryBudget heads,
            RefusalObserver refusals,
            RequestObserver observer) {
        return opened.add(
                new HttpFront(
                        vertx,
                        options,
                        served,
                        secureRandom,
                        clock,
                        within,
                        unread,
                        heads,
                        store.keys()::isOnRoll,
                        refusals,
                        observer),
                it -> await(it.close()));
    }

    /** It closes after the calls have ended. */
    private @Nullable HttpFront adminFront(
            @Nullable HttpOptions options, MemoryBudget within, Unread unread, MemoryBudget heads) {
        if (options == null) {
            return null;
        }
        Certificates certificates = addresses.certificates();
        if (certificates != null) {
            loops.every(Certificates.LOOK_EVERY, "look-at-certificates", certificates::look);
        }
        HttpFront own = front(
                options,
                Addresses.ownRoutes(routes),
                within,
                unread,
                heads,
                (exchange, error) -> tracesOfRefused.refused(exchange, error),
                watching.metrics().requests()::over);
        await(own.start());
        return own;
    }

    private ControlSocket control() {
        try {
            return ControlSocket.start(settings.data(), administration);
        } catch (IOException e) {
            throw new CannotOpen(
                    "The control socket in " + settings.data() + " cannot be made: " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Starts everything; returns when calls are answered. */
    public static App start(Settings settings) {
        return start(settings, Surroundings.REAL);
    }

    /** As above, with other surroundings. A start that fails leaves nothing open. */
    public static App start(Settings settings, Surroundings surroundings) {
        Opened opened = new Opened();
        try {
            return new App(settings, surroundings, opened);
        } catch (RuntimeException | Error e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    // ---- what is served ----

    /** The whole table: one line a route. */
    private List<Route<?>> table() {
        RequestCount count = new RequestCount(meter.quotas());
        KeyGate key = new KeyGate(store.keys(), count);
        AdminGate admin = new AdminGate(adminKey.sha256(), key);
        CallRoutes callRoutes =
                new CallRoutes(settings, store, catalogue, new Calls(current, meter, known), checks, clock, random);
        ReceiptsHandler receipts = new ReceiptsHandler(store.receipts(), clock, signing);
        List<Route<?>> routes = new ArrayList<>(callRoutes.table(key, customerKeys, receipts, protocols));
        ChannelDeeds channelDeeds = new ChannelDeeds(
                channels.hasFile(),
                channels::reload,
                channels.upstreams()::status,
                channels.upstreams()::tryOut,
                store.writer(),
                clock);
        OperatorServices services = new OperatorServices(
                administration,
                administration.people(),
                administration.links(),
                signUp,
                deletions,
                identities,
                prices,
                operatorSettings,
                operatorVouchers,
                booksCheck,
                paying,
                refused,
                channelDeeds,
                channels.upstreams()::status);
        routes.addAll(new AdminRoutes(store, services, clock).table(admin, this::announce));
        health(routes, "live", this::stuck);
        health(routes, "ready", new Readiness(this::complaints));
        health(routes, "startup", List::of); // the schema is there before anything listens
        routes.add(watching.route(admin, settings));
        routes.add(Route.get("/openapi.json", Gate.PUBLIC, new ApiDescription()));
        routes.add(paying.webhook());
        PageRoutes pages = new PageRoutes(
                settings, store, catalogue, current, links, signUp, currentSettings, clock, secureRandom);
        routes.addAll(pages.table(
                customerKeys,
                count,
                vouchers,
                firstStart::signedIn,
                paying,
                refused,
                identities,
                oidc,
                live,
                foretold::changes,
                callRoutes::playgroundChat,
                callRoutes::playgroundEstimate));
        routes.addAll(new ConsoleRoutes(settings, store, catalogue, current, clock, secureRandom)
                .table(pages.pages(), services));
        return routes;
    }

    /** Pages are asked for what is not there by whoever scans the net: of those only what has failed is told. */
    private void refused(Exchange exchange, ApiError error) {
        boolean failed = error.status() >= 500;
        boolean called = exchange.isOfApi();
        if (called && !failed) {
            refused.refused(exchange, error);
        }
        if (called || failed || AdminRoutes.isForOperatorsAlone(exchange.routePattern())) {
            tracesOfRefused.refused(exchange, error);
        }
        watching.metrics().refusals().refused(exchange, error);
    }

    private static void health(List<Route<?>> routes, String name, Supplier<List<String>> complaints) {
        routes.add(Route.get("/health/" + name, Gate.PUBLIC, new Health(complaints))
                .whileDraining());
    }

    /** What only another process can mend, which is little: no upstream, no database. */
    private List<String> stuck() {
        return loops.turn() ? List.of() : List.of("event_loop");
    }

    private List<Readiness.Complaint> complaints() {
        List<Readiness.Complaint> complaints = new ArrayList<>(store.complaints());
        if (departure.isAnnounced()) {
            complaints.add(new Readiness.Complaint("draining", "it is on its way out"));
        }
        if (!loops.turn()) {
            complaints.add(new Readiness.Complaint("event_loop", "an event loop does not turn"));
        }
        return complaints;
    }

    // ---- how it is wired ----

    private SignUp signUp() {
        InstallationKind kind = store.kind();
        return new SignUp(
                () -> {
                    String chosen = currentSettings.find(SettingTable.SIGN_UP);
                    return "auto".equals(chosen) ? !kind.isReal() : Boolean.parseBoolean(chosen);
                },
                () -> new StartCredits(
                        Objects.requireNonNull(currentSettings.find(SettingTable.SIGN_UP_CREDITS)), kind.isReal()));
    }

    private Leaving leaving() {
        return new Leaving(store.database(), store.people(), store.writer(), clock);
    }

    private Outbound outbound(Settings.@Nullable Proxy chosen) {
        if (chosen == null) {
            return Outbound.direct(vertx);
        }
        Secret credentials = chosen.credentials();
        return new Outbound(
                vertx,
                Outbound.proxy(chosen.host(), chosen.port(), credentials == null ? null : credentials.value()),
                chosen.direct());
    }

    private @Nullable OidcSignIn oidc(Settings.@Nullable Oidc chosen) {
        if (chosen == null) {
            return null;
        }
        OidcClient client = new OidcClient(
                chosen.issuer(), chosen.clientId(), chosen.clientSecret().value(), chosen.name(), chosen.redirectUri());
        OidcSignIn signIn =
                opened.add(new OidcSignIn(outbound, client, store.secrets(), clock, secureRandom), OidcSignIn::close);
        signIn.look();
        return signIn;
    }

    private Identities identities() {
        IdentityProvider provider = oidc == null ? null : new IdentityProvider(oidc.issuer(), oidc.name());
        return new Identities(store.people(), links, provider, store.database(), store.writer(), clock, secureRandom);
    }

    private CallObserver observers() {
        Settings.Traces chosen = settings.traces();
        if (chosen == null) {
            watching.traces(() -> 0);
            return CallObserver.all(List.of(watching.calls(), new CallLines()));
        }
        return CallObserver.all(List.of(watching.calls(), new CallLines(), telemetry(chosen)));
    }

    /** In a method of its own, so that nothing of it is loaded where nobody is told. */
    private CallObserver telemetry(Settings.Traces chosen) {
        Map<String, String> headers = new HashMap<>();
        if (chosen.headers() != null) {
            for (String header : chosen.headers().value().split(",")) {
                int at = header.indexOf('=');
                headers.put(header.substring(0, at), header.substring(at + 1));
            }
        }
        Telemetry.Choice choice = new Telemetry.Choice(
                chosen.endpoint().toString(), headers, chosen.percent(), chosen.trustsParent(), version());
        Telemetry telemetry =
                opened.add(new Telemetry(choice, store::nodeName, clock, System::nanoTime), Telemetry::close);
        watching.traces(telemetry::dropped);
        tracesOfRefused = telemetry;
        return telemetry;
    }

    private Accounting accounting() {
        return new Accounting(
                store.writer(),
                store.signatures(),
                clock,
                new ExcessReports(),
                CompletableFuture.delayedExecutor(COME_BACK.toMillis(), TimeUnit.MILLISECONDS));
    }

    private KnownAnswers knownAnswers() {
        Path place = settings.data().resolve("spool");
        try {
            SpoolFolder folder = new SpoolFolder(
                    place, store.secrets(), secureRandom, !store.writer().isEmbedded());
            Expiry expiry = new Expiry(store.writer(), store.answers(), folder, clock);
            return new KnownAnswers(vertx, meter, store.answers(), folder, expiry);
        } catch (IOException e) {
            throw new CannotOpen(
                    "The folder of kept answers " + place + " cannot be made: " + FileTrouble.of(e) + ".", e);
        }
    }

    private void forgetSignatures() {
        try {
            store.signatures().forgetOld();
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "old signatures could not be deleted; trying again next time", e);
        }
    }

    private void lookAtChanges() {
        try {
            store.setPrices().look();
            store.storedSettings().look();
            lookAtKind();
            firstStart.look();
        } catch (StoreException e) {
            log.debug("what other servers have changed could not be read; trying again", e);
        }
    }

    private void lookAtKind() {
        boolean wasReal = store.kind().isReal();
        store.kind().look();
        if (!wasReal && store.kind().isReal() && sandbox != null) {
            log.warn(foretold.withoutUpstream());
        }
    }

    /** Of the release; empty where it does not run from one. */
    private static String version() {
        String version = App.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    /** What does not ask for its setting each time is told of it. */
    private static void apply(CurrentSettings settings) {
        AccessLog.set(
                Boolean.TRUE.equals(settings.find(SettingTable.ACCESS_LOG)),
                "whole".equals(settings.find(SettingTable.LOG_ADDRESSES)));
        LogOutput output = LogOutput.ofProcess();
        if (output != null) {
            output.format("json".equals(settings.find(SettingTable.LOG_FORMAT)) ? LogFormat.JSON : LogFormat.TEXT);
        }
    }

    private MediaLoader mediaLoader(Resolver resolver) {
        Settings.Media chosen = settings.media();
        MediaLimits limits = new MediaLimits(
                chosen.bytesMax(),
                chosen.callBytesMax(),
                chosen.spoolBytesMax(),
                chosen.time(),
                chosen.redirectsMax(),
                chosen.downloadsMax(),
                chosen.accountDownloadsMax());
        Path place = settings.data().resolve("media");
        try {
            MediaSpool spool = MediaSpool.open(place, limits.spoolBytesMax());
            return new MediaLoader(vertx, resolver, AllowedPlaces.of(chosen.allow()), spool, limits);
        } catch (IOException e) {
            throw new CannotOpen(
                    "The folder of downloaded media " + place + " cannot be made or emptied: " + FileTrouble.of(e)
                            + ".",
                    e);
        }
    }

    private SandboxOptions sandboxOptions(int requestsMax) {
        Settings.Sandbox chosen = settings.sandbox();
        return SandboxOptions.defaults()
                .withClock(clock)
                .withPort(chosen.port())
                .withSeed(chosen.seed())
                .withRequestsMax(requestsMax)
                .withPaceMillis(chosen.pace().toMillis())
                .withKey(sandboxKey());
    }

    /**
     * Of this start alone: other users of this machine can reach the sandbox's port, and what it answers is charged. What stands
     * behind the {@code @} is the project that signatures are good for, which a restart must not change.
     */
    private String sandboxKey() {
        byte[] bytes = new byte[SANDBOX_KEY_BYTES];
        secureRandom.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes) + "@none";
    }

    // ---- what runs ----

    public int port() {
        return front.port();
    }

    /** Where the operator's routes are. */
    public int adminPort() {
        return adminFront == null ? port() : adminFront.port();
    }

    /** All that is served, and for whom. */
    List<Route<?>> routes() {
        return routes;
    }

    /** Returns the kinds of change that the writer's parts apply, in the parts' order. */
    List<String> parts() {
        return store.parts();
    }

    /** Returns the names and intervals of what is done again and again. */
    List<String> sweeps() {
        return loops.sweeps();
    }

    /** Returns what is open, in the order in which it was opened; it is closed in the opposite one. */
    List<String> opened() {
        return opened.names();
    }

    /** Calls that are not resolved yet. */
    public int openCalls() {
        return meter.openCalls();
    }

    /** Callers whose answer has not ended and who have not left. */
    public int openExchanges() {
        return front.openExchanges();
    }

    /** What requests take of the heap now, as they are charged for it. */
    public long requestBytes() {
        return front.bodyBytes();
    }

    /** Of downloaded media, in memory and on disk. */
    public long mediaBytes() {
        return media.bytes();
    }

    public @Nullable Sandbox sandbox() {
        return sandbox;
    }

    @Nullable
    DemoAccount demo() {
        return demo;
    }

    /** A check of the books beside the calls. Thread-safe. */
    public BooksCheck booksCheck() {
        return booksCheck;
    }

    /** What is charged for each model, and what it earns. Thread-safe. */
    public Prices prices() {
        return prices;
    }

    /** All settings, and those that may be changed. Thread-safe. */
    public OperatorSettings settings() {
        return operatorSettings;
    }

    /** What customers redeem. Thread-safe. */
    public Vouchers vouchers() {
        return vouchers;
    }

    /** What operators make of it. Thread-safe. */
    public OperatorVouchers operatorVouchers() {
        return operatorVouchers;
    }

    /** What operators have done. Thread-safe. */
    public AuditLog auditLog() {
        return store.auditLog();
    }

    /** What is measured: what is said of each metric, by its name as it is scraped. Thread-safe. */
    public Map<String, String> metrics() {
        return watching.catalogue();
    }

    /** What people are told. Thread-safe. */
    public ModelNotices modelNotices() {
        return modelNotices;
    }

    public MonthlyStatements statements() {
        return statements;
    }

    public CustomerKeys customerKeys() {
        return customerKeys;
    }

    public Notices notices() {
        return notices;
    }

    /** What an operator may do beside the running server. Thread-safe. */
    public StoredAdministration administration() {
        return administration;
    }

    /** Whether {@link #reload} has something to read. */
    public boolean hasChannelsFile() {
        return channels.hasFile();
    }

    /**
     * Reads the channels file again; one with an error is logged and changes nothing. Running calls end on the channel that they have.
     * Blocks.
     *
     * @return whether it was taken
     */
    public boolean reload() {
        return channels.reload();
    }

    /** What the start tells. */
    public Banner banner() {
        String url = Banner.url(settings.host(), port());
        boolean isSandbox = sandbox != null;
        Settings.Proxy proxy = settings.upstreamProxy();
        return new Banner(
                url,
                new Banner.Upstream(isSandbox, channels.shown()),
                proxy == null ? null : proxy.shown(),
                demo == null ? null : shown(demo, url),
                adminKey.made(),
                operatorPassword,
                foretold.warnings(demo != null));
    }

    private Banner.Demo shown(DemoAccount demo, String url) {
        String key = demo.secret();
        List<String> call = key == null
                ? List.of()
                : catalogue.all().stream()
                        .limit(1)
                        .map(model -> FirstCall.of(url, key, model))
                        .flatMap(first -> Stream.concat(first.curl().lines(), Stream.of("# " + first.answer())))
                        .toList();
        return new Banner.Demo(DemoAccount.ID, demo.balanceMicros(store), key, call);
    }

    /** From now on nobody should be sent here; whoever comes is served. Once is enough. Thread-safe. */
    private void announce() {
        if (departure.announce()) {
            log.info("nobody should be sent to this server any more: /health/ready says so");
            store.tellDraining();
        }
    }

    /** Ends the waiting of {@link #close}, now or later: what still runs is ended at once. Thread-safe. */
    public void hurry() {
        departure.hurry();
    }

    /**
     * Stops in order: it is announced, then new calls are refused, open ones have their time to end, what is left is ended and given
     * back (D18), then all that was opened closes, the store last. Nothing that was settled is lost.
     */
    @Override
    public void close() {
        announce();
        departure.letKnow(settings.timeouts().announce());
        live.close();
        front.refuse();
        int open = meter.openCalls();
        if (open > 0) {
            log.info(
                    "new calls are refused; {} that run have {} s to end",
                    open,
                    settings.timeouts().drain().toSeconds());
        }
        long drained = System.nanoTime() + settings.timeouts().drain().toNanos();
        // Also calls that their callers have left under an idempotency key (D35).
        departure.await(drained, () -> front.openExchanges() == 0 && meter.openCalls() == 0);
        int left = meter.openCalls();
        if (left > 0) {
            log.warn("{} calls still run and are ended; what they hold goes back", left);
        }
        meter.stopAll(ApiError.of(ErrorCode.INTERNAL_ERROR, "The server is shutting down. Please try again.")
                .withStatus(503)
                .retryAfter(COME_BACK));
        new Departure().await(System.nanoTime() + RESOLVE_WAIT.toNanos(), () -> meter.openCalls() == 0);
        await(front.drain(COME_BACK)); // what was ended has a way to go to its callers
        opened.close();
    }

    private static void close(ControlSocket control) {
        try {
            control.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
