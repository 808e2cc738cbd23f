package dev.tollgate.storage;

import com.zaxxer.hikari.HikariPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The database, embedded in a data folder or on a server that several nodes share: a few connections for reads and one for writes. A
 * reported commit survives a power cut.
 */
public final class Database implements AutoCloseable {

    private static final String OLDEST_SNAPSHOT = """
            SELECT CAST(COALESCE(EXTRACT(EPOCH FROM MAX(clock_timestamp() - xact_start)), 0) AS BIGINT)
            FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND datname = current_database()""";

    private final Engine engine;
    private final boolean writes;
    private final @Nullable DataLock lock;
    private final @Nullable FileWatch watch;
    private final WriterConnection writerConnection;
    private final ReadConnections readers;
    private @Nullable Writer writer;
    private @Nullable PageReads pages;
    private Duration pagePatience = PageReads.PATIENCE;

    private boolean isRestored;

    private Database(Engine engine, boolean writes, @Nullable DataLock lock, @Nullable FileWatch watch) {
        this.engine = engine;
        this.writes = writes;
        this.lock = lock;
        this.watch = watch;
        this.writerConnection = new WriterConnection(engine, watch);
        this.readers = new ReadConnections(engine, writes, watch);
    }

    /**
     * Opens a data folder for reading and writing; creates it, and the schema, if there is none.
     *
     * @throws CannotOpen if another process has it open, a newer program has written it, it cannot be read, or its books are gone
     */
    public static Database open(Path folder) {
        return open(folder, false);
    }

