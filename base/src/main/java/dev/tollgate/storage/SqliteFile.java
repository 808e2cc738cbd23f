package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/**
 * The embedded database {@code tollgate.db} in a data folder. WAL with {@code synchronous=FULL}: a reported commit
 * survives a power cut.
 *
 * @param sorts where statements keep the rows that they sort, and undo pages of single statements
 */
record SqliteFile(Path folder, SQLiteConfig.TempStore sorts) implements Engine {

    /** A read takes microseconds; more connections than this would only compete for the same cores. */
    private static final int READERS_MAX = 4;

    static final int BUSY_TIMEOUT_MILLIS = 5_000;

    /** Name suffixes of the files that SQLite creates next to the database. */
    static final List<String> JOURNALS = List.of("-wal", "-shm", "-journal");

    /** A query for what runs, or stands for a table, when books are used: no schema of ours has any of it. */
    private static final String CODE = """
            SELECT CASE type WHEN 'table' THEN 'virtual table' ELSE type END, name FROM sqlite_schema
            WHERE type NOT IN ('table', 'index') OR type = 'table' AND rootpage = 0""";

    /** Some of the tables that each schema has. */
    private static final List<String> OF_BOOKS = List.of("installation", "account", "entry", "audit_log");

    /**
     * The pages that busy accounts write to. Not more: where a tree without row ids has moved pages, SQLite walks through the whole cache
     * after the commit, which with 32 MiB took longer than the sync.
     */
    private static final int WRITER_CACHE_KIB = 8 * 1024;

    /**
     * The checkpoint size in pages of 4 KiB. A checkpoint writes a page once that many commits have changed: fewer, larger checkpoints write less.
     */
    private static final int CHECKPOINT_PAGES = 4_000;

    /** The size that the log keeps when it restarts after a long read; twice its usual size. */
    private static final int LOG_BYTES_KEPT = 32 << 20;

    SqliteFile(Path folder) {
        this(folder, SQLiteConfig.TempStore.MEMORY);
    }

    /** A command may sort a whole table: on disk, since its memory would grow with the table. */
    static SqliteFile forCommand(Path folder) {
        return new SqliteFile(folder, SQLiteConfig.TempStore.FILE);
    }

    Path file() {
        return folder.resolve("tollgate.db");
    }

    /** Returns a file that SQLite keeps next to the database. */
    Path beside(String suffix) {
        return folder.resolve("tollgate.db" + suffix);
    }

