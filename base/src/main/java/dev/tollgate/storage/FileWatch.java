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
 * Notices that the files of the embedded database were replaced since they were opened, or that another process has written to them. Writes
 * to a deleted file are lost with the process, and decisions depend on balances in memory: so after that nothing is written, for as
 * long as this process runs.
 *
 * <p>Files are identified by their key in the file system. None is opened for it: closing one would drop the locks that SQLite holds on it.
 * Writer's thread only, except for {@link #gone} and {@link #whenGone}.
 */
final class FileWatch {

    /** The interval at which the other files and writes of other processes are checked; the database file is checked before each batch. */
    private static final Duration EVERY = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(FileWatch.class);

    private final SqliteFile file;
    private final OpenSign sign;
    private final boolean othersWrite;
    private final @Nullable Object databaseKey;
    private final @Nullable Object lockKey;
    private @Nullable Object logKey;
    private @Nullable Object indexKey;
    private long version;
    private @Nullable FileState seen;
    private long lookedNanos;
    private volatile Runnable whenGone = () -> {};
    private volatile @Nullable String gone;

    /** The reason why nothing is written, although the files exist. */
    private volatile @Nullable String damage;

    /** Changes with each write to the database file, for example by a checkpoint. */
    private record FileState(@Nullable Object key, long bytes, FileTime modified) {}

    /** @param othersWrite whether other processes may write to the database */
    FileWatch(SqliteFile file, boolean othersWrite) {
        this.file = file;
        this.sign = new OpenSign(file);
        this.othersWrite = othersWrite;
        this.databaseKey = key(file.file());
        this.lockKey = key(DataLock.file(file.folder()));
    }

    /** @param action run at most once for each trouble, on the thread that finds it */
    void whenGone(Runnable action) {
        whenGone = action;
    }

    /** Returns why the books are gone, or null. From any thread. */
    @Nullable
    String gone() {
        return gone;
    }

    /** Returns why nothing is written to a damaged file until a restart, or null. From any thread. */
    @Nullable
    String damage() {
        return damage;
    }

    /** Looks at a failure of any connection. If it is damage, the log says so and nothing is written from now on: a write could damage more. From any thread. */
    void failed(Throwable failure) {
        if (!Failures.isDamage(failure)) {
            return;
        }
        synchronized (this) {
            if (damage != null) {
                return;
            }
            damage = "the database " + file.file() + " is damaged: stop this server, " + Failures.NEXT_STEP;
        }
        log.error(Event.STORE_DAMAGED, "ALARM: {}. No more calls are taken, and nothing is written.", damage, failure);
        whenGone.run();
    }

    /** @throws StoreUnavailable if the books are gone or damaged */
    void requireWritable() {
        require();
        String sentence = damage;
        if (sentence != null) {
            throw new StoreUnavailable(sentence);
        }
    }

    /** Notes the files of a new connection of the writer. */
    void opened(Connection connection) throws SQLException {
        require();
        if (!Objects.equals(databaseKey, key(file.file()))) {
            lose("was deleted or replaced");
        }
        version = version(connection);
        logKey = key(file.beside("-wal"));
        indexKey = key(file.beside("-shm"));
        lookedNanos = System.nanoTime();
        sign.renew();
        wrote();
    }

    /** Commits, and notes what the writer's connection may have written. */
    void commit(Statements running) throws SQLException {
        try {
            boolean isSigned = sign.put(running);
            running.commit();
            sign.committed(isSigned, othersWrite);
        } finally {
            wrote();
        }
    }

    /** Notes that the writer's connection may have written. Throws nothing, since a commit stays a commit. */
    void wrote() {
        FileState before = seen;
        try {
            seen = state();
        } catch (StoreUnavailable e) {
            seen = null; // the next check finds out
        }
        if (!Objects.equals(before, seen)) {
            sign.renew(); // a checkpoint
        }
    }

    /** Raises the number of the books before they are closed, if their file is what it was. After the last commit, on the thread that closes them. */
    void closing() {
        try {
            if (isWhole() && Objects.equals(databaseKey, key(file.file()))) {
                sign.takeIn();
            }
        } catch (StoreUnavailable | SQLException e) {
            // They are left as a crash leaves them.
        }
    }

    /** Returns whether nothing is known to be wrong with the files. */
    boolean isWhole() {
        return gone == null && damage == null;
    }

    /** Checks the files, before anything is decided. @throws StoreUnavailable if the books are gone */
    void look(Connection connection) throws SQLException {
        require();
        FileState now = state();
        if (now == null || !Objects.equals(now.key(), databaseKey)) {
            lose("was deleted or replaced");
        } else if (!othersWrite && seen != null && !now.equals(seen)) {
            lose("was written to by another process");
        }
        seen = now;
        if (System.nanoTime() - lookedNanos >= EVERY.toNanos()) {
            lookAround(connection);
            lookedNanos = System.nanoTime();
        }
    }

    private void lookAround(Connection connection) throws SQLException {
        if (!Objects.equals(lockKey, key(DataLock.file(file.folder())))) {
            lose("has lost its lock file: another program may open it");
        }
        if (isOther(logKey, file.beside("-wal")) || isOther(indexKey, file.beside("-shm"))) {
            lose("has lost its -wal or -shm file");
        }
        if (!othersWrite && version(connection) != version) {
            lose("was written to by another process");
        }
    }

    /** A file that did not exist when the connection was opened cannot be compared. */
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

    private @Nullable FileState state() {
        BasicFileAttributes found = attributes(file.file());
        return found == null ? null : new FileState(found.fileKey(), found.size(), found.lastModifiedTime());
    }

    /** Returns null if there is no such file, or the system has no keys. */
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

    /** Returns a number of one connection that changes when another connection has committed, in this process or elsewhere. */
    private static long version(Connection connection) throws SQLException {
        try (Statement ask = connection.createStatement();
                ResultSet row = ask.executeQuery("PRAGMA data_version")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
