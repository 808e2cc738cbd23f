package dev.tollgate.jobs;

import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/** A store that queues what happens to jobs as events of their accounts, in the same commit (J34). */
@FunctionalInterface
public interface JobEvents {

    /** Queues nothing. */
    JobEvents NONE = (statements, event) -> {};

    /** A batch that waits tells each of its reasons once in this time. */
    Duration PAUSE_TOLD = Duration.ofHours(1);

    /**
     * An event.
     *
     * @param name as OpenAI's, like {@code batch.completed}
     * @param jobId as the job's callers have it
     * @param id names the event in the account: the same one is queued once
     */
    record Event(String accountId, String name, String jobId, String id, Instant at) {}

    /** Queues an event. Runs in the writer's turn. */
    void add(Statements statements, Event event) throws SQLException;

    /** Tells that a job has just ended. */
    default void ended(Statements statements, String id, Instant at) throws SQLException {
        Its job = Its.of(statements, id);
        add(statements, job.event(job.state(), job.shownId(), at));
    }

    /** Tells that a job waits, if it is a batch. */
    default void paused(Statements statements, String id, Job.Pause why, Instant at) throws SQLException {
        Its job = Its.of(statements, id);
        if (job.kind() == Job.Kind.BATCH) {
            long hour = at.toEpochMilli() / PAUSE_TOLD.toMillis();
            add(statements, job.event("paused", job.shownId() + "_" + why.code() + "_" + hour, at));
        }
    }

    /** The part of a job that its events have. */
    record Its(String shownId, String accountId, Job.Kind kind, String state) {

        private static Its of(Statements statements, String id) throws SQLException {
            return Objects.requireNonNull(statements.one(
                    "SELECT account_id, kind, state FROM job WHERE id = ?",
                    row -> {
                        Job.Kind kind = Job.Kind.valueOf(row.getString(2).toUpperCase(Locale.ROOT));
                        return new Its(kind.shown(id), row.getString(1), kind, row.getString(3));
                    },
                    id));
        }

        private Event event(String what, String id, Instant at) {
            return new Event(accountId, kind.code() + "." + what, shownId, id, at);
        }
    }
}
