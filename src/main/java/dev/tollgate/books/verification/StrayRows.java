package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Finds rows that belong to nothing: each query returns exactly the wrong rows.
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

    // Charges before the first signing key have none.
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

    // A credit means that its voucher or payment was used, and the other way round. Its reason distinguishes it from a
    // movement that an operator of an earlier version gave such an id.
    private static final String CREDITS_WITHOUT_VOUCHER = """
            SELECT e.account_id, e.sequence, q.request_id
            FROM requested_entry q JOIN entry e ON e.account_id = q.account_id AND e.sequence = q.sequence
            WHERE q.request_id LIKE 'voucher-%' AND e.reason LIKE 'voucher %'
                AND q.account_id || q.request_id NOT IN (
                    SELECT v.account_id || 'voucher-' || v.sequence FROM voucher v WHERE v.account_id IS NOT NULL)
            ORDER BY e.account_id, e.sequence""";
    private static final String CREDITS_WITHOUT_PAYMENT = """
            SELECT e.account_id, e.sequence, q.request_id
            FROM requested_entry q JOIN entry e ON e.account_id = q.account_id AND e.sequence = q.sequence
            WHERE (q.request_id LIKE 'payment-%' AND e.reason LIKE 'Payment of $%'
                    OR q.request_id LIKE 'test-payment-%' AND e.reason LIKE 'Test payment of $%')
                AND q.account_id || q.request_id NOT IN (
                    SELECT p.account_id || 'payment-' || p.id FROM payment p WHERE p.state = 'paid'
                    UNION ALL
                    SELECT p.account_id || 'test-payment-' || p.account_id || '-' || p.id FROM payment p WHERE p.state = 'paid')
            ORDER BY e.account_id, e.sequence""";
    private static final String VOUCHERS_AFTER_THEIR_CREDITS = """
            SELECT v.sequence FROM voucher v
                JOIN requested_entry q ON q.account_id = v.account_id AND q.request_id = 'voucher-' || v.sequence
                JOIN entry e ON e.account_id = q.account_id AND e.sequence = q.sequence
            WHERE v.redeemed_at > e.created_at
            ORDER BY v.sequence""";
    private static final String GAPS_IN_VOUCHERS =
            "SELECT MAX(v.sequence), COUNT(*) FROM voucher v HAVING MAX(v.sequence) <> COUNT(*)";

    private static final String MONEY_BACK_WITHOUT_ENTRIES = """
            SELECT p.account_id, SUM(p.reversed_micros) FROM payment p
            GROUP BY p.account_id
            HAVING SUM(p.reversed_micros) <> (
                SELECT COALESCE(SUM(q.amount_micros), 0) FROM requested_entry q
                WHERE q.account_id = p.account_id AND q.request_id IN (SELECT 'notice-' || n.id FROM payment_notice n))
            ORDER BY p.account_id""";

    // The part that the balance did not cover is the entry before or after the requested one.
    private static final String MISSING_WITHOUT_ENTRIES = """
            SELECT p.account_id, SUM(p.missing_micros) FROM payment p
            GROUP BY p.account_id
            HAVING SUM(p.missing_micros) <> (
                SELECT COALESCE(SUM(CASE WHEN e.from_bucket = 'shortfall' THEN e.amount_micros ELSE -e.amount_micros END), 0)
                FROM requested_entry q
                    JOIN entry e ON e.account_id = q.account_id AND (e.sequence = q.sequence OR e.sequence = q.sequence + 1)
                WHERE q.account_id = p.account_id AND q.request_id IN (SELECT 'notice-' || n.id FROM payment_notice n)
                    AND e.kind = 'reversal' AND (e.from_bucket = 'shortfall' OR e.to_bucket = 'shortfall')
                    AND (e.sequence = q.sequence OR NOT EXISTS (
                        SELECT 1 FROM requested_entry o WHERE o.account_id = e.account_id AND o.sequence = e.sequence)))
            ORDER BY p.account_id""";
    private static final String PAYMENTS_OF_ANOTHER_AMOUNT = """
            SELECT p.id, p.net_cents, p.credit_micros FROM payment p WHERE p.credit_micros <> p.net_cents * 2000000 ORDER BY p.id""";
    private static final String PAYMENTS_WITHOUT_NOTICE = """
            SELECT p.id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM payment_notice n WHERE n.payment_id = p.id AND n.fact = 'paid' AND n.outcome = 'taken')
            ORDER BY p.id""";

    private static final String PAYMENTS_WITHOUT_PAPER = """
            SELECT p.id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM invoice i WHERE i.payment_id = p.id AND i.issued_at = p.ended_at)
            ORDER BY p.id""";
    private static final String PAPERS_WITHOUT_PAYMENT = """
            SELECT i.payment_id FROM invoice i
            WHERE NOT EXISTS (SELECT 1 FROM payment p WHERE p.id = i.payment_id AND p.state = 'paid')
            ORDER BY i.payment_id""";

    // The days from 1970 to the first of a year, counted with its leap years.
    private static final String PAPERS_OF_ANOTHER_YEAR = """
            SELECT i.series, i.year, i.sequence FROM invoice i
            WHERE i.issued_at < 86400000 * (365 * (i.year - 1970) + (i.year - 1969) / 4 - (i.year - 1901) / 100 + (i.year - 1601) / 400)
                OR i.issued_at >= 86400000 * (365 * (i.year - 1969) + (i.year - 1968) / 4 - (i.year - 1900) / 100 + (i.year - 1600) / 400)
            ORDER BY i.series, i.year, i.sequence""";
    private static final String GAPS_IN_PAPERS = """
            SELECT i.series, i.year FROM invoice i
            GROUP BY i.series, i.year
            HAVING MAX(i.sequence) <> COUNT(*)
            ORDER BY i.series, i.year""";

    private static final String MORE_OF_THE_SANDBOX_THAN_THERE_IS = """
            SELECT a.id FROM account a WHERE a.sandbox_micros > a.balance_micros + a.reserved_micros ORDER BY a.id""";
    private static final String MORE_OF_THE_SANDBOX_THAN_CHARGED = """
            SELECT r.id FROM reservation r WHERE r.sandbox_micros > r.charged_micros ORDER BY r.id""";
    private static final String GAPS_IN_AUDIT_LOG =
            "SELECT MAX(l.sequence), COUNT(*) FROM audit_log l HAVING MAX(l.sequence) <> COUNT(*)";
    private static final String GAPS_IN_PRICES =
            "SELECT MAX(v.sequence), COUNT(*) FROM price_version v HAVING MAX(v.sequence) <> COUNT(*)";
    private static final String DELETED_AND_NOT_BLOCKED =
            "SELECT a.id FROM account a WHERE a.deleted_at IS NOT NULL AND a.blocked = 0 ORDER BY a.id";

    // A key with calls has its window of all time.
    private static final String CALLS_OF_NO_KEY = """
            SELECT w.key_id FROM spend_window w
            WHERE w.kind = 'total' AND NOT EXISTS (SELECT 1 FROM api_key k WHERE k.id = w.key_id)
                AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = w.key_id)
            ORDER BY w.key_id""";
    private static final String KEYS_OF_ANOTHER = """
            SELECT k.id, k.account_id, u.account_id
            FROM (SELECT account_id, key_id FROM usage_quarter UNION SELECT account_id, key_id FROM usage_day) u
                JOIN api_key k ON k.id = u.key_id
            WHERE k.account_id <> u.account_id
            ORDER BY k.id""";
    // A key is claimed by the unit that holds, and its answer kept by the unit that settles.
    private static final String ANSWERS_OF_NO_CALL = """
            SELECT k.key_id, k.task_id FROM kept_answer k
            WHERE NOT EXISTS (
                    SELECT 1 FROM reservation r
                    WHERE r.id = k.task_id AND r.key_id = k.key_id AND r.account_id = k.account_id
                        AND (k.state = 'running' OR r.state = 'settled'))
                AND NOT EXISTS (
                    SELECT 1 FROM open_hold h
                    WHERE h.id = k.task_id AND h.key_id = k.key_id AND h.account_id = k.account_id AND k.state = 'running')
            ORDER BY k.key_id, k.task_id""";
    private static final String ANSWERS_OF_ANOTHER_TIME = """
            SELECT k.key_id, k.task_id FROM kept_answer k JOIN task t ON t.id = k.task_id
            WHERE k.settled_at <> t.completed_at
            ORDER BY k.key_id, k.task_id""";
    private static final String ANSWERS_WITHOUT_SHARE = """
            SELECT k.account_id, SUM(k.bytes) FROM kept_answer k
            WHERE k.state = 'kept' AND k.bytes > 0 AND NOT EXISTS (SELECT 1 FROM answer_share s WHERE s.account_id = k.account_id)
            GROUP BY k.account_id
            ORDER BY k.account_id""";

    // A row takes what is sealed and 256 bytes, and ends at its place, which is not beyond its account's.
    private static final String RESPONSES_OF_ANOTHER_SIZE = """
            SELECT k.id, k.bytes FROM kept_response k WHERE k.bytes <> 256 + LENGTH(k.sealed) ORDER BY k.id""";
    private static final String RESPONSES_OUT_OF_PLACE = """
            SELECT k.id, k.place FROM kept_response k
            WHERE k.place > COALESCE((SELECT s.bytes FROM kept_share s WHERE s.account_id = k.account_id), 0)
            ORDER BY k.id""";

    private static final String PAPERS_OF_ANOTHER_SERIES = """
            SELECT i.payment_id, i.series FROM invoice i JOIN payment p ON p.id = i.payment_id
            WHERE i.series <> CASE WHEN p.channel = 'stripe' THEN 'of ' ELSE 'tests of ' END || i.seller_name
            ORDER BY i.payment_id""";

    private static final String PAYMENTS_OF_ANOTHER_NOTICE = """
            SELECT p.id, p.net_cents, p.tax_cents, n.cents
            FROM payment p JOIN payment_notice n ON n.payment_id = p.id AND n.fact = 'paid' AND n.outcome = 'taken'
            WHERE p.state = 'paid' AND n.cents <> p.net_cents + p.tax_cents
            ORDER BY p.id""";

    private static final String SHARES_OF_ANSWERS = """
            SELECT s.account_id, s.bytes FROM answer_share s
            WHERE s.bytes <> (
                SELECT COALESCE(SUM(k.bytes), 0) FROM kept_answer k WHERE k.account_id = s.account_id AND k.state = 'kept')
            ORDER BY s.account_id""";

    // A response is kept by the unit that charges for it and closes its task.
    private static final String RESPONSES_OF_NO_TASK = """
            SELECT k.id, k.account_id FROM kept_response k
            WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.id = k.id AND t.account_id = k.account_id)
            ORDER BY k.id""";

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
                new StrayRows(
                        "vouchers", CREDITS_WITHOUT_VOUCHER, "entry %s/%s has credits of %s, which is not redeemed", 3),
                new StrayRows(
                        "vouchers",
                        VOUCHERS_AFTER_THEIR_CREDITS,
                        "voucher %s was redeemed after its credits were given",
                        1),
                new StrayRows("vouchers", GAPS_IN_VOUCHERS, "the last voucher is number %s, there are %s", 2),
                new StrayRows(
                        "payments", CREDITS_WITHOUT_PAYMENT, "entry %s/%s has credits of %s, which is not paid", 3),
                new StrayRows(
                        "payments",
                        MISSING_WITHOUT_ENTRIES,
                        "payments of account %s say that %s micro-credits were missing when they were taken back, its entries do not",
                        2),
                new StrayRows(
                        "payments",
                        PAYMENTS_OF_ANOTHER_AMOUNT,
                        "payment %s is of %s cents and buys %s micro-credits",
                        3),
                new StrayRows("payments", PAYMENTS_WITHOUT_NOTICE, "payment %s is paid, and no event says so", 1),
                new StrayRows(
                        "payments", PAYMENTS_WITHOUT_PAPER, "payment %s is paid and has no paper of that time", 1),
                new StrayRows("payments", PAPERS_WITHOUT_PAYMENT, "payment %s has a paper and is not paid", 1),
                new StrayRows("payments", PAPERS_OF_ANOTHER_YEAR, "paper %s/%s/%s was issued in another year", 3),
                new StrayRows(
                        "payments",
                        PAPERS_OF_ANOTHER_SERIES,
                        "the paper of payment %s is in another series than its seller's: %s",
                        2),
                new StrayRows("payments", GAPS_IN_PAPERS, "the numbers of the series '%s' of %s have a gap", 2),
                new StrayRows(
                        "audit log", GAPS_IN_AUDIT_LOG, "the last row of the audit log is number %s, there are %s", 2),
                new StrayRows("prices", GAPS_IN_PRICES, "the last price that was set is number %s, there are %s", 2),
                new StrayRows(
                        "accounts",
                        MORE_OF_THE_SANDBOX_THAN_THERE_IS,
                        "account %s has more credits of the sandbox than balance and holds",
                        1),
                new StrayRows(
                        "reservations",
                        MORE_OF_THE_SANDBOX_THAN_CHARGED,
                        "reservation %s has more credits of the sandbox than its charge",
                        1),
                new StrayRows("accounts", DELETED_AND_NOT_BLOCKED, "account %s is deleted and not blocked", 1),
                new StrayRows("keys", CALLS_OF_NO_KEY, "key %s has calls and is not there", 1),
                new StrayRows("keys", KEYS_OF_ANOTHER, "key %s is of account %s and has calls of account %s", 3),
                new StrayRows(
                        "kept answers",
                        SHARES_OF_ANSWERS,
                        "account %s counts %s bytes of kept answers, which are others",
                        2),
                new StrayRows(
                        "kept answers",
                        ANSWERS_OF_NO_CALL,
                        "the answer kept for key %s belongs to no call of it: %s",
                        2),
                new StrayRows(
                        "kept answers",
                        ANSWERS_OF_ANOTHER_TIME,
                        "the answer kept for key %s is of another time than its task %s",
                        2),
                new StrayRows(
                        "kept answers",
                        ANSWERS_WITHOUT_SHARE,
                        "account %s has %s bytes of kept answers, which nothing counts",
                        2),
                new StrayRows(
                        "kept responses",
                        RESPONSES_OF_ANOTHER_SIZE,
                        "response %s counts %s bytes, its content has others",
                        2),
                new StrayRows(
                        "kept responses",
                        RESPONSES_OUT_OF_PLACE,
                        "response %s ends at place %s, which its account has not reached",
                        2),
                new StrayRows(
                        "payments",
                        PAYMENTS_OF_ANOTHER_NOTICE,
                        "payment %s is of %s cents and %s cents of tax, its event of %s",
                        4),
                new StrayRows(
                        "kept responses",
                        RESPONSES_OF_NO_TASK,
                        "response %s of account %s belongs to no call of it",
                        2));
    }

    @Override
    public String sql(Dialect dialect) {
        return sql;
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
