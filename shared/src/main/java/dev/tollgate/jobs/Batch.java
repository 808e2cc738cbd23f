package dev.tollgate.jobs;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A batch as its rows have it. Immutable.
 *
 * @param job whose line is the first of the file
 * @param endpoint the path that its lines name
 * @param inputId the file of its lines, without a prefix
 * @param lost how many servers were gone while they checked its lines
 * @param startedAt from when its lines run; null while they are checked
 * @param resultsKept how long its results are kept after its end
 * @param resultsUntil the time from which on nothing reads its results
 * @param lines all of them; 0 before they are checked
 * @param completed lines with an answer
 * @param failed lines with an error
 * @param outputBytes the results with an answer, as they are shown; 0 if there are none any more
 * @param errorBytes the results with an error, as they are shown
 * @param minMicros what all lines cost at least, in micro-credits; null before they are checked
 * @param maxMicros what all lines cost at most, in micro-credits; null before they are checked
 */
public record Batch(
        Job job,
        String endpoint,
        String inputId,
        int lost,
        @Nullable Instant startedAt,
        Duration resultsKept,
        Instant resultsUntil,
        long lines,
        long completed,
        long failed,
        long outputBytes,
        long errorBytes,
        Tokens tokens,
        @Nullable Long minMicros,
        @Nullable Long maxMicros) {

    private static final String OWN =
            ", b.endpoint, b.input_id, b.lost, b.started_at, b.results_ms, b.results_until, b.lines, b.completed, b.failed, b.output_bytes,"
                    + " b.error_bytes, b.prompt_tokens, b.cached_tokens, b.completion_tokens, b.reasoning_tokens, b.min_micros, b.max_micros FROM";

    static final String COLUMNS = Job.COLUMNS.replace(" FROM", OWN) + " JOIN batch b ON b.job_id = j.id";

    private static final int FIRST = 20;

    private static final String FILE = "file-";

    /** The lines from whose end on the charge of all is projected. */
    private static final int PROJECTED_FROM = 100;

    /** The state of a batch, as callers and people see it (J25). */
    public enum Status {
        VALIDATING,
        IN_PROGRESS,
        CANCELLING,
        COMPLETED,
        FAILED,
        EXPIRED,
        CANCELLED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The tokens of all answers, as OpenAI counts them: cached ones are a part of the prompt's, reasoning is one of the completions'. */
    public record Tokens(long prompt, long cached, long completion, long reasoning) {}

    static Batch read(ResultSet row) throws SQLException {
        int at = FIRST;
        return new Batch(
                Job.read(row),
                row.getString(at),
                row.getString(at + 1),
                row.getInt(at + 2),
                Columns.timeOrNull(row, at + 3),
                Duration.ofMillis(row.getLong(at + 4)),
                Columns.time(row, at + 5),
                row.getLong(at + 6),
                row.getLong(at + 7),
                row.getLong(at + 8),
                row.getLong(at + 9),
                row.getLong(at + 10),
                new Tokens(row.getLong(at + 11), row.getLong(at + 12), row.getLong(at + 13), row.getLong(at + 14)),
                Columns.numberOrNull(row, at + 15),
                Columns.numberOrNull(row, at + 16));
    }

    public String id() {
        return job.id();
    }

    /** Returns whether its lines are still checked. */
    public boolean isValidating() {
        return job.isOpen() && startedAt == null;
    }

    /** Returns whether its results can be read at a time. */
    public boolean hasResults(Instant now) {
        return !job.isOpen() && now.isBefore(resultsUntil);
    }

    /** Returns its id, as its caller has it. */
    public String shownId() {
        return BatchLine.batchOf(id());
    }

    /** Returns the id of the file of its lines, as its caller has it. */
    public String inputFileId() {
        return FILE + inputId;
    }

    /** Returns the id of the file of its answers; null before its end, and if there are none. */
    public @Nullable String outputFileId() {
        return fileId('o', completed);
    }

    /** Returns the id of the file of the lines that have no answer; null before its end, and if there are none. */
    public @Nullable String errorFileId() {
        return fileId('e', lines - completed);
    }

    private @Nullable String fileId(char kind, long itsLines) {
        return job.isOpen() || itsLines == 0 ? null : FILE + shownId().substring(BatchLine.PREFIX.length()) + kind;
    }

    public Status status() {
        if (!job.isOpen()) {
            return switch (job.state()) {
                case COMPLETED, INCOMPLETE, REQUIRES_ACTION -> Status.COMPLETED;
                case EXPIRED -> Status.EXPIRED;
                case CANCELLED -> Status.CANCELLED;
                case FAILED, OPEN -> Status.FAILED;
            };
        }
        if (job.cancelAt() != null) {
            return Status.CANCELLING;
        }
        return isValidating() ? Status.VALIDATING : Status.IN_PROGRESS;
    }

    /** Returns the charge of all lines, at most {@code maxMicros}, if the others cost as much as those that have ended; null while these are few. */
    public @Nullable Long projectedMicros() {
        long ended = completed + failed;
        if (ended < PROJECTED_FROM) {
            return null;
        }
        long charged = job.chargedMicros();
        long projected = charged / ended * lines + charged % ended * lines / ended;
        return maxMicros == null ? projected : Math.min(projected, maxMicros);
    }
}
