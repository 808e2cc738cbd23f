package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Checks that the usage of each label is what the calls and refunds with its number add up to, from the day on from which it is kept. Returns the wrong rows
 * alone: the database adds up.
 */
final class LabelCheck implements Check {

    private static final String SQL = """
            WITH labelled AS MATERIALIZED (
                SELECT t.id, t.account_id, t.model_id, t.completed_at - t.completed_at %% 86400000 AS day, t.charge_micros,
                    CAST(n.value AS BIGINT) AS number, a.labels_from
                FROM task t JOIN account a ON a.id = t.account_id %s
                WHERE t.labels <> ''),
            shares AS (
                SELECT u.account_id, u.day, u.number, u.model, u.calls, u.charged_micros, u.refunded_micros
                FROM usage_label u JOIN account a ON a.id = u.account_id WHERE u.day >= a.labels_from
                UNION ALL
                SELECT account_id, day, number, model_id, -1, -charge_micros, 0 FROM labelled WHERE day >= labels_from
                UNION ALL
                SELECT l.account_id, e.created_at - e.created_at %% 86400000, l.number, l.model_id, 0, 0, -e.amount_micros
                FROM labelled l JOIN entry e ON e.account_id = l.account_id AND e.reservation_id = l.id AND e.kind = 'refund'
                WHERE e.created_at >= l.labels_from)
            SELECT account_id, day, number, model, SUM(calls), SUM(charged_micros), SUM(refunded_micros) FROM shares
            GROUP BY account_id, day, number, model
            HAVING SUM(calls) <> 0 OR SUM(charged_micros) <> 0 OR SUM(refunded_micros) <> 0
            ORDER BY 1, 2, 3, 4""";

    @Override
    public String subject() {
        return "usage of labels";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL.formatted(
                dialect == Dialect.SQLITE
                        ? "JOIN json_each('[' || replace(t.labels, ' ', ',') || ']') n"
                        : "CROSS JOIN LATERAL string_to_table(t.labels, ' ') AS n (value)");
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        findings.add(
                "usage of label %s of account %s by model %s on the day %s has %s calls, %s charged and %s refunded too many"
                        .formatted(
                                row.getString(3),
                                row.getString(1),
                                row.getString(4),
                                row.getString(2),
                                row.getString(5),
                                row.getString(6),
                                row.getString(7)));
    }
}
