package dev.tollgate.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.Future;

/** A stranger's open transaction on a PostgreSQL: others wait for what it has touched until it is closed, which undoes it. */
public final class HeldRows implements AutoCloseable {

    private static final String WAITING =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";

    private final String url;
    private final Connection connection;

    /** @param sql what touches the rows */
    public HeldRows(String url, String... sql) {
        this.url = url;
        try {
            connection = DriverManager.getConnection(url);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String one : sql) {
                    statement.execute(one);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.join("; ", sql), e);
        }
    }

    /** Returns when each of these batches has ended or waits for a row that another transaction has locked. */
    public void awaitNoProgress(Future<?>... batches) {
        while (waiting() < Arrays.stream(batches).filter(it -> !it.isDone()).count()) {
            Thread.yield();
        }
    }

    private long waiting() {
        return Postgres.number(url, WAITING);
    }

    @Override
    public void close() {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
