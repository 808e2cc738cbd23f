package dev.tollgate.jobs;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The store of jobs. Its methods block and throw {@link StoreException} if the database fails. Thread-safe. */
public final class Jobs {

    /**
     * Bounds the jobs of an account.
     *
     * @param open answers that have not ended
     * @param batches that have not ended
     * @param ended answers' jobs that have ended without one; those before them are forgotten
     * @param bytes that the requests of both take, sealed
     */
    public record Bounds(int open, int batches, int ended, long bytes) {

        /** The bounds of every account (J23, J31). */
        static final Bounds STANDARD = new Bounds(1_000, 4, 1_000, 512L << 20);
    }

    /** The interval between deletions of rows whose time is over. */
    public static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /** The name under which an embedded database's only server takes jobs. */
    private static final String OWN = "own";

    /** The condition of a key that reads. Takes the owner's id and the key's first id. */
    static final String READABLE = "(j.owner = ? OR j.origin_id = ?)";

    /** Part of the key; never to be changed. */
    private static final String PURPOSE = "results of jobs";

    /**
     * The condition of a job that a server may take, or has. One that was never taken is due whatever the clock says. A dead server has no row, and a
     * server that joins again has a new id. Takes the time and the server's name.
     */
    static final String DUE = "(j.node_id = '' AND (j.due_at <= ? OR j.due_at = j.created_at) OR j.node_id = ?"
            + " OR j.node_id <> '' AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = j.node_id))";

    /** Orders due jobs so that accounts alternate, each with the jobs that the server has, then with its oldest. */
    private static final String BATCHES_IN_TURN = """
            SELECT d.id, d.account_id, d.pause FROM (
                SELECT j.id, j.account_id, j.pause, j.due_at,
                    ROW_NUMBER() OVER (PARTITION BY j.account_id ORDER BY CASE WHEN j.node_id = ? THEN 0 ELSE 1 END, j.due_at, j.id) AS turn
                FROM job j WHERE j.state = 'open' AND j.kind = 'batch' AND %s) d
            ORDER BY d.turn, d.due_at, d.id LIMIT 1000""".formatted(DUE);

    private static final String ANSWERS_IN_TURN = BATCHES_IN_TURN.replace("kind = 'batch'", "kind <> 'batch'");

    private static final String ONE =
            "SELECT " + Job.COLUMNS + " WHERE j.id = ? AND j.account_id = ? AND j.gone_at > ? AND " + READABLE;
    private static final String REQUEST = "SELECT sealed FROM job_line WHERE job_id = ? AND line = 0";
    private static final String CANCELLED =
            "SELECT id FROM job WHERE state = 'open' AND cancel_at IS NOT NULL AND node_id = ? ORDER BY id LIMIT 1000";
    private static final String COUNTS = """
            SELECT j.kind, CASE WHEN l.job_id IS NOT NULL AND j.kind <> 'batch' THEN '' ELSE COALESCE(j.pause, '') END,
                COUNT(*), COUNT(COALESCE(l.job_id, b.job_id)), MIN(j.created_at)
            FROM job j LEFT JOIN job_line l ON l.job_id = j.id AND l.line = 1 AND l.state = 'running'
                LEFT JOIN batch b ON b.job_id = j.id AND b.started_at IS NOT NULL
            WHERE j.state = 'open' GROUP BY 1, 2""";

    private static final String CALL = """
            SELECT call_id FROM job_line WHERE job_id = ? AND line = ? AND call_id IS NOT NULL
            UNION SELECT call_id FROM kept_response WHERE id = ? AND call_id IS NOT NULL LIMIT 1""";

    private final Database database;
    private final Writer writer;
    private final SecretBox.Purpose sealing;
    private final InstantSource clock;
    private final Bounds bounds;

    public Jobs(Database database, Writer writer, SecretBox secrets, InstantSource clock) {
        this(database, writer, secrets, clock, Bounds.STANDARD);
    }

    /** @param bounds of each account */
    Jobs(Database database, Writer writer, SecretBox secrets, InstantSource clock, Bounds bounds) {
        this.database = database;
        this.writer = writer;
        this.sealing = secrets.purpose(PURPOSE);
        this.clock = clock;
        this.bounds = bounds;
    }

    // ---- for callers ----

    /**
     * Accepts a job.
     *
     * @param id new, without a prefix
     * @param nameHash of the Idempotency-Key; null without one
     * @param request what is needed to run it, not sealed yet
     */
    public Accepted accept(
            String id,
            String accountId,
            KeyOwner owner,
            Job.Kind kind,
            @Nullable String nameHash,
            String bodyHash,
            byte[] request) {
        JobChange.NewJob job =
                new JobChange.NewJob(id, accountId, owner, kind, nameHash, bodyHash, clock.instant(), null);
        JobChange.Accept accept = new JobChange.Accept(job, seal(id, 0, request), bounds);
        writer.commitAndWait(Unit.of(accept));
        return accept.outcome();
    }

