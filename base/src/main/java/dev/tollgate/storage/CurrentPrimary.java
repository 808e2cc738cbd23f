package dev.tollgate.storage;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connects to the current primary among the servers of the address, never to a server that a promoted standby has replaced, nor to one with
 * other books. A server that does not tell its timeline is accepted as it is. Thread-safe.
 */
@SuppressWarnings("serial") // it is never serialized
final class CurrentPrimary extends PGSimpleDataSource {

    /** A short time: the driver remembers a standby as such, by default for ten seconds, even after its promotion. */
    private static final String LOOK_AGAIN_SECONDS = "1";

    private final transient KnownPrimary known;

    CurrentPrimary(KnownPrimary known) {
        this.known = known;
    }

    /** Has the driver pass over standbys. */
    static void onlyPrimaries(PGSimpleDataSource source) {
        source.setProperty(PGProperty.TARGET_SERVER_TYPE, "primary");
        source.setProperty(PGProperty.HOST_RECHECK_SECONDS, LOOK_AGAIN_SECONDS);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = ifCurrent(super.getConnection());
        for (int first = 1; connection == null && first < getServerNames().length; first++) {
            connection = ifCurrent(beginningWith(first));
        }
        if (connection == null) {
            throw new SQLException(
                    "a standby has taken over from the server, which is not written to any more, or it is another server"
                            + " than before",
                    "08004");
        }
        return connection;
    }

    /** Two servers may both say that they are the primary, and the driver takes the first. */
    private Connection beginningWith(int first) throws SQLException {
        PGSimpleDataSource turned = new PGSimpleDataSource();
        try {
            turned.initializeFrom(this);
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        int count = getServerNames().length;
        turned.setServerNames(IntStream.range(0, count)
                .mapToObj(i -> getServerNames()[(first + i) % count])
                .toArray(String[]::new));
        turned.setPortNumbers(IntStream.range(0, count)
                .map(i -> getPortNumbers()[(first + i) % count])
                .toArray());
        return turned.getConnection();
    }

    private @Nullable Connection ifCurrent(Connection connection) throws SQLException {
        Primary primary;
        try {
            Primary.Server found = Primary.ask(connection);
            primary = found == null ? null : found.primary();
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        if (primary == null || known.admits(connection, primary)) {
            return connection;
        }
        connection.close();
        return null;
    }
}
