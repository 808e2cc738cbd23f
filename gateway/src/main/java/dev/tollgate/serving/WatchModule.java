package dev.tollgate.serving;

import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.calls.files.FileRoom;
import dev.tollgate.calls.jobs.BatchRunner;
import dev.tollgate.calls.jobs.JobRunner;
import dev.tollgate.calls.replay.KnownAnswers;
import dev.tollgate.calls.replay.ReplayedFrom;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.engine.HttpFront;
import dev.tollgate.http.engine.Unread;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.copies.Copies;
import dev.tollgate.telemetry.metrics.Exposition;
import dev.tollgate.telemetry.metrics.Metrics;
import dev.tollgate.telemetry.metrics.MetricsGate;
import dev.tollgate.telemetry.metrics.MetricsHandler;
import dev.tollgate.upstreams.media.DownloadEnd;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.pool.Upstreams;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Metrics: everything that is counted, and the gauges that the other modules' parts are asked for. */
public final class WatchModule {

    /** The interval for gauges that need the database, while metrics are scraped. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private static final Duration SCRAPED_WITHIN = Duration.ofMinutes(5);

    private final Metrics metrics = new Metrics();
    private final Exposition exposition = metrics.exposition();
    private final CallGround ground;
    private final BooksGauges gauges;

    public WatchModule(CallGround ground, CallBooks books) {
        this.ground = ground;
        this.gauges = new BooksGauges(metrics, books, ground.clock());
        ground.open(metrics, Metrics::close);
        metrics.openLog();
        books.writer().watchedBy(metrics.writer());
        books.database().watchedBy(metrics.reads());
        books.stores().ledger().watchedBy(metrics.entries());
        gauges.add(ground.settings().data());
        LabelNumbers labels = books.stores().labels();
        metrics.counted(
                "tollgate_label_overflow",
                "Labels of calls that count as other because their name has too many values, by kind: tag or end_user.",
                new String[] {"kind"},
                now -> {
                    now.is((double) labels.overflows(false), "tag");
                    now.is((double) labels.overflows(true), "end_user");
                });
        metrics.build(
                ground.version().isEmpty() ? "development" : ground.version(),
                books.database().schemaVersion(),
                books.writer().isEmbedded() ? "sqlite" : "postgresql");
    }

    public Metrics metrics() {
        return metrics;
    }

    /** @param admin the gate of the operator's routes */
    public Route<?> route(Gate<?> admin) {
        Gate<Gate.Anyone> gate = new MetricsGate(admin, ground.settings().get(TrafficSettings.TRUSTED_HOPS) > 0);
        return Route.get("/metrics", gate, new MetricsHandler(exposition)).whileDraining();
    }

    // ---- what the parts know of themselves ----

    public void upstreams(Upstreams upstreams) {
        upstreams.watchedBy(metrics.tries());
        String[] channel = {"channel"};
        metrics.gauge("tollgate_channel_calls", "Calls in progress on a channel.", channel, now -> upstreams
                .status()
                .forEach(it -> now.is(it.inFlight(), it.id())));
        metrics.gauge(
                "tollgate_channel_connections",
                "Connections to a channel's upstream, including those being opened.",
                channel,
                now -> upstreams.status().forEach(it -> now.is(it.connections(), it.id())));
        metrics.gauge(
                "tollgate_channel_breaker",
                "State of a channel's circuit breaker: 0 closed, 1 open, 2 half-open.",
                channel,
                now -> upstreams.status().forEach(it -> now.is(it.breaker().ordinal(), it.id())));
        metrics.gauge(
                "tollgate_channel_resting",
                "1 while a channel is skipped for a model, otherwise 0. A rest of flex alone is not counted.",
                new String[] {"channel", "model"},
                now -> upstreams.status().forEach(it -> it.models()
                        .forEach(model -> now.is(rests(model), it.id(), model.id()))));
        metrics.gauge(
                "tollgate_channel_credential_expiry_timestamp_seconds",
                "Expiry of a channel's credential, in seconds since 1970. Absent if the channels file has no date.",
                channel,
                now -> upstreams.status().forEach(it -> {
                    if (it.credentialExpires() != null) {
                        now.is((double) it.credentialExpires().getEpochSecond(), it.id());
                    }
                }));
        metrics.gauge(
                "tollgate_retry_budget_left",
                "Retries that the calls of a model may still make on all channels together at the moment, without calls at flex.",
                new String[] {"model"},
                now -> upstreams.retriesLeft().forEach((model, left) -> now.is(left, model)));
    }

