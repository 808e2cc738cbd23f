package dev.tollgate.storage;

import dev.tollgate.storage.RowStatement.Reader;
import dev.tollgate.storage.sql.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The writer's connection as its parts see it: prepared statements that stay open from batch to batch. Preparing costs more than
 * running on the hot path. Parts must close result sets but not statements. Writer's thread only.
 */
public final class Statements extends Sql {

    /** SQL is constant text; more than this many texts means that code builds SQL from values. */
    private static final int STATEMENTS_MAX = 512;

    /** Accepts any number of rows. */
    static final int ANY = -1;

    private static final String COMMIT = "COMMIT";

    // The COMMIT may be in the same trip, so the server has to see that a row is missing, and it knows one way to fail.
    private static final String EACH =
            "WITH met AS (%s RETURNING 1) SELECT 1 / CASE WHEN COUNT(*) = ? THEN 1 ELSE 0 END FROM met";
    private static final String DIVISION_BY_ZERO = "22012";

    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final List<Later> later = new ArrayList<>();
    private boolean isErased;

    /** @param reader null if there is nothing to read */
    private record Later(
            String sql, List<Object> parameters, @Nullable Reader reader) {}

    Statements(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    public Dialect dialect() {
        return dialect;
    }

    /**
     * Notes that the transaction erases what must not stay in the log of an embedded database: after the commit the log goes into the tables and is cut to
     * nothing, as soon as no reader needs it.
     */
    public void erased() {
        isErased = true;
    }

    /** Returns whether something was erased whose log is still there. */
    boolean isErased() {
        return isErased;
    }

    /**
     * Moves the log into the tables and cuts it to nothing, without waiting for readers. No transaction is open.
     *
     * @return whether the log is empty
     */
    boolean cutLog() throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 0"); // while a checkpoint waits, nothing is written
            try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                isErased = !row.next() || row.getLong("busy") != 0;
            } finally {
                statement.execute("PRAGMA busy_timeout = " + SqliteFile.BUSY_TIMEOUT_MILLIS);
            }
        } finally {
            connection.setAutoCommit(false);
        }
        return !isErased;
    }

    Array array(String type, Object[] elements) throws SQLException {
        return connection.createArrayOf(type, elements);
    }

    /** Returns the statement for a constant SQL text, after running postponed statements. Parameters of its last use are still set. */
    public PreparedStatement of(String sql) throws SQLException {
        runLater();
        PreparedStatement known = prepared.get(sql);
        return known != null ? known : prepare(sql);
    }

    @Override
    protected <T extends @Nullable Object> T with(String text, Use<T> use) throws SQLException {
        return use.of(of(text));
    }

    /**
     * Locks a table: on a server, this keeps other nodes from writing to a table until the transaction ends; an embedded database has no other
     * writer.
     */
    public void lockTable(String table) throws SQLException {
        if (dialect == Dialect.POSTGRESQL) {
            run("LOCK TABLE " + table + " IN SHARE ROW EXCLUSIVE MODE");
        }
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        if (prepared.size() >= STATEMENTS_MAX) {
            throw new IllegalStateException("more than " + STATEMENTS_MAX + " different statements");
        }
        PreparedStatement statement = connection.prepareStatement(sql);
        prepared.put(sql, statement);
        return statement;
    }

    /**
     * Postpones a statement whose result is not needed yet, to run it in one trip to the server with others: before the next statement
     * that cannot wait, and at the latest with the commit. A trip costs more than most statements.
     *
     * @param sql constant text
     * @param rows the number of rows that it must change, or the batch fails; or {@link #ANY}
     */
    void writeLater(String sql, List<?> parameters, int rows) {
        if (rows == ANY) {
            later.add(new Later(sql, List.copyOf(parameters), null));
        } else {
            List<Object> all = new ArrayList<>(parameters);
            all.add(rows);
            later.add(new Later(EACH.formatted(sql), all, row -> {}));
        }
    }

    /** Postpones a query. @param reader receives the rows */
    void readLater(String sql, List<Array> parameters, Reader reader) {
        later.add(new Later(sql, List.copyOf(parameters), reader));
    }

    /** Runs the postponed statements. */
    void runLater() throws SQLException {
        if (!later.isEmpty()) {
            runLaterAnd(null);
        }
    }

    /** Commits, with the postponed statements in the same trip. The driver sees from the answer that the transaction has ended. */
    void commit() throws SQLException {
        if (later.isEmpty()) {
            connection.commit();
        } else {
            runLaterAnd(COMMIT);
        }
    }

    void rollback() throws SQLException {
        later.clear();
        connection.rollback();
    }

    /**
     * Runs the postponed statements, and with them a statement without parameters.
     *
     * @throws IllegalStateException if a statement has not changed the expected number of rows
     */
    private void runLaterAnd(@Nullable String last) throws SQLException {
        List<Later> now = List.copyOf(later);
        later.clear();
        StringJoiner sql = new StringJoiner(";\n");
        now.forEach(statement -> sql.add(statement.sql));
        if (last != null) {
            sql.add(last);
        }
        // The driver caches its knowledge of the latest few hundred texts.
        try (PreparedStatement together = connection.prepareStatement(sql.toString())) {
            int index = 0;
            for (Later statement : now) {
                for (Object parameter : statement.parameters) {
                    together.setObject(++index, parameter);
                }
            }
            together.execute();
            for (Later statement : now) {
                read(statement, together);
                together.getMoreResults();
            }
        } catch (SQLException e) {
            if (DIVISION_BY_ZERO.equals(e.getSQLState())) {
                throw new IllegalStateException("rows to be updated do not exist", e);
            }
            throw e;
        }
    }

    private static void read(Later statement, PreparedStatement together) throws SQLException {
        if (statement.reader != null) {
            try (ResultSet row = together.getResultSet()) {
                readAll(row, statement.reader);
            }
        }
    }

    static void readAll(ResultSet row, Reader reader) throws SQLException {
        while (row.next()) {
            reader.read(row);
        }
    }
}
