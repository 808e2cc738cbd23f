package dev.tollgate.storage;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The writer's connection as its parts see it: prepared statements that stay open from batch to batch. Preparing costs more than
 * running on the hot path. Statements are not to be closed by the parts, their result sets are. Writer's thread only.
 */
public final class Statements {

    /** SQL is constant text; more than this many different ones means that somebody builds it from values. */
    private static final int STATEMENTS_MAX = 512;

    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

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

    /** The statement for this constant SQL text; parameters of its last use are still set. */
    public PreparedStatement of(String sql) throws SQLException {
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
}
