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
 * The marks that one writer leaves on a server, each in the transaction of its batch: so it finds out whether a commit has taken place whose
 * answer was lost. A transaction's id would not do: a standby that is promoted gives those that it has never seen to others.
 *
 * <p>Who asks for a mark and does not find it writes it as one that did not take place. If the lost commit is still on its way it
 * fails on that row, so a "no" stays true. Writer's thread only.
 */
final class CommitMarks {

    private static final String NOW = Dialect.POSTGRESQL.nowMillis();

    /** Nobody asks for one after seconds. Long for a server that could write nothing else for a while. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final String PUT = "WITH before AS (DELETE FROM commit_mark WHERE writer = ? AND batch = ?)"
            + " INSERT INTO commit_mark (writer, batch, took_place, made_at) VALUES (?, ?, 1, " + NOW + ")";

    // A lost commit that is still being done is waited for, but not for as long as a server may take that waits for its
    // standby.
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

    /** Puts a mark of its own on the open transaction; it goes with the COMMIT in one trip. */
    void put(Statements statements) {
        newest++;
        statements.writeLater(PUT, List.of(writer, confirmed, writer, newest), Statements.ANY);
    }

    /** The batch with the newest mark was committed. */
    void confirm() {
        confirmed = newest;
    }

    /** Nobody knows whether it was; if it was, the one before it is gone. */
    void doubt() {
        confirmed = 0;
    }

    /**
     * Asks over a new connection whether the batch with the newest mark was committed, so that it stays as it is said. The transaction
     * has to be committed before the answer counts.
     *
     * @throws SQLException where it is not known yet
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
     * On a new connection: tells the operator when the server has lost what it had confirmed, and takes away the marks of those who are
     * gone. On the first one the server gives this writer a name that no other has or had.
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

    /** Or that of the batch after it, which has taken it away if it was committed. */
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
