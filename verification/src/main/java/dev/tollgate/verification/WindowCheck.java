package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Checks that each spend window of a key, or of an account with limits, has the charges and holds of the calls that began in it
 * (decision D47), and that an account without limits has none. Windows by the hour go 35 days after their end, those by the day after 400 days (C38): older
 * ones are not missed, and of accounts, whose windows are added up from what their keys still have, not compared. The database sorts, on disk if there are
 * many.
 */
final class WindowCheck implements Check {

    // Compares the stored windows with sums of the calls, by the hour first: a row on one side alone is wrong.
    private static final String SQL = """
            WITH hours AS MATERIALIZED (
                SELECT account_id, key_id, created_at - created_at %% 3600000 AS starts_at,
                    SUM(charged_micros) AS charged_micros, SUM(held_micros) AS held_micros
                FROM (
                    SELECT account_id, key_id, created_at, charged_micros, 0 AS held_micros FROM call
                    UNION ALL
                    SELECT account_id, key_id, created_at, 0, held_micros FROM open_hold) AS calls
                GROUP BY account_id, key_id, created_at - created_at %% 3600000),
            owned AS (
                SELECT key_id, starts_at, charged_micros, held_micros FROM hours
                UNION ALL
                SELECT account_id, starts_at, charged_micros, held_micros FROM hours
                WHERE account_id IN (
                    SELECT id FROM account
                    WHERE spend_hour IS NOT NULL OR spend_day IS NOT NULL OR spend_total IS NOT NULL))
            SELECT key_id, kind, starts_at, SUM(charged), SUM(held), SUM(should_charged), SUM(should_held)
            FROM (
                SELECT key_id, kind, starts_at, charged_micros AS charged, held_micros AS held,
                    0 AS should_charged, 0 AS should_held, 1 AS stored
                FROM spend_window
                UNION ALL
                SELECT key_id, 'hour', starts_at, 0, 0, charged_micros, held_micros, 0 FROM owned
                UNION ALL
                SELECT key_id, 'day', starts_at - starts_at %% 86400000, 0, 0, charged_micros, held_micros, 0 FROM owned
                UNION ALL
                SELECT key_id, 'total', 0, 0, 0, charged_micros, held_micros, 0 FROM owned
            ) AS counted
            GROUP BY key_id, kind, starts_at
            HAVING (SUM(charged) <> SUM(should_charged) OR SUM(held) <> SUM(should_held))
                AND (kind = 'total' OR SUM(should_held) <> 0 OR SUM(stored) > 0 AND key_id NOT LIKE 'acc!_%%' ESCAPE '!'
                    OR starts_at >= %1$s - CASE kind WHEN 'hour' THEN 2941200000 ELSE 34560000000 END)
            ORDER BY key_id, kind, starts_at""";

    @Override
    public String subject() {
        return "spend windows";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL.formatted(dialect.nowMillis());
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String owner = row.getString(1);
        String window = (owner.startsWith("acc_") ? "account " : "key ") + owner + ": the "
                + name(row.getString(2), row.getLong(3));
        findings.same(window + " has charged", row.getLong(4), "its calls were charged", row.getLong(6));
        findings.same(window + " holds", row.getLong(5), "its open calls hold", row.getLong(7));
    }

    private static String name(String kind, long startsAtMillis) {
        return kind.equals("total") ? kind : kind + " from " + Instant.ofEpochMilli(startsAtMillis);
    }
}
