package dev.tollgate.jobs;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.sql.Columns;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The store of batches. Its methods block and throw {@link StoreException} if the database fails. Thread-safe. */
public final class Batches {

    private static final String READABLE = " WHERE j.account_id = ? AND j.gone_at > ? AND " + Jobs.READABLE;
    private static final String ONE = "SELECT " + Batch.COLUMNS + READABLE + " AND j.id = ?";
    private static final String OF_RUNNER = "SELECT " + Batch.COLUMNS + " WHERE j.id = ?";
    private static final String LIST = "SELECT " + Batch.COLUMNS + READABLE
            + " AND (j.created_at < ? OR j.created_at = ? AND j.id < ?) ORDER BY j.created_at DESC, j.id DESC LIMIT ?";
    private static final String WITH_RESULTS = "SELECT " + Batch.COLUMNS + READABLE
            + " AND j.ended_at IS NOT NULL AND b.results_until > ? AND b.lines > 0";
    private static final String FORWARD =
            WITH_RESULTS + " AND (j.ended_at > ? OR j.ended_at = ? AND j.id >= ?) ORDER BY j.ended_at, j.id LIMIT ?";
    private static final String BACKWARD = WITH_RESULTS
            + " AND (j.ended_at < ? OR j.ended_at = ? AND j.id <= ?) ORDER BY j.ended_at DESC, j.id DESC LIMIT ?";
    private static final String SAME_BODY =
            "SELECT j.id FROM job j WHERE j.account_id = ? AND j.origin_id = ? AND j.kind = 'batch' AND j.body_hash = ? AND j.created_at > ?"
                    + " AND j.gone_at > ? ORDER BY j.created_at DESC LIMIT 1";
    private static final String READS =
            "SELECT 1 FROM batch b JOIN job j ON j.id = b.job_id WHERE b.input_id = ? AND j.account_id = ? AND j.state = 'open'";
    private static final String ROWS =
            "SELECT line, place, state, call_id, tries, due_at, status FROM job_line WHERE job_id = ? AND line > ? ORDER BY line LIMIT ?";
    private static final String SIZES =
            "SELECT line, LENGTH(sealed) FROM job_line WHERE job_id = ? AND line > ? AND state = 'ended' AND sealed IS NOT NULL AND CASE WHEN status = 200 THEN 0 ELSE 1 END = ?"
                    + " ORDER BY line LIMIT 256";
    private static final String RESULTS =
            "SELECT line, place, status, sealed FROM job_line WHERE job_id = ? AND line > ? AND line <= ? AND state = 'ended' AND sealed IS NOT NULL"
                    + " AND CASE WHEN status = 200 THEN 0 ELSE 1 END = ? ORDER BY line";
    private static final String BYTES =
            "SELECT COALESCE(SUM(sealed_bytes), 0) FROM job WHERE account_id = ? AND sealed_bytes > 0";

    private static final int ROWS_AT_ONCE = 5_000;

    private final Database database;
    private final Jobs jobs;
    private final InstantSource clock;

    public Batches(Database database, Jobs jobs, InstantSource clock) {
        this.database = database;
        this.jobs = jobs;
        this.clock = clock;
    }

    // ---- for callers ----

    /**
     * Accepts a batch. Parameters as for {@link Jobs#accept}.
     *
     * @param inputId the file of its lines, without a prefix
     * @param details what is kept of it next to its columns, not sealed yet
     */
    public Accepted accept(
            String id,
            String accountId,
            KeyOwner owner,
            @Nullable String nameHash,
            String bodyHash,
            String endpoint,
            String inputId,
            Duration resultsKept,
            byte[] details) {
        return jobs.acceptBatch(
                id,
                accountId,
                owner,
                nameHash,
                bodyHash,
                details,
                new BatchChange.NewBatch(endpoint, inputId, resultsKept));
    }

    /** Returns the newest batch that a key has made of a body since a time; null without one. @param originId the first id of the API key */
    public @Nullable String madeOf(String accountId, String originId, String bodyHash, Instant since) {
        return database.readFor(
                accountId,
                sql -> sql.one(
                        SAME_BODY, row -> row.getString(1), accountId, originId, bodyHash, since, clock.instant()));
    }

    /** Returns a batch that a key may read; null if there is none, or none any more. */
    public @Nullable Batch find(String accountId, KeyOwner reads, String id) {
        return database.readFor(
                accountId,
                sql -> sql.one(ONE, Batch::read, accountId, clock.instant(), reads.id(), reads.originId(), id));
    }

    /** Returns batches that a key may read, the newest first. @param after of which those follow that are older; null for the first page */
    public List<Batch> list(String accountId, KeyOwner reads, @Nullable Batch after, int most) {
        Instant before = after == null
                ? Instant.ofEpochMilli(Long.MAX_VALUE >> 1)
                : after.job().createdAt();
        String id = after == null ? "" : after.id();
        return database.readFor(
                accountId,
                sql -> sql.list(
                        LIST,
                        Batch::read,
                        accountId,
                        clock.instant(),
                        reads.id(),
                        reads.originId(),
                        before,
                        before,
                        id,
                        most));
    }

