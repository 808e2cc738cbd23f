package dev.tollgate.calls.kept;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The kept responses' SQL on the writer's connection. */
final class ResponseRows {

    private static final RowStatement ADVANCE = RowStatement.of("""
            INSERT INTO kept_share (bytes, account_id) SELECT ?, a.id FROM account a WHERE a.id = ? AND a.deleted_at IS NULL
            ON CONFLICT (account_id) DO UPDATE SET bytes = kept_share.bytes + excluded.bytes
            RETURNING account_id, bytes""", """
            INSERT INTO kept_share (bytes, account_id)
            SELECT s.bytes, a.id FROM unnest(?, ?) AS s (bytes, account_id)
                JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL
            ON CONFLICT (account_id) DO UPDATE SET bytes = kept_share.bytes + excluded.bytes
            RETURNING account_id, bytes""", "bigint", "text");

    private static final String KEEP = """
            INSERT INTO kept_response (id, account_id, previous_id, place, plain_bytes, bytes, sealed, used_at)
            SELECT ?, a.id, ?, ?, ?, ?, ?, ? FROM account a WHERE a.id = ? AND a.deleted_at IS NULL""";

    private static final RowStatement WIND_OFF =
            RowStatement.of("DELETE FROM kept_response WHERE account_id = ? AND place <= ?", """
            DELETE FROM kept_response USING unnest(?, ?) AS gone (account_id, place)
            WHERE kept_response.account_id = gone.account_id AND kept_response.place <= gone.place""", "text", "bigint");

    private static final String DELETE = "DELETE FROM kept_response WHERE id = ? AND account_id = ?";

    private static final RowStatement TOUCH = RowStatement.of(
            "UPDATE kept_response SET used_at = ? WHERE id = ? AND account_id = ?", """
            UPDATE kept_response SET used_at = free.at
            FROM (SELECT used.at, k.id FROM kept_response AS k
                JOIN unnest(?, ?, ?) AS used (at, id, account_id) ON used.id = k.id AND used.account_id = k.account_id
                FOR NO KEY UPDATE OF k SKIP LOCKED) AS free
            WHERE kept_response.id = free.id""", "bigint", "text", "text");

    private static final String LEAST_USED = "SELECT id, bytes, used_at FROM kept_response ORDER BY used_at LIMIT ?";
    private static final String LEAST_USED_FREE = LEAST_USED + " FOR UPDATE SKIP LOCKED";
    private static final String FORGET = "DELETE FROM kept_response WHERE id = ?";

    private final Statements statements;
    private final long shareBytes;

    ResponseRows(Statements statements, long shareBytes) {
        this.statements = statements;
        this.shareBytes = shareBytes;
    }

    void keep(List<KeptEntry> kept, List<DeleteKept> deletions, long usedAt) throws SQLException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        deletions.forEach(delete -> sizes.put(delete.accountId(), 0L)); // for the lock
        kept.forEach(entry -> sizes.merge(entry.accountId(), entry.bytes(), Long::sum));
        Map<String, Long> ends = advance(sizes);
        insert(kept, new TreeMap<>(ends), usedAt);
        windOff(ends);
        for (DeleteKept delete : deletions) {
            delete.made(statements.run(DELETE, delete.id(), delete.accountId()) > 0);
        }
    }

    /** A deleted account has no tape. @return where each other account's tape ends now */
    private SortedMap<String, Long> advance(SortedMap<String, Long> sizes) throws SQLException {
        SortedMap<String, Long> ends = new TreeMap<>();
        RowStatement.Rows rows = ADVANCE.on(statements, row -> ends.put(row.getString(1), row.getLong(2)));
        for (Map.Entry<String, Long> size : sizes.entrySet()) {
            rows.number(size.getValue().longValue()).text(size.getKey()).next();
        }
        rows.finish();
        return ends;
    }

    /** The last of an account's rows ends where its tape does. */
    private void insert(List<KeptEntry> kept, Map<String, Long> places, long usedAt) throws SQLException {
        if (kept.isEmpty()) {
            return;
        }
        PreparedStatement insert = statements.of(KEEP);
        for (KeptEntry entry : kept.reversed()) {
            long place = places.merge(entry.accountId(), -entry.bytes(), Long::sum) + entry.bytes();
            insert.setString(1, entry.id());
            insert.setString(2, entry.previousId());
            insert.setLong(3, place);
            insert.setLong(4, entry.plainBytes());
            insert.setLong(5, entry.bytes());
            insert.setBytes(6, entry.sealed());
            insert.setLong(7, usedAt);
            insert.setString(8, entry.accountId());
            insert.addBatch();
        }
        insert.executeBatch();
    }

    private void windOff(Map<String, Long> ends) throws SQLException {
        RowStatement.Rows rows = WIND_OFF.on(statements);
        for (Map.Entry<String, Long> end : ends.entrySet()) {
            if (end.getValue() > shareBytes) {
                rows.text(end.getKey()).number(end.getValue() - shareBytes).next();
            }
        }
        rows.finish();
    }

    void touch(TouchKept touch) throws SQLException {
        RowStatement.Rows rows = TOUCH.on(statements);
        for (String id : touch.ids()) {
            rows.number(touch.at().toEpochMilli())
                    .text(id)
                    .text(touch.accountId())
                    .next();
        }
        rows.finish();
    }

    private record Found(String id, long bytes, long usedAt) {}

    ForgetKept.Freed forget(ForgetKept forget) throws SQLException {
        List<Found> found = statements.list(
                statements.dialect() == Dialect.SQLITE ? LEAST_USED : LEAST_USED_FREE,
                row -> new Found(row.getString(1), row.getLong(2), row.getLong(3)),
                forget.rowsMax());
        List<String> gone = new ArrayList<>();
        long freed = 0;
        for (Found it : found) {
            if (it.usedAt() >= forget.before().toEpochMilli() && freed >= forget.bytesOver()) {
                break;
            }
            gone.add(it.id());
            freed += it.bytes();
        }
        if (!gone.isEmpty()) {
            PreparedStatement delete = statements.of(FORGET);
            for (String id : gone) {
                delete.setString(1, id);
                delete.addBatch();
            }
            delete.executeBatch();
        }
        return new ForgetKept.Freed(gone.size(), freed);
    }
}
