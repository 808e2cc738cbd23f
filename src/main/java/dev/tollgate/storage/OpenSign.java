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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code tollgate.open} in a data folder: a process writes to the books, or ended without closing them. It has a number that a row of the
 * books has, too, and both grow with the first commit after each checkpoint. So after a crash books with a smaller number have lost
 * {@code tollgate.db-wal} or a part of it, which no other program has moved into the tables. It is not synced: after a power cut it may be some
 * seconds old, and then notices less.
 */
final class OpenSign {

    private static final String ROW = "open_sign";
    private static final String FIND = "SELECT value FROM installation WHERE name = ?";
    private static final String PUT =
            "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    private static final String TEXT =
            "%019d%nA Tollgate writes to the books in this folder, or ended without closing them. Then"
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

    OpenSign(SqliteFile database) {
        this.database = database;
        this.file = database.folder().resolve("tollgate.open");
    }

    /** Checks books that a server may have open. @throws CannotOpen if commits are missing that a process has reported */
    void check() {
        Long expected = expected();
        if (expected == null || database.isEmpty()) {
            return;
        }
        if (isBackup()) {
            remove(); // the books that it belongs to were replaced
            return;
        }
        Long present = present();
        if (present != null && present < expected) {
            Path log = database.beside("-wal");
            throw new CannotOpen("The newest calls of this installation are missing: a server crashed here, and its "
                    + log
                    + (Files.exists(log) ? " is not whole." : " does not exist.")
                    + " Look for that file where the folder was copied, moved or cleaned, and put it back before any start;"
                    + " or restore a backup. To accept the loss of these calls and their charges, delete " + file
                    + " and start again.");
        }
    }

    /** Checks the books before they are opened for writing, or after they were closed; then nothing needs the sign. For the owner of the data lock. */
    void checkAndRemove() {
        check();
        remove();
    }

    /** Returns the number in the sign; null if there is none, or the process ended before it was written. */
    private @Nullable Long expected() {
        try {
            return Files.exists(file) ? Long.valueOf(Files.readString(file).substring(0, DIGITS)) : null;
        } catch (IOException e) {
            throw new CannotOpen("Cannot read " + file + ": " + FileTrouble.of(e) + ".", e);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return null;
        }
    }

    private boolean isBackup() {
        try (FileChannel channel = FileChannel.open(database.file(), StandardOpenOption.READ)) {
            ByteBuffer form = ByteBuffer.allocate(1);
            return channel.read(form, FORM_AT) == 1 && form.get(0) == 1;
        } catch (IOException e) {
            throw new CannotOpen("Cannot read the database " + database.file() + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Returns the number in the books; null if they cannot be read, of which the opening will say more. */
    private @Nullable Long present() {
        try (Connection connection = database.writing().getConnection();
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

    /** Writes the number of a commit into the sign. Fails nothing: the commit stays a commit. */
    void committed() {
        isDue = false;
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(TEXT.formatted(number).getBytes(StandardCharsets.UTF_8)));
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
