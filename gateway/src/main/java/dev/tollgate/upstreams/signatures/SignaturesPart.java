package dev.tollgate.upstreams.signatures;

import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Tape;
import dev.tollgate.upstreams.pool.StoredWord;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of kept signatures: its changes, their share of a batch, and its reads. What the changes of a batch ask for is gathered and written
 * together. So that two nodes cannot wait for each other, what must be written comes first, under the accounts' locks and in the order of the keys;
 * notes of a use and sweeps follow, and pass over what another node holds.
 *
 * @param shareKib what the signatures of one account may take
 */
record SignaturesPart(long shareKib) implements Part<SignaturesPart.SignatureChange> {

    sealed interface SignatureChange extends Change {}

    private static final Tape TAPE =
            new Tape("thought_signature", "signature_share", "kib", "VALUES (?, ?)", "SELECT * FROM unnest(?, ?)");

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

    @Override
    public Class<SignatureChange> type() {
        return SignatureChange.class;
    }

    /** Keeps what was signed in an answer, if it is charged in the same unit. What has the same print is replaced. */
    record Keep(Settle settle, String accountId, List<Row> rows) implements SignatureChange {

        Keep {
            rows = List.copyOf(rows);
        }
    }

    /** Notes that signatures are still in use. */
    record Touch(String accountId, List<String> prints, Instant at) implements SignatureChange {

        Touch {
            prints = List.copyOf(prints);
        }
    }

    /** Moves a signature from its print under an older key to that under the first one. Another node that does so at the same time is not waited for. */
    record Move(String accountId, String from, Row to) implements SignatureChange {

        private static final String EMBEDDED = """
                UPDATE thought_signature SET print = ?, signature = ?, used_at = ? WHERE account_id = ? AND print = ?
                    AND NOT EXISTS (SELECT 1 FROM thought_signature AS there WHERE there.account_id = ? AND there.print = ?)""";
        private static final String FREE = """
                WITH free AS MATERIALIZED
                    (SELECT account_id, print FROM thought_signature WHERE account_id = ? AND print = ? FOR UPDATE SKIP LOCKED)
                UPDATE thought_signature SET print = ?, signature = ?, used_at = ? FROM free
                WHERE thought_signature.account_id = free.account_id AND thought_signature.print = free.print
                    AND NOT EXISTS (SELECT 1 FROM thought_signature AS there WHERE there.account_id = ? AND there.print = ?)""";

        private void write(Statements statements) throws SQLException {
            if (statements.dialect() == Dialect.SQLITE) {
                statements.run(EMBEDDED, to.print, to.signature, to.usedAt, accountId, from, accountId, to.print);
            } else {
                statements.run(FREE, accountId, from, to.print, to.signature, to.usedAt, accountId, to.print);
            }
        }
    }

    /** Forgets signatures that were last used before a time, so many at most. The outcome is how many there were. */
    static final class Forget extends Decision<Integer> implements SignatureChange {

        private static final String EMBEDDED = """
                DELETE FROM thought_signature WHERE (account_id, print) IN
                    (SELECT account_id, print FROM thought_signature WHERE used_at < ? ORDER BY used_at LIMIT ?)""";
        private static final String FREE = """
                WITH gone AS MATERIALIZED
                    (SELECT account_id, print FROM thought_signature WHERE used_at < ? ORDER BY used_at LIMIT ? FOR UPDATE SKIP LOCKED)
                DELETE FROM thought_signature USING gone
                WHERE thought_signature.account_id = gone.account_id AND thought_signature.print = gone.print""";

        private final Instant before;
        private final int rowsMax;

        Forget(Instant before, int rowsMax) {
            this.before = before;
            this.rowsMax = rowsMax;
        }

        private void write(Statements statements) throws SQLException {
            String sql = statements.dialect() == Dialect.SQLITE ? EMBEDDED : FREE;
            decide(statements.run(sql, before.toEpochMilli(), rowsMax));
        }
    }

