package dev.tollgate.serving;

import dev.tollgate.books.ledger.Ledger.HoldsNow;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileRoom;
import dev.tollgate.calls.jobs.BatchRunner;
import dev.tollgate.calls.jobs.JobRunner;
import dev.tollgate.calls.jobs.TryEnd;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.telemetry.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gauges of the books: the writer, the database and its disk, holds, the servers that share them. */
public final class BooksGauges {

    private static final Logger log = LoggerFactory.getLogger(BooksGauges.class);
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    private final Metrics metrics;
    private final CallBooks books;
    private final InstantSource clock;
    private volatile @Nullable HoldsReading holds;
    private volatile @Nullable Duration snapshot;
    private volatile @Nullable Jobs jobs;
    private volatile @Nullable List<Jobs.Count> open;

    /** The holds as they were seen, and when: the oldest of them may be gone by the next look. */
    record HoldsReading(HoldsNow holds, Instant at) {

        double oldestSeconds() {
            Instant since = holds.oldest();
            return since == null ? 0 : Math.max(0, Duration.between(since, at).toMillis()) / MILLIS;
        }
    }

    public BooksGauges(Metrics metrics, CallBooks books, InstantSource clock) {
        this.metrics = metrics;
        this.books = books;
        this.clock = clock;
    }

    /** @param data the data folder */
    public void add(Path data) {
        writer();
        disk(data);
        holds();
        snapshots();
        nodes();
    }

    private void writer() {
        metrics.gauge("tollgate_writer_queue_units", "Units of work waiting for the writer.", () -> books.writer()
                .waiting());
        metrics.gauge(
                "tollgate_writer_rides",
                "1 while the writer reports holds as soon as they are decided; 0 after a failed commit, until one succeeds.",
                () -> books.writer().rides() ? 1 : 0);
        metrics.gauge(
                "tollgate_store_up",
                "0 while calls get a 503 because the database accepts no writes or this server has lost its lease; otherwise 1.",
                () -> books.complaints().isEmpty() ? 1 : 0);
        metrics.counted(
                "tollgate_store_refusals",
                "Requests that got a 503 because the database left a question unanswered for two seconds.",
                new String[] {},
                now -> now.is((double) books.writer().refusals()));
        metrics.gauge(
                "tollgate_store_damaged",
                "1 after a damaged page of the SQLite file was met, until a restart: restore a backup; otherwise 0.",
                () -> books.database().damage() == null ? 0 : 1);
        metrics.gauge(
                "tollgate_store_readers",
                "Read connections by state, without those reserved for pages. state=waiting counts threads waiting for one.",
                new String[] {"state"},
                now -> {
                    Database.Readers readers = books.database().readersNow();
                    now.is(readers.active(), "active");
                    now.is(readers.idle(), "idle");
                    now.is(readers.waiting(), "waiting");
                });
    }

    private void disk(Path data) {
        metrics.gauge(
                "tollgate_store_free_bytes",
                "Free space on the data folder's disk, in bytes.",
                () -> bytes(() -> Files.getFileStore(data).getUsableSpace()));
        metrics.gauge(
                "tollgate_store_disk_bytes",
                "Size of the data folder's disk, in bytes.",
                () -> bytes(() -> Files.getFileStore(data).getTotalSpace()));
    }

    private void holds() {
        gauge(
                "tollgate_held_microcredits",
                "Micro-credits held for running calls of all servers on this database. Read every 15 seconds while metrics are scraped.",
                seen -> seen.holds().micros());
        gauge(
                "tollgate_holds_open",
                "Number of holds, as of the same reading as tollgate_held_microcredits.",
                seen -> seen.holds().open());
        gauge(
                "tollgate_hold_oldest_seconds",
                "Age of the oldest hold in seconds, as of the same reading; 0 without holds.",
                HoldsReading::oldestSeconds);
        metrics.counted(
                "tollgate_holds_given_back",
                "Holds released for calls left open, by cause: start (by an earlier run of this server), dead_node"
                        + " (by a server that died).",
                new String[] {"cause"},
                now -> {
                    now.is((double) books.left().atStart(), "start");
                    now.is((double) books.left().ofDeadNodes(), "dead_node");
                });
    }

    /** Adds a gauge that has no value before the first look, and none after a failed one. */
    private void gauge(String name, String help, ToDoubleFunction<HoldsReading> value) {
        metrics.gauge(name, help, new String[] {}, now -> {
            HoldsReading seen = holds;
            if (seen != null) {
                now.is(value.applyAsDouble(seen));
            }
        });
    }

    private void snapshots() {
        metrics.gauge(
                "tollgate_snapshot_oldest_seconds",
                "Age of the oldest snapshot that a transaction on PostgreSQL keeps, in seconds, as far as the servers' role may see it; 0 without one."
                        + " Read every 15 seconds while metrics are scraped. Absent with SQLite.",
                new String[] {},
                now -> {
                    Duration seen = snapshot;
                    if (seen != null) {
                        now.is((double) seen.toSeconds());
                    }
                });
    }

    private void nodes() {
        metrics.gauge("tollgate_nodes_alive", "Live servers on this database.", books.node()::living);
        metrics.gauge(
                "tollgate_node_lease_left_seconds",
                "Time until this server's lease expires without a renewal, in seconds. Absent unless servers can share the database.",
                new String[] {},
                now -> {
                    if (books.node().isShared()) {
                        now.is(books.node().leaseLeft().toNanos() / NANOS);
                    }
                });
        metrics.gauge(
                "tollgate_clock_offset_seconds",
                "The database's clock less this server's, in seconds. Absent unless servers can share the database.",
                new String[] {},
                now -> {
                    if (books.node().isShared()) {
                        now.is(books.node().sharedClock().offset().toMillis() / MILLIS);
                    }
                });
        books.node()
                .whenLeaseLost(
                        metrics.count("tollgate_node_lease_lost", "Number of times this server has lost its lease."));
    }

