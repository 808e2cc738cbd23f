package dev.tollgate.jobs;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.keys.KeyView;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of accounts as people see them: a member sees those whose keys' calls it sees, the operator all. Its methods block and throw
 * {@link StoreException} if the database fails. Thread-safe.
 */
public final class SeenJobs {

    private static final String OPERATOR = "operator";

    private static final String BATCHES = "SELECT " + Batch.COLUMNS + " WHERE j.account_id = ? AND j.gone_at > ?";

    /** Each key of a chain of moved ones shows the jobs of all. */
    private static final String SEEN =
            " AND j.origin_id IN (SELECT CASE WHEN k.origin_id = '' THEN k.id ELSE k.origin_id END FROM api_key k WHERE k.account_id = ? AND %s)";

    private static final String OLDER =
            " AND (j.created_at, j.id) < (SELECT o.created_at, o.id FROM job o WHERE o.id = ?)";
    private static final String NEWEST_FIRST = " ORDER BY j.created_at DESC, j.id DESC LIMIT ?";

    private static final String RUNNING = "SELECT COUNT(*) FROM job_line l WHERE l.job_id = %s AND l.state = 'running'";
    private static final String RUNNING_LINES = RUNNING.formatted("?");
    private static final String ERRORS =
            "SELECT l.status, COUNT(*) FROM job_line l WHERE l.job_id = ? AND l.status <> 200 GROUP BY l.status";
    private static final String OF_KEY =
            "SELECT COUNT(CASE WHEN kind = 'batch' THEN 1 END), COUNT(CASE WHEN kind = 'response' THEN 1 END),"
                    + " COUNT(CASE WHEN kind = 'interaction' THEN 1 END) FROM job"
                    + " WHERE account_id = ? AND origin_id = ? AND state = 'open'";

    private static final String OPEN = "SELECT "
            + Job.COLUMNS.replace(
                    " FROM",
                    ", COALESCE(b.lines, 1), COALESCE(b.completed + b.failed, 0), (" + RUNNING.formatted("j.id")
                            + ") FROM")
            + " LEFT JOIN batch b ON b.job_id = j.id WHERE j.state = 'open'";
    private static final String YOUNGER =
            " AND (j.created_at, j.id) > (SELECT o.created_at, o.id FROM job o WHERE o.id = ?)";
    private static final int FIRST = 20;

    /** Shorter than the 30 days for which a response is kept after its last use, and longer than a clock is set back. */
    private static final Duration LONG_UNUSED = Duration.ofDays(15);

    private static final String KEPT = "SELECT id, used_at FROM kept_response WHERE account_id = ? AND id IN (?, ?)";
    /** A running call does not say whose it is; its job does. */
    private static final String RUNS_FOR = """
            SELECT j.kind FROM job_line l JOIN job j ON j.id = l.job_id WHERE l.state = 'running' AND l.call_id = ? AND j.account_id = ?
            UNION ALL SELECT kind FROM job WHERE account_id = ? AND id = ? AND gone_at > ? AND sealed_bytes > 0 AND kind <> 'batch'""";

    private final Database database;
    private final Jobs jobs;
    private final InstantSource clock;

    public SeenJobs(Database database, Jobs jobs, InstantSource clock) {
        this.database = database;
        this.jobs = jobs;
        this.clock = clock;
    }

    // ---- for members ----

    /**
     * Returns batches, the newest first.
     *
     * @param originId the first id of a key; null for all keys
     * @param before the job of the batch from which on older ones are wanted; null for the first page
     */
    public List<Batch> batches(
            String accountId, KeyView view, @Nullable String originId, @Nullable String before, int most) {
        List<Object> values = new ArrayList<>(List.of(accountId, clock.instant()));
        StringBuilder text = new StringBuilder(BATCHES).append(seen(accountId, view, values));
        if (originId != null) {
            text.append(" AND j.origin_id = ?");
            values.add(originId);
        }
        if (before != null) {
            text.append(OLDER);
            values.add(before);
        }
        values.add(most);
        return database.pages().read(accountId, sql -> sql.list(text + NEWEST_FIRST, Batch::read, values.toArray()));
    }

    /** Returns a batch; null if there is none that the reader sees. */
    public @Nullable Batch batch(String accountId, KeyView view, String id) {
        List<Object> values = new ArrayList<>(List.of(accountId, clock.instant()));
        String text = BATCHES + seen(accountId, view, values) + " AND j.id = ?";
        values.add(id);
        return database.pages().read(accountId, sql -> sql.one(text, Batch::read, values.toArray()));
    }

    private static String seen(String accountId, KeyView view, List<Object> values) {
        if (view.isAll()) {
            return "";
        }
        values.add(accountId);
        return SEEN.formatted(view.sql("k", values));
    }

