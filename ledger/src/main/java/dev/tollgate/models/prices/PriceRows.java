package dev.tollgate.models.prices;

import dev.tollgate.base.ids.Drawn;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one writer of {@code price}: its rows are only added. */
final class PriceRows {

    private static final String LAST = "SELECT COALESCE(MAX(number), 0) FROM price WHERE kind = ?";
    private static final String INSERT = """
            INSERT INTO price (version, kind, number, model_id, created_at, from_at, terms, proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""";

    private PriceRows() {}

    /** Returns the number of the latest row of a kind; 0 if there is none. */
    static long last(Sql sql, String kind) throws SQLException {
        return sql.number(LAST, kind);
    }

    /**
     * @param kind {@code file}, {@code set} or {@code cost}
     * @param modelId empty for an upstream's list price, which several models can have
     * @param from the time from which a price that was set is in force; null for at once
     */
    static void insert(
            Sql sql,
            String version,
            String kind,
            long number,
            String modelId,
            Instant at,
            @Nullable Instant from,
            String terms)
            throws SQLException {
        List<@Nullable Object> values = Arrays.asList(
                version,
                kind,
                number,
                modelId,
                at.toEpochMilli(),
                from == null ? null : from.toEpochMilli(),
                terms,
                null);
        String written = values.subList(0, values.size() - 1).stream()
                .map(String::valueOf)
                .collect(Collectors.joining("\n"));
        values.set(values.size() - 1, new Drawn(written).nextLong());
        sql.run(INSERT, values.toArray());
    }
}
