package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The one connection that writes. When a commit or a rollback fails nobody knows in which state the connection is (SQLite rolls
 * back by itself on a full disk, and the driver then believes to be in a transaction where there is none), so it is closed and a
 * new one opened for the next batch. Writer's thread only, except for the first opening.
 *
 * <p>When the connection to a server breaks in the middle of a commit, the server knows whether it took place: it is asked over a new
 * connection for the mark that the batch has carried ({@link CommitMarks}), and so is a standby that was promoted meanwhile. So a batch is
 * never written twice, and never reported as failed when it was not, nor as written when it is gone.
 */
final class WriterConnection implements AutoCloseable {

    private static final Duration OUTCOME_WAIT = Duration.ofSeconds(10);
    private static final Duration OUTCOME_PAUSE = Duration.ofMillis(50);

    /** A number in the file that nobody reads: unlike a row that stays as it is, SQLite writes it whatever it was before. */
    private static final String WRITE_THE_SAME = "PRAGMA user_version = 0";

    private static final String WRITE_NOTHING = "UPDATE installation SET value = value WHERE name = ''";

    private final Dialect dialect;
    private final DataSource source;
    private final CommitMarks marks = new CommitMarks();
    private final @Nullable LogRoom room;
    private final @Nullable FileWatch watch;
    private @Nullable Connection connection;
    private @Nullable Statements statements;

    /** @param watch over the files of an embedded database */
    WriterConnection(Engine engine, @Nullable FileWatch watch) {
        this(engine.dialect(), engine.writing(), engine instanceof SqliteFile file ? new LogRoom(file) : null, watch);
    }

    /** @param room where the log of what is written may fill the disk of this process */
    WriterConnection(Dialect dialect, DataSource source, @Nullable LogRoom room) {
        this(dialect, source, room, null);
    }

    private WriterConnection(Dialect dialect, DataSource source, @Nullable LogRoom room, @Nullable FileWatch watch) {
        this.dialect = dialect;
        this.source = source;
        this.room = room;
        this.watch = watch;
    }

    /** Whether nobody else writes to the database. */
    boolean isEmbedded() {
        return dialect == Dialect.SQLITE;
    }

    /**
     * The statements of the open transaction; a transaction begins with the first of them that runs.
     *
     * @throws StoreUnavailable when the files are not those any more that were opened
     */
    Statements statements() throws SQLException {
        Statements open = statements;
        if (open == null || connection == null) {
            return open();
        }
        if (watch != null) {
            watch.look(connection);
        }
        return open;
    }

    /** The statements, if they are open; looks at nothing. For who will not run any. */
    @Nullable
    Statements ifOpen() {
        return connection == null ? null : statements;
    }

    /** Has the database answer. */
    void ask() throws SQLException {
        statements().of("SELECT 1").execute();
        rollback();
    }

    /**
     * Has the database commit something: on a server this writer's own mark, for which it waits for nobody; in a file nothing at all, under
     * the lock of who writes.
     *
     * @param inTrouble then in a file something that needs room, for what had none
     */
    void probe(boolean inTrouble) throws SQLException {
        Statements open = statements();
        if (isEmbedded()) {
            open.of(inTrouble ? WRITE_THE_SAME : WRITE_NOTHING).execute();
            open.commit();
            wrote();
        } else {
            marks.put(open);
            open.commit();
            marks.confirm();
        }
    }

    private void wrote() {
        if (watch != null) {
            watch.wrote();
        }
    }

    private Statements open() throws SQLException {
        Connection fresh = source.getConnection();
        fresh.setAutoCommit(false);
        Statements open = new Statements(fresh, dialect);
        connection = fresh;
        statements = open;
        if (!isEmbedded()) {
            begin(open);
        }
        if (watch != null) {
            watch.opened(fresh);
        }
        return open;
    }

    private void begin(Statements open) throws SQLException {
        try {
            marks.begin(open);
            open.commit();
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    /** @throws OutcomeUnknown when the server could not be asked in time whether it took place */
    void commit() throws SQLException {
        Statements running = statements;
        if (running == null) {
            return;
        }
        if (isEmbedded()) {
            commitEmbedded(running);
            look(running);
        } else {
            marks.put(running);
            commitMarked(running);
            marks.confirm();
        }
    }

    private void commitEmbedded(Statements running) throws SQLException {
        try {
            running.commit();
        } finally {
            wrote();
        }
    }

    /** What was committed stays so, whatever comes of it. */
    private void look(Statements running) {
        try {
            if (room != null) {
                room.committed(running);
            }
        } catch (SQLException e) {
            close();
        }
    }

    /** @return whether the disk that has refused a batch may take it now */
    boolean makeRoom(Throwable failure) {
        if (room == null || !Failures.isNoRoom(failure)) {
            return false;
        }
        close();
        return room.make();
    }

    private void commitMarked(Statements running) throws SQLException {
        try {
            running.commit();
        } catch (SQLException e) {
            if (!isLost(e) || !tookPlace()) {
                throw e;
            }
        }
    }

    /** A server that has answered with an error and goes on has not committed. One that has ended the session with it may have. */
    private boolean isLost(SQLException e) throws SQLException {
        Connection present = connection;
        return Failures.kind(e) == Failures.Kind.DISCONNECTED || present == null || present.isClosed();
    }

    private boolean tookPlace() {
        long end = System.nanoTime() + OUTCOME_WAIT.toNanos();
        while (System.nanoTime() < end) {
            close();
            try {
                Statements fresh = statements();
                boolean took = marks.tookPlace(fresh);
                fresh.commit();
                return took;
            } catch (SQLException e) {
                // The server is not back yet, no standby has been promoted, or it is still at it.
            }
            LockSupport.parkNanos(OUTCOME_PAUSE.toNanos());
        }
        close();
        marks.doubt();
        throw new OutcomeUnknown();
    }

    /** The transaction is given up. Whether the connection is of use for another one depends on why. */
    void giveUp(Throwable failure) {
        if (Failures.kind(failure) == Failures.Kind.DISCONNECTED) {
            close();
        } else {
            rollback();
        }
    }

    private void rollback() {
        try {
            if (statements != null) {
                statements.rollback();
            }
        } catch (SQLException e) {
            close();
        }
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        statements = null;
        try {
            if (old != null) {
                old.close();
            }
        } catch (SQLException e) {
            // Nothing depends on it any more: what was not committed is gone, what was committed is on disk.
        }
    }
}
