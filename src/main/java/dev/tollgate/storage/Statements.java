package dev.tollgate.storage;

import dev.tollgate.storage.RowStatement.Reader;
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
public final class Statements {

    /** SQL is constant text; more than this many different ones means that somebody builds it from values. */
    private static final int STATEMENTS_MAX = 512;

    /** However many rows a statement meets. */
    static final int ANY = -1;

    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final List<Later> later = new ArrayList<>();

    /** One of {@code rows} and {@code reader} is of no use. */
    private record Later(
            String sql,
            List<Array> parameters,
            int rows,
            @Nullable Reader reader) {}

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
     * before the commit. A trip costs more than most of what it is for.
     *
     * @param sql constant text
     * @param parameters arrays, in their order
     * @param rows how many rows it has to meet, or {@link #ANY}
     */
    void writeLater(String sql, List<Array> parameters, int rows) {
        later.add(new Later(sql, parameters, rows, null));
    }

    /** As above. @param reader takes the rows */
    void readLater(String sql, List<Array> parameters, Reader reader) {
        later.add(new Later(sql, parameters, ANY, reader));
    }

    /** The batch is given up. */
    void forgetLater() {
        later.clear();
    }

    /** What was put off until now. */
    void runLater() throws SQLException {
        if (!later.isEmpty()) {
            runLaterAnd(null);
        }
    }

    /**
     * Runs what was put off, and with it a query.
     *
     * @param query constant text, without parameters
     * @return the first value of its first row
     * @throws IllegalStateException when a statement has not met the rows that it should
     */
    @Nullable
    String runLaterAnd(@Nullable String query) throws SQLException {
        List<Later> now = List.copyOf(later);
        later.clear();
        StringJoiner sql = new StringJoiner(";\n");
        now.forEach(statement -> sql.add(statement.sql));
        if (query != null) {
            sql.add(query);
        }
        // The driver keeps what it knows of a text for the next time, of the newest few hundred texts.
        try (PreparedStatement together = connection.prepareStatement(sql.toString())) {
            int index = 0;
            for (Later statement : now) {
                for (Array parameter : statement.parameters) {
                    together.setArray(++index, parameter);
                }
            }
            together.execute();
            for (Later statement : now) {
                end(statement, together);
                together.getMoreResults();
            }
            return query == null ? null : first(together);
        }
    }

    private static @Nullable String first(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.getResultSet()) {
            return row.next() ? row.getString(1) : null;
        }
    }

    private static void end(Later statement, PreparedStatement together) throws SQLException {
        if (statement.reader == null) {
            require(statement.rows, together.getUpdateCount());
        } else {
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

    static void require(int given, int met) {
        if (given != ANY && given != met) {
            throw new IllegalStateException(given + " rows were to be written, " + met + " were there");
        }
    }
}