    /**
     * Returns ended batches with results that a key may read, by their ends and then by their ids.
     *
     * @param from the end of the first one at the earliest, or at the latest if the newest come first
     * @param fromId its id, if others ended at the same time
     */
    public List<Batch> withResults(
            String accountId, KeyOwner reads, Instant from, String fromId, boolean isAscending, int most) {
        Instant now = clock.instant();
        return database.readFor(
                accountId,
                sql -> sql.list(
                        isAscending ? FORWARD : BACKWARD,
                        Batch::read,
                        accountId,
                        now,
                        reads.id(),
                        reads.originId(),
                        now,
                        from,
                        from,
                        fromId,
                        most));
    }

    /** Returns whether an open batch reads a file. */
    public boolean reads(String accountId, String inputId) {
        return Boolean.TRUE.equals(database.readFor(accountId, sql -> sql.one(READS, row -> true, inputId, accountId)));
    }

    /** Returns what is kept of a batch next to its columns; null if it is under a key that the server has no more. */
    public byte @Nullable [] details(Batch batch) {
        return jobs.request(batch.job());
    }

    /** Deletes the results of a batch that has ended. They are gone at once, their rows a few in each unit. */
    public void deleteResults(Batch batch) {
        jobs.commit(new BatchChange.ResultsGone(batch.id()));
    }

    /**
     * A result.
     *
     * @param place the first byte of its line in the input
     * @param status HTTP's
     * @param packed as the runner has packed it; null if it is under a key that the server has no more
     */
    public record Result(long line, long place, int status, byte @Nullable [] packed) {}

    /**
     * Returns results in the order of their lines.
     *
     * @param after the line behind which they begin
     * @param areErrors whether those with an error, or those with an answer
     * @param bytesMax what they may take together, sealed; one is returned in any case
     */
    public List<Result> results(Batch batch, long after, boolean areErrors, long bytesMax) {
        String account = batch.job().accountId();
        List<long[]> sizes = database.readFor(
                account,
                sql -> sql.list(
                        SIZES,
                        row -> new long[] {row.getLong(1), row.getLong(2)},
                        batch.id(),
                        after,
                        areErrors ? 1 : 0));
        long last = after;
        long bytes = 0;
        for (long[] each : sizes) {
            bytes += each[1];
            if (last > after && bytes > bytesMax) {
                break;
            }
            last = each[0];
        }
        long until = last;
        return until == after
                ? List.of()
                : database.readFor(
                        account,
                        sql -> sql.list(
                                RESULTS,
                                row -> {
                                    long line = row.getLong(1);
                                    byte[] packed = jobs.open(batch.id(), line, row.getBytes(4));
                                    return new Result(line, row.getLong(2), row.getInt(3), packed);
                                },
                                batch.id(),
                                after,
                                until,
                                areErrors ? 1 : 0));
    }

    // ---- for the server that runs them, and for what never ended ----

    /**
     * A line that has a row, and has not ended.
     *
     * @param callId of the last try with a hold; null without one
     * @param runs whether it has a hold, or had one when its server died
     * @param tries that have ended without an answer
     * @param dueAt of its next try; null for at once
     */
    public record OpenLine(
            long line,
            long place,
            boolean runs,
            @Nullable String callId,
            int tries,
            @Nullable Instant dueAt) {}

    /** The lines of a batch that have a row. @param all their numbers @param ended the numbers of those that have ended */
    public record Rows(BitSet all, BitSet ended, List<OpenLine> open) {}

    private record LineRow(OpenLine line, boolean hasEnded) {}

    /** Reads which lines of a batch have a row. */
    public Rows rows(String id) {
        Rows rows = new Rows(new BitSet(), new BitSet(), new ArrayList<>());
        long after = 0;
        List<LineRow> some;
        do {
            long from = after;
            some = database.read(sql -> sql.list(
                    ROWS,
                    row -> new LineRow(
                            new OpenLine(
                                    row.getLong(1),
                                    row.getLong(2),
                                    row.getString(3).equals("running"),
                                    row.getString(4),
                                    row.getInt(5),
                                    Columns.timeOrNull(row, 6)),
                            row.getString(3).equals("ended")),
                    id,
                    from,
                    ROWS_AT_ONCE));
            for (LineRow each : some) {
                int line = Math.toIntExact(each.line().line());
                rows.all().set(line);
                if (each.hasEnded()) {
                    rows.ended().set(line);
                } else {
                    rows.open().add(each.line());
                }
                after = line;
            }
        } while (some.size() == ROWS_AT_ONCE);
        return rows;
    }

    /** Returns a batch that the server has taken; null if it is gone. */
    public @Nullable Batch taken(String id) {
        return database.read(sql -> sql.one(OF_RUNNER, Batch::read, id));
    }

    /** Returns the bytes that the requests and results of all jobs of an account take, sealed. */
    public long bytes(String accountId) {
        return Objects.requireNonNull(
                database.readFor(accountId, sql -> sql.one(BYTES, row -> row.getLong(1), accountId)));
    }
}