    /** Opens a data folder as {@link #open(Path)} does. @param othersWrite whether other processes may write to the file; if not, a write stops this one */
    @SuppressWarnings("resource") // the database that is returned owns the lock
    public static Database open(Path folder, boolean othersWrite) {
        SqliteFile file = new SqliteFile(folder);
        file.requireRelease();
        DataFolder.make(folder);
        DataLock lock = DataLock.take(folder);
        try {
            Mark mark = new Mark(file);
            mark.check();
            file.makePrivate();
            OpenSign sign = new OpenSign(file);
            boolean isRestored = !file.isEmpty() && (sign.isBackup() || !mark.isSet());
            sign.checkAndRemove();
            Migrations.run(file);
            Database database = new Database(file, true, lock, new FileWatch(file, othersWrite));
            database.isRestored = isRestored;
            return database;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Opens a PostgreSQL database for reading and writing, together with other nodes; creates the schema if there is none.
     *
     * @param url {@code jdbc:postgresql://…}; no message shows it, for it may carry a password
     * @throws CannotOpen if it cannot be reached, is too old, or a newer program has written it
     */
    public static Database openShared(String url) {
        return openShared(new PostgresServer(url), null, true);
    }

    /**
     * Opens a PostgreSQL database as {@link #openShared(String)} does, for a command next to servers.
     *
     * @param folder a data folder, which may know the newest primary; it is only read
     * @throws CannotOpen also if the database is an old primary, or on another server than before
     */
    public static Database openBeside(String url, Path folder) {
        return openShared(new PostgresServer(url, folder, PostgresServer.Use.COMMAND), null, true);
    }

    /** Opens a PostgreSQL database on whatever server it is, for the command by which an operator accepts the server. */
    public static Database openAccepting(String url, Path folder) {
        return openShared(new PostgresServer(url, folder, PostgresServer.Use.ACCEPT), null, true);
    }

    /** Opens a PostgreSQL database, and locks a data folder for this process, created if there is none. */
    public static Database openShared(String url, Path folder) {
        return openShared(url, folder, true);
    }

    /** Opens a PostgreSQL database and locks a data folder. @param migrates whether to migrate the schema; if not, waits until another program has */
    @SuppressWarnings("resource") // the database that is returned owns the lock
    public static Database openShared(String url, Path folder, boolean migrates) {
        new PostgresServer(url).requireRelease();
        DataFolder.make(folder);
        DataLock lock = DataLock.take(folder);
        try {
            return openShared(new PostgresServer(url, folder, PostgresServer.Use.SERVE), lock, migrates);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Database openShared(PostgresServer server, @Nullable DataLock lock, boolean migrates) {
        if (!migrates) {
            new MigrationTurn(server, false).await();
        }
        Migrations.run(server);
        return new Database(server, true, lock, null);
    }

    /**
     * Opens a data folder for reading only, without a writer; a server may be running over it.
     *
     * @throws CannotOpen when there is no database, or its schema is not this program's
     */
    public static Database openReading(Path folder) {
        SqliteFile file = SqliteFile.forCommand(folder);
        if (!file.exists()) {
            throw new CannotOpen("There is no database in " + folder + ".");
        }
        file.requireRelease();
        new OpenSign(file).check();
        try {
            Migrations.check(file);
        } catch (CannotOpen e) {
            throw PageCheck.explain(file, e); // a damaged file may look like one of another schema
        }
        return new Database(file, false, null, null);
    }

    /**
     * Opens a PostgreSQL database for reading only.
     *
     * @throws CannotOpen when it cannot be reached, or its schema is not this program's
     */
    public static Database openReading(String url) {
        return openReading(new PostgresServer(url));
    }

    /** Opens a PostgreSQL database for reading only. @param folder a data folder, which may know the newest primary */
    public static Database openReading(String url, Path folder) {
        return openReading(new PostgresServer(url, folder, PostgresServer.Use.COMMAND));
    }

    private static Database openReading(PostgresServer server) {
        Migrations.check(server);
        return new Database(server, false, null, null);
    }

    /** Returns whether the books are a backup that was never opened, or lie in a data folder that had none. */
    public boolean isRestored() {
        return isRestored;
    }

    /** Marks a data folder as one with books, so that their loss is noticed. To be called after the first commit. */
    public void markBegun() {
        if (engine instanceof SqliteFile file) {
            new Mark(file).set();
        }
    }

    /** @param action run once, on the writer's thread, when the files of an embedded database are gone: nothing is written after that */
    public void whenGone(Runnable action) {
        if (watch != null) {
            watch.whenGone(action);
        }
    }

    /** Returns the operator's decision that is needed for the books to be on this server; null if none is, or the database is embedded. */
    public @Nullable AcceptServer serverToAccept() {
        return engine instanceof PostgresServer server ? server.toAccept() : null;
    }

    /** Returns the number of the schema. */
    public String schemaVersion() {
        return String.valueOf(Migrations.NEWEST);
    }

    public Dialect dialect() {
        return engine.dialect();
    }

    /**
     * Starts the one writer. In each batch the parts run in the given order.
     *
     * @throws IllegalStateException if there is a writer already, or the database was opened for reading only
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
     * @param upstream the name of the upstream that answers its calls, for other nodes
     * @param keys what it seals and opens with
     * @param clock is corrected at each renewal of the lease
     * @throws CannotOpen if it and a living node cannot open what the other seals
     * @throws IllegalStateException if the database is embedded: it has one owner, whose lock is enough
     * @throws StoreUnavailable if the database does not answer
     */
    public NodeLease join(
            RandomGenerator random,
            NodeLease.Listener listener,
            String upstream,
            NodeLease.Keys keys,
            DatabaseClock clock) {
        return join(random, listener, NodeLease.Times.STANDARD, upstream, keys, clock);
    }

    NodeLease join(RandomGenerator random, NodeLease.Listener listener, NodeLease.Times times, DatabaseClock clock) {
        return join(random, listener, times, "", NodeLease.Keys.NONE, clock);
    }

    private NodeLease join(
            RandomGenerator random,
            NodeLease.Listener listener,
            NodeLease.Times times,
            String upstream,
            NodeLease.Keys keys,
            DatabaseClock clock) {
        if (!(engine instanceof PostgresServer server)) {
            throw new IllegalStateException("an embedded database has no nodes");
        }
        try {
            return new NodeLease(server, random, listener, times, upstream, keys, clock);
        } catch (SQLException e) {
            throw new StoreUnavailable("the node could not join", e);
        }
    }

    /** @param observer notified of all later reads */
    public void watchedBy(ReadObserver observer) {
        readers.watchedBy(observer);
    }

    /** @param waiting threads that wait for a connection */
    public record Readers(int active, int idle, int waiting) {}

    /** Returns the read connections by state, without the connections of pages. Does not block; from any thread. */
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
     * @throws StoreUnavailable if the database fails or all connections are in use for {@value ReadConnections#WAIT_MILLIS} ms
     */
    public <T extends @Nullable Object> T read(Query<T> query) {
        return readers.read(query);
    }

    /**
     * Runs a read for an account over one snapshot. Accounts take turns, so one with many reads does not delay the others, and one
     * connection is left for reads of no account.
     *
     * @throws StoreUnavailable as {@link #read}, and if too many reads of the account wait
     */
    public <T extends @Nullable Object> T readFor(String accountId, Query<T> query) {
        return readers.readFor(accountId, query, false);
    }

    /**
     * Runs a query of one statement for an account. One statement reads one snapshot, so a server needs no transaction around it.
     *
     * @throws StoreUnavailable as {@link #readFor}
     */
    public <T extends @Nullable Object> T readOnceFor(String accountId, Query<T> statement) {
        return readers.readFor(accountId, statement, engine.dialect() == Dialect.POSTGRESQL);
    }

    /** Returns the reads of pages and lists, which have connections of their own. Opened on first use, closed with this database. */
    public synchronized PageReads pages() {
        PageReads present = pages;
        if (present == null) {
            present = pages(pagePatience);
            pages = present;
        }
        return present;
    }

    /** Sets how long a read of a page may take; to be said before the first. */
    public synchronized void waitForPages(Duration patience) {
        pagePatience = patience;
    }

    PageReads pages(Duration patience) {
        return new PageReads(engine, patience, this::failed);
    }

    private void failed(SQLException failure) {
        if (watch != null) {
            watch.failed(failure);
        }
    }

    /** Returns why nothing is written to a damaged file until a restart, with the next step; null if no damage was met. From any thread. */
    public @Nullable String damage() {
        return watch == null ? null : watch.damage();
    }

    /**
     * Looks through the whole file of an embedded database for damaged pages; a server has tools of its own. Blocks for a time that grows with the
     * file.
     *
     * @return a sentence for each damage
     */
    public List<String> findDamage() {
        return engine instanceof SqliteFile file ? PageCheck.run(file) : List.of();
    }

    /** Returns the size of the books: of their pages, wherever they lie, without a journal that a stop empties; or of the database on its server. */
    public long bytes() {
        return read(sql -> sql.number(
                dialect() == Dialect.SQLITE
                        ? "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                        : "SELECT pg_database_size(current_database())"));
    }

    /** Returns the age of the oldest snapshot that keeps a server's dead rows, as far as this role may see it (C36); null if the database is embedded. */
    public @Nullable Duration oldestSnapshot() {
        return dialect() == Dialect.SQLITE ? null : Duration.ofSeconds(read(sql -> sql.number(OLDEST_SNAPSHOT)));
    }

    /**
     * Copies one snapshot into a new file, also while a server runs. To restore, put the file as {@code tollgate.db} into an empty data
     * folder. Durable when it returns; only its owner may read it. Blocks for a time that grows with the database.
     *
     * @throws CannotOpen if the file exists or cannot be written
     * @throws StoreUnavailable if the database fails
     */
    public void backupTo(Path file) {
        Backup.write(engine, file);
    }

    /**
     * Copies one snapshot of an embedded database into a file on a local disk, for as long as it may. Blocks for a time that grows with the database;
     * no handle of the database is left open when it returns.
     *
     * @param file new or empty
     * @param mayGoOn evaluated each second, on a thread of its own
     * @return whether the copy is whole
     * @throws IllegalStateException if the database is not embedded
     * @throws StoreUnavailable if the database or the disk fails
     */
    public boolean copyInto(Path file, BooleanSupplier mayGoOn) {
        if (!(engine instanceof SqliteFile embedded)) {
            throw new IllegalStateException("a server has copies of its own");
        }
        return Backup.copy(embedded, file, mayGoOn);
    }

    /** Lets the writer commit the units that wait, then closes everything. */
    @Override
    public synchronized void close() {
        if (writer != null) {
            writer.close();
        }
        if (pages != null) {
            pages.close();
        }
        if (lock != null && watch != null) {
            watch.closing();
        }
        readers.close();
        writerConnection.close();
        if (lock != null) {
            removeSign();
            lock.close();
        }
    }

    /** Removes the sign of a running process, unless its files were in trouble or another program still holds the log. */
    private void removeSign() {
        try {
            if (watch != null
                    && watch.isWhole()
                    && engine instanceof SqliteFile file
                    && !Files.exists(file.beside("-wal"))) {
                new OpenSign(file).checkAndRemove();
            }
        } catch (CannotOpen e) {
            // The next start says it.
        }
    }
}
