package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server. All waits have a limit: for a connection, for an answer, and on the server for locks and for a node that stops
 * in the middle of a transaction, so that a frozen node does not lock the rows of other nodes.
 */
final class PostgresServer implements Engine {

    static final int MAJOR_VERSION_MIN = 15;

    private static final int READERS_MAX = 8;
    private static final int CONNECT_TIMEOUT_SECONDS = 5;
    private static final int WRITE_TIMEOUT_SECONDS = 30;
    private static final int READ_TIMEOUT_SECONDS = 300;

    /** Rows fetched at a time from a result that may be a whole table. */
    private static final int FETCH_ROWS = 1_000;

    /**
     * A reported commit is on disk, whatever the server's own settings are. The writer finds every row by a key: a plan made
     * while the tables were empty would read them whole, ever slower, until the server has counted them.
     */
    private static final String WRITERS_OPTIONS =
            "-c synchronous_commit=on -c statement_timeout=20s -c lock_timeout=15s"
                    + " -c idle_in_transaction_session_timeout=10s"
                    + " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan";

    /** A server ends a statement whose client has left, unless it waits for a standby (see {@link NextConnection}). */
    private static final String ALL_OPTIONS = "-c client_connection_check_interval=5s";

    /**
     * A plan for any range collects and sorts all calls of a large account (39 s for 800,000), where one for this range reads fifty in their
     * order; and compiling a plan takes longer than any page may. Not set by statements, since a rollback would undo them.
     */
    private static final String PAGES_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off";

    private final String url;
    private final Duration tableWait;
    private final @Nullable PrimaryFile file;
    private final boolean accepts;
    private final KnownPrimary known;
    private @Nullable HostsLook look;
    private boolean isIdentified;
    private @Nullable AcceptServer toAccept;

    /** The use of the servers of an address. */
    enum Use {
        /** A server that serves, which keeps the newest primary in its folder. */
        SERVE,
        COMMAND,
        /** The command by which an operator accepts another server. */
        ACCEPT
    }

    /** @param url {@code jdbc:postgresql://…}; it may carry a password */
    PostgresServer(String url) {
        this(url, MigrationTurn.TABLE_WAIT);
    }

    /** @param tableWait how long a migration waits for a table that others use */
    PostgresServer(String url, Duration tableWait) {
        this(url, null, Use.COMMAND, tableWait);
    }

    /** @param folder the data folder, which knows the newest primary that was met; null without one */
    PostgresServer(String url, @Nullable Path folder, Use use) {
        this(url, folder, use, MigrationTurn.TABLE_WAIT);
    }

    private PostgresServer(String url, @Nullable Path folder, Use use, Duration tableWait) {
        this.url = url;
        this.tableWait = tableWait;
        this.file = folder == null ? null : new PrimaryFile(folder);
        this.accepts = use == Use.ACCEPT;
        this.known = new KnownPrimary(use == Use.SERVE ? file : null);
    }

    private PGSimpleDataSource source(int answerTimeoutSeconds) {
        return configured(new CurrentPrimary(known), answerTimeoutSeconds);
    }

    private PGSimpleDataSource configured(PGSimpleDataSource source, int answerTimeoutSeconds) {
        try {
            source.setURL(url);
            CurrentPrimary.onlyPrimaries(source);
        } catch (IllegalArgumentException e) {
            throw new CannotOpen("The database's address is invalid: use the form jdbc:postgresql://host:5432/name.");
        }
        source.setApplicationName("tollgate");
        addOptions(source, ALL_OPTIONS);
        source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
        source.setSocketTimeout(answerTimeoutSeconds);
        source.setTcpKeepAlive(true);
        source.setLogServerErrorDetail(false); // values of rows must not be logged
        return source;
    }

    @Override
    public Dialect dialect() {
        return Dialect.POSTGRESQL;
    }

    @Override
    public DataSource source() {
        return source(0);
    }

    @Override
    public DataSource migrating() {
        PGSimpleDataSource source = source(0);
        addOptions(source, "-c lock_timeout=" + tableWait.toMillis());
        return source;
    }

    @Override
    public DataSource writing() {
        PGSimpleDataSource source = source(WRITE_TIMEOUT_SECONDS);
        addOptions(source, WRITERS_OPTIONS);
        return source;
    }

    private static void addOptions(PGSimpleDataSource source, String options) {
        String chosen = source.getOptions();
        source.setOptions(chosen == null ? options : chosen + " " + options);
    }

    /** Returns a source whose connections wait at most this long to open and for each answer. */
    DataSource impatient(Duration patience) {
        int seconds = Math.max(1, Math.toIntExact(patience.toSeconds()));
        PGSimpleDataSource source = source(seconds);
        source.setConnectTimeout(seconds);
        return source;
    }

    @Override
    public void setUpReaders(HikariConfig config) {
        setUpReaders(config, source(READ_TIMEOUT_SECONDS));
    }

    @Override
    public void setUpPageReaders(HikariConfig config) {
        PGSimpleDataSource source = source(READ_TIMEOUT_SECONDS);
        addOptions(source, PAGES_OPTIONS);
        setUpReaders(config, source);
    }

    private static void setUpReaders(HikariConfig config, PGSimpleDataSource source) {
        source.setDefaultRowFetchSize(FETCH_ROWS);
        config.setDataSource(source);
        config.setReadOnly(true);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        config.setMaximumPoolSize(READERS_MAX);
    }