    /** Accepts a batch. @param details what is kept of it, not sealed yet; else as above */
    Accepted acceptBatch(
            String id,
            String accountId,
            KeyOwner owner,
            @Nullable String nameHash,
            String bodyHash,
            byte[] details,
            BatchChange.NewBatch batch) {
        JobChange.NewJob job =
                new JobChange.NewJob(id, accountId, owner, Job.Kind.BATCH, nameHash, bodyHash, clock.instant(), batch);
        JobChange.Accept accept = new JobChange.Accept(job, seal(id, 0, details), bounds);
        writer.commitAndWait(Unit.of(accept));
        return accept.outcome();
    }

    /** Returns the job that an Idempotency-Key made before; null without one. @param originId the first id of the API key */
    public @Nullable Accepted before(String accountId, String originId, String nameHash, String bodyHash) {
        return database.readFor(
                accountId,
                sql -> sql.one(
                        JobChange.Accept.SAME,
                        row -> Accepted.same(row, bodyHash),
                        originId,
                        nameHash,
                        clock.instant()));
    }

    /** Returns a job that a key may read; null if there is none, or none any more. */
    public @Nullable Job find(String accountId, KeyOwner reads, String id) {
        return database.readFor(
                accountId,
                sql -> sql.one(ONE, Job::read, id, accountId, clock.instant(), reads.id(), reads.originId()));
    }

    /** Cancels a job that a key may read. @param deletes whether nothing of it is read any more */
    public Cancelled cancel(String accountId, KeyOwner reads, String id, boolean deletes) {
        JobChange.Cancel cancel = new JobChange.Cancel(id, accountId, reads, clock.instant(), deletes);
        writer.commitAndWait(Unit.of(cancel));
        return cancel.outcome();
    }

    // ---- for the server that runs them ----

    /** The jobs that a server has in hand. */
    public interface Hand {

        /** Returns whether the job is among them. A job that the server took with a commit of unknown outcome is not: it is taken again. */
        boolean has(String id);

        /** Returns whether an account may run a number of further jobs. */
        boolean hasRoom(String accountId, int further);

        /** Returns whether an account may have a number of further tries of paused jobs. */
        boolean mayRetry(String accountId, int further);
    }

    /** Returns the name under which a server takes jobs. @param nodeId empty in an embedded database */
    public static String runner(String nodeId) {
        return nodeId.isEmpty() ? OWN : nodeId;
    }

    /**
     * Takes due batches, of each account in turn.
     *
     * @param runner the server's {@link #runner} name
     * @param hand of the server
     */
    public List<Job> takeBatches(String runner, int most, Hand hand) {
        return take(BATCHES_IN_TURN, runner, most, hand);
    }

    /** Takes due jobs of one call. Parameters as above. */
    public List<Job> takeAnswers(String runner, int most, Hand hand) {
        return take(ANSWERS_IN_TURN, runner, most, hand);
    }

    private List<Job> take(String inTurn, String runner, int most, Hand hand) {
        Instant now = clock.instant();
        List<String> due = due(inTurn, runner, now, most, hand);
        if (due.isEmpty()) {
            return List.of();
        }
        JobChange.Take take = new JobChange.Take(runner, now, due);
        writer.commitAndWait(Unit.of(take));
        return take.outcome();
    }

    private record Due(String id, String accountId, boolean isPaused) {}

    private List<String> due(String inTurn, String runner, Instant now, int most, Hand hand) {
        List<Due> all = database.read(sql -> sql.list(
                inTurn,
                row -> new Due(row.getString(1), row.getString(2), row.getString(3) != null),
                runner,
                now,
                runner));
        List<String> ids = new ArrayList<>();
        Map<String, Integer> further = new HashMap<>();
        Map<String, Integer> retries = new HashMap<>();
        for (Due each : all) {
            String account = each.accountId();
            int its = further.getOrDefault(account, 0) + 1;
            int again = retries.getOrDefault(account, 0) + (each.isPaused() ? 1 : 0);
            if (ids.size() < most
                    && !hand.has(each.id())
                    && hand.hasRoom(account, its)
                    && (!each.isPaused() || hand.mayRetry(account, again))) {
                ids.add(each.id());
                further.put(account, its);
                retries.put(account, again);
            }
        }
        return ids;
    }

    /** Returns the cancelled open jobs of a server. */
    public List<String> cancelled(String runner) {
        return database.read(sql -> sql.list(CANCELLED, row -> row.getString(1), runner));
    }

