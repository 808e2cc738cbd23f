package dev.tollgate.jobs;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Resolution.Withdrawal;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A change of jobs that is written behind the accounts, in the order of the jobs' ids. {@link JobParts} runs it. */
public interface JobChange extends Change {

    /** Returns the id of the job; empty for a change of many, which passes over rows that another server locks. */
    String id();

    /** Writes it, in the writer's turn. @param events for what happens to the job @throws SQLException as the database gave it */
    void write(Statements statements, JobEvents events) throws SQLException;

    /**
     * The acceptance of a job with its request.
     *
     * @see Accepted
     */
    final class Accept extends Decision<Accepted> implements JobChange {

        // Jobs of one call with a request are the open ones and the ended ones without an answer.
        private static final String KEPT = """
                SELECT COUNT(CASE WHEN kind <> 'batch' AND ended_at IS NULL THEN 1 END), COUNT(CASE WHEN kind = 'batch' AND ended_at IS NULL THEN 1 END),
                    COUNT(CASE WHEN kind <> 'batch' THEN ended_at END), COALESCE(SUM(sealed_bytes), 0) FROM job
                WHERE account_id = ? AND sealed_bytes > 0""";
        private static final String FIRST = """
                SELECT id, sealed_bytes FROM job WHERE account_id = ? AND kind <> 'batch' AND sealed_bytes > 0 AND ended_at IS NOT NULL
                ORDER BY ended_at, id LIMIT 200""";
        static final String SAME =
                "SELECT id, body_hash FROM job WHERE origin_id = ? AND name_hash = ? AND gone_at > ?";
        // Another server may accept a job of that name between the look and this.
        private static final String FREE_NAME =
                "UPDATE job SET name_hash = NULL WHERE origin_id = ? AND name_hash = ? AND gone_at <= ?";
        private static final String INSERT = """
                INSERT INTO job (id, account_id, owner, origin_id, kind, state, due_at, node_id, name_hash, body_hash, created_at, deadline, gone_at,
                    sealed_bytes, charged_micros)
                SELECT ?, a.id, ?, ?, ?, 'open', ?, '', ?, ?, ?, ?, ?, ?, 0 FROM account a WHERE a.id = ? AND a.deleted_at IS NULL
                ON CONFLICT (origin_id, name_hash) DO NOTHING""";
        private static final String REQUEST =
                "INSERT INTO job_line (job_id, line, state, tries, sealed) VALUES (?, 0, 'kept', 0, ?)";

        private final NewJob job;
        private final byte[] sealed;
        private final Jobs.Bounds bounds;

        /** @param sealed the request */
        Accept(NewJob job, byte[] sealed, Jobs.Bounds bounds) {
            this.job = job;
            this.sealed = sealed;
            this.bounds = bounds;
        }

        @Override
        public String id() {
            return job.id();
        }

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            decide(accept(statements));
        }

