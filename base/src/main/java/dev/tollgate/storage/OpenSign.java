package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.log.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code tollgate.open} in a data folder: a process writes to the books, or ended without closing them. It has a number that a row of the
 * books has, too, and both grow with the first commit after each checkpoint. So after a crash books with a smaller number have lost
 * {@code tollgate.db-wal} or its beginning, which no other program has moved into the tables. It also has the log's length, since a log that was cut
 * behind that commit still has the number. It is not synced: after a power cut it may be some seconds old, and then notices less.
 *
 * <p>The row also grows whenever a log is moved into the tables at a stop or a start. So books whose number is smaller through a log than without it
 * have a log of before: the folder was copied over an older copy of itself, and the log would hide what was committed since.
 */
final class OpenSign {

    private static final String ROW = "open_sign";
    private static final String FIND = "SELECT value FROM installation WHERE name = ?";
    private static final String PUT =
            "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    private static final String RAISE = "INSERT INTO installation (name, value) VALUES ('" + ROW + "', '1')"
            + " ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(installation.value AS INTEGER) + 1 AS TEXT)";
    private static final String TEXT =
            "%019d %019d%nA Tollgate writes to the books in this folder, or ended without closing them. Then"
                    + " tollgate.db-wal holds the newest calls: keep it with tollgate.db.%n";
    private static final int DIGITS = 19;

    /** The place in a database file that says by 2 that it has a write-ahead log; a backup has none. */
    private static final int FORM_AT = 18;

    private static final Logger log = LoggerFactory.getLogger(OpenSign.class);

    private final SqliteFile database;
    private final Path file;
    private boolean isDue = true;
    private boolean isTold;
    private long number;
    private long bytes;

    /** The content of the sign. @param bytes the length of its log, 0 if others may have shortened it since */
    private record Sign(long number, long bytes) {}

    OpenSign(SqliteFile database) {
        this.database = database;
        this.file = database.folder().resolve("tollgate.open");
    }

    /** Checks books that a server may have open, and changes nothing if it refuses. @throws CannotOpen if commits are missing that a process has reported */
    void check() {
        if (database.isEmpty()) {
            return;
        }
        Path log = database.beside("-wal");
        if (isBackup()) {
            if (length(log) > 0) {
                throw new CannotOpen("The database " + database.file() + " is a backup, and " + log
                        + " belongs to the books that it replaced: it would damage them. Delete " + log + " and "
                        + database.beside("-shm") + ", and start again.");
            }
            remove(); // the books that it belongs to were replaced
            return;
        }
        if (isOlder(log)) {
            throw new CannotOpen("The journal " + log + " is older than the database " + database.file()
                    + ": it would undo the newest calls and their charges. Nothing was changed. It was left here when the folder was"
                    + " copied over an older copy: look for the journal that belongs to this database. If the server was stopped"
                    + " before the copy, there is none: delete " + log + " and " + database.beside("-shm")
                    + ", and start again.");
        }
        Sign sign = read();
        if (sign == null) {
            return;
        }
        long found = length(log); // before the number, which a running server raises before the log becomes shorter
        Long present = number(database.looking());
        boolean isCut = found > 0 && found < sign.bytes;
        if (present != null && (present < sign.number || present == sign.number && isCut)) {
            throw new CannotOpen("The newest calls of this installation are missing: a server crashed here, and its "
                    + log
                    + (Files.exists(log) ? " is not whole." : " does not exist.")
                    + " Look for that file where the folder was copied, moved or cleaned, and put it back before any start;"
                    + " or restore a backup. To accept the loss of these calls and their charges, delete " + file
                    + " and start again.");
        }
    }

