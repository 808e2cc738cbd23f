package dev.tollgate.calls.files;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** The file store's changes and their share of a batch: in the order of the files, so that two nodes never wait for each other. */
record FilesPart() implements Part<FilesPart.FileChange> {

    /** A change, which decides whether it has taken place. */
    abstract static sealed class FileChange extends Decision<Boolean> implements Change {

        /** Returns the file whose row it locks; empty for none, or for rows that it passes over while they are locked. */
        abstract String file();

        abstract boolean write(Statements statements) throws SQLException;

        final void decide(Statements statements) throws SQLException {
            decide(Boolean.valueOf(write(statements)));
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

    /** Begins a file, if the account is there and has room. */
    static final class Begin extends FileChange {

        private static final String INSERT = """
                INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)
                SELECT ?, a.id, ?, ?, ?, ?, ?, ?, 0, '', ?, ? FROM account a WHERE a.id = ? AND a.deleted_at IS NULL""";

        private final FileStore.StoredFile begun;
        private final KeyOwner owner;
        private final byte[] about;
        private final boolean isCounted;

        /** @param isCounted whether it needs room within the account's limits */
        Begin(FileStore.StoredFile begun, KeyOwner owner, byte[] about, boolean isCounted) {
            this.begun = begun;
            this.owner = owner;
            this.about = about;
            this.isCounted = isCounted;
        }

        @Override
        String file() {
            return "";
        }

        @Override
        boolean write(Statements statements) throws SQLException {
            if (isCounted
                    && !FileStore.Taken.of(statements, begun.accountId()).leaves(begun.purpose(), begun.bytes())) {
                return false;
            }
            return statements.run(
                            INSERT,
                            begun.id(),
                            owner.id(),
                            owner.originId(),
                            begun.purpose().code(),
                            about,
                            begun.mimeType(),
                            begun.bytes(),
                            begun.createdAt(),
                            begun.expiresAt(),
                            begun.accountId())
                    > 0;
        }
    }

    /** Appends a piece, if the file is as long as its writer believes. */
    static final class Append extends FileChange {

        private static final String GROW =
                "UPDATE stored_file SET written = ?, sha256 = ?, expires_at = ? WHERE id = ? AND written = ?";
        private static final String PIECE = "INSERT INTO file_piece (file_id, place, sealed) VALUES (?, ?, ?)";

        private final FileStore.StoredFile before;
        private final FileStore.StoredFile after;
        private final byte[] sealed;

        /** @param after the same file with the piece */
        Append(FileStore.StoredFile before, FileStore.StoredFile after, byte[] sealed) {
            this.before = before;
            this.after = after;
            this.sealed = sealed;
        }

        @Override
        String file() {
            return before.id();
        }

        @Override
        boolean write(Statements statements) throws SQLException {
            int grown = statements.run(
                    GROW, after.written(), after.sha256(), after.expiresAt(), before.id(), before.written());
            return grown > 0 && statements.run(PIECE, before.id(), before.written(), sealed) > 0;
        }
    }

    /** Deletes a file that a key may read. */
    static final class Delete extends FileChange {

        private static final String FILE = "DELETE FROM stored_file AS f WHERE f.id = ? AND f.account_id = ?"
                + " AND f.purpose = ? AND " + FileStore.READABLE;

        private final String accountId;
        private final KeyOwner reads;
        private final FileStore.Purpose purpose;
        private final String id;

        Delete(String accountId, KeyOwner reads, FileStore.Purpose purpose, String id) {
            this.accountId = accountId;
            this.reads = reads;
            this.purpose = purpose;
            this.id = id;
        }

        @Override
        String file() {
            return id;
        }

        @Override
        boolean write(Statements statements) throws SQLException {
            boolean isGone = statements.run(FILE, id, accountId, purpose.code(), reads.id(), reads.originId()) > 0;
            if (isGone) {
                statements.run(Forget.PIECES, id);
            }
            return isGone;
        }
    }

    /** Sets when a whole file expires that a key may read, and that has not expired. */
    static final class KeepUntil extends FileChange {

        private static final String KEEP =
                "UPDATE stored_file AS f SET expires_at = ? WHERE f.id = ? AND f.account_id = ?"
                        + " AND f.purpose = ? AND f.expires_at > ? AND f.written = f.bytes AND " + FileStore.READABLE;

        private final String accountId;
        private final KeyOwner reads;
        private final FileStore.Purpose purpose;
        private final String id;
        private final long now;
        private final long expiresAt;

        KeepUntil(String accountId, KeyOwner reads, FileStore.Purpose purpose, String id, long now, long expiresAt) {
            this.accountId = accountId;
            this.reads = reads;
            this.purpose = purpose;
            this.id = id;
            this.now = now;
            this.expiresAt = expiresAt;
        }

        @Override
        String file() {
            return id;
        }

        @Override
        boolean write(Statements statements) throws SQLException {
            return statements.run(KEEP, expiresAt, id, accountId, purpose.code(), now, reads.id(), reads.originId())
                    > 0;
        }
    }

    /** Forgets files that have expired. Decides whether there may be more. */
    static final class Forget extends FileChange {

        static final String PIECES = "DELETE FROM file_piece WHERE file_id = ?";
        private static final String EXPIRED =
                "SELECT id FROM stored_file WHERE expires_at <= ? ORDER BY expires_at LIMIT ?";
        private static final String FILE = "DELETE FROM stored_file WHERE id = ?";

        /** A file has up to 400 pieces. */
        private static final int FILES_AT_ONCE = 4;

        private final Instant before;

        Forget(Instant before) {
            this.before = before;
        }

        @Override
        String file() {
            return "";
        }

        @Override
        boolean write(Statements statements) throws SQLException {
            List<String> gone = statements.list(
                    statements.dialect() == Dialect.SQLITE ? EXPIRED : EXPIRED + " FOR UPDATE SKIP LOCKED",
                    row -> row.getString(1),
                    before,
                    FILES_AT_ONCE);
            for (String id : gone) {
                statements.run(FILE, id);
                statements.run(PIECES, id);
            }
            return gone.size() == FILES_AT_ONCE;
        }
    }
}
