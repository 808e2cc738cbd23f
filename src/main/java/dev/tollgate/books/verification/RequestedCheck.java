package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Checks that the request of each requested entry equals the entry. The next refund of a call relies on these rows: a refund
 * without one, or with another call or amount, could be made again.
 */
final class RequestedCheck implements Check {

    private static final String SQL = """
            SELECT e.account_id, e.sequence, e.kind, e.reservation_id, e.from_bucket, e.to_bucket, e.amount_micros,
                q.kind, q.task_id, q.amount_micros,
                COALESCE((SELECT n.amount_micros FROM entry n
                    WHERE e.kind = 'reversal' AND n.account_id = e.account_id AND n.sequence = e.sequence + 1 AND n.kind = 'reversal'
                        AND NOT EXISTS (SELECT 1 FROM requested_entry o WHERE o.account_id = n.account_id AND o.sequence = n.sequence)), 0)
            FROM entry e LEFT JOIN requested_entry q ON q.account_id = e.account_id AND q.sequence = e.sequence
            WHERE e.kind = 'refund' OR e.kind = 'adjustment' OR q.kind IS NOT NULL OR e.kind = 'reversal' AND NOT EXISTS (
                SELECT 1 FROM entry b JOIN requested_entry o ON o.account_id = b.account_id AND o.sequence = b.sequence
                WHERE b.account_id = e.account_id AND b.sequence = e.sequence - 1 AND b.kind = 'reversal')
            UNION ALL
            SELECT q.account_id, q.sequence, NULL, NULL, '', '', 0, q.kind, q.task_id, q.amount_micros, 0
            FROM requested_entry q
            WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.account_id = q.account_id AND e.sequence = q.sequence)""";

    @Override
    public String subject() {
        return "refunds and corrections";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String kind = row.getString(3);
        String name = "entry " + row.getString(1) + "/" + row.getLong(2);
        if (kind == null) {
            findings.add(name + " was asked for and is not there");
            return;
        }
        Movement movement = Movement.read(row, 1);
        if (row.getString(8) == null) {
            findings.add(name + " is a " + kind + ", and nothing says "
                    + (kind.equals("refund") ? "of which call" : "that it was asked for"));
        } else if (!kind.equals(row.getString(8)) || !isOfItsCall(movement, row.getString(9))) {
            findings.add(name + " is a " + kind + " of " + movement.reservationId() + ", asked for was a "
                    + row.getString(8) + " of " + row.getString(9));
        } else if (movement.micros() + row.getLong(11) != Math.abs(row.getLong(10))) { // a reversal can be split in two
            findings.add(name + " moves " + Findings.credits(movement.micros() + row.getLong(11)) + ", asked for was "
                    + Findings.credits(row.getLong(10)));
        }
    }

    private static boolean isOfItsCall(Movement movement, String taskId) {
        String reservationId = movement.reservationId();
        return reservationId == null ? taskId == null : reservationId.equals(taskId);
    }
}
