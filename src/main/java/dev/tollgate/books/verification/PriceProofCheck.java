package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that each price of a catalogue is as a start has recorded it, in all its rates, steps and tiers: calls show only those that they were charged
 * by.
 */
final class PriceProofCheck implements Check {

    private static final String SQL = """
            SELECT version, model_id, created_at, input_micros, output_micros, reasoning_billed, rounding, step_micros, minimum_micros, tariff,
                proof
            FROM price_rates ORDER BY version""";

    private static final int PROOF = 11;

    @Override
    public String subject() {
        return "recorded prices";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int column = 1; column < PROOF; column++) {
            values.add(String.valueOf(row.getString(column)));
        }
        if (Sha256.proof(String.join("\n", values)) != row.getLong(PROOF)) {
            findings.add("price " + values.getFirst() + " is not as it was recorded");
        }
    }
}