    private static double rests(ChannelStatus.Model model) {
        return model.rest() == null ? 0 : 1;
    }

    public void front(HttpFront front, Unread unread) {
        metrics.gauge("tollgate_http_connections", "Open client connections.", front::connections);
        metrics.counted(
                "tollgate_http_connections_refused",
                "Client connections closed at once because the server or their address had too many.",
                new String[] {},
                now -> now.is((double) front.refusedConnections()));
        metrics.gauge("tollgate_body_bytes", "Heap reserved for requests, in bytes.", front::bodyBytes);
        metrics.gauge(
                "tollgate_unread_bytes",
                "Memory for response data that clients have not read, in bytes, without the room reserved for paid responses.",
                unread::bytes);
        metrics.counted(
                "tollgate_unread_closed",
                "Connections closed because the client left too much response data unread.",
                new String[] {},
                now -> now.is((double) unread.closed()));
    }

    /** @param spansDropped since the start */
    public void calls(MediaLoader media, KnownAnswers known, AnswerRoom room, LongSupplier spansDropped) {
        metrics.gauge(
                "tollgate_collected_bytes",
                "Memory for responses that are collected before they are sent, in bytes.",
                room::bytes);
        metrics.counted(
                "tollgate_collected_cut",
                "Responses cut because there was no room to collect more of them.",
                new String[] {},
                now -> now.is((double) room.cut()));
        metrics.counted(
                "tollgate_spans_dropped",
                "Spans lost because the queue was full or the collector rejected them.",
                new String[] {},
                now -> now.is((double) spansDropped.getAsLong()));
        metrics.counted(
                "tollgate_replays",
                "Requests answered without a new call, by source: a running call with the same idempotency key, a"
                        + " stored response's file, its copy in the database, or a permanent refusal.",
                new String[] {"from"},
                now -> {
                    for (ReplayedFrom from : ReplayedFrom.values()) {
                        now.is((double) known.replays(from), from.wireName());
                    }
                });
        metrics.counted(
                "tollgate_media_downloads",
                "Media downloads for calls, by how they ended.",
                new String[] {"end"},
                now -> {
                    for (DownloadEnd end : DownloadEnd.values()) {
                        now.is((double) media.ended(end), end.wireName());
                    }
                });
        gauges.files(ground.settings().data(), media::bytes);
    }

    public void jobs(Jobs jobs, JobRunner runner) {
        gauges.jobs(jobs, runner);
    }

    public void batches(BatchRunner batches) {
        gauges.batches(batches);
    }

    /** @param copies null without {@code backup.folder} */
    public void copies(@Nullable Copies copies) {
        metrics.gauge(
                "tollgate_backup_age_seconds",
                "Age of the newest copy in backup.folder, in seconds, of the last known one if it is missing there; before the first one, the time since the start. Absent without backup.folder.",
                new String[] {},
                now -> {
                    if (copies != null) {
                        now.is((double) copies.age().toSeconds());
                    }
                });
        metrics.gauge(
                "tollgate_backup_every_seconds",
                "The setting backup.every, in seconds. Absent without backup.folder.",
                new String[] {},
                now -> {
                    if (copies != null) {
                        now.is((double) copies.plan().every().toSeconds());
                    }
                });
    }

    /** @param old how many values are under older secret keys; negative if not known yet */
    public void secrets(LongSupplier old) {
        metrics.gauge(
                "tollgate_secret_old_values",
                "Stored values under other secret keys than the first one, counted every hour.",
                new String[] {},
                now -> {
                    long values = old.getAsLong();
                    if (values >= 0) {
                        now.is((double) values);
                    }
                });
    }

    public void stored(FileRoom files) {
        gauges.stored(files);
    }

    /** Returns the help of each metric by its scraped name, without JVM metrics. */
    public Map<String, String> catalogue() {
        return metrics.catalogue();
    }

    public List<Sweep> sweeps() {
        return List.of(new Sweep("look-at-holds", LOOK_EVERY, () -> {
            if (exposition.isAskedWithin(SCRAPED_WITHIN)) {
                gauges.look();
            }
        }));
    }
}
