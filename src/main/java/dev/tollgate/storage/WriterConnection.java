package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The one connection that writes. When a commit or a rollback fails nobody knows in which state the connection is (SQLite rolls
 * back by itself on a full disk, and the driver then believes to be in a transaction where there is none), so it is closed and a
 * new one opened for the next batch. Writer's thread only, except for the first opening.
 */
final class WriterConnection implements AutoCloseable {

    private final DataSource source;
    private @Nullable Connection connection;
    private @Nullable Statements statements;

    WriterConnection(DataSource source) {
        this.source = source;
    }

    /** The statements of the open transaction; a transaction begins with the first of them that runs. */
    Statements statements() throws SQLException {
        Statements open = statements;
        return open != null ? open : open();
    }

    private Statements open() throws SQLException {
        Connection fresh = source.getConnection();
        fresh.setAutoCommit(false);
        Statements open = new Statements(fresh);
        connection = fresh;
        statements = open;
        return open;
    }

    void commit() throws SQLException {
        if (connection != null) {
            connection.commit();
        }
    }

    void rollback() {
        try {
            if (connection != null) {
                connection.rollback();
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