    /** Adds the sizes of the stored files. @param media bytes of downloaded media */
    public void files(Path data, LongSupplier media) {
        metrics.gauge(
                "tollgate_store_bytes", "Disk space used by stored data, in bytes.", new String[] {"what"}, now -> {
                    if (books.writer().isEmbedded()) {
                        now.is(bytes(() -> Files.size(data.resolve("tollgate.db"))), "db");
                        now.is(bytes(() -> Files.size(data.resolve("tollgate.db-wal"))), "wal");
                    }
                    now.is((double) media.getAsLong(), "media");
                });
    }

    /** Adds the bytes of stored files. */
    public void stored(FileRoom files) {
        metrics.gauge(
                "tollgate_files_bytes",
                "Bytes of the stored files of all accounts, by purpose: gemini (uploads), made (images by address), kept"
                        + " (images of kept responses), cache (cached contents), batch (inputs of batches). Read once a minute, with this server's changes since.",
                new String[] {"purpose"},
                now -> {
                    for (FilePurpose purpose : FilePurpose.values()) {
                        now.is((double) files.bytes(purpose), purpose.code());
                    }
                });
        metrics.gauge(
                "tollgate_files_room_bytes", "Room of all stored files (files.bytes), in bytes.", files::bytesMax);
    }

    /** Adds the open jobs of all servers, and the ends of tries on this one. */
    public void jobs(Jobs of, JobRunner runner) {
        jobs = of;
        openJobs();
        ends(
                "tollgate_job_tries",
                "Calls of responses and interactions in the background that have ended on this server, by outcome: answered, failed, retried (made again later), paused, cancelled, lost (to another server).",
                runner::ended);
    }

    /** Adds the ends of tries of lines on this server. */
    public void batches(BatchRunner batches) {
        ends(
                "tollgate_job_lines",
                "Tries of lines of batches that have ended on this server, by outcome: answered, failed (in the error file), retried (made again later), paused, lost (to another server).",
                batches::ended);
    }

    private void ends(String name, String help, ToLongFunction<TryEnd> ended) {
        metrics.counted(name, help, new String[] {"outcome"}, now -> {
            for (TryEnd end : TryEnd.values()) {
                now.is((double) ended.applyAsLong(end), end.wireName());
            }
        });
    }

    private void openJobs() {
        metrics.gauge(
                "tollgate_jobs",
                "Open responses and interactions in the background, and batches, of all servers on this database, by kind and state: queued or in_progress. Read every 15 seconds while metrics are scraped.",
                new String[] {"kind", "state"},
                now -> eachKind((kind, its) -> {
                    long running = its.stream().mapToLong(Jobs.Count::running).sum();
                    now.is((double) its.stream().mapToLong(Jobs.Count::jobs).sum() - running, kind, "queued");
                    now.is((double) running, kind, "in_progress");
                }));
        metrics.gauge(
                "tollgate_jobs_paused",
                "Responses and interactions in the background, and batches, that are paused, by reason, as of the same reading as tollgate_jobs.",
                new String[] {"reason"},
                now -> {
                    List<Jobs.Count> seen = open;
                    for (Job.Pause reason : seen == null ? new Job.Pause[0] : Job.Pause.values()) {
                        now.is(
                                (double) Objects.requireNonNull(seen).stream()
                                        .filter(it -> it.pause().equals(reason.code()))
                                        .mapToLong(Jobs.Count::jobs)
                                        .sum(),
                                reason.code());
                    }
                });
        metrics.gauge(
                "tollgate_jobs_oldest_seconds",
                "Time since the acceptance of the oldest open response or interaction in the background, or batch, in seconds, by kind, as of the same reading; 0 without any.",
                new String[] {"kind"},
                now -> eachKind((kind, its) -> now.is(
                        its.stream()
                                        .mapToLong(it -> Duration.between(it.oldest(), clock.instant())
                                                .toMillis())
                                        .max()
                                        .orElse(0)
                                / MILLIS,
                        kind)));
    }

    /** Looks at what only the database knows. Blocks; without the database the gauges have no value. */
    public void look() {
        try {
            holds = new HoldsReading(books.stores().ledger().holdsNow(), clock.instant());
            snapshot = books.database().oldestSnapshot();
            Jobs its = jobs;
            open = its == null ? null : its.counts();
        } catch (StoreException e) {
            holds = null;
            open = null;
            snapshot = null;
            log.debug("what is held could not be looked at; trying again", e);
        }
    }

    /** Calls back with the open jobs of each kind, unless none have been looked at. */
    private void eachKind(BiConsumer<String, List<Jobs.Count>> then) {
        List<Jobs.Count> seen = open;
        for (Job.Kind kind : seen == null ? new Job.Kind[0] : Job.Kind.values()) {
            then.accept(
                    kind.code(),
                    Objects.requireNonNull(seen).stream()
                            .filter(it -> it.kind().equals(kind.code()))
                            .toList());
        }
    }

    private interface Measured {
        long bytes() throws IOException;
    }

    /** Returns the size; not a number if it cannot be read. */
    private static double bytes(Measured measured) {
        try {
            return measured.bytes();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
