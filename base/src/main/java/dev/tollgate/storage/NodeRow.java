package dev.tollgate.storage;

import dev.tollgate.storage.sql.Reads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of this process in the table of nodes, written over a connection of its own. One thread's. */
final class NodeRow implements AutoCloseable {

    private static final String NOW = Dialect.POSTGRESQL.nowMillis();
    private static final String TELLING_THE_TIME = " RETURNING clock_timestamp()";

    private final PostgresServer server;
    private final Duration answer;
    private final String leaseEnd;
    private final String upstream;
    private final NodeLease.Keys keys;
    private final DatabaseClock clock;
    private final PostgresServer.NextConnection next = new PostgresServer.NextConnection();
    private @Nullable Connection connection;

    /** The server that the connection leads to; null if it does not tell. */
    private @Nullable Primary present;

    /**
     * @param lease how long a node that does not renew counts as alive, by the database's clock
     * @param answer how long the database may take to answer
     * @param upstream the name of the upstream that answers this node's calls, for other nodes
     * @param keys what this node seals and opens with
     * @param clock is corrected by the database's time at each renewal
     */
    NodeRow(
            PostgresServer server,
            Duration lease,
            Duration answer,
            String upstream,
            NodeLease.Keys keys,
            DatabaseClock clock) {
        this.server = server;
        this.answer = answer;
        this.leaseEnd = NOW + " + " + lease.toMillis();
        this.upstream = upstream;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Writes the row, in one commit with the look at the keys of the others: if two join at the same time, the second one sees the first.
     *
     * @throws CannotOpen if this node and a living one cannot open what the other seals
     */
    void insert(String nodeId, String state) throws SQLException {
        Connection joining = open();
        joining.setAutoCommit(false);
        try {
            Reads sql = new Reads(joining);
            sql.run("LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE");
            String clash = keys.clash(sql, Dialect.POSTGRESQL);
            if (clash != null) {
                throw new CannotOpen(clash);
            }
            renewed(
                    "INSERT INTO node (id, lease_until, version, schema_known, state, upstream, secret_keys,"
                            + " server_identifier, server_timeline) VALUES (?, " + leaseEnd + ", ?, "
                            + Migrations.NEWEST + ", ?, ?, ?, ?, CAST(? AS BIGINT))" + TELLING_THE_TIME,
                    nodeId,
                    version(),
                    state,
                    upstream,
                    keys.written(),
                    identifier(),
                    timeline());
            joining.commit();
        } catch (CannotOpen e) {
            joining.rollback();
            throw e;
        }
        joining.setAutoCommit(true); // after a failure the connection is given up
    }

    /** Returns why this program may not use the database, which was migrated since it was opened; null if it may. */
    @Nullable
    String shutOut() throws SQLException {
        try (PreparedStatement statement = prepared(Migrations.LEAST);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getInt(1) > Migrations.NEWEST
                    ? "The database is for programs from schema " + row.getInt(1) + " on, and this program knows "
                            + Migrations.NEWEST + "; use a newer version."
                    : null;
        }
    }

    /** Renews the lease. @return false if it has ended or the row is gone */
    boolean renew(String nodeId, String state) throws SQLException {
        String alive = "UPDATE node SET lease_until = " + leaseEnd + ", state = ?, server_identifier = ?,"
                + " server_timeline = CAST(? AS BIGINT) WHERE id = ? AND lease_until > " + NOW + TELLING_THE_TIME;
        return renewed(alive, state, identifier(), timeline(), nodeId);
    }

    void delete(String nodeId) throws SQLException {
        try (PreparedStatement statement = prepared("DELETE FROM node WHERE id = ?", nodeId)) {
            statement.executeUpdate();
        }
    }

    /** Writes the row, and corrects the clock by the time that the database returns. @return whether there was a row to write */
    private boolean renewed(String sql, @Nullable String... parameters) throws SQLException {
        try (PreparedStatement statement = prepared(sql, parameters)) {
            long sentNanos = System.nanoTime();
            try (ResultSet row = statement.executeQuery()) {
                Duration taken = Duration.ofNanos(System.nanoTime() - sentNanos);
                if (!row.next()) {
                    return false;
                }
                clock.measured(row.getObject(1, OffsetDateTime.class).toInstant(), taken);
                return true;
            }
        }
    }

    private PreparedStatement prepared(String sql, @Nullable String... parameters) throws SQLException {
        PreparedStatement statement = open().prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setString(i + 1, parameters[i]);
        }
        return statement;
    }

    /** A new connection may lead to a new primary, which the database is to know. */
    private Connection open() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = next.open(server.impatient(answer));
            connection = open;
            present = server.of(open);
            if (present != null) {
                PrimaryHistory.add(open, present);
            }
        }
        return open;
    }

    private @Nullable String identifier() throws SQLException {
        open();
        return present == null ? null : present.identifier();
    }

    private @Nullable String timeline() {
        return present == null ? null : Long.toString(present.timeline());
    }

    /** Gives the connection up; the next statement opens another one. */
    void giveUp() {
        if (connection != null) {
            next.giveUp(connection);
            connection = null;
        }
    }

    @Override
    public void close() {
        giveUp();
        next.close();
    }

    /** Returns the program's version, empty if it runs from its classes. */
    private static String version() {
        return Objects.requireNonNullElse(NodeRow.class.getPackage().getImplementationVersion(), "");
    }
}