    /** Returns whether the database is missing or was never written. @throws CannotOpen if it cannot be examined */
    boolean isEmpty() {
        try {
            return !exists() || Files.size(file()) == 0;
        } catch (IOException e) {
            throw new CannotOpen("Cannot read the database " + file() + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** @throws CannotOpen if the folder cannot be read */
    boolean exists() {
        boolean is = Files.exists(file());
        if (!is && !Files.notExists(file())) {
            throw new CannotOpen("Cannot look into " + folder + ": " + FileTrouble.refused() + ".");
        }
        return is;
    }

    /**
     * Creates the file if there is none, readable by its owner alone: SQLite gives its journals the permissions of the file. Journals
     * of a killed process get the same permissions.
     *
     * @throws CannotOpen if it cannot be created or written
     */
    void makePrivate() {
        try {
            PrivateFiles.file(file());
        } catch (IOException e) {
            throw new CannotOpen("Cannot make the database " + file() + ": " + FileTrouble.of(e) + ".", e);
        }
        if (!Files.isWritable(file())) {
            throw new CannotOpen("Cannot write the database " + file() + ": " + FileTrouble.refused() + ".");
        }
        for (String journal : JOURNALS) {
            Path beside = folder.resolve(file().getFileName() + journal);
            if (Files.exists(beside)) {
                PrivateFiles.close(beside);
            }
        }
    }

    @Override
    public Dialect dialect() {
        return Dialect.SQLITE;
    }

    @Override
    public DataSource source() {
        return source(config());
    }

    @Override
    public Connection first() {
        try {
            return source().getConnection();
        } catch (SQLException e) {
            String why = Files.isReadable(file()) ? Failures.why(e) : FileTrouble.refused();
            throw new CannotOpen("Cannot read the database " + file() + ": " + why + ".", e);
        }
    }

    /**
     * Checks that a release made the tables, or that there is none. Changes nothing: SQLite would write to the files of a log that it reads.
     *
     * @throws CannotOpen if a development build or another program made them
     */
    void requireRelease() {
        Path log = beside("-wal");
        try {
            if (Files.isReadable(file()) && !isOfRelease(file()) && log.toFile().length() > 0) {
                requireReleaseOfCopy(log); // the tables of a process that was killed before they left the log
            }
        } catch (IOException | SQLException e) {
            // The opening will say why.
        }
    }

    private void requireReleaseOfCopy(Path log) throws IOException, SQLException {
        Path copy = Files.createTempDirectory("tollgate");
        SqliteFile copied = new SqliteFile(copy);
        try {
            Files.copy(file(), copied.file());
            Files.copy(log, copied.beside("-wal"));
            copied.source().getConnection().close(); // moves the log into the tables
            isOfRelease(copied.file());
        } finally {
            for (String left : List.of("", "-wal", "-shm")) {
                Files.deleteIfExists(copied.beside(left));
            }
            Files.delete(copy);
        }
    }

    private boolean isOfRelease(Path file) throws SQLException {
        try (Connection connection = looking(file, true).getConnection()) {
            try {
                return Migrations.requireRelease(connection, dialect(), "The database " + file());
            } catch (CannotOpen e) {
                requireSound(connection); // a damaged table of migrations looks like a development build's
                throw e;
            }
        }
    }

    /** Looks at a copy of books that nothing else has open. @return as {@link Installation#troubleOfCopy} */
    static @Nullable String troubleOfCopy(Path file) throws SQLException {
        try (Connection connection = looking(file, true).getConnection();
                Statement statement = connection.createStatement()) {
            boolean isOfRelease = Migrations.requireRelease(connection, Dialect.SQLITE, "It");
            if (!isOfRelease || !Migrations.tables(connection, Dialect.SQLITE).containsAll(OF_BOOKS)) {
                return "has no books of Tollgate";
            }
            try (ResultSet other = statement.executeQuery(CODE)) {
                return other.next()
                        ? "has the " + other.getString(1) + " " + other.getString(2) + ", which is not of Tollgate"
                        : null;
            }
        } catch (CannotOpen e) {
            return "has no books that can be read. " + e.getMessage();
        }
    }

    /** Looks at that table alone: the file may be large. */
    private void requireSound(Connection connection) throws SQLException {
        if (!Migrations.tables(connection, dialect()).contains(Migrations.HISTORY)) {
            return;
        }
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("PRAGMA integrity_check(" + Migrations.HISTORY + ")")) {
            if (!found.next() || !"ok".equals(found.getString(1))) {
                throw new CannotOpen("The database " + file() + " is damaged: " + Failures.NEXT_STEP + ".");
            }
        }
    }

    private SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        // What is deleted is overwritten with zeros, also in pages that become free: with FAST, the driver's own
        // choice, those keep it.
        config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "ON");
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        // Otherwise the driver asks for the last row id after each statement, which no table uses.
        config.setGetGeneratedKeys(false);
        config.setTempStore(sorts);
        // A connection is used by one thread at a time, and the driver sees to that itself: SQLite need not lock at
        // each step, too.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        return config;
    }

    /** Returns connections to an existing file: if it is gone, they must not create another. */
    private DataSource existing(SQLiteConfig config) {
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        return source(config);
    }

    private DataSource source(SQLiteConfig config) {
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file());
        return source;
    }

    /** A migration rebuilds tables that others refer to, so references are not checked; it sorts for an index as a command does. */
    @Override
    public DataSource migrating() {
        SQLiteConfig config = config();
        config.enforceForeignKeys(false);
        config.setTempStore(SQLiteConfig.TempStore.FILE);
        return source(config);
    }

    /**
     * References are not checked for each row that the writer writes, which was a quarter of its work on the ledger: the writer has read the
     * rows that it refers to, and {@code ledger verify} finds rows that belong to nothing.
     */
    @Override
    public DataSource writing() {
        SQLiteConfig config = config();
        config.enforceForeignKeys(false);
        config.setCacheSize(-WRITER_CACHE_KIB);
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, Integer.toString(CHECKPOINT_PAGES));
        config.setJournalSizeLimit(LOG_BYTES_KEPT);
        return existing(config);
    }

    /** Returns a connection that changes no file of the books: without a log it opens none, and closing it moves no log into the tables. */
    DataSource looking() {
        return looking(file(), !Files.exists(beside("-wal")));
    }

    /** Returns a connection to the tables without what their log has. */
    DataSource alone() {
        return looking(file(), true);
    }

    /** @param isUnused whether no process has the file open, and its log need not be read */
    private static DataSource looking(Path file, boolean isUnused) {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        SQLiteDataSource source = new SQLiteDataSource(config);
        String uri = "file:" + file.toAbsolutePath().toUri().getRawPath();
        source.setUrl("jdbc:sqlite:" + uri + (isUnused ? "?immutable=1" : ""));
        return source;
    }

    @Override
    public void setUpReaders(HikariConfig config) {
        config.setDataSource(existing(config()));
        config.setConnectionInitSql("PRAGMA query_only = 1");
        config.setMaximumPoolSize(READERS_MAX);
    }

    @Override
    public void setUpPageReaders(HikariConfig config) {
        setUpReaders(config);
    }

    @Override
    public void interrupt(Connection reader) throws SQLException {
        reader.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }
}
