package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The signatures' SQL on the writer's connection: what the changes of a batch ask for is gathered and written together. So that two nodes
 * cannot wait for each other, what must be written comes first, under the accounts' locks and in the order of the keys; notes of a use and
 * sweeps follow, and pass over what another node holds.
 */
final class SignatureRows {

    private static final RowStatement ADVANCE = RowStatement.of("""
            INSERT INTO signature_share (account_id, kib) VALUES (?, ?)
            ON CONFLICT (account_id) DO UPDATE SET kib = signature_share.kib + excluded.kib
            RETURNING account_id, kib""", """
            INSERT INTO signature_share (account_id, kib) SELECT * FROM unnest(?, ?)
            ON CONFLICT (account_id) DO UPDATE SET kib = signature_share.kib + excluded.kib
            RETURNING account_id, kib""", "text", "bigint");

    private static final String COLUMNS =
            "(account_id, print, place, model, channel, is_first, upstream_id, signature, used_at)";
    private static final String REPLACE = """
             ON CONFLICT (account_id, print) DO UPDATE SET place = excluded.place, model = excluded.model, channel = excluded.channel,
                is_first = excluded.is_first, upstream_id = excluded.upstream_id, signature = excluded.signature,
                used_at = excluded.used_at""";
    private static final RowStatement KEEP = RowStatement.of(
            "INSERT INTO thought_signature " + COLUMNS + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" + REPLACE,
            "INSERT INTO thought_signature " + COLUMNS + " SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)" + REPLACE,
            "text",
            "text",
            "bigint",
            "text",
            "text",
            "bigint",
            "text",
            "text",
            "bigint");

    private static final RowStatement WIND_OFF =
            RowStatement.of("DELETE FROM thought_signature WHERE account_id = ? AND place <= ?", """
            DELETE FROM thought_signature USING unnest(?, ?) AS gone (account_id, place)
            WHERE thought_signature.account_id = gone.account_id AND thought_signature.place <= gone.place""", "text", "bigint");

    private static final RowStatement TOUCH = RowStatement.of(
            "UPDATE thought_signature SET used_at = ? WHERE account_id = ? AND print = ?",
            """
            UPDATE thought_signature SET used_at = free.at
            FROM (SELECT used.at, s.account_id, s.print FROM thought_signature AS s
                JOIN unnest(?, ?, ?) AS used (at, account_id, print) ON used.account_id = s.account_id AND used.print = s.print
                FOR NO KEY UPDATE OF s SKIP LOCKED) AS free
            WHERE thought_signature.account_id = free.account_id AND thought_signature.print = free.print""",
            "bigint",
            "text",
            "text");

    private static final String FORGET = """
            DELETE FROM thought_signature WHERE (account_id, print) IN
                (SELECT account_id, print FROM thought_signature WHERE used_at < ? ORDER BY used_at LIMIT ?)""";
    private static final String FORGET_FREE = """
            WITH gone AS MATERIALIZED
                (SELECT account_id, print FROM thought_signature WHERE used_at < ? ORDER BY used_at LIMIT ? FOR UPDATE SKIP LOCKED)
            DELETE FROM thought_signature USING gone
            WHERE thought_signature.account_id = gone.account_id AND thought_signature.print = gone.print""";

    private record Key(String accountId, String print) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byAccount = accountId.compareTo(other.accountId);
            return byAccount != 0 ? byAccount : print.compareTo(other.print);
        }
    }

    private record Kept(KeepSignatures.Row row, long usedAt) {}

    private final Statements statements;
    private final long shareKib;
    private final SortedMap<Key, Kept> kept = new TreeMap<>();
    private final SortedMap<Key, Long> touched = new TreeMap<>();

    SignatureRows(Statements statements, long shareKib) {
        this.statements = statements;
        this.shareKib = shareKib;
    }

    void keep(KeepSignatures keep) {
        for (KeepSignatures.Row row : keep.rows()) {
            kept.put(
                    new Key(keep.accountId(), row.print()),
                    new Kept(row, keep.settle().at().toEpochMilli()));
        }
    }

    void touch(TouchSignatures touch) {
        for (String print : touch.prints()) {
            touched.put(new Key(touch.accountId(), print), touch.at().toEpochMilli());
        }
    }

    /** @return how many there were */
    int forget(long beforeMillis, int rowsMax) throws SQLException {
        PreparedStatement delete = statements.of(statements.dialect() == Dialect.SQLITE ? FORGET : FORGET_FREE);
        delete.setLong(1, beforeMillis);
        delete.setInt(2, rowsMax);
        return delete.executeUpdate();
    }

    void write() throws SQLException {
        if (!kept.isEmpty()) {
            Map<String, Long> ends = advance();
            writeKept(ends);
            windOff(ends);
        }
        if (!touched.isEmpty()) {
            writeTouched();
        }
    }

    private void writeTouched() throws SQLException {
        RowStatement.Rows rows = TOUCH.on(statements);
        for (Map.Entry<Key, Long> entry : touched.entrySet()) {
            rows.number(entry.getValue().longValue())
                    .text(entry.getKey().accountId())
                    .text(entry.getKey().print())
                    .next();
        }
        rows.finish();
    }

    /** @return where each account's tape ends now */
    private Map<String, Long> advance() throws SQLException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        kept.forEach((key, it) -> sizes.merge(key.accountId(), it.row().kib(), Long::sum));
        Map<String, Long> ends = new TreeMap<>();
        RowStatement.Rows rows = ADVANCE.on(statements, row -> ends.put(row.getString(1), row.getLong(2)));
        for (Map.Entry<String, Long> size : sizes.entrySet()) {
            rows.text(size.getKey()).number(size.getValue().longValue()).next();
        }
        rows.finish();
        return ends;
    }

    /** The last of an account's rows ends where its tape does. */
    private void writeKept(Map<String, Long> ends) throws SQLException {
        Map<String, Long> places = new TreeMap<>(ends);
        RowStatement.Rows rows = KEEP.on(statements);
        for (Map.Entry<Key, Kept> entry : kept.entrySet()) {
            KeepSignatures.Row row = entry.getValue().row();
            String accountId = entry.getKey().accountId();
            long place = places.merge(accountId, -row.kib(), Long::sum) + row.kib();
            rows.text(accountId)
                    .text(row.print())
                    .number(place)
                    .text(row.model())
                    .text(row.channel())
                    .number(row.first() ? 1L : 0L)
                    .text(row.upstreamId())
                    .text(row.signature())
                    .number(entry.getValue().usedAt())
                    .next();
        }
        rows.finish();
    }

    private void windOff(Map<String, Long> ends) throws SQLException {
        RowStatement.Rows rows = WIND_OFF.on(statements);
        for (Map.Entry<String, Long> end : ends.entrySet()) {
            if (end.getValue() > shareKib) {
                rows.text(end.getKey()).number(end.getValue() - shareKib).next();
            }
        }
        rows.finish();
    }
}
