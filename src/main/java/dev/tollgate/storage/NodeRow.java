package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of this process in the table of nodes, written over a connection of its own. One thread's. */
final class NodeRow implements AutoCloseable {

    private static final String NOW = Dialect.POSTGRESQL.nowMillis();

    private final PostgresServer server;
    private final Duration answer;
    private final String leaseEnd;
    private final String upstream;
    private @Nullable Connection connection;

    /**
     * @param lease how long a node that does not renew counts as alive, by the database's clock
     * @param answer how long the database may take to answer
     * @param upstream the name of the upstream that answers this node's calls, for other nodes
     */
    NodeRow(PostgresServer server, Duration lease, Duration answer, String upstream) {
        this.server = server;
        this.answer = answer;
        this.leaseEnd = NOW + " + " + lease.toMillis();
        this.upstream = upstream;
    }

    void insert(String nodeId, String state) throws SQLException {
        update(
                "INSERT INTO node (id, lease_until, version, schema_known, state, upstream) VALUES (?, " + leaseEnd
                        + ", ?, " + Migrations.newest() + ", ?, ?)",
                nodeId,
                version(),
                state,
                upstream);
    }

    /** Renews the lease. @return false if it has ended or the row is gone */
    boolean renew(String nodeId, String state) throws SQLException {
        String alive =
                "UPDATE node SET lease_until = " + leaseEnd + ", state = ? WHERE id = ? AND lease_until > " + NOW;
        return update(alive, state, nodeId) > 0;
    }

    void delete(String nodeId) throws SQLException {
        update("DELETE FROM node WHERE id = ?", nodeId);
    }

    private int update(String sql, String... parameters) throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = server.impatient(answer).getConnection();
            connection = open;
        }
        try (PreparedStatement statement = open.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** Gives the connection up; the next statement opens another one. */
    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // The connection is given up in any case.
        }
        connection = null;
    }

    /** Returns the program's version, empty if it runs from its classes. */
    private static String version() {
        return Objects.requireNonNullElse(NodeRow.class.getPackage().getImplementationVersion(), "");
    }
}
