package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Prices that operators have set, which are few: a call by one of them was charged by its rates. */
final class PriceCheck implements Check {

    private static final String SQL =
            "SELECT version, input_micros, output_micros, reasoning_billed FROM price_version ORDER BY sequence";

    private record Rates(long inputMicros, long outputMicros, boolean reasoningBilled) {}

    private final Map<String, Rates> versions = new HashMap<>();

    @Override
    public String subject() {
        return "prices";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        versions.put(row.getString(1), new Rates(row.getLong(2), row.getLong(3), row.getInt(4) == 1));
    }

    void check(String name, ChargeDetail detail, Findings findings) {
        Rates rates = versions.get(detail.priceVersion());
        boolean isRight = rates == null
                || isWorth(detail.inputPerMillion(), rates.inputMicros)
                        && isWorth(detail.outputPerMillion(), rates.outputMicros)
                        && detail.reasoningBilled() == rates.reasoningBilled;
        if (!isRight) {
            findings.add(name + " has other rates than its price " + detail.priceVersion());
        }
    }

    private static boolean isWorth(BigDecimal credits, long micros) {
        return credits.movePointRight(6).compareTo(BigDecimal.valueOf(micros)) == 0;
    }
}
