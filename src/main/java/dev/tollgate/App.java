package dev.tollgate;

import dev.tollgate.admin.AdminGate;
import dev.tollgate.admin.AdminKey;
import dev.tollgate.admin.BooksCheck;
import dev.tollgate.admin.ChannelDeeds;
import dev.tollgate.admin.Deletions;
import dev.tollgate.admin.OperatorLinks;
import dev.tollgate.admin.OperatorSettings;
import dev.tollgate.admin.OperatorVouchers;
import dev.tollgate.admin.Prices;
import dev.tollgate.admin.StoredAdministration;
import dev.tollgate.answers.Expiry;
import dev.tollgate.answers.KnownAnswers;
import dev.tollgate.answers.LargeBodies;
import dev.tollgate.answers.SpoolFolder;
import dev.tollgate.chat.ChatProtocol;
import dev.tollgate.cli.Banner;
import dev.tollgate.cli.ControlSocket;
import dev.tollgate.config.ConfigException;
import dev.tollgate.config.CurrentSettings;
import dev.tollgate.config.Secret;
import dev.tollgate.config.SettingTable;
import dev.tollgate.config.Settings;
import dev.tollgate.deeds.Actor;
import dev.tollgate.deeds.AuditLog;
import dev.tollgate.door.Calls;
import dev.tollgate.door.Door;
import dev.tollgate.door.Protocol;
import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.generate.GenerateProtocol;
import dev.tollgate.generate.GoogleErrors;
import dev.tollgate.generate.GoogleModelsHandler;
import dev.tollgate.generate.TokenCount;
import dev.tollgate.generate.UnknownMethodHandler;
import dev.tollgate.generate.UploadHandler;
import dev.tollgate.history.LiveAccounts;
import dev.tollgate.history.TaskListHandler;
import dev.tollgate.history.UsageHandler;
import dev.tollgate.host.FirstStartFile;
import dev.tollgate.host.OpenFiles;
import dev.tollgate.http.Certificates;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Health;
import dev.tollgate.http.HttpFront;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.HttpOptions;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.Route;
import dev.tollgate.ids.CompletionIds;
import dev.tollgate.json.ReadLimits;
import dev.tollgate.keys.CustomerKeys;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.KeysHandler;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.leaving.Leaving;
import dev.tollgate.ledger.CreditsHandler;
import dev.tollgate.ledger.FreeCredits;
import dev.tollgate.limits.Quotas;
import dev.tollgate.limits.Workers;
import dev.tollgate.live.Live;
import dev.tollgate.log.Event;
import dev.tollgate.log.LogFormat;
import dev.tollgate.log.LogOutput;
import dev.tollgate.mail.Letters;
import dev.tollgate.mail.MailRounds;
import dev.tollgate.mail.MailServer;
import dev.tollgate.manual.ApiDescription;
import dev.tollgate.media.AllowedPlaces;
import dev.tollgate.media.MediaLimits;
import dev.tollgate.media.MediaLoader;
import dev.tollgate.media.MediaSpool;
import dev.tollgate.media.Resolver;
import dev.tollgate.memory.MemoryBudget;
import dev.tollgate.metering.Accounting;
import dev.tollgate.metering.CallObserver;
import dev.tollgate.metering.CurrentModels;
import dev.tollgate.metering.ExcessReports;
import dev.tollgate.metering.FreeCounts;
import dev.tollgate.metering.MediaAccess;
import dev.tollgate.metering.Meter;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelsHandler;
import dev.tollgate.notices.MonthlyStatements;
import dev.tollgate.notices.Notices;
import dev.tollgate.oidc.OidcClient;
import dev.tollgate.oidc.OidcSignIn;
import dev.tollgate.payments.Vouchers;
import dev.tollgate.people.Identities;
import dev.tollgate.people.IdentityProvider;
import dev.tollgate.people.Links;
import dev.tollgate.people.SignUp;
import dev.tollgate.people.StartCredits;
import dev.tollgate.prices.SetPrices;
import dev.tollgate.receipts.ReceiptsHandler;
import dev.tollgate.refused.RefusedCalls;
import dev.tollgate.rollups.Rollups;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.schema.SchemaChecks;
import dev.tollgate.signatures.Signatures;
import dev.tollgate.storage.StoreException;
import dev.tollgate.tasks.TaskHandler;
import dev.tollgate.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
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
    private static final int HOLDERS_NAMED = 5;
    private static final Duration RESOLVE_WAIT = Duration.ofSeconds(5);
    private static final Duration LOOK_AT_MODELS = Duration.ofMinutes(1);
    private static final Duration COME_BACK = Duration.ofSeconds(1);

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
    private final HttpFront front;
    private final @Nullable Certificates adminCertificates;
    private final @Nullable HttpFront adminFront;
    private final CustomerKeys customerKeys;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final StoredAdministration administration;
    private final Links links;
    private final @Nullable OidcSignIn oidc;
    private final Identities identities;
    private final Notices notices;
    private final MonthlyStatements statements;
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
        CannotListen.check(settings.host(), settings.port());
        Settings.Listen ownAddress = settings.adminListen();
        if (ownAddress != null) {
            CannotListen.check(ownAddress.host(), ownAddress.port(), "--admin-listen");
        }
        this.adminCertificates = settings.adminTls() == null ? null : certificates(settings.adminTls());
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
        this.demo = DemoAccount.wanted(settings)
                ? DemoAccount.ensure(settings.demo(), store, clock.instant(), secureRandom)
                : null;
        this.loops = opened.add(new EventLoops(), EventLoops::close);
        this.vertx = loops.vertx();
        this.sandbox = settings.hasRealUpstream()
                ? null
                : opened.add(
                        await(Sandbox.start(vertx, sandboxOptions(surroundings.sandboxRequestsMax()))),
                        it -> await(it.close()));
        this.channels =
                opened.add(new UpstreamChannels(vertx, settings, catalogue, sandbox, surroundings), it -> it.upstreams()
                        .close());
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
        vertx.setPeriodic(
                Signatures.SWEEP_EVERY.toMillis(),
                fired -> Thread.ofVirtual().name("sweep-signatures").start(this::forgetSignatures));
        vertx.setPeriodic(
                Rollups.SWEEP_EVERY.toMillis(),
                fired -> Thread.ofVirtual().name("sweep-rollups").start(store.rollups()::sweep));
        if (!store.writer().isEmbedded()) {
            vertx.setPeriodic(
                    SetPrices.LOOK_EVERY.toMillis(),
                    fired -> Thread.ofVirtual().name("look-at-changes").start(this::lookAtChanges));
        }
        told.addAll(foreseen()); // the start tells these itself
        vertx.setPeriodic(
                LOOK_AT_MODELS.toMillis(),
                fired -> foreseen().stream().filter(told::add).forEach(log::warn));
        store.whenLost(() -> meter.stopAll(
                ApiError.of(ErrorCode.INTERNAL_ERROR, "The service has lost its database. Please try again.")
                        .withStatus(503)
                        .retryAfter(COME_BACK)));
        sendMails();
        this.notices = new Notices(
                store.database(), store.writer(), store.ledger(), store.keys(), store.outbox(), letters(), clock);
        vertx.setPeriodic(
                Notices.EVERY.toMillis(),
                fired -> Thread.ofVirtual().name("sweep-notices").start(notices::sweep));
        this.statements = new MonthlyStatements(store.database(), store.writer(), store.outbox(), letters(), clock);
        vertx.setPeriodic(
                MonthlyStatements.EVERY.toMillis(),
                fired -> Thread.ofVirtual().name("mail-statements").start(statements::sweep));
        this.signUp = signUp();
        this.links = store.links(letters(), signUp, secureRandom);
        this.administration = new StoredAdministration(
                store.ledger(),
                store.keys(),
                store.people(),
                store.writer(),
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
        this.paying = opened.add(Paying.of(settings, currentSettings, store, vertx, clock), Paying::close);
        this.operatorSettings = new OperatorSettings(currentSettings, store.writer(), clock);
        this.prices = new Prices(catalogue, current, store.setPrices(), store.writer(), clock);
        this.booksCheck = new BooksCheck(store.database(), clock);
        this.customerKeys = new CustomerKeys(store.keys(), store.writer(), clock, secureRandom);
        this.refused = new RefusedCalls(clock);
        this.live = opened.add(
                new Live(vertx, new LiveAccounts(store.database()), store.people(), meter, clock), Live::close);
        this.routes = List.copyOf(table());
        MemoryBudget memory = MemoryBudget.ofHeap();
        this.front = opened.add(
                new HttpFront(
                        vertx,
                        httpOptions(surroundings),
                        publicRoutes(),
                        secureRandom,
                        clock,
                        memory,
                        this::refused,
                        watching.metrics().requests()),
                it -> await(it.close()));
        watching.front(front);
        watching.begin(vertx);
        await(front.start());
        tellOfFewFiles(httpOptions(surroundings));
        this.adminFront = adminFront(surroundings, memory);
        opened.add(control(), App::close);
        store.tellReady();
    }

    /** Its own loop, so that who looks after the server is answered however many call it; it closes after the calls have ended. */
    private @Nullable HttpFront adminFront(Surroundings surroundings, MemoryBudget memory) {
        Settings.Listen address = settings.adminListen();
        if (address == null) {
            return null;
        }
        HttpOptions usual = httpOptions(surroundings);
        HttpOptions options =
                new HttpOptions(address.host(), address.port(), 1, 0, Set.of(), usual.limits(), usual.edge());
        if (adminCertificates != null) {
            Certificates shown = adminCertificates;
            options = options.withCertificates(shown);
            vertx.setPeriodic(
                    Certificates.LOOK_EVERY.toMillis(),
                    fired -> Thread.ofVirtual().name("look-at-certificates").start(shown::look));
        }
        HttpFront own = opened.add(
                new HttpFront(
                        vertx,
                        options,
                        routes.stream().filter(AdminRoutes::isServedApart).toList(),
                        secureRandom,
                        clock,
                        memory,
                        (exchange, error) -> tracesOfRefused.refused(exchange, error),
                        watching.metrics().requests()::over),
                it -> await(it.close()));
        await(own.start());
        return own;
    }

    private static Certificates certificates(Settings.AdminTls files) {
        Settings.NamedFile clientCa = files.clientCa();
        try {
            return Certificates.of(new Certificates.Files(
                    named(files.certificate()), named(files.key()), clientCa == null ? null : named(clientCa)));
        } catch (Certificates.Unfit e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    private static Certificates.Named named(Settings.NamedFile file) {
        return new Certificates.Named(file.place(), file.path());
    }

    private List<Route<?>> publicRoutes() {
        return settings.adminListen() == null
                ? routes
                : routes.stream()
                        .filter(route -> !AdminRoutes.isForOperatorsAlone(route.path()))
                        .toList();
    }

    private ControlSocket control() {
        try {
            return ControlSocket.start(settings.data(), administration);
        } catch (IOException e) {
            throw new UncheckedIOException("the control socket in the data folder cannot be made", e);
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
        Gate<KeyCaller> modelKey = whileBooksAnswer(key.forModels());
        AdminGate admin = new AdminGate(adminKey.sha256(), key);
        ModelsHandler models = new ModelsHandler(catalogue, current);
        ReceiptsHandler receipts = new ReceiptsHandler(store.receipts(), clock, signing);
        List<Route<?>> routes = new ArrayList<>();
        FreeCounts counts = new FreeCounts(store.ledger(), meter);
        Door chat = door(chat(false));
        api(routes, chat.route("/chat/completions", modelKey));
        api(routes, chat.countingRoute("/estimate", modelKey, counts, ChatProtocol.estimate()));
        api(routes, Route.get("/models", key, models.list()));
        api(routes, Route.get("/models/{id...}", key, models.one()));
        api(routes, Route.get("/credits", key, new CreditsHandler(store.ledger())));
        api(routes, Route.get("/tasks/{id}", key, new TaskHandler(store.tasks(), store.ledger(), store.writer())));
        api(routes, Route.get("/tasks", key, new TaskListHandler(store.history())));
        api(routes, Route.get("/usage", key, new UsageHandler(store.history(), clock)));
        KeyGate managementKey = key.forManagement();
        KeysHandler keys = new KeysHandler(customerKeys, this::modelId);
        api(routes, Route.get("/keys", managementKey, keys.list()));
        api(routes, Route.post("/keys", managementKey, keys.create()));
        api(routes, Route.get("/keys/{id}", managementKey, keys.one()));
        api(routes, Route.patch("/keys/{id}", managementKey, keys.change()));
        api(routes, Route.delete("/keys/{id}", managementKey, keys.delete()));
        api(routes, Route.post("/keys/{id}/rotate", managementKey, keys.rotate()));
        api(routes, Route.get("/receipts", key, receipts.list()));
        api(routes, Route.get("/receipts/head", key, receipts.head()));
        api(routes, Route.get("/receipts/key", key, receipts.keys()));
        api(routes, Route.get("/receipts/{task_id}", key, receipts.one()));
        protocols.forEach((path, protocol) -> routes.add(door(protocol).route(path, modelKey)));
        KeyGate googleKey = key.orAsGooglesClients();
        for (String base : List.of("/v1beta", "/v1", "/v1/gemini/v1beta", "/v1/gemini/v1")) {
            google(routes, base, googleKey, counts);
        }
        for (String base :
                List.of("/upload/v1beta", "/upload/v1", "/v1/gemini/upload/v1beta", "/v1/gemini/upload/v1")) {
            routes.add(Route.post(base + "/files", googleKey, new UploadHandler())
                    .taking()
                    .withErrors(GoogleErrors.OBJECT));
        }
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
                gate -> door(chat(true)).route("/playground/chat", gate),
                gate -> chat.countingRoute("/playground/estimate", gate, counts, ChatProtocol.estimate())));
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

    private @Nullable String modelId(String idOrAlias) {
        Model model = catalogue.find(idOrAlias);
        return model == null ? null : model.id();
    }

    private Gate<KeyCaller> whileBooksAnswer(Gate<KeyCaller> gate) {
        return new WhileBooksAnswer<>(gate, store.writer()::isSilent);
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

    /** API paths are also served without {@code /v1}, as the documents' second platform does. */
    private static void api(List<Route<?>> routes, Route<?> route) {
        routes.add(route.at("/v1" + route.path()));
        routes.add(route);
    }

    /** The Gemini door under one of its bases (D23); {@code /v1/models} itself stays OpenAI's (D51). */
    private void google(List<Route<?>> routes, String base, KeyGate key, FreeCounts counts) {
        Gate<KeyCaller> modelKey = whileBooksAnswer(key.forModels());
        GoogleModelsHandler models = new GoogleModelsHandler(catalogue, current);
        Door whole = door(generate(GenerateProtocol.Method.GENERATE));
        Door stream = door(generate(GenerateProtocol.Method.STREAM));
        Door count = door(generate(GenerateProtocol.Method.COUNT));
        // Vercel's provider leaves "models/" out where an id has a slash.
        for (String model : List.of(base + "/models/{model...}:", base + "/{model...}:")) {
            routes.add(whole.route(model + "generateContent", modelKey));
            routes.add(stream.route(model + "streamGenerateContent", modelKey));
            routes.add(count.countingRoute(model + "countTokens", modelKey, counts, new TokenCount()));
        }
        routes.add(Route.post(base + "/models/{id...}", key, new UnknownMethodHandler())
                .taking()
                .withErrors(GoogleErrors.OBJECT));
        if (!base.equals("/v1")) {
            routes.add(Route.get(base + "/models", key, models.list()).withErrors(GoogleErrors.OBJECT));
            routes.add(Route.get(base + "/models/{id...}", key, models.one()).withErrors(GoogleErrors.OBJECT));
        }
    }

    private Door door(Protocol protocol) {
        return new Door(protocol, new Calls(current, meter, known), new LargeBodies(store.ledger(), known));
    }

    private Protocol chat(boolean tellsCost) {
        return new ChatProtocol(
                current, store.signatures(), checks, reading(), settings.jsonClients(), clock, random, tellsCost);
    }

    private Protocol generate(GenerateProtocol.Method method) {
        return new GenerateProtocol(method, current, store.signatures(), checks, reading());
    }

    private ReadLimits reading() {
        Settings.Limits limits = settings.limits();
        return new ReadLimits(
                limits.nestingMax(),
                limits.messagesMax(),
                ReadLimits.DEFAULT.partsMax(),
                limits.toolsMax(),
                limits.mediaMax());
    }

    // ---- how it is wired ----

    private SignUp signUp() {
        boolean isReal = settings.hasRealUpstream();
        return new SignUp(
                () -> {
                    String chosen = currentSettings.find(SettingTable.SIGN_UP);
                    return "auto".equals(chosen) ? !isReal : Boolean.parseBoolean(chosen);
                },
                () -> new StartCredits(
                        Objects.requireNonNull(currentSettings.find(SettingTable.SIGN_UP_CREDITS)), isReal));
    }

    private Leaving leaving() {
        return new Leaving(store.database(), store.people(), store.writer(), clock);
    }

    private @Nullable OidcSignIn oidc(Settings.@Nullable Oidc chosen) {
        if (chosen == null) {
            return null;
        }
        OidcClient client = new OidcClient(
                chosen.issuer(), chosen.clientId(), chosen.clientSecret().value(), chosen.name(), chosen.redirectUri());
        return opened.add(new OidcSignIn(vertx, client, store.secrets(), clock, secureRandom), OidcSignIn::close);
    }

    private Identities identities() {
        IdentityProvider provider = oidc == null ? null : new IdentityProvider(oidc.issuer(), oidc.name());
        return new Identities(store.people(), links, provider, store.database(), store.writer(), clock, secureRandom);
    }

    private Letters letters() {
        return letters(settings);
    }

    static Letters letters(Settings settings) {
        return new Letters(settings.pages().brand(), settings.pages().publicUrl());
    }

    /** Sends mails from now on, where that was chosen. */
    private void sendMails() {
        Settings.Mail chosen = settings.mail();
        URI site = settings.pages().publicUrl();
        if (chosen == null || site == null) {
            return;
        }
        Secret password = chosen.password();
        MailServer server = opened.add(
                new MailServer(
                        vertx,
                        new MailServer.Choice(
                                chosen.host(),
                                chosen.port(),
                                MailServer.Protection.of(chosen.tls(), chosen.host(), chosen.port()),
                                chosen.user(),
                                password == null ? null : password.value(),
                                chosen.from(),
                                site.getHost())),
                MailServer::close);
        MailRounds rounds =
                opened.add(new MailRounds(store.outbox(), store.writer(), server, clock), MailRounds::close);
        vertx.setPeriodic(MailRounds.EVERY.toMillis(), fired -> rounds.begin());
        rounds.begin();
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
        try {
            SpoolFolder folder = new SpoolFolder(
                    settings.data().resolve("spool"),
                    store.secrets(),
                    secureRandom,
                    !store.writer().isEmbedded());
            Expiry expiry = new Expiry(store.writer(), store.answers(), folder, clock);
            return new KnownAnswers(vertx, meter, store.answers(), folder, expiry);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder for kept answers cannot be made", e);
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
            firstStart.look();
        } catch (StoreException e) {
            log.debug("what other servers have changed could not be read; trying again", e);
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
        try {
            MediaSpool spool = MediaSpool.open(settings.data().resolve("media"), limits.spoolBytesMax());
            return new MediaLoader(vertx, resolver, AllowedPlaces.of(chosen.allow()), spool, limits);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder for downloaded media cannot be made or emptied", e);
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

    private HttpOptions httpOptions(Surroundings surroundings) {
        Settings.Limits limits = settings.limits();
        Settings.Timeouts timeouts = settings.timeouts();
        HttpLimits http = HttpLimits.defaults()
                .withBodyBytesMax(Math.toIntExact(limits.bodyBytesMax()))
                .withHeaderBytesMax(limits.headerBytesMax())
                .withConnectionsMax(Math.min(limits.connectionsMax(), OpenFiles.connectionsFor(OpenFiles.max())))
                .withTimes(timeouts.body(), timeouts.bodyTotal(), timeouts.idle(), timeouts.write());
        HttpOptions options = new HttpOptions(
                settings.host(),
                settings.port(),
                Runtime.getRuntime().availableProcessors(),
                settings.http().trustedHops(),
                new HashSet<>(settings.http().corsOrigins()),
                http);
        EdgeLimits edge = options.edge().withHalfClose(surroundings.halfClose());
        return options.withEdge(edge.withConnectionsPerAddressMax(connectionsOfAddress(http.connectionsMax())));
    }

    /** As set, else a quarter of what is set for all, of which few files leave others at least a quarter. */
    private int connectionsOfAddress(int connectionsMax) {
        Settings.Limits limits = settings.limits();
        Integer set = limits.addressConnectionsMax();
        return set != null ? set : Math.max(1, Math.min(limits.connectionsMax() / 4, connectionsMax / 4 * 3));
    }

    /** More connections than there are files for would leave none for who looks whether the server lives. */
    private void tellOfFewFiles(HttpOptions options) {
        int connections = options.limits().connectionsMax();
        if (connections < settings.limits().connectionsMax()) {
            log.info(
                    "this process may open {} files, which suffice for {} connections of callers, {} of one address; limits.connections is {}",
                    OpenFiles.max(),
                    connections,
                    options.edge().connectionsPerAddressMax(),
                    settings.limits().connectionsMax());
        }
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
    public MonthlyStatements statements() {
        return statements;
    }

    public Notices notices() {
        return notices;
    }

    /** What an operator may do beside the running server. Thread-safe. */
    public StoredAdministration administration() {
        return administration;
    }

    /** Whether {@link #reload} has something to read. */
    boolean hasChannelsFile() {
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
        return new Banner(
                url,
                new Banner.Upstream(isSandbox, channels.shown()),
                demo == null ? null : new Banner.Demo(DemoAccount.ID, demo.balanceMicros(store), demo.secret()),
                adminKey.made(),
                operatorPassword,
                warnings(isSandbox));
    }

    /** What models become, and where calls cost money what follows for the operator. It changes while the program runs. */
    private List<String> foreseen() {
        Foresight foresight = new Foresight(catalogue, current, clock.instant());
        List<String> sentences = new ArrayList<>(foresight.retirements());
        if (sandbox == null) {
            sentences.addAll(foresight.losses());
            sentences.addAll(foresight.smallAnswers());
        }
        return sentences;
    }

    /** Where calls cost money, what is sold for less than it costs is said, a line each. */
    private List<String> warnings(boolean isSandbox) {
        List<String> warnings = new ArrayList<>(settings.warnings());
        warnings.addAll(foreseen());
        if (!isSandbox) {
            warnings.addAll(channels.warnings());
        }
        if (demo == null) {
            warnings.addAll(DemoAccount.leftOver(store, clock.instant()));
        }
        if (settings.hasRealUpstream()) {
            warnings.addAll(freeCredits());
        }
        return warnings;
    }

    private List<String> freeCredits() {
        List<String> holders = FreeCredits.holders(store.database(), HOLDERS_NAMED + 1);
        return holders.isEmpty()
                ? List.of()
                : List.of(
                        "credits that were given for nothing while only the sandbox answered buy calls that cost you money now, of "
                                + String.join(", ", holders.subList(0, Math.min(HOLDERS_NAMED, holders.size())))
                                + (holders.size() > HOLDERS_NAMED ? " and others" : "")
                                + "; adjust the balances, or block the accounts, at /console/accounts");
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
