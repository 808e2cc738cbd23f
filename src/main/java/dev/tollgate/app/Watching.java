package dev.tollgate.app;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.books.ledger.HoldsNow;
import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.calls.replay.KnownAnswers;
import dev.tollgate.calls.replay.ReplayedFrom;
import dev.tollgate.http.Gate;
import dev.tollgate.http.HttpFront;
import dev.tollgate.http.Route;
import dev.tollgate.http.Unread;
import dev.tollgate.operator.metrics.Exposition;
import dev.tollgate.operator.metrics.Metrics;
import dev.tollgate.operator.metrics.MetricsGate;
import dev.tollgate.operator.metrics.MetricsHandler;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.media.DownloadEnd;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.pool.ChannelStatus;
import dev.tollgate.upstreams.pool.Upstreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has everything counted that is told of, and adds what the parts know of themselves. */
final class Watching implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watching.class);

    /** How often what only the database knows is looked at, while somebody scrapes. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private static final Duration SCRAPED_WITHIN = Duration.ofMinutes(5);
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    private final Metrics metrics = new Metrics();
    private final Exposition exposition = metrics.exposition();
    private final Store store;
    private final InstantSource clock;
    private volatile @Nullable Looked holds;

    /** What was seen of the holds, and when: the oldest of them may be gone by the next look. */
    record Looked(HoldsNow holds, Instant at) {

        double oldestSeconds() {
            Instant since = holds.oldest();
            return since == null ? 0 : Math.max(0, Duration.between(since, at).toMillis()) / MILLIS;
        }
    }

    Watching(Settings settings, Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        metrics.openLog();
        store.writer().watchedBy(metrics.writer());
        store.database().watchedBy(metrics.reads());
        store.ledger().watchedBy(metrics.entries());
        store(settings.data());
        holdsGivenBack();
        nodes();
        metrics.build(
                version(), store.database().schemaVersion(), store.writer().isEmbedded() ? "sqlite" : "postgresql");
    }

    /** As its jar says. */
    private static String version() {
        String version = Watching.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    CallObserver calls() {
        return metrics.calls();
    }

    Metrics metrics() {
        return metrics;
    }

    /** @param admin whom the operator's key lets in */
    Route<?> route(Gate<?> admin, Settings settings) {
        Gate<Gate.Anyone> gate = new MetricsGate(admin, settings.http().trustedHops() > 0);
        return Route.get("/metrics", gate, new MetricsHandler(exposition)).whileDraining();
    }

    // ---- what the parts know of themselves ----

    private void store(Path data) {
        metrics.gauge("tollgate_writer_queue_units", "Units of work that wait for the writer.", () -> store.writer()
                .waiting());
        metrics.gauge(
                "tollgate_writer_rides",
                "1 where holds are told once they are decided; 0 after a failed commit, until one succeeds.",
                () -> store.writer().rides() ? 1 : 0);
        metrics.gauge(
                "tollgate_store_up",
                "0 where calls get a 503 because the books take nothing, or this server has lost its lease of them; else 1.",
                () -> store.complaints().isEmpty() ? 1 : 0);
        metrics.gauge(
                "tollgate_store_readers",
                "Connections that read, but for those of pages; waiting are threads.",
                new String[] {"state"},
                now -> {
                    Database.Readers readers = store.database().readersNow();
                    now.is(readers.active(), "active");
                    now.is(readers.idle(), "idle");
                    now.is(readers.waiting(), "waiting");
                });
        metrics.gauge(
                "tollgate_store_free_bytes",
                "Room on the disk of the data folder.",
                () -> bytes(() -> Files.getFileStore(data).getUsableSpace()));
        metrics.gauge(
                "tollgate_store_disk_bytes",
                "Size of that disk.",
                () -> bytes(() -> Files.getFileStore(data).getTotalSpace()));
        metrics.gauge(
                "tollgate_held_microcredits",
                "What running calls hold of all servers over these books, as of the latest look at the database.",
                new String[] {},
                now -> {
                    Looked seen = holds;
                    if (seen != null) {
                        now.is((double) seen.holds().micros());
                    }
                });
        metrics.gauge("tollgate_holds_open", "How many holds there are, as of that look.", new String[] {}, now -> {
            Looked seen = holds;
            if (seen != null) {
                now.is((double) seen.holds().open());
            }
        });
        metrics.gauge(
                "tollgate_hold_oldest_seconds",
                "Age of the oldest hold as of that look, 0 where there is none.",
                new String[] {},
                now -> {
                    Looked seen = holds;
                    if (seen != null) {
                        now.is(seen.oldestSeconds());
                    }
                });
    }

    private void holdsGivenBack() {
        metrics.counted(
                "tollgate_holds_given_back",
                "Holds of calls that were left open: by an earlier run, or by servers that have died since.",
                new String[] {"cause"},
                now -> {
                    now.is((double) store.holdsGivenBackAtStart(), "start");
                    now.is((double) store.holdsGivenBackOfDeadNodes(), "dead_node");
                });
    }

    private void nodes() {
        metrics.gauge("tollgate_nodes_alive", "Servers over these books that are alive.", store::nodes);
        metrics.gauge(
                "tollgate_node_lease_left_seconds",
                "How long this server may go on without a renewal of its lease; where several may share the books.",
                new String[] {},
                now -> {
                    if (store.isNode()) {
                        now.is(store.leaseLeft().toNanos() / NANOS);
                    }
                });
        store.whenLeaseLost(metrics.count("tollgate_node_lease_lost", "How often this server has lost its lease."));
    }

    void upstreams(Upstreams upstreams) {
        upstreams.watchedBy(metrics.tries());
        String[] channel = {"channel"};
        metrics.gauge("tollgate_channel_calls", "Calls that run on a channel.", channel, now -> upstreams
                .status()
                .forEach(it -> now.is(it.inFlight(), it.id())));
        metrics.gauge(
                "tollgate_channel_connections",
                "Connections to a channel's upstream, those that are being made with them.",
                channel,
                now -> upstreams.status().forEach(it -> now.is(it.connections(), it.id())));
        metrics.gauge("tollgate_channel_breaker", "0 closed, 1 open, 2 trying out.", channel, now -> upstreams
                .status()
                .forEach(it -> now.is(it.breaker().ordinal(), it.id())));
        metrics.gauge(
                "tollgate_channel_resting",
                "1 where a model is not asked on a channel for a while.",
                new String[] {"channel", "model"},
                now -> upstreams.status().forEach(it -> it.models()
                        .forEach(model -> now.is(rests(model), it.id(), model.id()))));
        metrics.gauge(
                "tollgate_channel_credential_expiry_timestamp_seconds",
                "When a channel's credential ends, where the channels file says so.",
                channel,
                now -> upstreams.status().forEach(it -> {
                    if (it.credentialExpires() != null) {
                        now.is((double) it.credentialExpires().getEpochSecond(), it.id());
                    }
                }));
        metrics.gauge(
                "tollgate_retry_budget_left",
                "How many calls may be asked again now, of all together.",
                upstreams::retriesLeft);
    }

    private static double rests(ChannelStatus.Model model) {
        return model.rest() == null ? 0 : 1;
    }

    void front(HttpFront front) {
        metrics.gauge("tollgate_http_connections", "Open connections of callers.", front::connections);
        metrics.gauge(
                "tollgate_body_bytes", "What requests take of the heap, as they are charged for it.", front::bodyBytes);
    }

    void unread(Unread unread) {
        metrics.gauge(
                "tollgate_unread_bytes",
                "Memory of answers that callers have not read, without the room reserved for paid ones.",
                unread::bytes);
        metrics.counted(
                "tollgate_unread_closed",
                "Connections closed because too much of their answers was unread.",
                new String[] {},
                now -> now.is((double) unread.closed()));
    }

    /** @param spansDropped since the start */
    void traces(LongSupplier spansDropped) {
        metrics.counted(
                "tollgate_spans_dropped",
                "Spans that the collector did not get: there were too many, or it did not take them.",
                new String[] {},
                now -> now.is((double) spansDropped.getAsLong()));
    }

    void answers(KnownAnswers known) {
        metrics.counted(
                "tollgate_replays",
                "Requests that were answered without a call: from one under the same key that runs, from a kept answer's file or its"
                        + " copy in the database, from a refusal that cannot change.",
                new String[] {"from"},
                now -> {
                    for (ReplayedFrom from : ReplayedFrom.values()) {
                        now.is((double) known.replays(from), from.wireName());
                    }
                });
    }

    void media(MediaLoader media) {
        metrics.counted(
                "tollgate_media_downloads",
                "Media that were downloaded for calls, by how that ended.",
                new String[] {"end"},
                now -> {
                    for (DownloadEnd end : DownloadEnd.values()) {
                        now.is((double) media.ended(end), end.wireName());
                    }
                });
    }

    /** @param media what downloaded media take, in bytes */
    void files(Path data, LongSupplier media) {
        metrics.gauge("tollgate_store_bytes", "What is kept takes on the disk.", new String[] {"what"}, now -> {
            if (store.writer().isEmbedded()) {
                now.is(bytes(() -> Files.size(data.resolve("tollgate.db"))), "db");
                now.is(bytes(() -> Files.size(data.resolve("tollgate.db-wal"))), "wal");
            }
            now.is((double) media.getAsLong(), "media");
        });
    }

    /** What is measured: what is said of each, by its name. Those of the JVM are not among it. */
    Map<String, String> catalogue() {
        return metrics.catalogue();
    }

    /** Looks while somebody scrapes, aside, at what only the database knows. */
    void begin(EventLoops loops) {
        loops.every(LOOK_EVERY, "look-at-holds", () -> {
            if (exposition.isAskedWithin(SCRAPED_WITHIN)) {
                look();
            }
        });
    }

    /** Nothing is told while the database is away. */
    void look() {
        try {
            holds = new Looked(store.ledger().holdsNow(), clock.instant());
        } catch (StoreException e) {
            holds = null;
            log.debug("what is held could not be looked at; trying again", e);
        }
    }

    private interface Measured {
        long bytes() throws IOException;
    }

    /** Not a number where it cannot be told. */
    private static double bytes(Measured measured) {
        try {
            return measured.bytes();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        metrics.close();
    }
}
