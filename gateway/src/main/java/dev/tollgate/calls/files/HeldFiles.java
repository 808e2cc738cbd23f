package dev.tollgate.calls.files;

import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The stored files of all accounts as the operator sees and deletes them, without their words. Thread-safe. */
public final class HeldFiles {

    /** The most accounts in a list of those with files. */
    private static final int HOLDERS_MAX = 100;

    private static final String HOLDERS = """
            SELECT account_id, COUNT(*), SUM(written) FROM stored_file WHERE expires_at > ?
            GROUP BY account_id ORDER BY SUM(written) DESC, account_id LIMIT %d""".formatted(HOLDERS_MAX);
    private static final String OF_ACCOUNT = """
            SELECT id, purpose, mime_type, bytes, written, created_at, expires_at FROM stored_file
            WHERE account_id = ? AND expires_at > ? ORDER BY bytes DESC, id""";

    private final Database database;
    private final InstantSource clock;

    HeldFiles(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** An account with files. @param bytes those that have arrived */
    public record Holder(String accountId, long files, long bytes) {}

    /** Returns the accounts with files, those with the most bytes first; at most {@value #HOLDERS_MAX}. Blocks. */
    public List<Holder> holders() {
        return database.read(sql ->
                sql.list(HOLDERS, row -> new Holder(row.getString(1), row.getLong(2), row.getLong(3)), clock.millis()));
    }

    /** A file without its words. Parameters as of {@link StoredFile} and its parts. */
    public record Held(
            String id,
            FilePurpose purpose,
            String mimeType,
            long bytes,
            long written,
            long createdAt,
            long expiresAt) {}

    /** Returns the files of an account, the largest first. Blocks. */
    public List<Held> of(String accountId) {
        return database.readFor(
                accountId,
                sql -> sql.list(
                        OF_ACCOUNT,
                        row -> new Held(
                                row.getString(1),
                                FilePurpose.of(row.getString(2)),
                                row.getString(3),
                                row.getLong(4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7)),
                        accountId,
                        clock.millis()));
    }

    /** A deletion to commit. @param files their number, once it is committed */
    public record Removal(Change change, IntSupplier files) {}

    /** Returns a change that deletes a file of an account, or all of them. The sweep frees their room within a minute. Does not block. @param id null for all */
    public Removal removal(String accountId, @Nullable String id) {
        FilesPart.FileChange change = FilesPart.remove(accountId, id, clock.millis());
        return new Removal(change, () -> (int) change.outcome().amount());
    }
}
