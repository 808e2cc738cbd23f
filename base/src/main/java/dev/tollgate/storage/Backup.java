package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/**
 * Copies the database into one file. The copy is written under another name and renamed when it is whole and synced, so that a partial
 * copy is never mistaken for a backup.
 */
final class Backup {

    private Backup() {}

    static void write(Engine engine, Path file) {
        Path whole = file.toAbsolutePath();
        if (Files.exists(whole)) {
            throw exists(whole);
        }
        Path made = make(whole);
        try {
            if (engine instanceof PostgresServer server) {
                copy(server, made);
            } else {
                copy(engine.source(), made);
            }
            sync(made);
            publish(made, whole);
        } catch (IOException e) {
            throw cannotWrite(whole, e);
        } finally {
            forget(made);
        }
    }

    /** Creates an empty file, which SQLite fills with a new database: private from its first moment. */
    private static Path make(Path file) {
        try {
            return PrivateFiles.fileBeside(file, "." + file.getFileName(), ".part");
        } catch (NoSuchFileException e) {
            throw new CannotOpen("There is no folder " + file.getParent() + " for the backup.", e);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** The time between two looks whether a copy may go on. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /**
     * Copies one snapshot of an embedded database for as long as it may. The statement holds a snapshot, so the log grows until it ends.
     *
     * @param file new or empty, on a local disk
     * @param mayGoOn evaluated each second on a thread of its own; if not, the statement is interrupted
     * @return whether the copy is whole
     * @throws StoreUnavailable if the database or the disk fails
     */
    static boolean copy(SqliteFile from, Path file, BooleanSupplier mayGoOn) {
        AtomicBoolean isStopped = new AtomicBoolean();
        try (Connection connection = from.source().getConnection();
                PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, file.toString());
            Thread watch =
                    Thread.ofVirtual().name("watch-copy").start(() -> watch(from, connection, mayGoOn, isStopped));
            try {
                vacuum.execute();
            } finally {
                watch.interrupt();
                join(watch); // or it could interrupt a closed connection
            }
            return !isStopped.get();
        } catch (SQLException e) {
            if (isStopped.get()) {
                return false;
            }
            throw new StoreUnavailable("the database could not be copied", e);
        }
    }

    private static void watch(
            SqliteFile from, Connection connection, BooleanSupplier mayGoOn, AtomicBoolean isStopped) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!mayGoOn.getAsBoolean()) {
                    isStopped.set(true);
                    from.interrupt(connection);
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            // The statement has ended.
        }
    }

    private static void join(Thread watch) {
        boolean isInterrupted = Thread.interrupted();
        while (watch.isAlive()) {
            try {
                watch.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One statement reads one snapshot; the writer continues. */
    private static void copy(DataSource source, Path file) {
        try (Connection connection = source.getConnection();
                PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, file.toString());
            vacuum.execute();
        } catch (SQLException e) {
            throw new StoreUnavailable("the database could not be copied", e);
        }
    }

    /** Fills a file of the same schema from one snapshot; the servers continue. */
    private static void copy(PostgresServer server, Path file) throws IOException {
        Migrations.requireOurs(server);
        Path folder = Files.createTempDirectory(file.getParent(), ".backup");
        SqliteFile copy = new SqliteFile(folder);
        try {
            copy.makePrivate();
            Migrations.run(copy);
            fill(server, copy);
            Files.move(copy.file(), file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            for (String left : List.of("", "-wal", "-shm")) {
                Files.deleteIfExists(folder.resolve(copy.file().getFileName() + left));
            }
            Files.deleteIfExists(folder);
        }
    }

    private static void fill(PostgresServer server, SqliteFile copy) {
        try (Connection from = server.source().getConnection();
                Connection to = copy.source().getConnection()) {
            from.setAutoCommit(false);
            from.setReadOnly(true);
            from.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            to.setAutoCommit(false);
            new TableCopy(from, to).run();
            forgetServers(to);
            to.commit();
            to.setAutoCommit(true);
            try (Statement statement = to.createStatement()) {
                statement.execute("PRAGMA journal_mode = DELETE"); // as VACUUM INTO does; OpenSign looks for it
            }
        } catch (SQLException e) {
            throw new StoreUnavailable("the database could not be copied", e);
        }
    }

    /** Deletes the nodes: a server over the file is alone, and a lease would keep the holds of calls that have no server. A database that it is copied to later is on a server of its own. */
    private static void forgetServers(Connection copy) throws SQLException {
        try (Statement statement = copy.createStatement()) {
            statement.executeUpdate("DELETE FROM node");
            statement.executeUpdate("DELETE FROM commit_mark");
            statement.executeUpdate("DELETE FROM primary_server");
        }
    }

    /** A link, unlike a move, never replaces a file that exists by now. Not all file systems have links: FAT and exFAT, and some shares, refuse them. */
    static void publish(Path made, Path file) throws IOException {
        try {
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(made, file);
        }
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void forget(Path made) {
        try {
            Files.deleteIfExists(made);
        } catch (IOException e) {
            // Its name shows that it is partial.
        }
    }

    private static CannotOpen exists(Path file) {
        return new CannotOpen("There is a file " + file + " already; a backup replaces nothing.");
    }

    private static CannotOpen cannotWrite(Path file, IOException e) {
        return e instanceof FileAlreadyExistsException
                ? exists(file)
                : new CannotOpen("The backup " + file + " cannot be written: " + FileTrouble.of(e) + ".", e);
    }
}
