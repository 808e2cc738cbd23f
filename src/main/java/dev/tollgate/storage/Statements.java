package dev.tollgate.storage;

import dev.tollgate.storage.RowStatement.Reader;
import dev.tollgate.storage.sql.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The writer's connection as its parts see it: prepared statements that stay open from batch to batch. Preparing costs more than
 * running on the hot path. Statements are not to be closed by the parts, their result sets are. Writer's thread only.
 */
public final class Statements extends Sql {

    /** SQL is constant text; more than this many different ones means that somebody builds it from values. */
    private static final int STATEMENTS_MAX = 512;

    /** However many rows a statement meets. */
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

    /** @param reader null where there is nothing to read */
    private record Later(
            String sql, List<Object> parameters, @Nullable Reader reader) {}

    Statements(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    public Dialect dialect() {
        return dialect;
    }

    Array array(String type, Object[] elements) throws SQLException {
        return connection.createArrayOf(type, elements);
    }

    /** The statement for this constant SQL text; parameters of its last use are still set. What was to be run later has run. */
    public PreparedStatement of(String sql) throws SQLException {
        runLater();
        PreparedStatement known = prepared.get(sql);
        return known != null ? known : prepare(sql);
    }

    @Override
    protected <T extends @Nullable Object> T with(String text, Use<T> use) throws SQLException {
        return use.of(of(text));
    }

    /** On a server, keeps other nodes from writing to a table until the transaction ends; an embedded database has no other writer. */
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
     * Runs a statement whose result nobody needs yet, in one trip to the server with others: before the next that is run at once, and
     * at the latest with the commit. A trip costs more than most of what it is for.
     *
     * @param sql constant text
     * @param parameters in their order
     * @param rows how many rows it has to meet, or the batch fails; or {@link #ANY}
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

    /** As above. @param reader takes the rows */
    void readLater(String sql, List<Array> parameters, Reader reader) {
        later.add(new Later(sql, List.copyOf(parameters), reader));
    }

    /** What was put off until now. */
    void runLater() throws SQLException {
        if (!later.isEmpty()) {
            runLaterAnd(null);
        }
    }

    /** Commits, with what was put off in the same trip. The driver sees from the answer that the transaction has ended. */
    void commit() throws SQLException {
        if (later.isEmpty()) {
            connection.commit();
        } else {
            runLaterAnd(COMMIT);
        }
    }

    /** The batch is given up. */
    void rollback() throws SQLException {
        later.clear();
        connection.rollback();
    }

    /**
     * Runs what was put off, and with it a statement that has no parameters.
     *
     * @throws IllegalStateException when a statement has not met the rows that it should
     */
    private void runLaterAnd(@Nullable String last) throws SQLException {
        List<Later> now = List.copyOf(later);
        later.clear();
        StringJoiner sql = new StringJoiner(";\n");
        now.forEach(statement -> sql.add(statement.sql));
        if (last != null) {
            sql.add(last);
        }
        // The driver keeps what it knows of a text for the next time, of the newest few hundred texts.
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
                throw new IllegalStateException("rows that were to be written are not there", e);
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
