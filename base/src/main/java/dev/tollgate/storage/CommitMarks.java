package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks that the writer leaves on a server, each in the transaction of its batch. They show whether a commit took place if its response
 * was lost. The id of a transaction would not do: a promoted standby gives ids that it has never seen to other transactions.
 *
 * <p>A query that does not find a mark inserts it as a commit that did not take place. If the lost commit is still being processed, it
 * fails on that row, so a "no" stays true. Writer's thread only.
 */
final class CommitMarks {

    private static final String NOW = Dialect.POSTGRESQL.nowMillis();

    /** How long marks are kept. They are needed for seconds, and longer if a server cannot write for a while. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final String PUT = "WITH before AS (DELETE FROM commit_mark WHERE writer = ? AND batch = ?)"
            + " INSERT INTO commit_mark (writer, batch, took_place, made_at) VALUES (?, ?, 1, " + NOW + ")";

    // Waits for a lost commit that is still being processed, but not as long as a server may wait for its standby.
    private static final String ASK_QUICKLY = "SET LOCAL lock_timeout = '1s'";
    private static final String ASK = "INSERT INTO commit_mark (writer, batch, took_place, made_at) VALUES (?, ?, 0, "
            + NOW + ") ON CONFLICT (writer, batch) DO UPDATE SET made_at = excluded.made_at RETURNING took_place";

    private static final String NAME = "SELECT CAST(gen_random_uuid() AS TEXT)";
    private static final String FIND =
            "SELECT 1 FROM commit_mark WHERE writer = ? AND batch IN (?, ?) AND took_place = 1";
    private static final String FORGET = "DELETE FROM commit_mark WHERE made_at < " + NOW + " - " + KEPT.toMillis();

    private static final Logger log = LoggerFactory.getLogger(CommitMarks.class);

    private String writer = "";
    private long newest;
    private long confirmed;

    /** Adds a mark to the open transaction; it is sent with the COMMIT in one trip. */
    void put(Statements statements) {
        newest++;
        statements.writeLater(PUT, List.of(writer, confirmed, writer, newest), Statements.ANY);
    }

    /** Notes that the batch with the newest mark was committed. */
    void confirm() {
        confirmed = newest;
    }

    /** Notes that the outcome of the newest batch is unknown. If it was committed, the mark before it is deleted. */
    void doubt() {
        confirmed = 0;
    }

    /**
     * Asks over a new connection whether the batch with the newest mark was committed. The answer is final once the transaction of the
     * query is committed.
     *
     * @throws SQLException if it is not known yet
     */
    boolean tookPlace(Statements statements) throws SQLException {
        statements.of(ASK_QUICKLY).execute();
        PreparedStatement ask = statements.of(ASK);
        ask.setString(1, writer);
        ask.setLong(2, newest);
        try (ResultSet row = ask.executeQuery()) {
            row.next();
            return row.getLong(1) == 1;
        }
    }

    /**
     * Prepares a new connection: logs an error if the server has lost a confirmed commit, and deletes old marks. On the first connection
     * the server gives this writer a unique name.
     */
    void begin(Statements statements) throws SQLException {
        if (writer.isEmpty()) {
            writer = name(statements);
        }
        if (confirmed > 0 && !isThere(statements)) {
            log.error(
                    Event.STORE_WENT_BACK,
                    "the database has lost what it had confirmed: a standby that lagged behind has taken over, or a backup was"
                            + " restored; calls of the last moments before may be missing from the books");
            confirmed = 0;
        }
        statements.of(FORGET).executeUpdate();
    }

    private static String name(Statements statements) throws SQLException {
        try (ResultSet row = statements.of(NAME).executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** Returns whether the last confirmed mark exists, or the mark of the next batch, whose commit deletes it. */
    private boolean isThere(Statements statements) throws SQLException {
        PreparedStatement find = statements.of(FIND);
        find.setString(1, writer);
        find.setLong(2, confirmed);
        find.setLong(3, newest);
        try (ResultSet row = find.executeQuery()) {
            return row.next();
        }
    }
}
