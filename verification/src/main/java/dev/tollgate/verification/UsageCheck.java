package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Checks that the usage of accounts, and of the operator's hours, equals the sums of calls and refunds: each folded day, each quarter of an hour that is
 * not folded, or kept in addition to its day, and each hour by channel, model and ending. Quarters are deleted from the oldest on, so missing oldest
 * quarters are no difference. A refund counts for the channel, the model and the ending of its call. The database adds up, and sorts on disk if there is much.
 */
record UsageCheck(Consumer<UsageDifference> differences) implements Check {

    static final String FOLDED_UNTIL = "SELECT COALESCE(MAX(folded_until), 0) FROM usage_fold";

    private static final int NAMES = 4;

    // What is counted less what is stored: each sum should be zero.
    private static final String SQL = """
            WITH fold AS (SELECT COALESCE(MAX(folded_until), 0) AS until FROM usage_fold),
            counted AS MATERIALIZED (
                SELECT account_id, key_id, model_id AS model, channel, upstream_model, ending, quarter, %1$s
                FROM (SELECT t.*, t.ended_at - t.ended_at %% 900000 AS quarter FROM (%2$s) AS t) AS c
                GROUP BY quarter, account_id, key_id, model_id, channel, upstream_model, ending
                UNION ALL
                SELECT account_id, key_id, model_id, channel, upstream_model, ending, ended_at - ended_at %% 900000, %3$s
                FROM (%4$s) AS tried
                UNION ALL
                SELECT c.account_id, c.key_id, c.model_id, c.channel, c.upstream_model, c.ending, e.created_at - e.created_at %% 900000, %5$s
                FROM entry e JOIN call c ON c.id = e.task_id WHERE e.kind = 'refund')
            SELECT 'quarter', starts_at, account_id, key_id, model, '', %6$s
            FROM (
                SELECT account_id, starts_at, key_id, model, %7$s FROM usage_quarter
                UNION ALL
                SELECT account_id, quarter, key_id, model, %8$s FROM counted) AS q
            GROUP BY account_id, starts_at, key_id, model
            HAVING %9$s AND starts_at >= (
                SELECT first - first %% 86400000 FROM (
                    SELECT MIN(earliest) AS first FROM (
                        SELECT until AS earliest FROM fold
                        UNION ALL
                        SELECT MIN(f.starts_at) FROM usage_quarter f WHERE f.account_id = q.account_id) AS each) AS kept)
            UNION ALL
            SELECT 'day', starts_at, account_id, key_id, model, '', %6$s
            FROM (
                SELECT account_id, starts_at, key_id, model, %7$s FROM usage_day
                UNION ALL
                SELECT account_id, quarter - quarter %% 86400000, key_id, model, %8$s FROM counted) AS d
            WHERE starts_at < (SELECT until FROM fold)
            GROUP BY account_id, starts_at, key_id, model
            HAVING %9$s
            UNION ALL
            SELECT 'hour', starts_at, channel, model, upstream_model, ending, %10$s
            FROM (
                SELECT starts_at, channel, model, upstream_model, ending, %11$s FROM usage_hour
                UNION ALL
                SELECT quarter - quarter %% 3600000, channel, model, upstream_model, ending, %12$s FROM counted) AS h
            GROUP BY starts_at, channel, model, upstream_model, ending
            HAVING %13$s""";

    @Override
    public String subject() {
        return "usage";
    }

    @Override
    public String sql(Dialect dialect) {
        List<String> all = UsageSql.ALL;
        return SQL.formatted(
                UsageSql.each(all, "SUM(%s) AS %<s"::formatted),
                UsageSql.CALLS,
                UsageSql.each(all, sum -> UsageSql.OF_ATTEMPTS.contains(sum) ? sum : "0"),
                UsageSql.attempts(dialect),
                UsageSql.each(all, sum -> sum.equals("refunded_micros") ? "e.amount_micros" : "0"),
                UsageSql.each(all, sum -> UsageSql.SUMS.contains(sum) ? "SUM(" + sum + ")" : "0"),
                UsageSql.each(UsageSql.SUMS, "-%s AS %<s"::formatted),
                String.join(", ", UsageSql.SUMS),
                UsageSql.any(UsageSql.SUMS),
                UsageSql.each(all, sum -> UsageSql.HOUR_SUMS.contains(sum) ? "SUM(" + sum + ")" : "0"),
                UsageSql.each(UsageSql.HOUR_SUMS, "-%s AS %<s"::formatted),
                String.join(", ", UsageSql.HOUR_SUMS),
                UsageSql.any(UsageSql.HOUR_SUMS));
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        UsageDifference.Of of = UsageDifference.Of.valueOf(row.getString(1).toUpperCase(Locale.ROOT));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < (of == UsageDifference.Of.HOUR ? NAMES : NAMES - 1); i++) {
            names.add(row.getString(3 + i));
        }
        List<Long> missing = new ArrayList<>();
        for (String sum : of.sums()) {
            missing.add(row.getLong(3 + NAMES + UsageSql.ALL.indexOf(sum)));
        }
        differences.accept(new UsageDifference(of, row.getLong(2), names, missing));
    }
}
