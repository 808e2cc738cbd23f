package dev.tollgate.storage;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connects to the current primary among the servers of the address, never to a server that a promoted standby has replaced. Each promotion
 * begins a timeline with a higher number; a server that returns on an earlier timeline lacks commits of the books. A server without
 * timelines is accepted as it is. Thread-safe.
 */
@SuppressWarnings("serial") // it is never serialized
final class CurrentPrimary extends PGSimpleDataSource {

    private static final String TIMELINE = "SELECT SUBSTR(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";
    private static final int HEX = 16;

    /** A short time: the driver remembers a standby as such, by default for ten seconds, even after its promotion. */
    private static final String LOOK_AGAIN_SECONDS = "1";

    private final transient AtomicLong newest;

    /** @param newest the highest timeline of any connection so far */
    CurrentPrimary(AtomicLong newest) {
        this.newest = newest;
    }

    @Override
    public void setURL(String url) {
        super.setURL(url);
        setProperty(PGProperty.TARGET_SERVER_TYPE, "primary");
        setProperty(PGProperty.HOST_RECHECK_SECONDS, LOOK_AGAIN_SECONDS);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = ifCurrent(super.getConnection());
        for (int first = 1; connection == null && first < getServerNames().length; first++) {
            connection = ifCurrent(beginningWith(first));
        }
        if (connection == null) {
            throw new SQLException(
                    "a standby has taken over from the server, which is not written to any more", "08004");
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
        long timeline = timeline(connection);
        if (timeline >= newest.accumulateAndGet(timeline, Math::max)) {
            return connection;
        }
        connection.close();
        return null;
    }

    private long timeline(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TIMELINE)) {
            row.next();
            return Long.parseLong(row.getString(1), HEX);
        } catch (SQLException e) {
            if (Failures.kind(e) != Failures.Kind.REFUSED && Failures.kind(e) != Failures.Kind.UNAVAILABLE) {
                connection.close();
                throw e;
            }
            return newest.get();
        }
    }
}
