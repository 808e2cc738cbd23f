package dev.tollgate.jobs;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A job as its rows have it. Immutable.
 *
 * @param id without the prefix that its door shows
 * @param originId the first id of the key that pays
 * @param owner who may read it, besides that key: a member, a team, or empty for the account
 * @param pause why an open job waits; null if it does not
 * @param pausedAt since when it waits
 * @param dueAt when an open job is to be looked at next
 * @param nodeId the server that has taken it; empty if none has
 * @param deadline the time from which on no try begins
 * @param cancelAt when its caller wanted it to end; null without a wish
 * @param endedAt null while it is open
 * @param line the state of its call
 */
public record Job(
        String id,
        String accountId,
        String owner,
        String originId,
        Kind kind,
        State state,
        @Nullable Pause pause,
        @Nullable Instant pausedAt,
        Instant dueAt,
        String nodeId,
        Instant createdAt,
        Instant deadline,
        @Nullable Instant cancelAt,
        @Nullable Instant endedAt,
        long chargedMicros,
        Line line) {

    /** The time after its acceptance in which a job may begin a try. */
    public static final Duration OPEN_MAX = Duration.ofHours(24);

    /** The time for which an ended job is kept. */
    public static final Duration KEPT = Duration.ofDays(30);

    /** The time for which a job is kept that has cost nothing. */
    public static final Duration KEPT_FREE = Duration.ofDays(3);

    static final String COLUMNS =
            "j.id, j.account_id, j.owner, j.origin_id, j.kind, j.state, j.pause, j.paused_at, j.due_at, j.node_id,"
                    + " j.created_at, j.deadline, j.cancel_at, j.ended_at, j.charged_micros, l.state, l.call_id, l.tries, l.sealed"
                    + " FROM job j LEFT JOIN job_line l ON l.job_id = j.id AND l.line = 1";

    /** Ends open jobs. Takes the state, the time, and the times until which a job is kept that has cost something, or nothing. */
    static final String END = """
            UPDATE job SET state = ?, ended_at = ?, gone_at = CASE WHEN gone_at = 0 THEN 0 WHEN charged_micros > 0 THEN CAST(? AS BIGINT) ELSE CAST(? AS BIGINT) END,
                node_id = '', pause = NULL, paused_at = NULL
            WHERE state = 'open'""";

    /** Ends a job of which nothing runs, if a server still has it. Takes the job's id and the server, too. */
    static final String END_OF_SERVER = END
            + " AND id = ? AND node_id = ? AND NOT EXISTS (SELECT 1 FROM job_line l WHERE l.job_id = job.id AND l.state = 'running')";

    /** The kind of a job's result. */
    public enum Kind {
        /** A response in the background: one call. */
        RESPONSE("resp_"),
        /** An interaction in the background: one call. */
        INTERACTION("v1_"),
        /** A batch: a call for each line of a file. */
        BATCH(BatchLine.PREFIX);

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the id of a job as its callers have it. */
        public String shown(String id) {
            return prefix + id.substring(id.indexOf('-') + 1);
        }

        /** Returns the kind of the id of a job, or of one of its lines; null for another text. */
        public static @Nullable Kind ofShown(String text) {
            return Arrays.stream(values())
                    .filter(kind -> text.startsWith(kind.prefix))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** The state of a job. An open one is queued or in progress: see {@link #isRunning}. */
    public enum State {
        OPEN,
        COMPLETED,
        /** The answer was cut, and kept. */
        INCOMPLETE,
        /** The answer calls functions, and was kept. */
        REQUIRES_ACTION,
        FAILED,
        /** The time of a batch was over before its last line. */
        EXPIRED,
        CANCELLED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the state of a code. */
        public static State of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }

        /** Returns whether a job of one call has ended with an answer, which its door has kept. */
        public boolean isAnswered() {
            return this == COMPLETED || this == INCOMPLETE || this == REQUIRES_ACTION;
        }
    }

    /** The reason why an open job waits. */
    public enum Pause {
        /** The account's balance, or a grant, has too little for the call. */
        CREDITS,
        /** A limit or a budget is used up. */
        LIMIT,
        /** The key or its account has too many requests, tokens or calls at the same time. */
        RATES,
        /** The key cannot be used. */
        KEY,
        /** The account's files have no room for what the call makes. */
        STORAGE,
        /** The next line would exceed the most that was reckoned for the batch. */
        PRICE,
        /** The provider has refused the last tries. */
        PROVIDER;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The call of a job.
     *
     * @param runs whether a try has a hold, or had one when its server died
     * @param callId of the last try; null before there was one with a hold
     * @param tries how many have ended without an answer
     * @param trouble the sealed error of the last try; null if there is none
     */
    public record Line(boolean runs, @Nullable String callId, int tries, byte @Nullable [] trouble) {}

    /** The pause of a job of one call is over as soon as a try has its hold; the row has it until the end of that try. */
    static Job read(ResultSet row) throws SQLException {
        Kind kind = Kind.valueOf(row.getString(5).toUpperCase(Locale.ROOT));
        boolean runs = "running".equals(row.getString(16));
        String pause = runs && kind != Kind.BATCH ? null : row.getString(7);
        return new Job(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                kind,
                State.of(row.getString(6)),
                pause == null ? null : Pause.valueOf(pause.toUpperCase(Locale.ROOT)),
                pause == null ? null : Columns.timeOrNull(row, 8),
                Columns.time(row, 9),
                row.getString(10),
                Columns.time(row, 11),
                Columns.time(row, 12),
                Columns.timeOrNull(row, 13),
                Columns.timeOrNull(row, 14),
                row.getLong(15),
                new Line(runs, row.getString(17), row.getInt(18), row.getBytes(19)));
    }

    /** Returns its id as its callers have it. */
    public String shownId() {
        return kind.shown(id);
    }

    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Returns whether a try of it has a hold. */
    public boolean isRunning() {
        return isOpen() && line.runs();
    }
}
