package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of kept signatures, read only. Thread-safe. */
final class KeptSignatures {

    private static final String COLUMNS =
            "SELECT s.print, s.model, s.channel, s.is_first, s.upstream_id, s.signature, s.used_at FROM ";
    private static final String FIND_SQLITE = COLUMNS + """
            json_each(?) AS wanted CROSS JOIN thought_signature AS s ON s.account_id = ? AND s.print = wanted.value""";
    private static final String FIND_POSTGRESQL = COLUMNS + """
            thought_signature AS s WHERE s.print = ANY (?) AND s.account_id = ?""";

    private final Database database;

    /** @param signature sealed; null if only the call's id was kept. @param usedAt in milliseconds since 1970 */
    record Row(
            String print,
            String model,
            String channel,
            boolean first,
            @Nullable String upstreamId,
            @Nullable String signature,
            long usedAt) {}

    KeptSignatures(Database database) {
        this.database = database;
    }

    /**
     * Reads the kept signatures of an account in one read, by their prints. Blocks.
     *
     * @throws dev.tollgate.storage.StoreException if the store cannot be read
     */
    Map<String, Row> read(String accountId, Stream<String> wanted) {
        List<String> prints = wanted.distinct().toList();
        return database.readFor(accountId, sql -> {
            boolean embedded = database.dialect() == Dialect.SQLITE;
            try (PreparedStatement select = sql.prepare(embedded ? FIND_SQLITE : FIND_POSTGRESQL)) {
                setPrints(select, embedded, prints);
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

    private static void setPrints(PreparedStatement select, boolean embedded, List<String> prints) throws SQLException {
        if (embedded) {
            select.setString(1, "[\"" + String.join("\",\"", prints) + "\"]");
        } else {
            select.setArray(1, select.getConnection().createArrayOf("text", prints.toArray()));
        }
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