    /**
     * Checks the books before they are opened for writing, or after they were closed. Then their log is in the tables and nothing needs the sign,
     * unless a reader holds the log. For the owner of the data lock.
     */
    void checkAndRemove() {
        check();
        Sign sign = read();
        if (sign != null || length(database.beside("-wal")) > 0) {
            try {
                takeIn();
            } catch (SQLException e) {
                return; // the opening will say why
            }
        }
        if (sign != null && Files.exists(database.beside("-wal"))) {
            number = sign.number;
            bytes = 0;
            write();
        } else {
            remove();
        }
    }

    /**
     * Raises the number, if there is a log or this process has written one, which may be empty again, and has the log moved into the tables, unless
     * others have the books open.
     */
    void takeIn() throws SQLException {
        boolean hasLog = number > 0 || length(database.beside("-wal")) > 0;
        try (Connection connection = database.writing().getConnection();
                Statement statement = connection.createStatement()) {
            // A process may have been killed before it made tables.
            if (hasLog && Migrations.tables(connection, Dialect.SQLITE).contains("installation")) {
                statement.executeUpdate(RAISE);
            }
        }
    }

    /** Returns whether the books have a smaller number through their log than without it. */
    private boolean isOlder(Path log) {
        if (length(log) == 0) {
            return false;
        }
        Long alone = number(database.alone()); // first: a running server only raises it
        Long through = alone == null ? null : number(database.looking());
        return alone != null && through != null && through < alone;
    }

    private static long length(Path log) {
        return log.toFile().length();
    }

    /** Returns the sign; null if there is none, or the process ended before it was written. */
    private @Nullable Sign read() {
        try {
            if (!Files.exists(file)) {
                return null;
            }
            String text = Files.readString(file);
            return new Sign(
                    Long.parseLong(text.substring(0, DIGITS)),
                    Long.parseLong(text.substring(DIGITS + 1, 2 * DIGITS + 1)));
        } catch (IOException e) {
            throw new CannotOpen("Cannot read " + file + ": " + FileTrouble.of(e) + ".", e);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return null;
        }
    }

    /** Returns whether the database is as a backup is written, which the first opening changes. */
    boolean isBackup() {
        try (FileChannel channel = FileChannel.open(database.file(), StandardOpenOption.READ)) {
            ByteBuffer form = ByteBuffer.allocate(1);
            return channel.read(form, FORM_AT) == 1 && form.get(0) == 1;
        } catch (IOException e) {
            throw new CannotOpen("Cannot read the database " + database.file() + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Returns the number in the books; null if they cannot be read, of which the opening will say more. */
    private static @Nullable Long number(DataSource source) {
        try (Connection connection = source.getConnection();
                PreparedStatement find = connection.prepareStatement(FIND)) {
            find.setString(1, ROW);
            try (ResultSet row = find.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        } catch (SQLException e) {
            return null;
        }
    }

    private void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new CannotOpen("Cannot delete " + file + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Has the next commit write the number: a checkpoint may have taken in the last one. Writer's thread, as the methods below. */
    void renew() {
        isDue = true;
    }

    /** Writes the next number into a commit if one is due. @return whether it is in this commit */
    boolean put(Statements statements) throws SQLException {
        if (isDue) {
            Long present = statements.one(FIND, row -> row.getLong(1), ROW);
            number = (present == null ? 0 : present) + 1;
            statements.run(PUT, ROW, Long.toString(number));
        }
        return isDue;
    }

    /** Writes the number of a commit and the length of the log into the sign if one has changed. Fails nothing: the commit stays a commit. */
    void committed(boolean isNumbered, boolean othersWrite) {
        long now = othersWrite ? 0 : length(database.beside("-wal"));
        if (isNumbered || now != bytes) {
            isDue = false;
            bytes = now;
            write();
        }
    }

    private void write() {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(TEXT.formatted(number, bytes).getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            if (!isTold) {
                isTold = true;
                log.warn(
                        Event.STORE_UNAVAILABLE,
                        "a lost -wal will not be noticed: {} cannot be written: {}",
                        file,
                        FileTrouble.of(e));
            }
        }
    }
}
