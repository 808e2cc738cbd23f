package dev.tollgate.storage;

import dev.tollgate.storage.StoreUnavailable.OutcomeUnknown;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The one connection that writes. After a failed commit or rollback the state of the connection is unknown: SQLite rolls
 * back automatically on a full disk, and the driver then assumes a transaction that has ended. So the connection is closed and a
 * new one is opened for the next batch. Writer's thread only, except for the first opening.
 *
 * <p>If the connection to a server breaks during a commit, only the server knows whether the commit took place. The writer asks over a new
 * connection for the batch's mark ({@link CommitMarks}), which a promoted standby has, too. So a batch is
 * never written twice, never reported as failed if it was committed, and never reported as written if it is lost.
 */
final class WriterConnection implements AutoCloseable {

    private static final Duration OUTCOME_WAIT = Duration.ofSeconds(10);
    private static final Duration CUT_EVERY = Duration.ofSeconds(1);
    private static final Duration OUTCOME_PAUSE = Duration.ofMillis(50);

    /** Sets an unused number in the file: unlike an unchanged row, SQLite writes it even if it stays the same. */
    private static final String WRITE_THE_SAME = "PRAGMA user_version = 0";

    /** The lock for the writers of all nodes over a database, until the transaction ends: never to be changed. */
    static final String TAKE_TURN = "SELECT pg_advisory_xact_lock(" + 0x746f6c6c77726974L + ")";

    private static final String WRITE_NOTHING = "UPDATE installation SET value = value WHERE name = ''";

    private final Dialect dialect;
    private final DataSource source;
    private final CommitMarks marks = new CommitMarks();
    private final PostgresServer.NextConnection next = new PostgresServer.NextConnection();
    private final @Nullable LogRoom room;
    private final @Nullable FileWatch watch;
    private @Nullable Connection connection;
    private long cutNanos = System.nanoTime();
    private @Nullable Statements statements;

    /** @param watch checks the files of an embedded database */
    WriterConnection(Engine engine, @Nullable FileWatch watch) {
        this(engine.dialect(), engine.writing(), engine instanceof SqliteFile file ? new LogRoom(file) : null, watch);
    }

    /** @param room for an embedded database, whose log may fill the disk */
    WriterConnection(Dialect dialect, DataSource source, @Nullable LogRoom room) {
        this(dialect, source, room, null);
    }

    private WriterConnection(Dialect dialect, DataSource source, @Nullable LogRoom room, @Nullable FileWatch watch) {
        this.dialect = dialect;
        this.source = source;
        this.room = room;
        this.watch = watch;
    }

    /** Returns whether this process alone writes to the database. */
    boolean isEmbedded() {
        return dialect == Dialect.SQLITE;
    }

    /**
     * Returns the statements of the open transaction, which begins with the first of them that runs.
     *
     * @throws StoreUnavailable if the files were replaced since they were opened, or are damaged
     */
    Statements statements() throws SQLException {
        if (watch != null) {
            watch.requireWritable();
        }
        Statements open = statements;
        if (open == null || connection == null) {
            return open();
        }
        if (watch != null) {
            watch.look(connection);
        }
        return open;
    }

    /** Returns the statements if they are open, without a check of the files: for a caller that runs none. */
    @Nullable
    Statements ifOpen() {
        return connection == null ? null : statements;
    }

    /** Begins the transaction on a server when no other node that takes turns is in one. */
    void takeTurn() throws SQLException {
        statements().of(TAKE_TURN).execute();
    }

    /** Asks the database for an answer. */
    void ask() throws SQLException {
        statements().of("SELECT 1").execute();
        rollback();
    }

    /**
     * Has the database commit: on a server this writer's own mark, which waits for no lock; in a file nothing, under
     * the writer's lock.
     *
     * @param inTrouble whether a file has to write something that needs room, because it had none
     */
    void probe(boolean inTrouble) throws SQLException {
        Statements open = statements();
        if (isEmbedded()) {
            open.of(inTrouble ? WRITE_THE_SAME : WRITE_NOTHING).execute();
            open.commit();
            wrote();
            cutErased(open);
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
        Connection fresh = isEmbedded() ? source.getConnection() : next.open(source);
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
            drop();
            throw e;
        }
    }

    /** @throws OutcomeUnknown if the connection broke and the server could not be asked in time whether the commit took place */
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
        if (watch == null) {
            running.commit();
        } else {
            watch.commit(running);
        }
    }

    /** A failure here does not undo the commit. */
    private void look(Statements running) {
        try {
            if (room != null) {
                room.committed(running);
            }
            cutErased(running);
        } catch (SQLException e) {
            drop();
        }
    }

    /** Cuts the log after an erasure; while a reader needs it, at most once in {@link #CUT_EVERY}. */
    private void cutErased(Statements running) throws SQLException {
        if (running.isErased() && System.nanoTime() - cutNanos >= 0) {
            cutNanos = running.cutLog() ? System.nanoTime() : System.nanoTime() + CUT_EVERY.toNanos();
            wrote();
        }
    }

    /** Makes room on a full disk. @return whether the batch that failed may succeed now */
    boolean makeRoom(Throwable failure) {
        if (room == null || !Failures.isNoRoom(failure)) {
            return false;
        }
        drop();
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

    /** Returns whether the outcome is unknown: a server that answers with an error has not committed, unless it ended the session. */
    private boolean isLost(SQLException e) throws SQLException {
        Connection present = connection;
        return Failures.kind(e) == Failures.Kind.DISCONNECTED || present == null || present.isClosed();
    }

    private boolean tookPlace() {
        long end = System.nanoTime() + OUTCOME_WAIT.toNanos();
        while (System.nanoTime() < end) {
            drop();
            try {
                Statements fresh = statements();
                boolean took = marks.tookPlace(fresh);
                fresh.commit();
                return took;
            } catch (SQLException e) {
                // The server is not back yet, no standby has been promoted, or the commit is still being processed.
            }
            LockSupport.parkNanos(OUTCOME_PAUSE.toNanos());
        }
        drop();
        marks.doubt();
        throw new OutcomeUnknown();
    }

    /** Rolls back; closes the connection if it has failed. */
    void giveUp(Throwable failure) {
        if (watch != null) {
            watch.failed(failure);
        }
        if (Failures.kind(failure) == Failures.Kind.DISCONNECTED) {
            drop();
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
            drop();
        }
    }

    private void drop() {
        Connection old = connection;
        connection = null;
        statements = null;
        if (old == null) {
            return;
        }
        if (!isEmbedded()) {
            next.giveUp(old);
            return;
        }
        try {
            old.close();
        } catch (SQLException e) {
            // Nothing depends on the connection: commits are on disk, and the rest is rolled back.
        }
    }

    @Override
    public void close() {
        drop();
        next.close();
    }
}
