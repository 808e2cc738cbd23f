package dev.tollgate.calls.files;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The file store's changes and their share of a batch: in the order of the files, so that two nodes never wait for each other. */
record FilesPart() implements Part<FilesPart.FileChange> {

    /** The condition of a key that reads. Takes the owner's id, and the key's first id. */
    static final String READABLE = "(f.owner = ? OR f.origin_id = ?)";

    private static final String INSERT = """
            INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)
            SELECT ?, a.id, ?, ?, ?, ?, ?, ?, 0, '', ?, ? FROM account a WHERE a.id = ? AND a.deleted_at IS NULL""";
    private static final String GROW =
            "UPDATE stored_file SET bytes = ?, written = ?, sha256 = ?, expires_at = ? WHERE id = ? AND written = ? AND expires_at > 0";
    private static final String PIECE = "INSERT INTO file_piece (file_id, place, sealed) VALUES (?, ?, ?)";
    /** A deleted file has no time left. Its row goes with its last piece, in units of their own. */
    private static final String DELETE =
            "UPDATE stored_file AS f SET expires_at = 0 WHERE f.id = ? AND f.account_id = ?"
                    + " AND f.purpose = ? AND f.expires_at > ? AND " + READABLE;

    private static final String ABANDON =
            "UPDATE stored_file SET expires_at = 0 WHERE id = ? AND written < bytes AND expires_at > 0 AND expires_at <= ?";
    private static final String KEEP = "UPDATE stored_file AS f SET expires_at = ? WHERE f.id = ? AND f.account_id = ?"
            + " AND f.purpose = ? AND f.expires_at > ? AND f.written = f.bytes AND " + READABLE;
    private static final String OF_ACCOUNT = "SELECT id FROM stored_file WHERE account_id = ? AND expires_at > ?";
    private static final String EXPIRES = "UPDATE stored_file SET expires_at = ? WHERE id = ?";
    private static final String EXPIRED =
            "SELECT id FROM stored_file WHERE expires_at <= ? ORDER BY expires_at LIMIT ?";
    private static final String DELETED = "SELECT purpose, written FROM stored_file WHERE id = ? AND expires_at = 0";
    private static final String LAST_PLACES =
            "SELECT place FROM file_piece WHERE file_id = ? ORDER BY place DESC LIMIT ?";
    private static final String CUT = "DELETE FROM file_piece WHERE file_id = ? AND place >= ?";
    private static final String SHORTER = "UPDATE stored_file SET written = ?, expires_at = 0 WHERE id = ?";
    private static final String FORGET = "DELETE FROM stored_file WHERE id = ?";
    private static final String PIECES = "DELETE FROM file_piece WHERE file_id = ?";

    /** Two MiB, which take the writer some 10 ms. */
    static final int PIECES_AT_ONCE = 8;

    /**
     * The effect of a change.
     *
     * @param isDone whether the change has taken place; for a step of several, whether there may be more to do
     * @param amount files, or bytes that were deleted
     * @param of whose bytes they were; null if none were counted
     */
    record Done(boolean isDone, long amount, @Nullable FilePurpose of) {

        static Done of(boolean isDone) {
            return new Done(isDone, isDone ? 1 : 0, null);
        }
    }

    /** A change, which decides what it has done. */
    static final class FileChange extends Decision<Done> {

        private interface Work {
            Done write(Statements statements) throws SQLException;
        }

        private final String file;
        private final Work work;
        private final BooleanSupplier condition;

        /** @param file whose row it locks; empty for none, or for rows that it passes over while they are locked */
        private FileChange(String file, Work work) {
            this(file, work, () -> true);
        }

        private FileChange(String file, Work work, BooleanSupplier condition) {
            this.file = file;
            this.work = work;
            this.condition = condition;
        }

        /** Returns the change that takes place on a condition, evaluated when it is applied. */
        FileChange onlyIf(BooleanSupplier isAllowed) {
            return new FileChange(file, work, isAllowed);
        }

        /** Commits the change. Blocks. @throws dev.tollgate.storage.StoreException if the database does not accept it */
        Done commit(Writer writer) {
            writer.commitAndWait(Unit.of(this));
            return outcome();
        }

        private String file() {
            return file;
        }

        private void decide(Statements statements) throws SQLException {
            decide(condition.getAsBoolean() ? work.write(statements) : Done.of(false));
        }
    }

    @Override
    public Class<FileChange> type() {
        return FileChange.class;
    }

    @Override
    public void write(Statements statements, List<FileChange> changes) throws SQLException {
        for (FileChange change :
                changes.stream().sorted(Comparator.comparing(FileChange::file)).toList()) {
            change.decide(statements);
        }
    }

    /** Begins a file, if the account is there and has room. @param limits null for a file that needs no room within the account's limits */
    static FileChange begin(StoredFile begun, KeyOwner owner, byte[] about, @Nullable FileLimits limits) {
        return new FileChange(
                "",
                statements -> Done.of((limits == null || limits.leaves(statements, begun))
                        && statements.run(
                                        INSERT,
                                        begun.id(),
                                        owner.id(),
                                        owner.originId(),
                                        begun.purpose().code(),
                                        about,
                                        begun.announced().mimeType(),
                                        begun.bytes(),
                                        begun.createdAt(),
                                        begun.arrived().expiresAt(),
                                        begun.accountId())
                                > 0));
    }

