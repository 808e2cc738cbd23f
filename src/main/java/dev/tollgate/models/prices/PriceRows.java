package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.TariffJson;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of prices, on the writer's connection except for {@link #version}. */
final class PriceRows {

    static final String COLUMNS = """
            SELECT sequence, model_id, version, created_at, input_micros, output_micros, reasoning_billed, rounding, step_micros,
                minimum_micros, tariff, from_at
            FROM price_version""";
    private static final String NEWEST = COLUMNS + " WHERE model_id = ? ORDER BY sequence DESC LIMIT 1";
    private static final String INSERT = """
            INSERT INTO price_version (sequence, model_id, version, created_at, input_micros, output_micros, reasoning_billed, rounding,
                step_micros, minimum_micros, tariff, from_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

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
                Columns.time(row, 4),
                Columns.timeOrNull(row, 12),
                new Pricing(
                        row.getString(3),
                        tariff(row.getString(11), row.getLong(5), row.getLong(6)),
                        row.getInt(7) == 1,
                        rounding));
    }

    /** Returns the tariff of a row. @param json null for a price of input and output alone */
    static Tariff tariff(@Nullable String json, long inputMicros, long outputMicros) {
        return json == null ? Tariff.of(inputMicros, outputMicros) : TariffJson.read(JSON.readTree(json));
    }

    /** Returns a row's column for a tariff; null if it has input and output alone. */
    static @Nullable String json(Tariff tariff) {
        return tariff.isPlain() ? null : TariffJson.of(tariff).toString();
    }

    long last() throws SQLException {
        return statements.number("SELECT COALESCE(MAX(sequence), 0) FROM price_version");
    }

    @Nullable
    PriceVersion newest(String modelId) throws SQLException {
        return statements.one(NEWEST, PriceRows::version, modelId);
    }

    void insert(PriceVersion version) throws SQLException {
        Pricing pricing = version.pricing();
        statements.run(
                INSERT,
                version.sequence(),
                version.modelId(),
                pricing.version(),
                version.at(),
                pricing.inputMicrosPerMillion(),
                pricing.outputMicrosPerMillion(),
                pricing.reasoningBilled(),
                pricing.rounding().form().name(),
                pricing.rounding().stepMicros(),
                pricing.rounding().minimumMicros(),
                json(pricing.tariff()),
                version.from());
    }
}
