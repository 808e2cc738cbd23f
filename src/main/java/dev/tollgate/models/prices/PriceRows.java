package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The prices' SQL. On the writer's connection, but for {@link #version}. */
final class PriceRows {

    static final String COLUMNS = """
            SELECT sequence, model_id, version, created_at, input_micros, output_micros, reasoning_billed, rounding, step_micros,
                minimum_micros
            FROM price_version""";
    private static final String NEWEST = COLUMNS + " WHERE model_id = ? ORDER BY sequence DESC LIMIT 1";
    private static final String INSERT = """
            INSERT INTO price_version (sequence, model_id, version, created_at, input_micros, output_micros, reasoning_billed, rounding,
                step_micros, minimum_micros)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private final Statements statements;

    PriceRows(Statements statements) {
        this.statements = statements;
    }

    static PriceVersion version(ResultSet row) throws SQLException {
        Pricing.Rounding rounding =
                new Pricing.Rounding(Pricing.Rounding.Form.valueOf(row.getString(8)), row.getLong(9), row.getLong(10));
        return new PriceVersion(
                row.getLong(1),
                row.getString(2),
                Instant.ofEpochMilli(row.getLong(4)),
                new Pricing(row.getString(3), row.getLong(5), row.getLong(6), row.getInt(7) == 1, rounding));
    }

    long last() throws SQLException {
        try (ResultSet row = statements
                .of("SELECT COALESCE(MAX(sequence), 0) FROM price_version")
                .executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    @Nullable
    PriceVersion newest(String modelId) throws SQLException {
        PreparedStatement select = statements.of(NEWEST);
        select.setString(1, modelId);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? version(row) : null;
        }
    }

    void insert(PriceVersion version) throws SQLException {
        Pricing pricing = version.pricing();
        PreparedStatement insert = statements.of(INSERT);
        insert.setLong(1, version.sequence());
        insert.setString(2, version.modelId());
        insert.setString(3, pricing.version());
        insert.setLong(4, version.at().toEpochMilli());
        insert.setLong(5, pricing.inputMicrosPerMillion());
        insert.setLong(6, pricing.outputMicrosPerMillion());
        insert.setInt(7, pricing.reasoningBilled() ? 1 : 0);
        insert.setString(8, pricing.rounding().form().name());
        insert.setLong(9, pricing.rounding().stepMicros());
        insert.setLong(10, pricing.rounding().minimumMicros());
        insert.executeUpdate();
    }
}
