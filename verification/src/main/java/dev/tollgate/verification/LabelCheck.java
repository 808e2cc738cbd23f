package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Checks that the usage of each label is what the calls and refunds with its number add up to, from the day on from which it is kept. Returns the wrong rows
 * alone: the database adds up.
 */
record LabelCheck(Consumer<UsageDifference> differences) implements Check {

    private static final String SQL = """
            WITH labelled AS MATERIALIZED (
                SELECT t.*, t.ended_at - t.ended_at %% 86400000 AS day, CAST(n.value AS BIGINT) AS number, a.labels_from
                FROM (%1$s WHERE labels IS NOT NULL) AS t JOIN account a ON a.id = t.account_id %2$s),
            shares AS (
                SELECT u.account_id, u.day, u.number, u.model, %3$s
                FROM usage_label u JOIN account a ON a.id = u.account_id WHERE u.day >= a.labels_from
                UNION ALL
                SELECT account_id, day, number, model_id, %4$s FROM labelled WHERE day >= labels_from
                UNION ALL
                SELECT l.account_id, e.created_at - e.created_at %% 86400000, l.number, l.model_id, %5$s
                FROM labelled l JOIN entry e ON e.task_id = l.id AND e.account_id = l.account_id AND e.kind = 'refund'
                WHERE e.created_at >= l.labels_from)
            SELECT account_id, day, number, model, %6$s FROM shares
            GROUP BY account_id, day, number, model
            HAVING %7$s
            ORDER BY 1, 2, 3, 4""";

    /** The numbers of a call's labels; a text that is no list of numbers has none, which is a difference and not the end of the check. */
    private static final String NUMBERS_SQLITE =
            "JOIN json_each(CASE WHEN json_valid('[' || replace(t.labels, ' ', ',') || ']') THEN '[' || replace(t.labels, ' ', ',') || ']'"
                    + " ELSE '[]' END) n";

    private static final String NUMBERS_POSTGRESQL =
            "CROSS JOIN LATERAL string_to_table(CASE WHEN t.labels ~ '^[0-9]{1,18}( [0-9]{1,18})*$' THEN t.labels END, ' ') AS n (value)";

    @Override
    public String subject() {
        return "usage of labels";
    }

    @Override
    public String sql(Dialect dialect) {
        List<String> sums = UsageSql.LABEL_SUMS;
        return SQL.formatted(
                UsageSql.CALLS,
                dialect == Dialect.SQLITE ? NUMBERS_SQLITE : NUMBERS_POSTGRESQL,
                UsageSql.each(sums, "-u.%s AS %<s"::formatted),
                String.join(", ", sums),
                UsageSql.each(sums, sum -> sum.equals("refunded_micros") ? "e.amount_micros" : "0"),
                UsageSql.added(sums),
                UsageSql.any(sums));
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        List<Long> missing = new ArrayList<>();
        for (int i = 0; i < UsageSql.LABEL_SUMS.size(); i++) {
            missing.add(row.getLong(5 + i));
        }
        List<String> names = List.of(row.getString(1), row.getString(3), row.getString(4));
        differences.accept(new UsageDifference(UsageDifference.Of.LABEL, row.getLong(2), names, missing));
    }
}
