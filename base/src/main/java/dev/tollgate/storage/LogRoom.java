package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the embedded database's log restart on a disk that it has filled. The log grows as long as a reader holds a
 * snapshot, and SQLite checks whether it can restart only after a commit, for which a full disk has no room. So this class has SQLite check
 * if a commit finds no room. The contents of the log then go into the tables, whose file grows: a reserve file keeps
 * the room for that. It is deleted when the room is needed and created again when there is room.
 *
 * <p>Writer's thread only.
 */
final class LogRoom {

    static final String RESERVE = "tollgate.reserve";

    /** Room for the growth of the log between two checks, and for other programs that fill the disk at the same time. */
    private static final long SPARE_BYTES = 16L << 20;

    private static final int NOISE_BYTES = 1 << 20;

    /** A limit of one step: commits wait while the reserve grows. */
    private static final long STEP_BYTES_MAX = 8L << 20;

    private static final int COMMITS_BETWEEN_LOOKS = 16;

    /** Small books need no reserve: reads of them are short. */
    private static final long LOG_BYTES_LEAST = 1 << 20;

    private static final Set<StandardOpenOption> OPTIONS =
            EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Logger log = LoggerFactory.getLogger(LogRoom.class);

    private final DataSource source;
    private final Path tables;
    private final Path newest;
    private final Path reserve;
    private int commits;

    LogRoom(SqliteFile file) {
        this.source = file.source();
        this.tables = file.file();
        this.newest = file.folder().resolve("tollgate.db-wal");
        this.reserve = file.folder().resolve(RESERVE);
    }

    /**
     * Adapts the reserve after a commit.
     *
     * @throws SQLException if the connection may be unusable
     */
    void committed(Statements statements) throws SQLException {
        if (++commits % COMMITS_BETWEEN_LOOKS == 0 && length(newest) >= LOG_BYTES_LEAST) {
            keep(wanted(statements) + SPARE_BYTES);
        }
    }

    /** Returns by how much the tables' file grows when it takes in all of the log. */
    private long wanted(Statements statements) throws SQLException {
        long bytes = number(statements, "PRAGMA page_count") * number(statements, "PRAGMA page_size");
        statements.rollback();
        return Math.max(0, bytes - length(tables));
    }

    private static long number(Statements statements, String pragma) throws SQLException {
        try (ResultSet row = statements.of(pragma).executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private void keep(long bytes) {
        long present = length(reserve);
        try {
            if (present < bytes) {
                lengthen(present, Math.min(bytes, present + STEP_BYTES_MAX));
            } else if (present > 2 * bytes) {
                Files.delete(
                        reserve); // it was needed for a reader that has ended; the room needed now is reserved again
                // immediately
            }
        } catch (IOException e) {
            log.debug("the reserve stays at {} bytes", length(reserve), e);
        }
    }

    /** Fills the reserve with noise, which no file system compresses, as far as the disk has room. */
    private void lengthen(long present, long bytes) throws IOException {
        byte[] noise = noise(present);
        try (FileChannel channel = FileChannel.open(reserve, OPTIONS, OWNERS)) {
            channel.position(present);
            while (channel.position() < bytes) {
                channel.write(ByteBuffer.wrap(noise));
            }
        }
    }

    private static byte[] noise(long seed) {
        byte[] noise = new byte[NOISE_BYTES];
        long state = seed;
        for (int i = 0; i < noise.length; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            noise[i] = (byte) (state >>> 56);
        }
        return noise;
    }

    /**
     * Makes room after a commit that found the disk full.
     *
     * @return whether the log restarts, so that the commit may succeed now
     */
    boolean make() {
        try {
            return takeIn();
        } catch (SQLException e) {
            log.debug("the tables do not take in the log", e);
            return giveUp() && takeInWithReserve();
        }
    }

    private boolean takeInWithReserve() {
        try {
            if (takeIn()) {
                log.warn(
                        Event.DISK_FULL,
                        "the disk is full: the room that was reserved for the books is used up; free some");
                return true;
            }
            keep(SPARE_BYTES); // a reader still holds a snapshot: the log must not take the rest
        } catch (SQLException e) {
            log.warn(
                    Event.DISK_FULL,
                    "the disk is full, and so is the room that was reserved for the books: {}",
                    e.getMessage());
        }
        return false;
    }

    private boolean giveUp() {
        try {
            return Files.deleteIfExists(reserve);
        } catch (IOException e) {
            log.warn(Event.DISK_FULL, "the reserve cannot be given up: {}", e.toString());
            return false;
        }
    }

    /**
     * Moves the log into the tables, without waiting for readers.
     *
     * @return whether all of the log is in the tables, so that it restarts
     * @throws SQLException if the disk has no room for it
     */
    private boolean takeIn() throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
            return row.next() && row.getLong("busy") == 0 && row.getLong("log") == row.getLong("checkpointed");
        }
    }

    /** Returns 0 if there is no such file. */
    private static long length(Path file) {
        return file.toFile().length();
    }
}
