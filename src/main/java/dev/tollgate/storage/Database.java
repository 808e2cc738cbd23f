package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The embedded database {@code tollgate.db} in a data folder: a few connections that read, one that writes. WAL with {@code
 * synchronous=FULL}: a commit that was reported survives a power cut.
 */
public final class Database implements AutoCloseable {

    /** A read takes microseconds; more connections than this would only compete for the same cores. */
    private static final int READERS_MAX = 4;

    private static final int BUSY_TIMEOUT_MILLIS = 5_000;
    private static final long READER_WAIT_MILLIS = 5_000;

    private final @Nullable DataLock lock;
    private final DataSource source;
    private final WriterConnection writerConnection;
    private final HikariDataSource readers;
    private @Nullable Writer writer;

    private Database(@Nullable DataLock lock, DataSource source) {
        this.lock = lock;
        this.source = source;
        this.writerConnection = new WriterConnection(source);
        this.readers = readers(source);
    }

    /**
     * Opens a data folder for reading and writing; makes it, and the schema, where there is none.
     *
     * @throws CannotOpen when another process has it open, a newer program has written it, or it cannot be read
     */
    @SuppressWarnings("resource") // the database that is returned owns the lock
    public static Database open(Path folder) {
        makeFolder(folder);
        DataLock lock = DataLock.take(folder);
        try {
            DataSource source = sqlite(folder, SQLiteConfig.TempStore.MEMORY);
            Migrations.run(source);
            return new Database(lock, source);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Opens a data folder for reading only, beside a running server too. It has no writer.
     *
     * @throws CannotOpen when there is no database, or its schema is not this program's
     */
    public static Database openReading(Path folder) {
        if (!Files.exists(folder.resolve("tollgate.db"))) {
            throw new CannotOpen("There is no database in " + folder + ".");
        }
        // A command may sort a whole table: on disk, or its memory would grow with the file.
        DataSource source = sqlite(folder, SQLiteConfig.TempStore.FILE);
        Migrations.check(source);
        return new Database(null, source);
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
        if (lock == null || writer != null) {
            throw new IllegalStateException("no writer, or no second one, for this database");
        }
        Writer started = new Writer(writerConnection, parts, waitingMax);
        started.start();
        writer = started;
        return started;
    }

    /**
     * Runs a read over one snapshot, which holds every unit reported as committed before. Blocks: not for an event loop.
     *
     * @throws StoreUnavailable when the database fails or all connections are taken for {@value #READER_WAIT_MILLIS} ms
     */
    public <T extends @Nullable Object> T read(Query<T> query) {
        try (Connection connection = readers.getConnection()) {
            T result = query.run(connection);
            connection.rollback(); // ends the snapshot
            return result;
        } catch (SQLException e) {
            throw new StoreUnavailable("the database could not be read", e);
        }
    }

    /**
     * Copies one snapshot into a new file, beside a running server too. In place as {@code tollgate.db} in an empty data folder the
     * file is the restore. Durable when it returns; only its owner may read it. Blocks for as long as the database is long.
     *
     * @throws CannotOpen when there is such a file already, or it cannot be written
     * @throws StoreUnavailable when the database fails
     */
    public void backupTo(Path file) {
        Backup.write(source, file);
    }

    /** Lets the writer finish what waits, then closes everything. */
    @Override
    public synchronized void close() {
        if (writer != null) {
            writer.close();
        }
        readers.close();
        writerConnection.close();
        if (lock != null) {
            lock.close();
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CannotOpen("Cannot make the data folder " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /** @param sorts where statements keep what they sort, and the undo pages of single ones */
    private static DataSource sqlite(Path folder, SQLiteConfig.TempStore sorts) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        // The driver asks for the last row id after each statement otherwise; no table has one that is used.
        config.setGetGeneratedKeys(false);
        config.setTempStore(sorts);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + folder.resolve("tollgate.db"));
        return source;
    }

    private static HikariDataSource readers(DataSource source) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("tollgate-readers");
        config.setDataSource(source);
        config.setConnectionInitSql("PRAGMA query_only = 1");
        config.setMaximumPoolSize(READERS_MAX);
        config.setMinimumIdle(1);
        config.setAutoCommit(false);
        config.setConnectionTimeout(READER_WAIT_MILLIS);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
