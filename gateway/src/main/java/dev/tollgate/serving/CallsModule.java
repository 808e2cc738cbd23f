package dev.tollgate.serving;

import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.receipts.ReceiptsHandler;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FileErasure;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.jobs.JobRunner;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.lines.FlexGrants;
import dev.tollgate.calls.metering.Accounting;
import dev.tollgate.calls.metering.CallLines;
import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.calls.metering.ExcessReports;
import dev.tollgate.calls.metering.FreeCounts;
import dev.tollgate.calls.metering.FreeEnds;
import dev.tollgate.calls.metering.MediaAccess;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.calls.replay.Expiry;
import dev.tollgate.calls.replay.KnownAnswers;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.calls.replay.SpoolFolder;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.RequestCount;
import dev.tollgate.models.routing.ModelName;
import dev.tollgate.protocols.door.BackgroundCalls;
import dev.tollgate.protocols.door.Calls;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.telemetry.traces.Telemetry;
import dev.tollgate.upstreams.media.AllowedPlaces;
import dev.tollgate.upstreams.media.MediaLimits;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.media.MediaSpool;
import dev.tollgate.upstreams.sessions.PromptMemory;
import dev.tollgate.upstreams.signatures.Signatures;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of models: the one meter, and what it needs in addition to the books and the upstreams.
 *
 * @param traces makes a refusal a span
 * @param playground the callers' routes, under which the playground asks, too
 * @param flex compares the tiers that lines of batches get
 * @param jobs makes calls whose callers do not wait
 */
