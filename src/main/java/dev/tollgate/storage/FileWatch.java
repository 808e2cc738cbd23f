package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the files of the embedded database are not those any more that were opened, or that somebody else has written to them. What
 * is written to a deleted file is lost with the process, and decisions stand on balances in memory: so nothing is written from then on, for as
 * long as this process runs.
 *
 * <p>Files are known by what the file system knows them by. None is opened for it: closing one would drop the locks that SQLite holds on it.
 * Writer's thread only, but for {@link #gone} and {@link #whenGone}.
 */
final class FileWatch {

    /** The database itself is looked at before each batch, the files beside it and the writes of others so often. */
    private static final Duration EVERY = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(FileWatch.class);

    private final SqliteFile file;
    private final boolean othersWrite;
    private final @Nullable Object databaseKey;
    private final @Nullable Object lockKey;
    private @Nullable Object logKey;
    private @Nullable Object indexKey;
    private long version;
    private @Nullable Seen seen;
    private long lookedNanos;
    private volatile Runnable whenGone = () -> {};
    private volatile @Nullable String gone;

    /** Changes with each write to the file itself, such as a checkpoint's. */
    private record Seen(@Nullable Object key, long bytes, FileTime modified) {}

    /** @param othersWrite whether others may write to the database */
    FileWatch(SqliteFile file, boolean othersWrite) {
        this.file = file;
        this.othersWrite = othersWrite;
        this.databaseKey = key(file.file());
        this.lockKey = key(DataLock.file(file.folder()));
    }

    /** @param action run once, on the writer's thread */
    void whenGone(Runnable action) {
        whenGone = action;
    }

    /** What has happened to the books, or null. From any thread. */
    @Nullable
    String gone() {
        return gone;
    }

    /** The writer's connection is new. */
    void opened(Connection connection) throws SQLException {
        require();
        if (!Objects.equals(databaseKey, key(file.file()))) {
            lose("was deleted or replaced");
        }
        version = version(connection);
        logKey = key(file.beside("-wal"));
        indexKey = key(file.beside("-shm"));
        lookedNanos = System.nanoTime();
        wrote();
    }

    /** The writer's connection may have written. Throws nothing: what it has written stays written. */
    void wrote() {
        try {
            seen = seen();
        } catch (StoreUnavailable e) {
            seen = null; // the next look tells
        }
    }

    /** To be called before anything is decided. @throws StoreUnavailable when the books are gone */
    void look(Connection connection) throws SQLException {
        require();
        Seen now = seen();
        if (now == null || !Objects.equals(now.key(), databaseKey)) {
            lose("was deleted or replaced");
        } else if (!othersWrite && seen != null && !now.equals(seen)) {
            lose("was written to by somebody else");
        }
        seen = now;
        if (System.nanoTime() - lookedNanos >= EVERY.toNanos()) {
            lookAround(connection);
            lookedNanos = System.nanoTime();
        }
    }

    private void lookAround(Connection connection) throws SQLException {
        if (!Objects.equals(lockKey, key(DataLock.file(file.folder())))) {
            lose("has lost its lock file: another program may believe to own it");
        }
        if (isOther(logKey, file.beside("-wal")) || isOther(indexKey, file.beside("-shm"))) {
            lose("has lost the files beside it (-wal, -shm)");
        }
        if (!othersWrite && version(connection) != version) {
            lose("was written to by somebody else");
        }
    }

    /** Where it was not there when the connection was opened nothing is known of it. */
    private static boolean isOther(@Nullable Object known, Path path) {
        return known != null && !known.equals(key(path));
    }

    private void require() {
        String lost = gone;
        if (lost != null) {
            throw new StoreUnavailable(lost);
        }
    }

    private void lose(String how) {
        String sentence = "the database " + file.file() + " " + how;
        gone = sentence;
        log.error(
                Event.STORE_UNAVAILABLE,
                "{}: no more calls are taken, and nothing is written. Stop this server, put the database back, start again."
                        + " What was deleted can be copied from /proc/{}/fd for as long as this process runs.",
                sentence,
                ProcessHandle.current().pid());
        whenGone.run();
        throw new StoreUnavailable(sentence);
    }

    private @Nullable Seen seen() {
        BasicFileAttributes found = attributes(file.file());
        return found == null ? null : new Seen(found.fileKey(), found.size(), found.lastModifiedTime());
    }

    /** Null where there is no such file, or on a system that does not tell. */
    private static @Nullable Object key(Path path) {
        BasicFileAttributes found = attributes(path);
        return found == null ? null : found.fileKey();
    }

    private static @Nullable BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new StoreUnavailable("the file " + path + " cannot be looked at", e); // it may pass
        }
    }

    /** Of one connection: it changes when another one has committed, in this process or elsewhere. */
    private static long version(Connection connection) throws SQLException {
        try (Statement ask = connection.createStatement();
                ResultSet row = ask.executeQuery("PRAGMA data_version")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
