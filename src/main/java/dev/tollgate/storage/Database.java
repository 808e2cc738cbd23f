package dev.tollgate.storage;

import com.zaxxer.hikari.HikariPoolMXBean;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The database, embedded in a data folder or on a server that several nodes share: a few connections that read, one that writes. A
 * commit that was reported survives a power cut.
 */
public final class Database implements AutoCloseable {

    private final Engine engine;
    private final boolean writes;
    private final @Nullable DataLock lock;
    private final @Nullable FileWatch watch;
    private final WriterConnection writerConnection;
    private final ReadConnections readers;
    private @Nullable Writer writer;
    private @Nullable PageReads pages;

    private Database(Engine engine, boolean writes, @Nullable DataLock lock, @Nullable FileWatch watch) {
        this.engine = engine;
        this.writes = writes;
        this.lock = lock;
        this.watch = watch;
        this.writerConnection = new WriterConnection(engine, watch);
        this.readers = new ReadConnections(engine, writes, watch);
    }

    /**
     * Opens a data folder for reading and writing; makes it, and the schema, where there is none.
     *
     * @throws CannotOpen when another process has it open, a newer program has written it, it cannot be read, or there were books in it
     *     that are not there
     */
    public static Database open(Path folder) {
        return open(folder, false);
    }

    /** As above. @param othersWrite whether others may write to the file meanwhile, which is noticed otherwise */
    @SuppressWarnings("resource") // the database that is returned owns the lock
    public static Database open(Path folder, boolean othersWrite) {
        DataFolder.make(folder);
        DataLock lock = DataLock.take(folder);
        try {
            SqliteFile file = new SqliteFile(folder);
            new Mark(file).check();
            file.makePrivate();
            Migrations.run(file);
            return new Database(file, true, lock, new FileWatch(file, othersWrite));
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Opens a PostgreSQL database for reading and writing, beside other nodes; makes the schema where there is none.
     *
     * @param url {@code jdbc:postgresql://…}; no message shows it, for it may carry a password
     * @throws CannotOpen when it cannot be reached, is too old, or a newer program has written it
     */
    public static Database openShared(String url) {
        return openShared(url, (DataLock) null, true);
    }

    /** As above, and takes a data folder for this process alone, made where there is none. */
    public static Database openShared(String url, Path folder) {
        return openShared(url, folder, true);
    }

    /** As above. @param migrates whether it makes the schema, or waits for somebody else to do so */
    @SuppressWarnings("resource") // the database that is returned owns the lock
    public static Database openShared(String url, Path folder, boolean migrates) {
        DataFolder.make(folder);
        DataLock lock = DataLock.take(folder);
        try {
            return openShared(url, lock, migrates);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Database openShared(String url, @Nullable DataLock lock, boolean migrates) {
        PostgresServer server = new PostgresServer(url);
        if (!migrates) {
            new MigrationTurn(server).await();
        }
        Migrations.run(server);
        return new Database(server, true, lock, null);
    }

    /**
     * Opens a data folder for reading only, beside a running server too. It has no writer.
     *
     * @throws CannotOpen when there is no database, or its schema is not this program's
     */
    public static Database openReading(Path folder) {
        SqliteFile file = SqliteFile.forCommand(folder);
        if (!file.exists()) {
            throw new CannotOpen("There is no database in " + folder + ".");
        }
        Migrations.check(file);
        return new Database(file, false, null, null);
    }

    /**
     * Opens a PostgreSQL database for reading only.
     *
     * @throws CannotOpen when it cannot be reached, or its schema is not this program's
     */
    public static Database openReading(String url) {
        PostgresServer server = new PostgresServer(url);
        Migrations.check(server);
        return new Database(server, false, null, null);
    }

    /** From now on a data folder without these books is one that has lost them. To be called when something was committed. */
    public void markBegun() {
        if (engine instanceof SqliteFile file) {
            new Mark(file).set();
        }
    }

    /** @param action run once, on the writer's thread, when an embedded database is found to be gone: nothing is written from then on */
    public void whenGone(Runnable action) {
        if (watch != null) {
            watch.whenGone(action);
        }
    }

    /** The number of the schema that this program has brought it to. */
    public String schemaVersion() {
        return String.valueOf(Migrations.NEWEST);
    }

    public Dialect dialect() {
        return engine.dialect();
    }

    /**
     * Starts the one writer. The parts run in this order in each batch.
     *
     * @throws IllegalStateException when there is a writer already, or the database was opened for reading only
     */
    public synchronized Writer startWriter(List<Part<?>> parts) {
        return startWriter(parts, Writer.WAITING_MAX);
    }

    synchronized Writer startWriter(List<Part<?>> parts, int waitingMax) {
        if (!writes || writer != null) {
            throw new IllegalStateException("no writer, or no second one, for this database");
        }
        Writer started = new Writer(writerConnection, parts, waitingMax);
        started.start();
        writer = started;
        return started;
    }

    /**
     * Makes this process one of the nodes that share the database.
     *
     * @param upstream what answers its calls, for other nodes to read
     * @throws IllegalStateException when the database is embedded: it has one owner, whose lock is enough
     * @throws StoreUnavailable when the database does not answer
     */
    public NodeLease join(RandomGenerator random, NodeLease.Listener listener, String upstream) {
        return join(random, listener, NodeLease.Times.STANDARD, upstream);
    }

    NodeLease join(RandomGenerator random, NodeLease.Listener listener, NodeLease.Times times) {
        return join(random, listener, times, "");
    }

    private NodeLease join(
            RandomGenerator random, NodeLease.Listener listener, NodeLease.Times times, String upstream) {
        if (!(engine instanceof PostgresServer server)) {
            throw new IllegalStateException("an embedded database has no nodes");
        }
        try {
            return new NodeLease(server, random, listener, times, upstream);
        } catch (SQLException e) {
            throw new StoreUnavailable("the node could not join", e);
        }
    }

    /** @param observer told of all reads from now on */
    public void watchedBy(ReadObserver observer) {
        readers.watchedBy(observer);
    }

    /** @param waiting for one of them */
    public record Readers(int active, int idle, int waiting) {}

    /** The connections that read, but for those of pages. Waits for nothing; from any thread. */
    public Readers readersNow() {
        HikariPoolMXBean pool = readers.pool();
        return pool == null
                ? new Readers(0, 0, 0)
                : new Readers(
                        pool.getActiveConnections(), pool.getIdleConnections(), pool.getThreadsAwaitingConnection());
    }

    /**
     * Runs a read over one snapshot, which holds every unit reported as committed before. Blocks: not for an event loop.
     *
     * @throws StoreUnavailable when the database fails or all connections are taken for {@value ReadConnections#WAIT_MILLIS} ms
     */
    public <T extends @Nullable Object> T read(Query<T> query) {
        return readers.read(query);
    }

    /**
     * As above for a caller, in turns by account: however often one asks, the others are not kept waiting, and one connection is left for
     * what is not read for anybody in particular.
     *
     * @throws StoreUnavailable likewise, and where the account has too many reads waiting
     */
    public <T extends @Nullable Object> T readFor(String accountId, Query<T> query) {
        return readers.readFor(accountId, query, false);
    }

    /**
     * As above for a query of one statement, which is a snapshot by itself: a server is asked once, without a transaction around it.
     *
     * @throws StoreUnavailable likewise
     */
    public <T extends @Nullable Object> T readOnceFor(String accountId, Query<T> statement) {
        return readers.readFor(accountId, statement, engine.dialect() == Dialect.POSTGRESQL);
    }

    /** Reads for pages and lists, on connections of their own, which are made when they are first wanted. Closed with this. */
    public synchronized PageReads pages() {
        PageReads present = pages;
        if (present == null) {
            present = new PageReads(engine);
            pages = present;
        }
        return present;
    }

    PageReads pages(Duration patience) {
        return new PageReads(engine, patience);
    }

    /**
     * Copies one snapshot into a new file, beside a running server too. In place as {@code tollgate.db} in an empty data folder the
     * file is the restore. Durable when it returns; only its owner may read it. Blocks for as long as the database is long.
     *
     * @throws CannotOpen when there is such a file already, or it cannot be written
     * @throws StoreUnavailable when the database fails
     */
    public void backupTo(Path file) {
        Backup.write(engine, file);
    }

    /** Lets the writer finish what waits, then closes everything. */
    @Override
    public synchronized void close() {
        if (writer != null) {
            writer.close();
        }
        if (pages != null) {
            pages.close();
        }
        readers.close();
        writerConnection.close();
        if (lock != null) {
            lock.close();
        }
    }
}
