package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Checks that each window of a budget has the charges and holds of its owner's calls that began in it, and that no window is there without a budget or
 * missing with one. Windows go 35 days after their end: an older one is not missed.
 */
final class BudgetCheck implements Check {

    // A call counts for its account, its key, and its key's member and team. A row on one side alone is wrong.
    private static final String SQL = """
            WITH limited AS (SELECT DISTINCT account_id FROM budget),
            calls AS (
                SELECT account_id, key_id, created_at, charged_micros, 0 AS held_micros FROM reservation
                WHERE account_id IN (SELECT account_id FROM limited)
                UNION ALL
                SELECT account_id, key_id, created_at, 0, held_micros FROM open_hold
                WHERE account_id IN (SELECT account_id FROM limited)),
            owned AS (
                SELECT account_id, 'account' AS owner, '' AS each_owner, created_at, charged_micros, held_micros FROM calls
                UNION ALL
                SELECT account_id, key_id, '', created_at, charged_micros, held_micros FROM calls
                UNION ALL
                SELECT c.account_id, k.member_id, 'each_member', c.created_at, c.charged_micros, c.held_micros
                FROM calls c JOIN api_key k ON k.id = c.key_id WHERE k.member_id <> ''
                UNION ALL
                SELECT c.account_id, k.team_id, '', c.created_at, c.charged_micros, c.held_micros
                FROM calls c JOIN api_key k ON k.id = c.key_id WHERE k.team_id <> ''),
            -- The budget in force: a member's own, else that of each member.
            windows AS (
                SELECT w.account_id, w.owner, w.kind, w.starts_at, w.ends_at, w.charged_micros, w.held_micros,
                    COALESCE(own.since, of_each.since) AS since
                FROM budget_window w
                    LEFT JOIN budget own ON own.account_id = w.account_id AND own.owner = w.owner AND own.kind = w.kind
                    LEFT JOIN budget of_each ON of_each.account_id = w.account_id AND of_each.owner = 'each_member'
                        AND of_each.kind = w.kind AND w.owner IN (SELECT member_id FROM api_key WHERE account_id = w.account_id)),
            counted AS (
                SELECT w.account_id, w.owner, w.kind, w.starts_at, w.since, w.charged_micros, w.held_micros,
                    COALESCE(SUM(o.charged_micros), 0) AS should_charged, COALESCE(SUM(o.held_micros), 0) AS should_held
                FROM windows w LEFT JOIN owned o ON o.account_id = w.account_id AND o.owner = w.owner
                    AND o.created_at >= w.starts_at AND o.created_at >= w.since AND o.created_at < w.ends_at
                GROUP BY w.account_id, w.owner, w.kind, w.starts_at, w.since, w.charged_micros, w.held_micros)
            SELECT account_id, owner, kind, starts_at, since, charged_micros, held_micros, should_charged, should_held
            FROM counted
            WHERE since IS NULL OR charged_micros <> should_charged OR held_micros <> should_held
            UNION ALL
            SELECT b.account_id, o.owner, b.kind, MIN(o.created_at), b.since, 0, 0,
                CAST(SUM(o.charged_micros) AS BIGINT), CAST(SUM(o.held_micros) AS BIGINT)
            FROM budget b JOIN owned o ON o.account_id = b.account_id AND (o.owner = b.owner OR o.each_owner = b.owner)
            WHERE o.created_at >= b.since AND o.created_at > %s - 3024000000
                AND NOT (b.owner = 'each_member' AND EXISTS (
                    SELECT 1 FROM budget own WHERE own.account_id = b.account_id AND own.owner = o.owner AND own.kind = b.kind))
                AND NOT EXISTS (
                    SELECT 1 FROM budget_window w
                    WHERE w.account_id = b.account_id AND w.owner = o.owner AND w.kind = b.kind
                        AND o.created_at >= w.starts_at AND o.created_at < w.ends_at)
            GROUP BY b.account_id, o.owner, b.kind, b.since
            HAVING SUM(o.charged_micros) <> 0 OR SUM(o.held_micros) <> 0
            ORDER BY 1, 2, 3, 4""";

    @Override
    public String subject() {
        return "budget windows";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL.formatted(dialect.nowMillis());
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String window = row.getString(1) + ", budget of " + row.getString(2) + ": the " + row.getString(3) + " from "
                + Instant.ofEpochMilli(row.getLong(4));
        row.getLong(5);
        if (row.wasNull()) {
            findings.add(window + " is counted without a budget");
        }
        findings.same(window + " has charged", row.getLong(6), "its reservations were charged", row.getLong(8));
        findings.same(window + " holds", row.getLong(7), "its open reservations hold", row.getLong(9));
    }
}
