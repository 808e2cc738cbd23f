package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the operator's usage says of an hour is what its tasks, refunds and shortfalls add up to, by channel, model and end. No other table
 * tells what a call cost, nor whether an answer was cut or complete.
 */
final class HourCheck implements Check {

    private static final int NAMES = 4;

    private final UsageCheck ofAccounts;
    private final Consumer<UsageDifference> differences;

    /** @param ofAccounts has run before */
    HourCheck(UsageCheck ofAccounts, Consumer<UsageDifference> differences) {
        this.ofAccounts = ofAccounts;
        this.differences = differences;
    }

    @Override
    public String subject() {
        return "usage of hours";
    }

    @Override
    public String sql(Dialect dialect) {
        UsageSql usage = new UsageSql(dialect);
        List<String> stored = new ArrayList<>();
        List<String> called = new ArrayList<>();
        List<String> refunded = new ArrayList<>();
        List<String> lacking = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String sum : UsageSql.HOUR_SUMS) {
            stored.add("-" + sum + " AS " + sum);
            called.add(sum.equals("shortfall_micros") ? "0" : "SUM(" + sum + ")");
            refunded.add(sum.equals("refunded_micros") ? "e.amount_micros" : "0");
            lacking.add(sum.equals("shortfall_micros") ? "e.amount_micros" : "0");
            wrong.add("SUM(" + sum + ") <> 0");
        }
        return """
                SELECT hour, channel, model, upstream_model, ending, %1$s
                FROM (
                    SELECT starts_at AS hour, channel, model, upstream_model,
                        CASE ending WHEN 'cut' THEN 'completed' WHEN 'abandoned' THEN 'failed' ELSE ending END AS ending, %2$s
                    FROM usage_hour
                    UNION ALL
                    SELECT completed_at - completed_at %% 3600000, channel, model_id, upstream_model, status, %3$s
                    FROM (%4$s) AS counted
                    GROUP BY completed_at - completed_at %% 3600000, channel, model_id, upstream_model, status
                    UNION ALL
                    SELECT e.created_at - e.created_at %% 3600000, %5$s, t.model_id, %6$s,
                        CASE t.status WHEN 'cancelled' THEN 'cancelled' ELSE 'completed' END, %7$s
                    FROM entry e JOIN task t ON t.id = e.reservation_id WHERE e.kind = 'refund'
                    UNION ALL
                    SELECT e.created_at - e.created_at %% 3600000, %5$s, t.model_id, %6$s, t.status, %8$s
                    FROM entry e JOIN task t ON t.id = e.reservation_id WHERE e.from_bucket = 'shortfall' AND e.kind = 'charge'
                ) AS all_of_it
                GROUP BY hour, channel, model, upstream_model, ending
                HAVING %9$s
                ORDER BY hour, channel, model, upstream_model, ending""".formatted(
                        UsageSql.added(UsageSql.HOUR_SUMS),
                        String.join(", ", stored),
                        String.join(", ", called),
                        usage.calls(),
                        usage.channel("t.course"),
                        usage.upstreamModel("t.course"),
                        String.join(", ", refunded),
                        String.join(", ", lacking),
                        String.join(" OR ", wrong));
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < NAMES; i++) {
            names.add(row.getString(2 + i));
        }
        List<Long> missing = new ArrayList<>();
        for (int i = 0; i < UsageSql.HOUR_SUMS.size(); i++) {
            missing.add(row.getLong(2 + NAMES + i));
        }
        UsageDifference difference = new UsageDifference(UsageDifference.Of.HOUR, row.getLong(1), names, missing);
        if (!difference.isOfTasksThatAreGone(ofAccounts.gone())) {
            differences.accept(difference);
        }
    }
}