        private Accepted accept(Statements statements) throws SQLException {
            if (job.nameHash() != null) {
                Accepted same = same(statements);
                if (same != null) {
                    return same;
                }
                // the name of a deleted job that is not swept yet
                statements.run(FREE_NAME, job.owner().originId(), job.nameHash(), job.createdAt());
            }
            // Each other server may accept one job above the limit.
            long[] kept = Objects.requireNonNull(statements.one(
                    KEPT,
                    row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)},
                    job.accountId()));
            boolean isAnswer = job.batch() == null;
            int open = isAnswer ? bounds.open() : bounds.batches();
            if (kept[isAnswer ? 0 : 1] >= open) {
                return new Accepted.TooMany(open);
            }
            long bytes = kept[3] + sealed.length - bounds.bytes();
            long ended = kept[2] + 1 - bounds.ended();
            if ((ended > 0 || bytes > 0) && leave(statements, ended, bytes) < bytes) {
                return new Accepted.TooLarge(bounds.bytes());
            }
            boolean isIn = insert(statements);
            if (isIn) {
                return new Accepted.Now();
            }
            Accepted same = job.nameHash() == null ? null : same(statements); // another server has just accepted it
            return same == null ? new Accepted.NoAccount() : same;
        }

        private boolean insert(Statements statements) throws SQLException {
            boolean isIn = statements.run(
                            INSERT,
                            job.id(),
                            job.owner().id(),
                            job.owner().originId(),
                            job.kind().code(),
                            job.createdAt(),
                            job.nameHash(),
                            job.bodyHash(),
                            job.createdAt(),
                            job.createdAt().plus(Job.OPEN_MAX),
                            job.createdAt().plus(Job.OPEN_MAX).plus(Job.KEPT),
                            (long) sealed.length,
                            job.accountId())
                    == 1;
            if (isIn) {
                statements.run(REQUEST, job.id(), sealed);
                if (job.batch() != null) {
                    job.batch().write(statements, job);
                }
            }
            return isIn;
        }

        private @Nullable Accepted same(Statements statements) throws SQLException {
            return statements.one(
                    SAME,
                    row -> Accepted.same(row, job.bodyHash()),
                    job.owner().originId(),
                    job.nameHash(),
                    job.createdAt());
        }

        /**
         * Forgets the jobs that ended first without an answer. Passes over rows that another server locks.
         *
         * @param jobs the least number of them
         * @param bytes the least bytes of their requests, together
         * @return the bytes of their requests
         */
        private long leave(Statements statements, long jobs, long bytes) throws SQLException {
            String free = statements.dialect() == Dialect.POSTGRESQL ? " FOR UPDATE SKIP LOCKED" : "";
            long left = jobs;
            long freed = 0;
            for (Left each :
                    statements.list(FIRST + free, row -> new Left(row.getString(1), row.getLong(2)), job.accountId())) {
                if (left <= 0 && freed >= bytes) {
                    break;
                }
                left--;
                freed += each.bytes();
                statements.run("DELETE FROM job_line WHERE job_id = ? AND line = 0", each.id());
                statements.run("UPDATE job SET gone_at = 0, sealed_bytes = 0 WHERE id = ?", each.id());
            }
            return freed;
        }

        private record Left(String id, long bytes) {}
    }

    /**
     * A job to be accepted.
     *
     * @param nameHash of the Idempotency-Key; null without one
     * @param batch what a batch has beside; null for a job of one call
     */
    record NewJob(
            String id,
            String accountId,
            KeyOwner owner,
            Job.Kind kind,
            @Nullable String nameHash,
            String bodyHash,
            Instant createdAt,
            BatchChange.@Nullable NewBatch batch) {}

    /** The outcome of an acceptance. */
    sealed interface Accepted {

        /** Returns what a job of the same Idempotency-Key means. @param row its id and the hash of its body */
        static Accepted same(ResultSet row, String bodyHash) throws SQLException {
            return row.getString(2).equals(bodyHash) ? new Before(row.getString(1)) : new OtherBody();
        }

        record Now() implements Accepted {}

        /** @param id of the job that the same Idempotency-Key made before */
        record Before(String id) implements Accepted {}

        /** A job that was not accepted. */
        sealed interface Refused extends Accepted {}

        record OtherBody() implements Refused {}

        record TooMany(int openMax) implements Refused {}

        record TooLarge(long bytesMax) implements Refused {}

        record NoAccount() implements Refused {}
    }

    /** Takes a claimed try back if its call got no hold. */
    record Confirm(String id, long line, Reserve reserve) implements JobChange {

        private static final String BACK =
                "UPDATE job_line SET state = 'waiting' WHERE job_id = ? AND line = ? AND state = 'running' AND call_id = ?";
        private static final String NO_CALL =
                "UPDATE job_line SET state = 'waiting', call_id = NULL WHERE job_id = ? AND line = ? AND state = 'running' AND call_id = ?";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            if (!reserve.reserved()) {
                statements.run(NO_CALL, id, line, reserve.reservationId());
            }
        }
    }

    /** Lets a job wait whose call was released in full. A withdrawn call leaves no id. */
    record Freed(String id, long line, Release release) implements JobChange {

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            if (release.resolved()) {
                String sql = release instanceof Withdrawal ? Confirm.NO_CALL : Confirm.BACK;
                statements.run(sql, id, line, release.reservationId());
            }
        }
    }

    /** Ends a job with the charge of its call. */
    record Charged(String id, Settle settle, Job.State state) implements JobChange {

        private static final String LINE =
                "UPDATE job_line SET state = 'ended', sealed = NULL WHERE job_id = ? AND line = 1 AND call_id = ?";
        private static final String JOB = """
                UPDATE job SET state = ?, ended_at = ?, gone_at = CASE WHEN gone_at = 0 THEN 0 ELSE ? END, charged_micros = ?, node_id = '', pause = NULL, paused_at = NULL
                WHERE id = ? AND state = 'open'""";
        private static final String REQUEST = "DELETE FROM job_line WHERE job_id = ? AND line = 0";
        private static final String BYTES = "UPDATE job SET sealed_bytes = 0 WHERE id = ?";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            if (!settle.resolved()) {
                return;
            }
            statements.run(LINE, id, settle.reservationId());
            Instant at = settle.at();
            if (statements.run(JOB, state.code(), at, at.plus(Job.KEPT), settle.chargeMicros(), id) == 1) {
                events.ended(statements, id, at);
            }
            if (state != Job.State.CANCELLED) { // the door has kept the response, with its request
                statements.run(REQUEST, id);
                statements.run(BYTES, id);
            }
        }
    }

    /**
     * Ends a job that has cost nothing, if the server still has it.
     *
     * @param nodeId the server that has taken it
     * @param trouble the sealed error; null if its caller has cancelled it
     */
    record Ended(String id, String nodeId, Job.State state, Instant at, byte @Nullable [] trouble)
            implements JobChange {

        // Its hold is not released yet: the next server that takes the job ends it.
        private static final String BACK =
                "UPDATE job SET node_id = '', due_at = ? WHERE id = ? AND state = 'open' AND node_id = ?";
        private static final String LINE = """
                INSERT INTO job_line (job_id, line, state, tries, sealed) VALUES (?, 1, 'waiting', 1, ?)
                ON CONFLICT (job_id, line) DO UPDATE SET sealed = excluded.sealed""";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            int ended = statements.run(
                    Job.END_OF_SERVER, state.code(), at, at.plus(Job.KEPT), at.plus(Job.KEPT_FREE), id, nodeId);
            if (ended == 0) {
                statements.run(BACK, at, id, nodeId);
                return;
            }
            if (trouble != null) {
                statements.run(LINE, id, trouble);
            }
            events.ended(statements, id, at);
        }
    }

    /**
     * Lets an open job wait for its next try, if the server still has it.
     *
     * @param nodeId the server that has taken it
     * @param pause why; null for an automatic retry
     * @param tries the number of tries that have ended since
     * @param trouble the sealed error of the last try
     */
    record Wait(
            String id,
            String nodeId,
            Job.@Nullable Pause pause,
            Instant at,
            Instant dueAt,
            int tries,
            byte @Nullable [] trouble)
            implements JobChange {

        private static final Duration CANCELLED = Duration.ofSeconds(2);

        // One that was cancelled in the meantime is to end soon.
        private static final String JOB = """
                UPDATE job SET due_at = CASE WHEN cancel_at IS NULL THEN CAST(? AS BIGINT) ELSE CAST(? AS BIGINT) END, node_id = '', paused_at = CASE WHEN pause = ? THEN paused_at ELSE ? END, pause = ?
                WHERE id = ? AND state = 'open' AND node_id = ?""";
        private static final String GOES_ON = """
                UPDATE job SET due_at = CASE WHEN cancel_at IS NULL THEN CAST(? AS BIGINT) ELSE CAST(? AS BIGINT) END, node_id = '', pause = NULL, paused_at = NULL
                WHERE id = ? AND state = 'open' AND node_id = ?""";
        private static final String LINE = """
                INSERT INTO job_line (job_id, line, state, tries, sealed) VALUES (?, 1, 'waiting', ?, ?)
                ON CONFLICT (job_id, line) DO UPDATE SET tries = job_line.tries + ?, sealed = excluded.sealed""";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            String why = pause == null ? null : pause.code();
            Instant soon = at.plus(CANCELLED).isBefore(dueAt) ? at.plus(CANCELLED) : dueAt;
            int waits = why == null
                    ? statements.run(GOES_ON, dueAt, soon, id, nodeId)
                    : statements.run(JOB, dueAt, soon, why, at, why, id, nodeId);
            if (waits == 1 && (trouble != null || tries > 0)) {
                statements.run(LINE, id, tries, trouble, tries);
            }
            if (waits == 1 && pause != null) {
                events.paused(statements, id, pause, at);
            }
        }
    }

    /** Cancels a job that a key may read. The outcome is {@link Cancelled#UNKNOWN} if there is none. */
    final class Cancel extends Decision<Cancelled> implements JobChange {

        // The claim of a server that has it in hand may be under way, and not be seen yet: that server ends it.
        private static final String FIND =
                "SELECT j.state, j.node_id <> '' OR EXISTS (SELECT 1 FROM job_line l WHERE l.job_id = j.id AND l.state = 'running')"
                        + " FROM job j WHERE j.id = ? AND j.account_id = ? AND j.gone_at > ?";
        private static final String END = Job.END + " AND id = ?";

        private final String id;
        private final String accountId;
        private final @Nullable KeyOwner reads;
        private final Instant at;
        private final boolean deletes;

        /**
         * @param reads the key that cancels; null for people, whose rights are checked by others
         * @param deletes whether nothing of it is read any more
         */
        Cancel(String id, String accountId, @Nullable KeyOwner reads, Instant at, boolean deletes) {
            this.id = id;
            this.accountId = accountId;
            this.reads = reads;
            this.at = at;
            this.deletes = deletes;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            decide(cancel(statements, events));
            if (deletes && outcome() != Cancelled.UNKNOWN) {
                statements.run("UPDATE job SET gone_at = 0, cancel_at = COALESCE(cancel_at, ?) WHERE id = ?", at, id);
            }
        }

        private Cancelled cancel(Statements statements, JobEvents events) throws SQLException {
            String lock = statements.dialect() == Dialect.POSTGRESQL ? " FOR UPDATE OF j" : "";
            List<Object> values = new ArrayList<>(List.of(id, accountId, at));
            if (reads != null) {
                values.addAll(List.of(reads.id(), reads.originId()));
            }
            Cancelled found = statements.one(
                    FIND + (reads == null ? "" : " AND " + Jobs.READABLE) + lock,
                    row -> !row.getString(1).equals("open")
                            ? Cancelled.ENDED_BEFORE
                            : row.getBoolean(2) ? Cancelled.RUNNING : Cancelled.NOW,
                    values.toArray());
            if (found == Cancelled.NOW) {
                String cancelled = Job.State.CANCELLED.code();
                statements.run(END, cancelled, at, at.plus(Job.KEPT), at.plus(Job.KEPT_FREE), id);
                BatchChange.keepResults(statements, id, at);
                events.ended(statements, id, at);
            } else if (found == Cancelled.RUNNING) {
                statements.run("UPDATE job SET cancel_at = ? WHERE id = ? AND cancel_at IS NULL", at, id);
            }
            return found == null ? Cancelled.UNKNOWN : found;
        }
    }

    /** The outcome of a wish to cancel. */
    enum Cancelled {
        UNKNOWN,
        /** The job had ended. */
        ENDED_BEFORE,
        /** The job waited, and has ended. */
        NOW,
        /** The job runs, or is about to; its server ends it. */
        RUNNING
    }

    /** Takes jobs for a server, if they are still due. The outcome is the list of taken jobs. */
    final class Take extends Decision<List<Job>> implements JobChange {

        private static final String SET = "UPDATE job SET node_id = ? WHERE id = ?";
        private static final String FREE = "SELECT 1 FROM job j WHERE j.id = ? AND j.state = 'open' AND " + Jobs.DUE;
        private static final String LOST = """
                UPDATE batch SET lost = lost + 1 WHERE job_id = ? AND started_at IS NULL
                    AND EXISTS (SELECT 1 FROM job j WHERE j.id = batch.job_id AND j.node_id NOT IN ('', ?))""";
        private static final String ONE = "SELECT " + Job.COLUMNS + " WHERE j.id = ?";

        private final String nodeId;
        private final Instant now;
        private final List<String> ids;

        Take(String nodeId, Instant now, List<String> ids) {
            this.nodeId = nodeId;
            this.now = now;
            this.ids = ids;
        }

        @Override
        public String id() {
            return "";
        }

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            String free = FREE + (statements.dialect() == Dialect.POSTGRESQL ? " FOR UPDATE SKIP LOCKED" : "");
            List<Job> taken = new ArrayList<>();
            for (String each : ids) {
                if (statements.has(free, each, now, nodeId)) {
                    statements.run(LOST, each, nodeId);
                    statements.run(SET, nodeId, each);
                    taken.add(Objects.requireNonNull(statements.one(ONE, Job::read, each)));
                }
            }
            decide(List.copyOf(taken));
        }
    }

    /** Lets a job wait whose try was lost with its server. Leaves a job whose hold still exists. */
    record Lost(String id, long line, String callId) implements JobChange {

        private static final String BACK = """
                UPDATE job_line SET state = 'waiting', tries = tries + 1
                WHERE job_id = ? AND line = ? AND state = 'running' AND call_id = ?
                    AND NOT EXISTS (SELECT 1 FROM open_hold h WHERE h.id = ?)""";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            statements.run(BACK, id, line, callId, callId);
        }
    }

    /** Ends all open jobs of restored books, which must not send calls again (J21), and sends no event. The outcome is their number. */
    final class Restored extends Decision<Integer> implements JobChange {

        // The errors of their last tries are not why they end.
        private static final String LINES = """
                UPDATE job_line SET state = 'waiting', sealed = NULL
                WHERE state IN ('waiting', 'running') AND job_id IN (SELECT id FROM job WHERE state = 'open')""";

        private final Instant at;

        public Restored(Instant at) {
            this.at = at;
        }

        @Override
        public String id() {
            return "";
        }

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            statements.run(LINES);
            List<String> batches = statements.list(
                    "SELECT id FROM job WHERE kind = 'batch' AND state = 'open'", row -> row.getString(1));
            String failed = Job.State.FAILED.code();
            decide(statements.run(Job.END, failed, at, at.plus(Job.KEPT), at.plus(Job.KEPT_FREE)));
            for (String batch : batches) {
                BatchChange.keepResults(statements, batch, at);
            }
        }
    }

    /** Gives the jobs of a server back, which stops. */
    record Leave(String nodeId, Instant now) implements JobChange {

        @Override
        public String id() {
            return "";
        }

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            statements.run("UPDATE job SET node_id = '', due_at = ? WHERE node_id = ? AND state = 'open'", now, nodeId);
        }
    }
}
