package dev.tollgate.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * What the roll-ups say of an account's day (UTC) is what its entries were charged and refunded and what its tasks tell. Folded days
 * are read from where they were folded to, the others from their quarters, as readers do. Tasks without a charge need not be kept
 * (decision D44), so there may be fewer of them.
 */
final class RollupCheck implements Check {

    // Days are folded up to the one row of usage_fold; where there is none, no day was. Quarters of folded days may
    // still be there, and count
    // for nothing.
    private static final String SQL = """
            WITH fold AS (SELECT COALESCE(MAX(folded_until), 0) AS until FROM usage_fold),
            counted AS (
                SELECT account_id, starts_at AS day, calls, charged_micros, refunded_micros FROM usage_day, fold
                WHERE starts_at < until
                UNION ALL
                SELECT account_id, starts_at - starts_at % 86400000, calls, charged_micros, refunded_micros FROM usage_quarter, fold
                WHERE starts_at >= until)
            SELECT account_id, day, SUM(charged), SUM(should_charged), SUM(refunded), SUM(should_refunded), SUM(calls), SUM(should_calls)
            FROM (
                SELECT account_id, day, charged_micros AS charged, 0 AS should_charged, refunded_micros AS refunded,
                    0 AS should_refunded, calls, 0 AS should_calls
                FROM counted
                UNION ALL
                SELECT account_id, created_at - created_at % 86400000, 0,
                    CASE WHEN from_bucket = 'reserved' AND to_bucket = 'revenue' THEN amount_micros ELSE 0 END, 0,
                    CASE WHEN kind = 'refund' THEN amount_micros ELSE 0 END, 0, 0
                FROM entry
                UNION ALL
                SELECT account_id, completed_at - completed_at % 86400000, 0, 0, 0, 0, 0, 1 FROM task
            ) AS counted_and_entered
            GROUP BY account_id, day
            HAVING SUM(charged) <> SUM(should_charged) OR SUM(refunded) <> SUM(should_refunded) OR SUM(calls) < SUM(should_calls)
            ORDER BY account_id, day""";

    @Override
    public String subject() {
        return "roll-ups";
    }

    @Override
    public String sql() {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String day = "account " + row.getString(1) + ": the roll-ups of "
                + Instant.ofEpochMilli(row.getLong(2)).atOffset(ZoneOffset.UTC).toLocalDate();
        findings.same(day + " have charged", row.getLong(3), "its entries of that day", row.getLong(4));
        findings.same(day + " have refunded", row.getLong(5), "its entries of that day", row.getLong(6));
        if (row.getLong(7) < row.getLong(8)) {
            findings.add(
                    day + " have " + row.getLong(7) + " calls, " + row.getLong(8) + " tasks have ended on that day");
        }
    }
}