    @Override
    public void interrupt(Connection reader) throws SQLException {
        reader.unwrap(PGConnection.class).cancelQuery();
    }

    /** Finds out, with the first connection of all, which server it is and whether it is the right one. */
    @Override
    public Connection first() {
        try {
            Connection connection = isIdentified ? source().getConnection() : newest();
            try {
                requireVersion(connection.getMetaData().getDatabaseMajorVersion());
                if (!isIdentified) {
                    Migrations.requireRelease(connection, dialect(), "The PostgreSQL database");
                    identify(connection);
                    isIdentified = true;
                }
                return connection;
            } catch (SQLException | CannotOpen e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new CannotOpen("Cannot reach the database: " + e.getMessage(), e);
        }
    }

    /** @throws CannotOpen as {@link #first}: for a start that has changed nothing yet */
    void requireRelease() {
        try {
            first().close();
        } catch (SQLException e) {
            throw new CannotOpen("Cannot reach the database: " + e.getMessage(), e);
        }
    }

    private HostsLook look() {
        HostsLook present = look;
        if (present == null) {
            present = new HostsLook(source(0));
            look = present;
        }
        return present;
    }

    /** Connects to the newest primary among the hosts of the address; with one host, or if none is a primary, as the driver does. */
    private Connection newest() throws SQLException {
        PGSimpleDataSource all = configured(new PGSimpleDataSource(), 0); // it compares nothing with what is known
        HostsLook hosts = look();
        if (hosts.hosts() > 1) {
            List<PrimaryChoice.Found> found = hosts.primaries();
            if (accepts && found.size() > 1) {
                throw new CannotOpen("The address leads to more than one primary: " + PrimaryChoice.all(found)
                        + ". Name only the one whose books are right with --database.");
            }
            PrimaryChoice.Found newest = PrimaryChoice.newest(found);
            hosts.alarm(found);
            if (newest != null) {
                PGSimpleDataSource host = hosts.named(newest.host());
                host.setSocketTimeout(0);
                return host.getConnection();
            }
        }
        return all.getConnection();
    }

    private void identify(Connection connection) throws SQLException {
        Primary.Server found = Primary.ask(connection);
        Primary present = found == null ? null : found.primary();
        if (present == null) {
            return;
        }
        Primary inFolder = file == null ? null : file.read();
        PrimaryHistory history = PrimaryHistory.read(connection);
        String complaint = PrimaryChoice.complaint(present, file == null ? null : file.path(), inFolder, history);
        if (complaint != null && !accepts) {
            throw new CannotOpen(complaint);
        }
        if (complaint != null) {
            boolean isOfFolder = inFolder != null && !present.mayFollow(inFolder);
            toAccept = new AcceptServer(present, isOfFolder ? inFolder : history.newest());
        }
        known.begin(present);
    }

    /** Returns what an operator has to accept so that the books may be on this server; null if nothing. */
    @Nullable
    AcceptServer toAccept() {
        return toAccept;
    }

    /** Returns the server of an open connection; null if the server does not tell. */
    @Nullable
    Primary of(Connection connection) {
        return known.of(connection);
    }

    /** Looks for a newer primary among the hosts of the address, without waiting for it. */
    void lookAgain() {
        look().again(known);
    }

    private static void requireVersion(int version) {
        if (version < MAJOR_VERSION_MIN) {
            throw new CannotOpen(
                    "The database is PostgreSQL " + version + "; Tollgate needs " + MAJOR_VERSION_MIN + " or newer.");
        }
    }

    /**
     * Opens the connections of a writer to a PostgreSQL server, one after the other. A commit that waits for a synchronous standby goes on waiting when its
     * client has left: the server looks for neither the client nor a timeout then. So a connection that replaces another writes nothing until the server's
     * process of the replaced connection has ended its wait. Until then it asks, and at most two connections are open. Not thread-safe.
     */
    static final class NextConnection implements AutoCloseable {

        private static final String WAITS = "SELECT 1 FROM pg_stat_activity WHERE pid = ? AND wait_event = 'SyncRep'";

        private static final int NONE = 0;

        /** The process behind the connection that was given up last. */
        private int former = NONE;

        private int present = NONE;

        private @Nullable Connection asking;

        /** @throws SQLException also while the commit of the connection before still waits for its standby */
        Connection open(DataSource source) throws SQLException {
            Connection next = asking == null ? source.getConnection() : asking;
            asking = null;
            boolean waits;
            try {
                waits = former != NONE && waits(next, former);
            } catch (SQLException e) {
                next.close();
                throw e;
            }
            if (waits) {
                asking = next;
                throw new SQLException(
                        "the last commit still waits for the synchronous standby of the database, which is away",
                        "08006");
            }
            former = NONE;
            present = next.unwrap(PGConnection.class).getBackendPID();
            return next;
        }

        private static boolean waits(Connection connection, int process) throws SQLException {
            try (PreparedStatement ask = connection.prepareStatement(WAITS)) {
                ask.setInt(1, process);
                try (ResultSet row = ask.executeQuery()) {
                    return row.next();
                }
            }
        }

        /** Closes the connection that was opened last. */
        void giveUp(Connection old) {
            former = present;
            close(old);
        }

        private static void close(Connection old) {
            try {
                old.close();
            } catch (SQLException e) {
                // Nothing depends on the connection: commits are on disk, and the rest is rolled back.
            }
        }

        @Override
        public void close() {
            if (asking != null) {
                close(asking);
                asking = null;
            }
        }
    }
}
