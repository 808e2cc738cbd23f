package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A check that the operator's usage of an hour equals the sum of its tasks, refunds and shortfalls, by channel, model and end. No other table
 * tells whether an answer was cut or complete, nor what the calls of an earlier program cost: costs of their hours are not compared.
 */
final class HourCheck implements Check {

    private static final int NAMES = 4;
    private static final String KNOWN = "CASE WHEN hour IN (SELECT hour FROM unknown) THEN 0 ELSE SUM(%s) END";

    /** All that is stored and counted, so that each sum is zero. */
    private static final String SQL = """
            WITH unknown AS (
                SELECT DISTINCT completed_at - completed_at %% 3600000 AS hour FROM task
                WHERE completed_at IS NOT NULL AND costs IS NULL)
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
                SELECT completed_at - completed_at %% 3600000, channel, model_id, upstream_model, status, %10$s
                FROM (%11$s) AS tried
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
            ORDER BY hour, channel, model, upstream_model, ending""";

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
        List<String> spent = new ArrayList<>();
        List<String> added = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String sum : UsageSql.HOUR_SUMS) {
            stored.add("-" + sum + " AS " + sum);
            boolean isOfAttempts = UsageSql.SUMS_OF_ATTEMPTS.contains(sum);
            called.add(called(sum, isOfAttempts));
            spent.add(isOfAttempts ? "SUM(" + sum + ")" : "0");
            refunded.add(sum.equals("refunded_micros") ? "e.amount_micros" : "0");
            lacking.add(sum.equals("shortfall_micros") ? "e.amount_micros" : "0");
            added.add(isOfAttempts ? KNOWN.formatted(sum) : "SUM(" + sum + ")");
            wrong.add(added.getLast() + " <> 0");
        }
        return SQL.formatted(
                String.join(", ", added),
                String.join(", ", stored),
                String.join(", ", called),
                usage.calls(),
                usage.channel("t.course"),
                usage.upstreamModel("t.course"),
                String.join(", ", refunded),
                String.join(", ", lacking),
                String.join(" OR ", wrong),
                String.join(", ", spent),
                usage.attempts());
    }

    /** First bytes of calls by programs that did not count them by hour are not in these rows. */
    private static String called(String sum, boolean isOfAttempts) {
        if (sum.equals("shortfall_micros") || isOfAttempts) {
            return "0";
        }
        return sum.startsWith("first_")
                ? "SUM(CASE WHEN timed IS NULL THEN 0 ELSE " + sum + " END)"
                : "SUM(" + sum + ")";
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
