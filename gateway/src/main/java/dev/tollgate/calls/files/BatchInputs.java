package dev.tollgate.calls.files;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The inputs of batches (J22): stored files that a key finds and lists, and that live as long as a batch may need them. Thread-safe; its methods block. */
public final class BatchInputs {

    private static final String READABLE =
            FileStore.COLUMNS + "AND f.account_id = ? AND " + FilesPart.READABLE + " AND f.written = f.bytes ";
    private static final String ONE = READABLE + "AND f.id = ?";
    private static final String NEWEST = READABLE
            + "AND (f.created_at < ? OR f.created_at = ? AND f.id < ?) ORDER BY f.created_at DESC, f.id DESC LIMIT ?";
    private static final String OLDEST =
            READABLE + "AND (f.created_at > ? OR f.created_at = ? AND f.id > ?) ORDER BY f.created_at, f.id LIMIT ?";

    private final FileStore files;
    private final Database database;
    private final Writer writer;
    private final InstantSource clock;

    BatchInputs(FileStore files, Database database, Writer writer, InstantSource clock) {
        this.files = files;
        this.database = database;
        this.writer = writer;
        this.clock = clock;
    }

    /** Returns a whole file; null if there is none that the key may read. @param reads the owner of the key */
    public @Nullable StoredFile find(String accountId, KeyOwner reads, String id) {
        return database.readFor(
                accountId,
                sql -> sql.one(
                        ONE,
                        files::read,
                        clock.millis(),
                        FilePurpose.BATCH.code(),
                        accountId,
                        reads.id(),
                        reads.originId(),
                        id));
    }

    /**
     * Returns whole files that a key may read, in order of their creation.
     *
     * @param createdAt of the file behind which they begin, in milliseconds since 1970
     * @param id of that file, or a text that no file has
     * @param isAscending whether the oldest come first
     */
    public List<StoredFile> list(
            String accountId, KeyOwner reads, long createdAt, String id, boolean isAscending, int most) {
        return database.readFor(
                accountId,
                sql -> sql.list(
                        isAscending ? OLDEST : NEWEST,
                        files::read,
                        clock.millis(),
                        FilePurpose.BATCH.code(),
                        accountId,
                        reads.id(),
                        reads.originId(),
                        createdAt,
                        createdAt,
                        id,
                        most));
    }

    /** Keeps a file at least until a time. @return whether it is there, and the key may read it */
    public boolean keep(StoredFile input, KeyOwner reads, Instant until) {
        long expiresAt = Math.max(until.toEpochMilli(), input.arrived().expiresAt());
        return FilesPart.keepUntil(input.accountId(), reads, FilePurpose.BATCH, input.id(), clock.millis(), expiresAt)
                .commit(writer)
                .isDone();
    }
}