    /** Gives the jobs of a server back. */
    public void leave(String runner) {
        writer.commitAndWait(Unit.of(new JobChange.Leave(runner, clock.instant())));
    }

    /** Commits a change that the runner has made. */
    public void commit(JobChange change) {
        writer.commitAndWait(Unit.of(change));
    }

    /** Returns the request of a job; null if it is gone, or under a key that the server has no more. */
    public byte @Nullable [] request(Job job) {
        byte[] sealed = database.readFor(job.accountId(), sql -> sql.one(REQUEST, row -> row.getBytes(1), job.id()));
        return sealed == null ? null : open(job.id(), 0, sealed);
    }

    /** Encrypts a value of a job. @param line 0 for its request, 1 for the error of its last try */
    public byte[] seal(String id, long line, byte[] plain) {
        return sealing.seal(plain, context(id, line));
    }

    /** Opens it; null if it is under a key that the server has no more. Parameters as for {@link #seal}. */
    public byte @Nullable [] open(String id, long line, byte[] sealed) {
        try {
            return sealing.open(sealed, context(id, line));
        } catch (StoreException gone) {
            return null;
        }
    }

    private static String context(String id, long line) {
        return id + "/" + line;
    }

    /** Deletes jobs whose time is over, a few in each unit. */
    public void sweep() {
        Forget forget = new Forget(clock.instant(), Forget.Cleared.NONE);
        writer.commitAndWait(Unit.of(forget));
        while (forget.outcome()) {
            forget = new Forget(clock.instant(), forget.after());
            writer.commitAndWait(Unit.of(forget));
        }
    }

    // ---- for the operator ----

    /**
     * Open jobs of one kind that wait for one reason, or for none.
     *
     * @param pause a pause's code; empty for none
     * @param jobs all of them
     * @param running the part that runs
     * @param oldest the acceptance of the first
     */
    public record Count(String kind, String pause, long jobs, long running, Instant oldest) {}

    /** Counts the open jobs of all accounts. */
    public List<Count> counts() {
        return database.read(sql -> sql.list(
                COUNTS,
                row -> new Count(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        Instant.ofEpochMilli(row.getLong(5)))));
    }

    /**
     * Returns the call of the last try of an answer in the background or of a batch's line, as long as the job or the answer exists. Within a read
     * transaction.
     *
     * @param id the answer's, in a task's form, or the {@link BatchLine}'s
     * @return null without a call
     */
    public static @Nullable String callOf(Sql sql, String id) throws SQLException {
        BatchLine named = BatchLine.of(id);
        BatchLine its = named == null ? new BatchLine(id, 1) : named;
        return sql.one(CALL, row -> row.getString(1), its.jobId(), its.line(), its.jobId());
    }

    // No call runs when an account ends.
    private static final String END =
            "UPDATE job SET state = 'cancelled', ended_at = ?, node_id = '', pause = NULL, paused_at = NULL WHERE account_id = ? AND state = 'open'";

    /** Returns the jobs of an account, for the export and the erasure of accounts. Nothing reads them from its end on; the sweep deletes them. */
    public static Holding holding() {
        return Holding.of(
                        ExportFile.of(
                                "jobs.csv",
                                "responses and interactions made in the background, and batches, without their content",
                                "job c",
                                "c.account_id = :account",
                                "c.id c.kind c.state c.created_at c.ended_at c.charged_micros c.owner",
                                "c.id"),
                        ExportFile.of(
                                "batches.csv",
                                "the lines of batches, counted, without their content",
                                "batch b JOIN job c ON c.id = b.job_id",
                                "c.account_id = :account",
                                "c.id b.endpoint b.input_id b.started_at b.lines b.completed b.failed b.prompt_tokens b.cached_tokens b.completion_tokens"
                                        + " b.reasoning_tokens b.min_micros b.max_micros",
                                "c.id"))
                .with(
                        RowErasure.ofAccount(
                                "UPDATE batch SET results_until = 0 WHERE job_id IN (SELECT id FROM job WHERE account_id = ?)"),
                        new RowErasure(END, List.of(RowErasure.Value.TIME, RowErasure.Value.ACCOUNT)),
                        RowErasure.ofAccount("UPDATE job SET gone_at = 0 WHERE account_id = ?"));
    }

    /** Returns the encrypted values of jobs. */
    public static SealedValues sealed() {
        return SealedValues.ending(
                "requests and results of batches and background responses",
                "sealed",
                false,
                "job_line JOIN job ON job.id = job_line.job_id AND sealed IS NOT NULL",
                "gone_at",
                Duration.ZERO,
                "UPDATE job_line SET sealed = NULL WHERE (job_id, line) IN (SELECT job_id, line FROM job_line WHERE %s LIMIT 500)");
    }
}