    /** Returns the findings about a batch; null if they are under a key that the server has no more. */
    public @Nullable BatchRemarks remarks(Batch batch) {
        byte[] details = jobs.request(batch.job());
        return details == null ? null : BatchRemarks.of(details);
    }

    /** The lines of a batch. @param errors lines with an error by HTTP status */
    public record Lines(long running, Map<Integer, Long> errors) {}

    /** Counts the lines of a batch that its row does not count. */
    public Lines lines(Batch batch) {
        return database.pages().read(batch.job().accountId(), sql -> lines(sql, batch.id()));
    }

    private static Lines lines(Sql sql, String id) throws SQLException {
        Map<Integer, Long> errors = new TreeMap<>();
        sql.each(ERRORS, row -> errors.put(row.getInt(1), row.getLong(2)), id);
        Long running = sql.one(RUNNING_LINES, row -> row.getLong(1), id);
        return new Lines(Objects.requireNonNullElse(running, 0L), errors);
    }

    /** The open jobs of a key. */
    public record OfKey(long batches, long responses, long interactions) {

        public boolean isNone() {
            return batches + responses + interactions == 0;
        }
    }

    /** Counts the open jobs of a key. @param originId the key's first id */
    public OfKey open(String accountId, String originId) {
        OfKey open = database.pages().<@Nullable OfKey>read(accountId, sql -> ofKey(sql, accountId, originId));
        return Objects.requireNonNull(open);
    }

    private static @Nullable OfKey ofKey(Sql sql, String accountId, String originId) throws SQLException {
        return sql.one(OF_KEY, row -> new OfKey(row.getLong(1), row.getLong(2), row.getLong(3)), accountId, originId);
    }

    /** The contents of a call that are stored. */
    public enum Stored {
        NOTHING,
        /** The request, and later the response, with the batch of which it is a line that runs. */
        WITH_BATCH,
        /** The request of a job that has no answer, or none yet. */
        REQUEST,
        /** The request and the response, until the caller has fetched it. */
        BRIEFLY,
        /** The request and the response, as a response or an interaction that can be read and continued. */
        ANSWER
    }

    /** Returns what is stored of a call that is not known as a line of a batch. @param requestId of the call: of a job its id, as its caller has it */
    public Stored stored(String accountId, String callId, String requestId) {
        String job = CompletionIds.ofShown(requestId);
        return database.pages().read(accountId, sql -> {
            Stored answer = sql.one(KEPT, SeenJobs::stored, accountId, callId, job);
            if (answer != null) {
                return answer;
            }
            String kind =
                    sql.one(RUNS_FOR, row -> row.getString(1), callId, accountId, accountId, job, clock.instant());
            if (kind == null) {
                return Stored.NOTHING;
            }
            return kind.equals("batch") ? Stored.WITH_BATCH : Stored.REQUEST;
        });
    }

    private static Stored stored(ResultSet row) throws SQLException {
        return isBrief(row.getString(1), row.getLong(2)) ? Stored.BRIEFLY : Stored.ANSWER;
    }

    /**
     * Returns whether a response is kept until its caller has fetched it: it counts as used weeks before it was made. After a clock was set back, others are
     * somewhat older than their ids.
     *
     * @param id of the response; one of a caller's own form is never kept so
     * @param usedAt its last use by its row, in milliseconds
     */
    public static boolean isBrief(String id, long usedAt) {
        return CompletionIds.isOne(id)
                && Instant.ofEpochMilli(usedAt).plus(LONG_UNUSED).isBefore(CompletionIds.created(id));
    }

    // ---- for the operator ----

    /** An open job. @param ended lines @param running lines */
    public record Open(Job job, long lines, long ended, long running) {

        /** Returns the lines that do not run and have not ended. */
        public long waiting() {
            return lines - ended - running;
        }
    }

    /** Returns the open jobs of all accounts, the oldest first. @param after the job from which on younger ones are wanted; null for the first page */
    public List<Open> open(@Nullable String after, int most) {
        String text = OPEN + (after == null ? "" : YOUNGER) + " ORDER BY j.created_at, j.id LIMIT ?";
        Object[] values = after == null ? new Object[] {most} : new Object[] {after, most};
        return database.pages().read(OPERATOR, sql -> sql.list(text, SeenJobs::open, values));
    }

    /** Returns an open job of any account; null if there is none. */
    public @Nullable Open open(String id) {
        return database.pages().read(OPERATOR, sql -> sql.one(OPEN + " AND j.id = ?", SeenJobs::open, id));
    }

    private static Open open(ResultSet row) throws SQLException {
        return new Open(Job.read(row), row.getLong(FIRST), row.getLong(FIRST + 1), row.getLong(FIRST + 2));
    }

    // ---- changes ----

    /** Returns the change that cancels a job, independent of who made it. Its right is checked by the changes with which it is committed. */
    public JobChange.Cancel cancelling(String accountId, String id) {
        return new JobChange.Cancel(id, accountId, null, clock.instant(), false);
    }
}
