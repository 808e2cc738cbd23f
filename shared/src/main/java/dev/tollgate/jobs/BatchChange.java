package dev.tollgate.jobs;

import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** A change of batches and their lines. */
public interface BatchChange extends JobChange {

    /** The row of a new batch. @param resultsKept how long its results are kept after its end */
    record NewBatch(String endpoint, String inputId, Duration resultsKept) {

        private static final String INSERT = """
                INSERT INTO batch (job_id, endpoint, input_id, lost, results_ms, results_until, lines, completed, failed, output_bytes, error_bytes,
                    prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens)
                VALUES (?, ?, ?, 0, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0)""";

        void write(Statements statements, NewJob job) throws SQLException {
            Instant until = job.createdAt().plus(Job.OPEN_MAX).plus(resultsKept);
            statements.run(INSERT, job.id(), endpoint, inputId, resultsKept.toMillis(), until);
        }
    }

    /** Lets the lines of a batch run, if the server still has it. @param details sealed, what is kept of it from now on */
    record Checked(String id, String nodeId, Instant at, long lines, long minMicros, long maxMicros, byte[] details)
            implements BatchChange {

        private static final String BATCH = """
                UPDATE batch SET started_at = ?, lines = ?, min_micros = ?, max_micros = ?
                WHERE job_id = ? AND started_at IS NULL AND EXISTS (SELECT 1 FROM job j WHERE j.id = ? AND j.state = 'open' AND j.node_id = ?)""";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            if (statements.run(BATCH, at, lines, minMicros, maxMicros, id, id, nodeId) == 1) {
                replace(statements, id, details);
            }
        }
    }

    private static void replace(Statements statements, String id, byte[] sealed) throws SQLException {
        statements.run(
                "UPDATE job SET sealed_bytes = sealed_bytes + ? - (SELECT LENGTH(l.sealed) FROM job_line l WHERE l.job_id = job.id AND l.line = 0) WHERE id = ?",
                (long) sealed.length,
                id);
        statements.run("UPDATE job_line SET sealed = ? WHERE job_id = ? AND line = 0", sealed, id);
    }

    /** Replaces what is kept of a batch, if the server still has it. */
    record Details(String id, String nodeId, byte[] sealed) implements BatchChange {

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            if (statements.has("SELECT 1 FROM job WHERE id = ? AND state = 'open' AND node_id = ?", id, nodeId)) {
                replace(statements, id, sealed);
            }
        }
    }

    /** Ends the pause of a batch, if the server still has it. */
    record Resumed(String id, String nodeId) implements BatchChange {

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            statements.run(
                    "UPDATE job SET pause = NULL, paused_at = NULL WHERE id = ? AND state = 'open' AND node_id = ?",
                    id,
                    nodeId);
        }
    }

    /** Ends a batch whose lines have all ended, or are not to begin any more, if the server still has it. */
    record BatchEnded(String id, String nodeId, Job.State state, Instant at) implements BatchChange {

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            int ended = statements.run(
                    Job.END_OF_SERVER, state.code(), at, at.plus(Job.KEPT), at.plus(Job.KEPT_FREE), id, nodeId);
            if (ended == 1) {
                keepResults(statements, id, at);
                events.ended(statements, id, at);
            }
        }
    }

    /** Sets how long the results of a batch are kept that has ended. */
    static void keepResults(Statements statements, String id, Instant at) throws SQLException {
        long free = Job.KEPT_FREE.toMillis();
        statements.run("""
                UPDATE batch SET results_until = CAST(? AS BIGINT) + CASE
                    WHEN results_ms > ? AND EXISTS (SELECT 1 FROM job j WHERE j.id = batch.job_id AND j.charged_micros = 0) THEN CAST(? AS BIGINT) ELSE results_ms END
                WHERE job_id = ? AND results_until > 0""", at, free, free, id);
    }

    /**
     * Lets a line wait for its next try, if the server still has its batch.
     *
     * @param place the first byte of the line in the file
     * @param tries the number of tries that have ended since
     */
    record LineWaits(String id, String nodeId, long line, long place, Instant dueAt, int tries) implements BatchChange {

        private static final String LINE = """
                INSERT INTO job_line (job_id, line, place, state, tries, due_at)
                SELECT j.id, CAST(? AS BIGINT), CAST(? AS BIGINT), 'waiting', CAST(? AS BIGINT), CAST(? AS BIGINT) FROM job j
                WHERE j.id = ? AND j.state = 'open' AND j.node_id = ?
                ON CONFLICT (job_id, line) DO UPDATE SET due_at = excluded.due_at, tries = job_line.tries + excluded.tries
                    WHERE job_line.state = 'waiting'""";

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            statements.run(LINE, line, place, tries, dueAt, id, nodeId);
        }
    }

    /** Deletes the results of a batch that has ended. */
    record ResultsGone(String id) implements BatchChange {

        @Override
        public void write(Statements statements, JobEvents events) throws SQLException {
            statements.run(
                    "UPDATE batch SET results_until = 0 WHERE job_id = ? AND EXISTS (SELECT 1 FROM job j WHERE j.id = ? AND j.state <> 'open')",
                    id,
                    id);
        }
    }

    // ---- ends of lines, whose counts are written once a commit ----

    /** The end of a line. */
    interface LineEnd extends BatchChange {

        /** Writes the line, and adds it to the counts of its batch. */
        void write(Statements statements, Counts counts) throws SQLException;

        @Override
        default void write(Statements statements, JobEvents events) throws SQLException {
            Counts counts = new Counts(id());
            write(statements, counts);
            counts.write(statements);
        }
    }

    /** Ends a line with the charge of its call. @param sealed the result @param shownBytes that it has in the output file */
    record LineCharged(String id, long line, Settle settle, byte[] sealed, long shownBytes, Batch.Tokens tokens)
            implements LineEnd {

        private static final String LINE =
                "UPDATE job_line SET state = 'ended', status = 200, due_at = NULL, sealed = ? WHERE job_id = ? AND line = ? AND call_id = ?";

        @Override
        public void write(Statements statements, Counts counts) throws SQLException {
            if (settle.resolved() && statements.run(LINE, sealed, id, line, settle.reservationId()) == 1) {
                counts.completed++;
                counts.outputBytes += shownBytes;
                counts.sealedBytes += sealed.length;
                counts.chargedMicros += settle.chargeMicros();
                counts.prompt += tokens.prompt();
                counts.cached += tokens.cached();
                counts.completion += tokens.completion();
                counts.reasoning += tokens.reasoning();
            }
        }
    }

    /** Ends a line without a charge, if the server still has its batch. Parameters as above. @param status HTTP's, of the refusal */
    record LineRefused(String id, String nodeId, long line, long place, int status, byte[] sealed, long shownBytes)
            implements LineEnd {

        private static final String LINE = """
                INSERT INTO job_line (job_id, line, place, state, tries, status, sealed)
                SELECT j.id, CAST(? AS BIGINT), CAST(? AS BIGINT), 'ended', 0, CAST(? AS BIGINT), ? FROM job j
                WHERE j.id = ? AND j.state = 'open' AND j.node_id = ?
                ON CONFLICT (job_id, line) DO UPDATE SET state = 'ended', call_id = NULL, due_at = NULL, status = excluded.status, sealed = excluded.sealed
                    WHERE job_line.state = 'waiting'""";

        @Override
        public void write(Statements statements, Counts counts) throws SQLException {
            if (statements.run(LINE, line, place, status, sealed, id, nodeId) == 1) {
                counts.failed++;
                counts.errorBytes += shownBytes;
                counts.sealedBytes += sealed.length;
            }
        }
    }

    /** The sums that the ends of lines in one commit add to their batch. Confined to the commit. */
    final class Counts {

        private static final String JOB =
                "UPDATE job SET charged_micros = charged_micros + ?, sealed_bytes = sealed_bytes + ? WHERE id = ?";
        private static final String BATCH = """
                UPDATE batch SET completed = completed + ?, failed = failed + ?, output_bytes = output_bytes + ?, error_bytes = error_bytes + ?,
                    prompt_tokens = prompt_tokens + ?, cached_tokens = cached_tokens + ?, completion_tokens = completion_tokens + ?,
                    reasoning_tokens = reasoning_tokens + ?
                WHERE job_id = ?""";

        private final String id;
        private long completed;
        private long failed;
        private long outputBytes;
        private long errorBytes;
        private long sealedBytes;
        private long chargedMicros;
        private long prompt;
        private long cached;
        private long completion;
        private long reasoning;

        Counts(String id) {
            this.id = id;
        }

        boolean isOf(String job) {
            return id.equals(job);
        }

        void write(Statements statements) throws SQLException {
            if (completed + failed > 0) {
                statements.run(JOB, chargedMicros, sealedBytes, id);
                statements.run(
                        BATCH, completed, failed, outputBytes, errorBytes, prompt, cached, completion, reasoning, id);
            }
        }
    }
}
