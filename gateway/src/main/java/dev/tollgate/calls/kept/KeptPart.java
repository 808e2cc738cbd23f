package dev.tollgate.calls.kept;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Tape;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The kept responses' changes and their share of a batch. Responses and deletions come first, under their accounts' locks in the order of the accounts;
 * notes of a use and sweeps follow and pass over what another node holds, so two nodes never wait for each other.
 *
 * @param shareBytes what the responses of one account may take
 */
record KeptPart(long shareBytes) implements Part<KeptPart.KeptChange> {

    sealed interface KeptChange extends Change {}

    // A deleted account has no tape.
    private static final Tape TAPE = new Tape(
            "kept_response",
            "kept_share",
            "bytes",
            "SELECT ?, a.id FROM account a WHERE a.id = ? AND a.deleted_at IS NULL",
            """
            SELECT s.bytes, a.id FROM unnest(?, ?) AS s (bytes, account_id)
                JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL""");

    private static final String KEEP = """
            INSERT INTO kept_response (id, account_id, previous_id, place, plain_bytes, bytes, sealed, used_at, owner, origin_id, form, call_id)
            SELECT ?, a.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM account a WHERE a.id = ? AND a.deleted_at IS NULL""";

    @Override
    public Class<KeptChange> type() {
        return KeptChange.class;
    }

    @Override
    public void write(Statements statements, List<KeptChange> changes) throws SQLException {
        List<Keep> kept = of(Keep.class, changes).stream()
                .filter(keep -> keep.settle.resolved())
                .toList();
        List<Delete> deletions = of(Delete.class, changes);
        SortedMap<String, Long> sizes = new TreeMap<>();
        deletions.forEach(delete -> sizes.put(delete.accountId, 0L)); // for the lock
        kept.forEach(keep -> sizes.merge(keep.entry.accountId(), keep.entry.bytes(), Long::sum));
        if (!sizes.isEmpty()) {
            Tape.Advanced tapes = TAPE.advance(statements, sizes);
            insert(statements, kept, tapes);
            tapes.windOff(shareBytes);
        }
        for (Delete delete : deletions) {
            delete.write(statements);
        }
        for (Touch touch : of(Touch.class, changes)) {
            touch.write(statements);
        }
        for (Anew anew : of(Anew.class, changes)) {
            anew.write(statements);
        }
        for (Forget forget : of(Forget.class, changes)) {
            forget.write(statements);
        }
    }

