package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A check that an account's reserved amount equals the sum of its open holds. */
final class HoldCheck implements Check {

    // Open reservations are few, however long the history: they have a table of their own.
    private static final String SQL = """
            SELECT a.id, a.reserved_micros, COALESCE(o.held_micros, 0)
            FROM account a LEFT JOIN (SELECT account_id, SUM(held_micros) AS held_micros
                FROM open_hold GROUP BY account_id) o ON o.account_id = a.id
            WHERE a.reserved_micros <> COALESCE(o.held_micros, 0)
            ORDER BY a.id""";

    @Override
    public String subject() {
        return "holds";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        findings.same(
                "account " + row.getString(1) + " reserves",
                row.getLong(2),
                "its open reservations hold",
                row.getLong(3));
    }
}
