package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Maintenance of an installation's database by a command, without opening it for use. Blocks. */
public final class Installation {

    private Installation() {}

    /**
     * Checks that a data folder holds books, and leaves it as it is.
     *
     * @throws CannotOpen if it holds none
     */
    public static void requireBooks(Path folder) {
        SqliteFile file = new SqliteFile(folder);
        if (file.isEmpty()) {
            new Mark(file).check();
            throw new CannotOpen("There is no installation in " + folder
                    + ": name its data folder with --data, or start a server there once.");
        }
        file.requireRelease();
    }

    /** Checks that the data folder's database, if there is one, is of a release, and changes nothing. @throws CannotOpen if it is not */
    public static void requireRelease(Path folder) {
        new SqliteFile(folder).requireRelease();
    }

    /**
     * Brings a data folder's database to this program's schema, or creates it, while no server runs over it.
     *
     * @return the result in one line
     * @throws CannotOpen as {@link Database#open(Path)}
     */
    public static String migrate(Path folder) {
        SqliteFile file = new SqliteFile(folder);
        file.requireRelease();
        DataFolder.make(folder);
        try (DataLock lock = DataLock.take(folder)) {
            new Mark(file).check();
            file.makePrivate();
            new OpenSign(file).checkAndRemove();
            return migrate(file, false);
        }
    }

    /**
     * Brings a PostgreSQL database to this program's schema, while servers may run over it.
     *
     * @param folder a data folder, which may know the newest primary
     * @param stopsOlder whether servers that the new schema shuts out are stopped first
     * @return the result in one line
     * @throws CannotOpen also if such a server runs that may not be stopped
     */
    public static String migrateShared(String url, Path folder, boolean stopsOlder) {
        return migrate(new PostgresServer(url, folder, PostgresServer.Use.COMMAND), stopsOlder);
    }

    private static String migrate(Engine engine, boolean stopsOlder) {
        int before = Migrations.run(engine, stopsOlder);
        int after = Migrations.version(engine);
        return before == after ? "schema " + after + ": nothing to do" : "schema " + before + " is now schema " + after;
    }

    /**
     * Lets the next opening of a data folder begin new books if those that its mark names are gone.
     *
     * @throws CannotOpen if the books are there, or another process has the folder open
     */
    public static void beginAfresh(Path folder) {
        SqliteFile file = new SqliteFile(folder);
        file.requireRelease();
        DataFolder.make(folder);
        try (DataLock lock = DataLock.take(folder)) {
            new Mark(file).remove();
        }
    }

    /** Checks each page of the embedded database in a folder. Blocks for a time that grows with the file. @throws CannotOpen if it is damaged, or is no database */
    public static void requireSound(Path folder) {
        SqliteFile file = SqliteFile.forCommand(folder);
        try {
            List<String> found = PageCheck.run(file);
            if (!found.isEmpty()) {
                throw new CannotOpen("The copy is damaged: " + found.getFirst() + ".");
            }
        } catch (StoreUnavailable e) {
            throw new CannotOpen("The copy is no database that can be read: " + e.withCause(), e);
        }
    }

    /**
     * Looks whether a file is a copy of books, before it is opened for anything else. Changes nothing, and runs nothing that it has.
     *
     * @return what it lacks or has too much, as the rest of a sentence after its name; null if it is one
     */
    public static @Nullable String troubleOfCopy(Path file) {
        try {
            return Files.size(file) == 0 ? "is empty" : SqliteFile.troubleOfCopy(file);
        } catch (IOException e) {
            return "cannot be read: " + FileTrouble.of(e);
        } catch (SQLException e) {
            return "is no database that can be read: " + Failures.why(e);
        }
    }

    /**
     * A data folder into which a copy is put, locked. Until {@link #publish} the copy lies in a folder below, so that a process that is killed leaves
     * nothing else. Used by one thread.
     */
    public static final class Restoring implements AutoCloseable {

        private static final String PART = ".restore.part";

        private final SqliteFile books;
        private final SqliteFile part;
        private final DataLock lock;

        private Restoring(SqliteFile books, SqliteFile part, DataLock lock) {
            this.books = books;
            this.part = part;
            this.lock = lock;
        }

        /**
         * Creates or takes a data folder that has nothing but a secret key and settings.
         *
         * @throws CannotOpen if it has something else, or another process uses it
         */
        @SuppressWarnings("resource") // what is returned owns the lock
        public static Restoring into(Path folder) {
            try {
                if (Files.exists(folder)) {
                    requireUnused(folder);
                }
                DataFolder.make(folder);
                DataLock lock = DataLock.take(folder);
                try {
                    SqliteFile part = SqliteFile.forCommand(folder.resolve(PART));
                    delete(part.folder());
                    PrivateFiles.folder(part.folder());
                    return new Restoring(new SqliteFile(folder), part, lock);
                } catch (IOException | RuntimeException e) {
                    lock.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new CannotOpen("Cannot restore into " + folder + ": " + FileTrouble.of(e) + ".", e);
            }
        }

        private static void requireUnused(Path folder) throws IOException {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    if (!name.matches(
                            "secret\\.key|tollgate\\.lock|lost\\+found|\\.restore\\.part|.*\\.(yaml|yml|pem)")) {
                        throw new CannotOpen("A restore replaces nothing, and " + folder + " holds " + name
                                + ". Name a new folder with --data, or one with secret.key and settings alone.");
                    }
                }
            }
        }

        /** Returns the folder of the copy, to be opened as a data folder. */
        public Path part() {
            return part.folder();
        }

        /** Returns the copy's file. */
        public Path file() {
            return part.file();
        }

        /** Makes the copy the folder's database: durable when it returns. @throws CannotOpen if it cannot be written */
        public void publish() {
            try {
                sync(part.file(), StandardOpenOption.WRITE);
                Files.move(part.file(), books.file(), StandardCopyOption.ATOMIC_MOVE);
                sync(books.folder(), StandardOpenOption.READ);
            } catch (IOException e) {
                throw new CannotOpen("Cannot write " + books.file() + ": " + FileTrouble.of(e) + ".", e);
            }
        }

        private static void sync(Path path, StandardOpenOption how) throws IOException {
            try (FileChannel channel = FileChannel.open(path, how)) {
                channel.force(true);
            }
        }

        private static void delete(Path folder) throws IOException {
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                    for (Path file : files) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        }

        /** Deletes what was not published, and releases the folder. */
        @Override
        public void close() {
            try {
                delete(part.folder());
            } catch (IOException e) {
                // Its name shows that it is partial; the next restore deletes it.
            } finally {
                lock.close();
            }
        }
    }
}
