package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The one connection that writes. When a commit or a rollback fails nobody knows in which state the connection is (SQLite rolls
 * back by itself on a full disk, and the driver then believes to be in a transaction where there is none), so it is closed and a
 * new one opened for the next batch. Writer's thread only, except for the first opening.
 *
 * <p>When the connection to a server breaks in the middle of a commit, the server knows whether it took place: it is asked by the
 * transaction's id over a new connection. So a batch is never written twice, and never reported as failed when it was not.
 */
final class WriterConnection implements AutoCloseable {

    private static final Duration OUTCOME_WAIT = Duration.ofSeconds(10);
    private static final Duration OUTCOME_PAUSE = Duration.ofMillis(50);

    private final Dialect dialect;
    private final DataSource source;
    private @Nullable Connection connection;
    private @Nullable Statements statements;

    WriterConnection(Dialect dialect, DataSource source) {
        this.dialect = dialect;
        this.source = source;
    }

    /** Whether nobody else writes to the database. */
    boolean isEmbedded() {
        return dialect == Dialect.SQLITE;
    }

    /** The statements of the open transaction; a transaction begins with the first of them that runs. */
    Statements statements() throws SQLException {
        Statements open = statements;
        return open != null ? open : open();
    }

    private Statements open() throws SQLException {
        Connection fresh = source.getConnection();
        fresh.setAutoCommit(false);
        Statements open = new Statements(fresh, dialect);
        connection = fresh;
        statements = open;
        return open;
    }

    /** @throws OutcomeUnknown when the server could not be asked in time whether it took place */
    void commit() throws SQLException {
        Statements running = statements;
        if (running == null) {
            return;
        }
        String transaction = running.transaction();
        try {
            running.commit();
        } catch (SQLException e) {
            if (transaction == null || Failures.kind(e) != Failures.Kind.DISCONNECTED || !tookPlace(transaction)) {
                throw e;
            }
        }
    }

    private boolean tookPlace(String transaction) {
        long end = System.nanoTime() + OUTCOME_WAIT.toNanos();
        while (System.nanoTime() < end) {
            close();
            try {
                String status = status(transaction);
                if (status == null) {
                    break; // too long ago for the server to remember
                }
                if (!status.equals("in progress")) {
                    return status.equals("committed");
                }
            } catch (SQLException e) {
                // The server is not back yet.
            }
            LockSupport.parkNanos(OUTCOME_PAUSE.toNanos());
        }
        throw new OutcomeUnknown();
    }

    private @Nullable String status(String transaction) throws SQLException {
        PreparedStatement ask = statements().of("SELECT pg_xact_status(CAST(? AS xid8))");
        ask.setString(1, transaction);
        try (ResultSet row = ask.executeQuery()) {
            return row.next() ? row.getString(1) : null;
        } finally {
            rollback();
        }
    }

    void rollback() {
        try {
            if (statements != null) {
                statements.rollback();
            }
        } catch (SQLException e) {
            close();
        }
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        statements = null;
        try {
            if (old != null) {
                old.close();
            }
        } catch (SQLException e) {
            // Nothing depends on it any more: what was not committed is gone, what was committed is on disk.
        }
    }
}