public record CallsModule(
        CallGround ground,
        CallBooks books,
        MediaLoader media,
        Signatures signatures,
        KeptResponses kept,
        RefusalObserver traces,
        Meter meter,
        RequestCount requests,
        KeyGate gate,
        CallRoutes playground,
        FlexGrants flex,
        JobsModule jobs) {

    /** The time after which a caller may try again that was refused because the books did not respond. */
    public static final Duration COME_BACK = Duration.ofSeconds(1);

    /** The part of the heap that the requests of running jobs may take, an eighth of what all requests may. */
    private static final int JOBS_PART = 16;

    /** The number of running calls from which on some end every few milliseconds. */
    private static final int CROWD = 500;

    public static CallsModule of(
            CallGround ground, CallBooks books, UpstreamsModule upstreams, Vertx vertx, WatchModule watch) {
        FileAddresses images = images(ground, books, watch);
        MediaLoader media = ground.open(mediaLoader(ground, vertx, images), MediaLoader::close);
        Workers signing = ground.open(ReceiptsHandler.workers(), Workers::close);
        SchemaChecks checks = ground.open(new SchemaChecks(), SchemaChecks::close);
        Signatures signatures = signatures(ground, books, images);
        KeptResponses kept = kept(ground, books);
        Telemetry traces = telemetry(ground, books);
        AnswerRoom room = AnswerRoom.ofHeap(comeBack());
        FlexGrants flex = new FlexGrants();
        Meter meter = meter(ground, books, upstreams, vertx, watch, media, signatures, room, flex, traces);
        KnownAnswers known = ground.open(knownAnswers(ground, books, vertx, meter), KnownAnswers::close);
        RequestCount requests = new RequestCount(meter.quotas(), ground.clock());
        Calls calls = new Calls(upstreams.models(), meter, known, books.secrets());
        watch.calls(media, known, room, traces == null ? () -> 0 : dropped(traces));
        AtomicReference<JobRunner> runner = new AtomicReference<>();
        BackgroundCalls background = background(ground, books, vertx, calls, runner::get);
        CallRoutes routes = new CallRoutes(
                ground, books, calls, checks, signatures, kept, images, signing, counts(books, meter), background);
        JobsModule jobs = JobsModule.of(ground, books, background, routes.doors(), room);
        runner.set(jobs.responses());
        watch.jobs(background.jobs(), runner.get());
        watch.batches(jobs.runner());
        return new CallsModule(
                ground,
                books,
                media,
                signatures,
                kept,
                traces == null ? RefusalObserver.NONE : traces,
                meter,
                requests,
                new KeyGate(books.stores().keys(), requests),
                routes,
                flex,
                jobs);
    }

    private static BackgroundCalls background(
            CallGround ground, CallBooks books, Vertx vertx, Calls calls, Supplier<JobRunner> runner) {
        return new BackgroundCalls(
                calls,
                new LargeBodies(books.stores().ledger(), calls.known()),
                new Jobs(books.database(), books.writer(), books.secrets(), ground.clock()),
                new CompletionIds(ground.clock(), ground.surroundings().random()),
                new MemoryBudget(Runtime.getRuntime().maxMemory() / JOBS_PART),
                vertx,
                runner);
    }

    /** Begins no more calls of jobs: the server is about to stop. */
    public void stopJobs() {
        jobs.stop();
    }

    private static Meter meter(
            CallGround ground,
            CallBooks books,
            UpstreamsModule upstreams,
            Vertx vertx,
            WatchModule watch,
            MediaLoader media,
            Signatures signatures,
            AnswerRoom room,
            FlexGrants flex,
            @Nullable Telemetry traces) {
        Quotas quotas = new Quotas(books.node()::living);
        AnsweringModels answering = new AnsweringModels(
                new ModelName.Rows(ground.catalogue())::find,
                books.stores().routed(),
                watch.metrics().answeredBy(),
                books.node().sharedClock());
        return new Meter(
                vertx,
                upstreams.pool(),
                new MediaAccess(media, books.stores().ledger(), quotas),
                accounting(ground, books, signatures),
                new CompletionIds(ground.clock(), ground.surroundings().random()),
                quotas,
                times(ground),
                room,
                PromptMemory.ofHeap(ground.clock()),
                answering,
                CallObserver.all(observers(watch, answering, flex, traces)));
    }

    /** Returns the counts of tokens, once the writer and the lease know the meter. */
    private static FreeCounts counts(CallBooks books, Meter meter) {
        books.writer().gatherWhile(() -> meter.openCalls() >= CROWD);
        books.node().whenLost(() -> end(meter, "The service has lost its database. Please try again."));
        return new FreeCounts(books.stores().ledger(), meter);
    }

    private static Meter.Times times(CallGround ground) {
        return new Meter.Times(
                ground.settings().get(TrafficSettings.CALL),
                ground.surroundings().waits().silence());
    }

    private static KeptResponses kept(CallGround ground, CallBooks books) {
        Settings settings = ground.settings();
        return new KeptResponses(
                books.database(),
                books.writer(),
                books.secrets(),
                ground.clock(),
                settings.get(TrafficSettings.RESPONSES_STORE).equals("on"),
                settings.get(TrafficSettings.RESPONSES_BYTES),
                settings.get(TrafficSettings.BODY_BYTES));
    }

    private static FileAddresses images(CallGround ground, CallBooks books, WatchModule watch) {
        FileStore files = ground.open(
                new FileStore(
                        books.database(),
                        books.writer(),
                        books.secrets(),
                        books.node()
                                .sharedClock(), // or a server whose clock is ahead would refuse and delete the files of
                        // others
                        ground.random(),
                        allowances(ground, books),
                        books.paid(),
                        ground.settings().get(TrafficSettings.FILES_BYTES)),
                FileStore::close);
        watch.stored(files.room());
        return new FileAddresses(
                files,
                books.stores().ledger(),
                ground.settings().get(TrafficSettings.MEDIA_MADE_BYTES),
                ground.settings().find(PageSettings.PUBLIC_URL));
    }

    private static Signatures signatures(CallGround ground, CallBooks books, FileAddresses images) {
        return new Signatures(books.database(), books.writer(), books.secrets(), images, ground.clock());
    }

    private static MediaLoader mediaLoader(CallGround ground, Vertx vertx, FileAddresses images) {
        Settings settings = ground.settings();
        MediaLimits limits = new MediaLimits(
                settings.get(TrafficSettings.MEDIA_BYTES),
                settings.get(TrafficSettings.MEDIA_CALL_BYTES),
                settings.get(TrafficSettings.MEDIA_MADE_BYTES),
                settings.get(TrafficSettings.MEDIA_SPOOL_BYTES),
                settings.get(TrafficSettings.MEDIA_TIME),
                settings.get(TrafficSettings.MEDIA_REDIRECTS),
                settings.get(TrafficSettings.MEDIA_DOWNLOADS),
                settings.get(TrafficSettings.MEDIA_ACCOUNT_DOWNLOADS));
        Path place = settings.data().resolve("media");
        try {
            MediaSpool spool = MediaSpool.open(place, limits.spoolBytesMax());
            return new MediaLoader(
                    vertx,
                    ground.surroundings().resolver(),
                    AllowedPlaces.of(settings.list(TrafficSettings.MEDIA_ALLOW)),
                    spool,
                    images,
                    limits);
        } catch (IOException e) {
            throw new CannotOpen(
                    "The folder of downloaded media " + place + " cannot be made or emptied: " + FileTrouble.of(e)
                            + ".",
                    e);
        }
    }

    /** Null without a collector; then nothing of its library is loaded. */
    private static @Nullable Telemetry telemetry(CallGround ground, CallBooks books) {
        Settings settings = ground.settings();
        URI endpoint = settings.find(TrafficSettings.TELEMETRY_ENDPOINT);
        if (endpoint == null) {
            return null;
        }
        Map<String, String> headers = new HashMap<>();
        Secret secret = settings.find(TrafficSettings.TELEMETRY_HEADERS);
        if (secret != null) {
            for (String header : secret.value().split(",")) {
                int at = header.indexOf('=');
                headers.put(header.substring(0, at), header.substring(at + 1));
            }
        }
        Telemetry.Choice choice = new Telemetry.Choice(
                endpoint.toString(),
                headers,
                settings.get(TrafficSettings.TELEMETRY_PERCENT),
                settings.get(TrafficSettings.TRUST_PARENT),
                ground.version());
        return ground.open(
                new Telemetry(choice, books.node()::name, ground.clock(), System::nanoTime), Telemetry::close);
    }

    /** Returns the number of dropped traces. This is a method of its own because linking the reference loads the class. */
    private static LongSupplier dropped(Telemetry traces) {
        return traces::dropped;
    }

    private static List<CallObserver> observers(
            WatchModule watch, AnsweringModels answering, FlexGrants flex, @Nullable Telemetry traces) {
        List<CallObserver> observers = new ArrayList<>(List.of(
                watch.metrics().calls(),
                new CallLines(),
                call -> answering.answered(call.channel(), call.upstreamModel(), call.answeringVersion()),
                new TierWatch(flex)));
        if (traces != null) {
            observers.add(traces);
        }
        return observers;
    }

    private static Accounting accounting(CallGround ground, CallBooks books, Signatures signatures) {
        return new Accounting(
                books.writer(), signatures, ground.clock(), new ExcessReports(), freeEnds(ground, books), comeBack());
    }

    private static FreeEnds freeEnds(CallGround ground, CallBooks books) {
        return new FreeEnds(new FreeAnswers(books.database()), allowances(ground, books), ground.clock());
    }

    private static Allowances allowances(CallGround ground, CallBooks books) {
        return new Allowances(books.database(), books.secrets(), ground.clock());
    }

    private static Executor comeBack() {
        return CompletableFuture.delayedExecutor(COME_BACK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static KnownAnswers knownAnswers(CallGround ground, CallBooks books, Vertx vertx, Meter meter) {
        Path place = ground.settings().data().resolve("spool");
        try {
            SpoolFolder folder = new SpoolFolder(
                    place, books.secrets(), ground.random(), !books.writer().isEmbedded());
            Expiry expiry = new Expiry(books.writer(), books.stores().answers(), folder, ground.clock());
            return new KnownAnswers(vertx, meter, books.stores().answers(), folder, expiry);
        } catch (IOException e) {
            throw new CannotOpen(
                    "The folder of kept answers " + place + " cannot be made: " + FileTrouble.of(e) + ".", e);
        }
    }

    public List<Sweep> sweeps() {
        List<Sweep> all = new ArrayList<>(jobs.sweeps());
        all.addAll(List.of(
                new Sweep("sweep-signatures", Signatures.SWEEP_EVERY, signatures::forgetOld),
                new Sweep("sweep-responses", KeptResponses.SWEEP_EVERY, kept::sweep),
                new Sweep(
                        "sweep-jobs", Jobs.SWEEP_EVERY, playground.background().jobs()::sweep),
                new Sweep("sweep-files", FileErasure.SWEEP_EVERY, files().erasure()::sweep),
                new Sweep("sweep-rollups", Rollups.SWEEP_EVERY, new Rollups(books.writer(), ground.clock())::sweep)));
        return all;
    }

    /** Ends all calls with a 503, and returns their holds. @param reason for their callers */
    public void end(String reason) {
        end(meter, reason);
    }

    private static void end(Meter meter, String reason) {
        meter.stopAll(
                ApiError.of(ErrorCode.INTERNAL_ERROR, reason).withStatus(503).retryAfter(COME_BACK));
    }

    /** @param ofAccounts the portal's routes for callers */
    public List<Route<?>> routes(List<Route<?>> ofAccounts) {
        KeyGate key = gate.forModels();
        return RouteList.of(playground.table(gate, ofAccounts), jobs.routes(key, playground.whileBooksAnswer(key)));
    }

    /** Returns the number of calls that are not resolved yet. */
    public int open() {
        return meter.openCalls();
    }

    public FileStore files() {
        return playground.images().files();
    }

    /** Returns the bytes of downloaded media, in memory and on disk. */
    public long mediaBytes() {
        return media.bytes();
    }
}
