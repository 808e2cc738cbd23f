package dev.tollgate.jobs;

import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Deletes rows whose time is over, few enough that calls do not notice the commit (J10). The outcome is whether there may be more. */
final class Forget extends Decision<Boolean> implements JobChange {

    /** The most rows of a unit. */
    static final int ROWS_MAX = 500;

    /** The most bytes of a unit, unless a single row has more: an embedded database writes each of them once more. */
    private static final long BYTES_MAX = 1 << 20;

    private static final String GONE =
            "SELECT id FROM job WHERE gone_at <= ? AND state <> 'open' ORDER BY gone_at LIMIT ?";
    private static final String LINES =
            "SELECT line, COALESCE(LENGTH(sealed), 0) FROM job_line WHERE job_id = ? ORDER BY line DESC LIMIT ?";
    private static final String LINES_FROM = "DELETE FROM job_line WHERE job_id = ? AND line >= ?";
    // No server may have run for a long time: an open batch sets that time again when it ends.
    private static final String OLD_RESULTS = """
            SELECT job_id FROM batch WHERE results_until <= ? AND output_bytes + error_bytes > 0
                AND EXISTS (SELECT 1 FROM job j WHERE j.id = batch.job_id AND j.state <> 'open')
            ORDER BY job_id LIMIT ?""";
    private static final String WITH_RESULT =
            " FROM job_line WHERE job_id = ? AND line > ? AND state = 'ended' AND sealed IS NOT NULL";
    private static final String RESULTS = "SELECT line, LENGTH(sealed)" + WITH_RESULT + " ORDER BY line LIMIT ?";
    private static final String NO_RESULTS =
            "UPDATE job_line SET sealed = NULL WHERE job_id = ? AND line > ? AND line <= ? AND state = 'ended' AND sealed IS NOT NULL";
    private static final String REST = """
            UPDATE job SET sealed_bytes = COALESCE((SELECT LENGTH(l.sealed) FROM job_line l WHERE l.job_id = job.id AND l.line = 0), 0)
            WHERE id = ?""";

    private final Instant now;
    private final Cleared before;
    private Cleared after = Cleared.NONE;

    /**
     * The results that are gone, so that the next unit does not look for them again.
     *
     * @param line the last one of the job without a result
     */
    record Cleared(String job, long line) {
        static final Cleared NONE = new Cleared("", 0);
    }

    /** @param before what the last unit has cleared */
    Forget(Instant now, Cleared before) {
        this.now = now;
        this.before = before;
    }

    @Override
    public String id() {
        return "";
    }

    /** Returns what it has cleared. */
    Cleared after() {
        return after;
    }

    /** The rows and bytes that a unit may still delete. Confined to the commit. */
    private static final class Room {

        private int rows = ROWS_MAX;
        private long bytes = BYTES_MAX;
        private boolean isFull;

        /** Takes rows as long as they fit. @param sized numbers of lines and their bytes @return how many it has taken */
        int take(List<long[]> sized) {
            int count = 0;
            for (long[] each : sized) {
                if (bytes < each[1] && bytes < BYTES_MAX) {
                    isFull = true;
                    return count;
                }
                bytes -= each[1];
                count++;
            }
            takeRows(count);
            return count;
        }

        void takeRows(int count) {
            rows -= count;
            isFull |= rows <= 0 || bytes <= 0;
        }
    }

    @Override
    public void write(Statements statements, JobEvents events) throws SQLException {
        String free = statements.dialect() == Dialect.POSTGRESQL ? " FOR UPDATE SKIP LOCKED" : "";
        Room room = new Room();
        boolean erases = false;
        for (String each : statements.list(GONE + free, row -> row.getString(1), now, ROWS_MAX)) {
            if (room.isFull) {
                break;
            }
            erases = true;
            delete(statements, each, room);
        }
        Cleared cleared = before;
        for (String each : statements.list(OLD_RESULTS + free, row -> row.getString(1), now, ROWS_MAX)) {
            if (room.isFull) {
                break;
            }
            erases = true;
            cleared = clear(statements, each, cleared.job().equals(each) ? cleared.line() : 0, room);
        }
        if (erases) {
            statements.erased();
        }
        after = cleared;
        decide(room.isFull);
    }

    private static void delete(Statements statements, String job, Room room) throws SQLException {
        statements.run("DELETE FROM batch WHERE job_id = ?", job); // its counts
        List<long[]> lines = statements.list(LINES, Forget::sized, job, room.rows);
        int count = room.take(lines);
        if (count > 0) {
            statements.run(LINES_FROM, job, lines.get(count - 1)[0]);
        }
        if (!room.isFull) {
            statements.run("DELETE FROM job WHERE id = ?", job);
            room.takeRows(1);
        }
    }

    private static Cleared clear(Statements statements, String job, long from, Room room) throws SQLException {
        List<long[]> lines = statements.list(RESULTS, Forget::sized, job, from, room.rows);
        int count = room.take(lines);
        long last = count == 0 ? from : lines.get(count - 1)[0];
        statements.run(NO_RESULTS, job, from, last);
        if (!room.isFull) {
            statements.run("UPDATE batch SET output_bytes = 0, error_bytes = 0 WHERE job_id = ?", job);
            statements.run(REST, job);
            room.takeRows(1);
        }
        return new Cleared(job, last);
    }

    private static long[] sized(ResultSet row) throws SQLException {
        return new long[] {row.getLong(1), row.getLong(2)};
    }
}