    private static <T extends KeptChange> List<T> of(Class<T> type, List<KeptChange> changes) {
        return changes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static void insert(Statements statements, List<Keep> kept, Tape.Advanced tapes) throws SQLException {
        if (kept.isEmpty()) {
            return;
        }
        PreparedStatement insert = statements.of(KEEP);
        for (Keep keep : kept.reversed()) {
            KeptEntry entry = keep.entry;
            insert.setString(1, entry.id());
            insert.setString(2, entry.previousId());
            insert.setLong(3, tapes.place(entry.accountId(), entry.bytes()));
            insert.setLong(4, entry.plainBytes());
            insert.setLong(5, entry.bytes());
            insert.setBytes(6, entry.sealed());
            insert.setLong(7, entry.usedAt(keep.settle.at()));
            insert.setString(8, entry.owner().id());
            insert.setString(9, entry.owner().originId());
            insert.setString(10, entry.form().code());
            String callId = keep.settle.reservationId();
            insert.setString(11, callId.equals(entry.id()) ? null : callId); // a job's response has the job's id
            insert.setString(12, entry.accountId());
            insert.addBatch();
        }
        insert.executeBatch();
    }

    /** Keeps a response, if it is charged in the same unit. */
    record Keep(Settle settle, KeptEntry entry) implements KeptChange {}

    /** Notes that responses are still in use. */
    record Touch(String accountId, List<String> ids, Instant at) implements KeptChange {

        private static final RowStatement SQL = RowStatement.of(
                "UPDATE kept_response SET used_at = ? WHERE id = ? AND account_id = ?", """
                UPDATE kept_response SET used_at = free.at
                FROM (SELECT used.at, k.id FROM kept_response AS k
                    JOIN unnest(?, ?, ?) AS used (at, id, account_id) ON used.id = k.id AND used.account_id = k.account_id
                    FOR NO KEY UPDATE OF k SKIP LOCKED) AS free
                WHERE kept_response.id = free.id""", "bigint", "text", "text");

        Touch {
            ids = List.copyOf(ids);
        }

        private void write(Statements statements) throws SQLException {
            RowStatement.Rows rows = SQL.on(statements);
            for (String id : ids) {
                rows.number(at.toEpochMilli()).text(id).text(accountId).next();
            }
            rows.finish();
        }
    }

    /** Writes a response as it is sealed under another key. Another node that does so at the same time is not waited for. */
    record Anew(String accountId, String id, byte[] sealed) implements KeptChange {

        private static final String EMBEDDED =
                "UPDATE kept_response SET sealed = ?, bytes = ? WHERE id = ? AND account_id = ?";
        private static final String FREE = """
                UPDATE kept_response SET sealed = ?, bytes = ? WHERE id IN
                    (SELECT id FROM kept_response WHERE id = ? AND account_id = ? FOR NO KEY UPDATE SKIP LOCKED)""";

        private void write(Statements statements) throws SQLException {
            long bytes = KeptEntry.bytes(sealed); // another form may be longer
            statements.run(statements.dialect() == Dialect.SQLITE ? EMBEDDED : FREE, sealed, bytes, id, accountId);
        }
    }

    /** Deletes a response that a key may read. The outcome is whether it was there. */
    static final class Delete extends Decision<Boolean> implements KeptChange {

        private static final String DELETE =
                "DELETE FROM kept_response AS k WHERE k.id = ? AND k.account_id = ? AND k.form = ? AND "
                        + KeptResponses.READABLE;

        private final String accountId;
        private final KeyOwner reads;
        private final KeptForm form;
        private final String id;

        Delete(String accountId, KeyOwner reads, KeptForm form, String id) {
            this.accountId = accountId;
            this.reads = reads;
            this.form = form;
            this.id = id;
        }

        private void write(Statements statements) throws SQLException {
            String origin = reads.originId();
            decide(statements.run(DELETE, id, accountId, form.code(), reads.id(), origin, origin) > 0);
        }
    }

    /** Forgets responses that were last used before a time, and further ones until so many bytes are free, in the order of their last use. */
    static final class Forget extends Decision<Forget.Freed> implements KeptChange {

        private static final String LEAST_USED =
                "SELECT id, bytes, used_at FROM kept_response ORDER BY used_at LIMIT ?";

        private final Instant before;
        private final long bytesOver;
        private final int rowsMax;

        record Freed(int rows, long bytes) {}

        private record Found(String id, long bytes, long usedAt) {}

        Forget(Instant before, long bytesOver, int rowsMax) {
            this.before = before;
            this.bytesOver = bytesOver;
            this.rowsMax = rowsMax;
        }

        private void write(Statements statements) throws SQLException {
            List<Found> found = statements.list(
                    statements.dialect() == Dialect.SQLITE ? LEAST_USED : LEAST_USED + " FOR UPDATE SKIP LOCKED",
                    row -> new Found(row.getString(1), row.getLong(2), row.getLong(3)),
                    rowsMax);
            List<String> gone = new ArrayList<>();
            long freed = 0;
            for (Found it : found) {
                if (it.usedAt() >= before.toEpochMilli() && freed >= bytesOver) {
                    break;
                }
                gone.add(it.id());
                freed += it.bytes();
            }
            if (!gone.isEmpty()) {
                PreparedStatement delete = statements.of("DELETE FROM kept_response WHERE id = ?");
                for (String id : gone) {
                    delete.setString(1, id);
                    delete.addBatch();
                }
                delete.executeBatch();
            }
            decide(new Freed(gone.size(), freed));
        }
    }
}
