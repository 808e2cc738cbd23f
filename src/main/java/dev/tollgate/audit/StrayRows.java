package dev.tollgate.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Finds rows that belong to nothing: each query returns what is wrong and nothing else.
 *
 * @param sentence with a {@code %s} for each column
 * @param columns of the query
 */
record StrayRows(String subject, String sql, String sentence, int columns) implements Check {

    private static final String ENTRIES_OF_NOBODY = """
            SELECT e.account_id, e.sequence FROM entry e
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = e.account_id)
            ORDER BY e.account_id, e.sequence""";
    private static final String ENTRIES_OF_NO_CALL = """
            SELECT e.account_id, e.sequence, e.reservation_id FROM entry e
            WHERE e.reservation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reservation r WHERE r.id = e.reservation_id)
                AND NOT EXISTS (SELECT 1 FROM open_hold h WHERE h.id = e.reservation_id)
            ORDER BY e.account_id, e.sequence""";
    private static final String RESERVATIONS_OF_NOBODY = """
            SELECT r.id, r.account_id FROM reservation r
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = r.account_id)
            ORDER BY r.id""";
    private static final String HOLDS_OF_NOBODY = """
            SELECT h.id, h.account_id FROM open_hold h
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = h.account_id)
            ORDER BY h.id""";
    private static final String HOLDS_THAT_HAVE_ENDED = """
            SELECT h.id, r.state FROM open_hold h JOIN reservation r ON r.id = h.id
            ORDER BY h.id""";
    private static final String TASKS_WITHOUT_RESERVATION = """
            SELECT t.id, t.status FROM task t
            WHERE NOT EXISTS (SELECT 1 FROM reservation r WHERE r.id = t.id)
            ORDER BY t.id""";

    // Charges from before there was a key to sign with have none.
    private static final String CHARGES_WITHOUT_RECEIPT = """
            SELECT r.id FROM reservation r
            WHERE r.charged_micros > 0 AND r.created_at >= (SELECT MIN(k.created_at) FROM signing_key k)
                AND NOT EXISTS (SELECT 1 FROM receipt c WHERE c.task_id = r.id)
            ORDER BY r.id""";

    private static final String VOUCHERS_WITHOUT_CREDITS = """
            SELECT v.sequence, v.account_id FROM voucher v
            WHERE v.account_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM requested_entry q
                WHERE q.account_id = v.account_id AND q.request_id = 'voucher-' || v.sequence AND q.amount_micros = v.amount_micros)
            ORDER BY v.sequence""";

    private static final String PAYMENTS_WITHOUT_CREDITS = """
            SELECT p.id, p.account_id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM requested_entry q
                WHERE q.account_id = p.account_id AND q.amount_micros = p.credit_micros AND q.request_id =
                    CASE WHEN p.channel = 'stripe' THEN 'payment-' ELSE 'test-payment-' || p.account_id || '-' END || p.id)
            ORDER BY p.id""";

    private static final String MONEY_BACK_WITHOUT_ENTRIES = """
            SELECT p.account_id, SUM(p.reversed_micros) FROM payment p
            GROUP BY p.account_id
            HAVING SUM(p.reversed_micros) <> (
                SELECT COALESCE(SUM(q.amount_micros), 0) FROM requested_entry q
                WHERE q.account_id = p.account_id AND q.request_id LIKE 'notice-%')
            ORDER BY p.account_id""";

    private static final String GAPS_IN_PAPERS = """
            SELECT i.series, i.year FROM invoice i
            GROUP BY i.series, i.year
            HAVING MAX(i.sequence) <> COUNT(*)
            ORDER BY i.series, i.year""";

    static List<Check> checks() {
        return List.of(
                new StrayRows("entries", ENTRIES_OF_NOBODY, "entry %s/%s belongs to no account", 2),
                new StrayRows("entries", ENTRIES_OF_NO_CALL, "entry %s/%s belongs to no reservation: %s", 3),
                new StrayRows("reservations", RESERVATIONS_OF_NOBODY, "reservation %s belongs to no account: %s", 2),
                new StrayRows("reservations", HOLDS_OF_NOBODY, "open reservation %s belongs to no account: %s", 2),
                new StrayRows("reservations", HOLDS_THAT_HAVE_ENDED, "reservation %s is open, and also %s", 2),
                new StrayRows("tasks", TASKS_WITHOUT_RESERVATION, "task %s has no reservation and is %s", 2),
                new StrayRows("receipts", CHARGES_WITHOUT_RECEIPT, "reservation %s is charged and has no receipt", 1),
                new StrayRows(
                        "vouchers",
                        VOUCHERS_WITHOUT_CREDITS,
                        "voucher %s is redeemed by account %s, which has not got its credits",
                        2),
                new StrayRows(
                        "payments",
                        PAYMENTS_WITHOUT_CREDITS,
                        "payment %s is paid by account %s, which has not got its credits",
                        2),
                new StrayRows(
                        "payments",
                        MONEY_BACK_WITHOUT_ENTRIES,
                        "payments of account %s say that %s micro-credits are taken back, its entries do not",
                        2),
                new StrayRows("payments", GAPS_IN_PAPERS, "the numbers of the series '%s' of %s have a gap", 2));
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        Object[] values = new Object[columns];
        for (int i = 0; i < columns; i++) {
            values[i] = row.getString(i + 1);
        }
        findings.add(sentence.formatted(values));
    }
}
