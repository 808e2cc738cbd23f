package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
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

    /**
     * A plan for any range collects and sorts all calls of a large account (39 s for 800,000), where one for this range reads fifty in their
     * order; and compiling a plan takes longer than any page may. Not set by statements, since a rollback would undo them.
     */
    private static final String PAGES_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off";

    private final String url;
    private final Duration tableWait;
    private final AtomicLong timeline = new AtomicLong();

    /** @param url {@code jdbc:postgresql://…}; it may carry a password */
    PostgresServer(String url) {
        this(url, MigrationTurn.TABLE_WAIT);
    }

    /** @param tableWait how long a migration waits for a table that others use */
    PostgresServer(String url, Duration tableWait) {
        this.url = url;
        this.tableWait = tableWait;
    }

    private PGSimpleDataSource source(int answerTimeoutSeconds) {
        PGSimpleDataSource source = new CurrentPrimary(timeline);
        try {
            source.setURL(url);
        } catch (IllegalArgumentException e) {
            throw new CannotOpen("The database's address is invalid: use the form jdbc:postgresql://host:5432/name.");
        }
        source.setApplicationName("tollgate");
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

    @Override
    public Connection first() {
        try {
            Connection connection = source().getConnection();
            try {
                requireVersion(connection.getMetaData().getDatabaseMajorVersion());
                return connection;
            } catch (SQLException | CannotOpen e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new CannotOpen("Cannot reach the database: " + e.getMessage(), e);
        }
    }

    private static void requireVersion(int version) {
        if (version < MAJOR_VERSION_MIN) {
            throw new CannotOpen(
                    "The database is PostgreSQL " + version + "; Tollgate needs " + MAJOR_VERSION_MIN + " or newer.");
        }
    }
}