    /** @param signature sealed; null if only the call's id is kept. @param usedAt in milliseconds since 1970 */
    record Row(
            String print,
            String model,
            String channel,
            boolean first,
            @Nullable String upstreamId,
            @Nullable String signature,
            long usedAt) {

        private static final int OTHER_CHARS = 256;
        private static final int KIB = 1024;

        Row {
            upstreamId = StoredWord.id(upstreamId);
        }

        /** What it takes of the account's share, at least 1. */
        private long kib() {
            int chars = OTHER_CHARS + Signatures.length(upstreamId) + Signatures.length(signature);
            return (chars + KIB - 1) / KIB;
        }
    }

    private record Key(String accountId, String print) implements Comparable<Key> {

        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::accountId).thenComparing(Key::print);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    @Override
    public void write(Statements statements, List<SignatureChange> changes) throws SQLException {
        SortedMap<Key, Row> kept = new TreeMap<>();
        SortedMap<Key, Long> touched = new TreeMap<>();
        for (SignatureChange change : changes) {
            switch (change) {
                case Keep keep
                when keep.settle.resolved() ->
                    keep.rows.forEach(row -> kept.put(new Key(keep.accountId, row.print), row));
                case Touch touch ->
                    touch.prints.forEach(
                            print -> touched.put(new Key(touch.accountId, print), touch.at.toEpochMilli()));
                case Keep _, Move _, Forget _ -> {}
            }
        }
        if (!kept.isEmpty()) {
            keep(statements, kept);
        }
        touch(statements, touched);
        for (SignatureChange change : changes) {
            switch (change) {
                case Move move -> move.write(statements);
                case Forget forget -> forget.write(statements);
                case Keep _, Touch _ -> {}
            }
        }
    }

    private void keep(Statements statements, SortedMap<Key, Row> kept) throws SQLException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        kept.forEach((key, row) -> sizes.merge(key.accountId, row.kib(), Long::sum));
        Tape.Advanced tapes = TAPE.advance(statements, sizes);
        RowStatement.Rows rows = KEEP.on(statements);
        for (Map.Entry<Key, Row> entry : kept.entrySet()) {
            String accountId = entry.getKey().accountId;
            Row row = entry.getValue();
            rows.text(accountId)
                    .text(row.print)
                    .number(tapes.place(accountId, row.kib()))
                    .text(row.model)
                    .text(row.channel)
                    .number(row.first ? 1L : 0L)
                    .text(row.upstreamId)
                    .text(row.signature)
                    .number(row.usedAt)
                    .next();
        }
        rows.finish();
        tapes.windOff(shareKib);
    }

    private static void touch(Statements statements, SortedMap<Key, Long> touched) throws SQLException {
        RowStatement.Rows rows = TOUCH.on(statements);
        for (Map.Entry<Key, Long> entry : touched.entrySet()) {
            Key key = entry.getKey();
            rows.number(entry.getValue().longValue())
                    .text(key.accountId)
                    .text(key.print)
                    .next();
        }
        rows.finish();
    }

    // ---- reads ----

    private static final String FOUND =
            "SELECT s.print, s.model, s.channel, s.is_first, s.upstream_id, s.signature, s.used_at FROM ";
    private static final String FIND_SQLITE = FOUND + """
            json_each(?) AS wanted CROSS JOIN thought_signature AS s ON s.account_id = ? AND s.print = wanted.value""";
    private static final String FIND_POSTGRESQL = FOUND + """
            thought_signature AS s WHERE s.print = ANY (?) AND s.account_id = ?""";

    /**
     * Reads the kept signatures of an account in one read, by their prints. Blocks.
     *
     * @throws dev.tollgate.storage.StoreException if the store cannot be read
     */
    static Map<String, Row> read(Database database, String accountId, Stream<String> wanted) {
        List<String> prints = wanted.distinct().toList();
        return database.readFor(accountId, sql -> {
            boolean embedded = database.dialect() == Dialect.SQLITE;
            try (PreparedStatement select = sql.prepare(embedded ? FIND_SQLITE : FIND_POSTGRESQL)) {
                if (embedded) {
                    select.setString(1, "[\"" + String.join("\",\"", prints) + "\"]");
                } else {
                    select.setArray(1, select.getConnection().createArrayOf("text", prints.toArray()));
                }
                select.setString(2, accountId);
                Map<String, Row> found = new HashMap<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        found.put(row.getString(1), row(row));
                    }
                }
                return found;
            }
        });
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4) == 1,
                row.getString(5),
                row.getString(6),
                row.getLong(7));
    }
}
