package dev.tollgate.calls.files;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.calls.files.FileStore.Purpose;
import dev.tollgate.calls.files.FileStore.StoredFile;
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

    private static final String INSERT = """
            INSERT INTO stored_file (id, account_id, owner, origin_id, purpose, about, mime_type, bytes, written, sha256, created_at, expires_at)
            SELECT ?, a.id, ?, ?, ?, ?, ?, ?, 0, '', ?, ? FROM account a WHERE a.id = ? AND a.deleted_at IS NULL""";
    private static final String GROW =
            "UPDATE stored_file SET written = ?, sha256 = ?, expires_at = ? WHERE id = ? AND written = ?";
    private static final String PIECE = "INSERT INTO file_piece (file_id, place, sealed) VALUES (?, ?, ?)";
    private static final String DELETE = "DELETE FROM stored_file AS f WHERE f.id = ? AND f.account_id = ?"
            + " AND f.purpose = ? AND " + FileStore.READABLE;
    private static final String KEEP = "UPDATE stored_file AS f SET expires_at = ? WHERE f.id = ? AND f.account_id = ?"
            + " AND f.purpose = ? AND f.expires_at > ? AND f.written = f.bytes AND " + FileStore.READABLE;
    private static final String EXPIRED =
            "SELECT id FROM stored_file WHERE expires_at <= ? ORDER BY expires_at LIMIT ?";
    private static final String FORGET = "DELETE FROM stored_file WHERE id = ?";
    private static final String PIECES = "DELETE FROM file_piece WHERE file_id = ?";

    /** A file has up to 400 pieces. */
    private static final int FILES_AT_ONCE = 4;

    /** A change, which decides whether it has taken place. */
    static final class FileChange extends Decision<Boolean> {

        private interface Work {
            boolean write(Statements statements) throws SQLException;
        }

        private final String file;
        private final Work work;

        /** @param file whose row it locks; empty for none, or for rows that it passes over while they are locked */
        private FileChange(String file, Work work) {
            this.file = file;
            this.work = work;
        }

        private String file() {
            return file;
        }

        private void decide(Statements statements) throws SQLException {
            decide(Boolean.valueOf(work.write(statements)));
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

    /** Begins a file, if the account is there and has room. @param isCounted whether it needs room within the account's limits */
    static FileChange begin(StoredFile begun, KeyOwner owner, byte[] about, boolean isCounted) {
        return new FileChange(
                "",
                statements -> (!isCounted
                                || FileStore.Taken.of(statements, begun.accountId())
                                        .leaves(begun.purpose(), begun.bytes()))
                        && statements.run(
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
                                > 0);
    }

    /** Appends a piece, if the file is as long as its writer believes. @param after the same file with the piece */
    static FileChange append(StoredFile before, StoredFile after, byte[] sealed) {
        return new FileChange(before.id(), statements -> {
            int grown = statements.run(
                    GROW, after.written(), after.sha256(), after.expiresAt(), before.id(), before.written());
            return grown > 0 && statements.run(PIECE, before.id(), before.written(), sealed) > 0;
        });
    }

    /** Deletes a file that a key may read. */
    static FileChange delete(String accountId, KeyOwner reads, Purpose purpose, String id) {
        return new FileChange(id, statements -> {
            boolean isGone = statements.run(DELETE, id, accountId, purpose.code(), reads.id(), reads.originId()) > 0;
            if (isGone) {
                statements.run(PIECES, id);
            }
            return isGone;
        });
    }

    /** Sets when a whole file expires that a key may read, and that has not expired. */
    static FileChange keepUntil(
            String accountId, KeyOwner reads, Purpose purpose, String id, long now, long expiresAt) {
        return new FileChange(
                id,
                statements -> statements.run(
                                KEEP, expiresAt, id, accountId, purpose.code(), now, reads.id(), reads.originId())
                        > 0);
    }

    /** Forgets files that have expired. Decides whether there may be more. */
    static FileChange forget(Instant before) {
        return new FileChange("", statements -> {
            List<String> gone = statements.list(
                    statements.dialect() == Dialect.SQLITE ? EXPIRED : EXPIRED + " FOR UPDATE SKIP LOCKED",
                    row -> row.getString(1),
                    before,
                    FILES_AT_ONCE);
            for (String id : gone) {
                statements.run(FORGET, id);
                statements.run(PIECES, id);
            }
            return gone.size() == FILES_AT_ONCE;
        });
    }
}