    /** Appends a piece, if the file is as long as its writer believes. @param after the file with the piece */
    static FileChange append(StoredFile before, StoredFile after, byte[] sealed) {
        return new FileChange(before.id(), statements -> {
            int grown = statements.run(
                    GROW,
                    after.bytes(),
                    after.written(),
                    after.arrived().sha256(),
                    after.arrived().expiresAt(),
                    before.id(),
                    before.written());
            return Done.of(grown > 0 && statements.run(PIECE, before.id(), before.written(), sealed) > 0);
        });
    }

    /** Deletes a file that a key may read, and that has not expired. */
    static FileChange delete(String accountId, KeyOwner reads, FilePurpose purpose, String id, long now) {
        return new FileChange(
                id,
                statements -> Done.of(
                        statements.run(DELETE, id, accountId, purpose.code(), now, reads.id(), reads.originId()) > 0));
    }

    /** Deletes an upload that has not ended. @param before when it expires, at the latest */
    static FileChange abandon(String id, long before) {
        return new FileChange(id, statements -> Done.of(statements.run(ABANDON, id, before) > 0));
    }

    /** Deletes a file of an account, or all of them, and says how many. @param id null for all */
    static FileChange remove(String accountId, @Nullable String id, long now) {
        return new FileChange(id == null ? "" : id, statements -> {
            List<String> gone = statements.list(OF_ACCOUNT + " ORDER BY id", row -> row.getString(1), accountId, now);
            long files = 0;
            for (String each : gone) {
                files += id == null || id.equals(each) ? statements.run(EXPIRES, 0, each) : 0;
            }
            return new Done(files > 0, files, null);
        });
    }

    /** Lets the files of an account expire at a time, or before it. */
    static FileChange shorten(String accountId, long until) {
        return new FileChange("", statements -> {
            for (String id :
                    statements.list(unlocked(statements, OF_ACCOUNT), row -> row.getString(1), accountId, until)) {
                statements.run(EXPIRES, until, id);
            }
            return Done.of(true);
        });
    }

    /** Sets when a whole file expires that a key may read, and that has not expired. */
    static FileChange keepUntil(
            String accountId, KeyOwner reads, FilePurpose purpose, String id, long now, long expiresAt) {
        return new FileChange(
                id,
                statements -> Done.of(statements.run(
                                KEEP, expiresAt, id, accountId, purpose.code(), now, reads.id(), reads.originId())
                        > 0));
    }

    /** Writes the words of a file as they are sealed under another key. */
    static FileChange anew(String id, byte[] about) {
        return new FileChange(
                id,
                statements -> Done.of(statements.run("UPDATE stored_file SET about = ? WHERE id = ?", about, id) > 0));
    }

    /** Writes a piece of a file as it is sealed under another key. */
    static FileChange anew(String id, long place, byte[] sealed) {
        return new FileChange(
                id,
                statements -> Done.of(statements.run(
                                "UPDATE file_piece SET sealed = ? WHERE file_id = ? AND place = ?", sealed, id, place)
                        > 0));
    }

    /** Erases some pieces of a deleted file. Decides whether there are more. */
    static FileChange erase(String id) {
        return new FileChange(id, statements -> {
            Done whole = statements.one(
                    locked(statements, DELETED),
                    row -> new Done(true, row.getLong(2), FilePurpose.of(row.getString(1))),
                    id);
            if (whole == null) {
                return Done.of(false);
            }
            long left = erase(statements, id, PIECES_AT_ONCE);
            return new Done(left > 0, whole.amount() - left, whole.of());
        });
    }

    /** Erases some pieces of files that have expired. Decides whether there may be more. */
    static FileChange forget(Instant before) {
        return new FileChange("", statements -> {
            List<String> gone =
                    statements.list(unlocked(statements, EXPIRED), row -> row.getString(1), before, PIECES_AT_ONCE);
            int most = Math.max(1, PIECES_AT_ONCE / Math.max(1, gone.size()));
            for (String id : gone) {
                erase(statements, id, most);
            }
            return Done.of(!gone.isEmpty());
        });
    }

    /** Erases the last pieces of a file, and the file with the first one. Its length agrees with its pieces all the time. @return the bytes that are left */
    private static long erase(Statements statements, String id, int most) throws SQLException {
        List<Long> places = statements.list(LAST_PLACES, row -> row.getLong(1), id, most + 1);
        if (places.size() <= most) {
            statements.run(PIECES, id);
            statements.run(FORGET, id);
            return 0;
        }
        long left = places.get(most - 1);
        statements.run(CUT, id, left);
        statements.run(SHORTER, left, id);
        return left;
    }

    private static String unlocked(Statements statements, String select) {
        return statements.dialect() == Dialect.SQLITE ? select : select + " FOR UPDATE SKIP LOCKED";
    }

    private static String locked(Statements statements, String select) {
        return statements.dialect() == Dialect.SQLITE ? select : select + " FOR UPDATE";
    }
}
