package dev.tollgate.books.verification;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Finds rows that belong to nothing: each query returns exactly the wrong rows.
 *
 * @param sentence with a {@code %s} for each column of the query
 */
record StrayRows(String subject, String sentence, String sql) implements Check {

    static final List<Check> ALL = List.of(
            new StrayRows("entries", "entry %s/%s belongs to no account", """
            SELECT e.account_id, e.sequence FROM entry e
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = e.account_id)
            ORDER BY e.account_id, e.sequence"""),
            new StrayRows("entries", "entry %s/%s belongs to no reservation: %s", """
            SELECT e.account_id, e.sequence, e.reservation_id FROM entry e
            WHERE e.reservation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reservation r WHERE r.id = e.reservation_id)
                AND NOT EXISTS (SELECT 1 FROM open_hold h WHERE h.id = e.reservation_id)
            ORDER BY e.account_id, e.sequence"""),
            new StrayRows("reservations", "reservation %s belongs to no account: %s", """
            SELECT r.id, r.account_id FROM reservation r
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = r.account_id)
            ORDER BY r.id"""),
            new StrayRows("reservations", "open reservation %s belongs to no account: %s", """
            SELECT h.id, h.account_id FROM open_hold h
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = h.account_id)
            ORDER BY h.id"""),
            new StrayRows("reservations", "reservation %s is open, and also %s", """
            SELECT h.id, r.state FROM open_hold h JOIN reservation r ON r.id = h.id
            ORDER BY h.id"""),
            new StrayRows(
                    "reservations",
                    "account %s has %s calls on less, more than " + Ledger.SHORTFALLS_MAX,
                    """
            SELECT h.account_id, COUNT(*) FROM open_hold h WHERE h.on_less = 1
            GROUP BY h.account_id HAVING COUNT(*) > %d
            ORDER BY h.account_id""".formatted(Ledger.SHORTFALLS_MAX)),
            new StrayRows("tasks", "task %s has no reservation and is %s", """
            SELECT t.id, t.status FROM task t
            WHERE NOT EXISTS (SELECT 1 FROM reservation r WHERE r.id = t.id)
            ORDER BY t.id"""),
            // Charges before the first signing key have none.
            new StrayRows("receipts", "reservation %s is charged and has no receipt", """
            SELECT r.id FROM reservation r
            WHERE r.charged_micros > 0 AND r.created_at >= (SELECT MIN(k.created_at) FROM signing_key k)
                AND NOT EXISTS (SELECT 1 FROM receipt c WHERE c.task_id = r.id)
            ORDER BY r.id"""),
            new StrayRows("vouchers", "voucher %s is redeemed by account %s, which has not got its credits", """
            SELECT v.sequence, v.account_id FROM voucher v
            WHERE v.account_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM requested_entry q
                WHERE q.account_id = v.account_id AND q.request_id = 'voucher-' || v.sequence AND q.amount_micros = v.amount_micros)
            ORDER BY v.sequence"""),
            new StrayRows("payments", "payment %s is paid by account %s, which has not got its credits", """
            SELECT p.id, p.account_id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM requested_entry q
                WHERE q.account_id = p.account_id AND q.amount_micros = p.credit_micros AND q.request_id =
                    CASE WHEN p.channel = 'stripe' THEN 'payment-' ELSE 'test-payment-' || p.account_id || '-' END || p.id)
            ORDER BY p.id"""),
            new StrayRows(
                    "payments",
                    "payments of account %s say that %s micro-credits are taken back, its entries do not",
                    """
            SELECT p.account_id, SUM(p.reversed_micros) FROM payment p
            GROUP BY p.account_id
            HAVING SUM(p.reversed_micros) <> (
                SELECT COALESCE(SUM(q.amount_micros), 0) FROM requested_entry q
                WHERE q.account_id = p.account_id AND q.request_id IN (SELECT 'notice-' || n.id FROM payment_notice n))
            ORDER BY p.account_id"""),
            // A credit means that its voucher or payment was used, and the other way round. Its reason distinguishes it
            // from a
            // movement that an operator of an earlier version gave such an id.
            new StrayRows("vouchers", "entry %s/%s has credits of %s, which is not redeemed", """
            SELECT e.account_id, e.sequence, q.request_id
            FROM requested_entry q JOIN entry e ON e.account_id = q.account_id AND e.sequence = q.sequence
            WHERE q.request_id LIKE 'voucher-%' AND e.reason LIKE 'voucher %'
                AND q.account_id || q.request_id NOT IN (
                    SELECT v.account_id || 'voucher-' || v.sequence FROM voucher v WHERE v.account_id IS NOT NULL)
            ORDER BY e.account_id, e.sequence"""),
            new StrayRows("vouchers", "voucher %s was redeemed after its credits were given", """
            SELECT v.sequence FROM voucher v
                JOIN requested_entry q ON q.account_id = v.account_id AND q.request_id = 'voucher-' || v.sequence
                JOIN entry e ON e.account_id = q.account_id AND e.sequence = q.sequence
            WHERE v.redeemed_at > e.created_at
            ORDER BY v.sequence"""),
            new StrayRows(
                    "vouchers",
                    "the last voucher is number %s, there are %s",
                    "SELECT MAX(v.sequence), COUNT(*) FROM voucher v HAVING MAX(v.sequence) <> COUNT(*)"),
            new StrayRows("payments", "entry %s/%s has credits of %s, which is not paid", """
            SELECT e.account_id, e.sequence, q.request_id
            FROM requested_entry q JOIN entry e ON e.account_id = q.account_id AND e.sequence = q.sequence
            WHERE (q.request_id LIKE 'payment-%' AND e.reason LIKE 'Payment of $%'
                    OR q.request_id LIKE 'test-payment-%' AND e.reason LIKE 'Test payment of $%')
                AND q.account_id || q.request_id NOT IN (
                    SELECT p.account_id || 'payment-' || p.id FROM payment p WHERE p.state = 'paid'
                    UNION ALL
                    SELECT p.account_id || 'test-payment-' || p.account_id || '-' || p.id FROM payment p WHERE p.state = 'paid')
            ORDER BY e.account_id, e.sequence"""),
            // The part that the balance did not cover is the entry before or after the requested one.
            new StrayRows(
                    "payments",
                    "payments of account %s say that %s micro-credits were missing when they were taken back, its entries do not",
                    """
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
            ORDER BY p.account_id"""),
            new StrayRows("payments", "payment %s is of %s cents and buys %s micro-credits", """
            SELECT p.id, p.net_cents, p.credit_micros FROM payment p WHERE p.credit_micros <> p.net_cents * 2000000 ORDER BY p.id"""),
            new StrayRows("payments", "payment %s is paid, and no event says so", """
            SELECT p.id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM payment_notice n WHERE n.payment_id = p.id AND n.fact = 'paid' AND n.outcome = 'taken')
            ORDER BY p.id"""),
            new StrayRows("payments", "payment %s is paid and has no paper of that time", """
            SELECT p.id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM invoice i WHERE i.payment_id = p.id AND i.issued_at = p.ended_at)
            ORDER BY p.id"""),
            new StrayRows("payments", "payment %s has a paper and is not paid", """
            SELECT i.payment_id FROM invoice i
            WHERE NOT EXISTS (SELECT 1 FROM payment p WHERE p.id = i.payment_id AND p.state = 'paid')
            ORDER BY i.payment_id"""),
            // The days from 1970 to the first of a year, counted with its leap years.
            new StrayRows("payments", "paper %s/%s/%s was issued in another year", """
            SELECT i.series, i.year, i.sequence FROM invoice i
            WHERE i.issued_at < 86400000 * (365 * (i.year - 1970) + (i.year - 1969) / 4 - (i.year - 1901) / 100 + (i.year - 1601) / 400)
                OR i.issued_at >= 86400000 * (365 * (i.year - 1969) + (i.year - 1968) / 4 - (i.year - 1900) / 100 + (i.year - 1600) / 400)
            ORDER BY i.series, i.year, i.sequence"""),
            new StrayRows("payments", "the paper of payment %s is in another series than its seller's: %s", """
            SELECT i.payment_id, i.series FROM invoice i JOIN payment p ON p.id = i.payment_id
            WHERE i.series <> CASE WHEN p.channel = 'stripe' THEN 'of ' ELSE 'tests of ' END || i.seller_name
            ORDER BY i.payment_id"""),
            new StrayRows("payments", "the numbers of the series '%s' of %s have a gap", """
            SELECT i.series, i.year FROM invoice i
            GROUP BY i.series, i.year
            HAVING MAX(i.sequence) <> COUNT(*)
            ORDER BY i.series, i.year"""),
            new StrayRows(
                    "audit log",
                    "the last row of the audit log is number %s, there are %s",
                    "SELECT MAX(l.sequence), COUNT(*) FROM audit_log l HAVING MAX(l.sequence) <> COUNT(*)"),
            new StrayRows(
                    "logs of organizations",
                    "account %s counts %s rows of its log, the last one is number %s and there are %s",
                    """
            SELECT a.id, a.log_number, COALESCE(MAX(l.number), 0), COUNT(l.number)
            FROM account a LEFT JOIN account_log l ON l.account_id = a.id
            GROUP BY a.id, a.log_number
            HAVING a.log_number <> COALESCE(MAX(l.number), 0) OR a.log_number <> COUNT(l.number)
            ORDER BY a.id"""),
            new StrayRows("labels", "account %s has usage of label %s, which it does not have on these days", """
            SELECT u.account_id, u.number
            FROM (SELECT s.account_id, s.number, MIN(s.day) AS first, MAX(s.day) AS last
                    FROM usage_label s JOIN account a ON a.id = s.account_id WHERE s.day >= a.labels_from
                    GROUP BY s.account_id, s.number) u
                LEFT JOIN label l ON l.account_id = u.account_id AND l.number = u.number
            WHERE l.number IS NULL OR u.first < l.created_day OR u.last > l.used_day
            ORDER BY u.account_id, u.number"""),
            new StrayRows(
                    "prices",
                    "the last price that was set is number %s, there are %s",
                    "SELECT MAX(v.sequence), COUNT(*) FROM price_version v HAVING MAX(v.sequence) <> COUNT(*)"),
            new StrayRows("accounts", "account %s has more credits of the sandbox than balance and holds", """
            SELECT a.id FROM account a WHERE a.sandbox_micros > a.balance_micros + a.reserved_micros ORDER BY a.id"""),
            new StrayRows("reservations", "reservation %s has more credits of the sandbox than its charge", """
            SELECT r.id FROM reservation r WHERE r.sandbox_micros > r.charged_micros ORDER BY r.id"""),
            new StrayRows("holds", "account %s reserves %s micro-credits, its open reservations hold %s", """
            SELECT a.id, a.reserved_micros, COALESCE(SUM(h.held_micros), 0)
            FROM account a LEFT JOIN open_hold h ON h.account_id = a.id
            GROUP BY a.id, a.reserved_micros
            HAVING a.reserved_micros <> COALESCE(SUM(h.held_micros), 0)
            ORDER BY a.id"""),
            new StrayRows(
                    "accounts",
                    "account %s is deleted and not blocked",
                    "SELECT a.id FROM account a WHERE a.deleted_at IS NOT NULL AND a.blocked = 0 ORDER BY a.id"),
            // A key with calls has its window of all time.
            new StrayRows("keys", "key %s has calls and is not there", """
            SELECT w.key_id FROM spend_window w
            WHERE w.kind = 'total' AND NOT EXISTS (SELECT 1 FROM api_key k WHERE k.id = w.key_id)
                AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = w.key_id)
            ORDER BY w.key_id"""),
            new StrayRows("keys", "key %s is of account %s and has calls of account %s", """
            SELECT k.id, k.account_id, u.account_id
            FROM (SELECT account_id, key_id FROM usage_quarter UNION SELECT account_id, key_id FROM usage_day) u
                JOIN api_key k ON k.id = u.key_id
            WHERE k.account_id <> u.account_id
            ORDER BY k.id"""),
            new StrayRows("keys", "key %s is of member '%s' and of team '%s', which its account %s does not have", """
            SELECT k.id, k.member_id, k.team_id, k.account_id FROM api_key k
            WHERE k.member_id <> '' AND NOT EXISTS (SELECT 1 FROM member m WHERE m.id = k.member_id AND m.account_id = k.account_id)
                OR k.team_id <> '' AND NOT EXISTS (SELECT 1 FROM team t WHERE t.id = k.team_id AND t.account_id = k.account_id)
            ORDER BY k.id"""),
            // A server of a version without members knows no member of a hidden key. It makes no calls where there are
            // budgets.
            new StrayRows(
                    "reservations",
                    "open reservation %s counts for member '%s' and team '%s', its key is of member '%s' and of team '%s'",
                    """
            SELECT h.id, h.member_id, h.team_id, k.member_id, k.team_id
            FROM open_hold h JOIN account a ON a.id = h.account_id JOIN api_key k ON k.id = h.key_id
            WHERE a.budgets_version > 0 AND (h.member_id <> k.member_id OR h.team_id <> k.team_id)
            ORDER BY h.id"""),
            new StrayRows("budgets", "account %s has budgets, and its row says that it has none", """
            SELECT a.id FROM account a
            WHERE a.budgets_version = 0 AND EXISTS (SELECT 1 FROM budget b WHERE b.account_id = a.id)
            ORDER BY a.id"""),
            // A deleted key without calls is forgotten, its budget stays.
            new StrayRows("budgets", "account %s has a budget of %s, who is none of its members or teams", """
            SELECT b.account_id, b.owner FROM budget b
            WHERE b.owner NOT IN ('account', 'each_member') AND b.owner NOT LIKE 'key\\_%' ESCAPE '\\'
                AND NOT EXISTS (SELECT 1 FROM member m WHERE m.id = b.owner AND m.account_id = b.account_id)
                AND NOT EXISTS (SELECT 1 FROM team t WHERE t.id = b.owner AND t.account_id = b.account_id)
            ORDER BY b.account_id, b.owner, b.kind"""),
            new StrayRows("kept answers", "account %s counts %s bytes of kept answers, which are others", """
            SELECT s.account_id, s.bytes FROM answer_share s
            WHERE s.bytes <> (
                SELECT COALESCE(SUM(k.bytes), 0) FROM kept_answer k WHERE k.account_id = s.account_id AND k.state = 'kept')
            ORDER BY s.account_id"""),
            // A key is claimed by the unit that holds, and its answer kept by the unit that settles; under the first id
            // of an API key that was moved. A new secret may have given the key's present id a new first one since.
            new StrayRows("kept answers", "the answer kept for key %s belongs to no call of it: %s", """
            SELECT k.key_id, k.task_id FROM kept_answer k
            WHERE NOT EXISTS (
                    SELECT 1 FROM reservation r
                    WHERE r.id = k.task_id AND (r.key_id = k.key_id OR EXISTS (
                            SELECT 1 FROM api_key a
                            WHERE (a.id = r.key_id OR a.moved_to = r.key_id)
                                AND CASE WHEN a.origin_id = '' THEN a.id ELSE a.origin_id END = k.key_id)) AND r.account_id = k.account_id
                        AND (k.state = 'running' OR r.state = 'settled'))
                AND NOT EXISTS (
                    SELECT 1 FROM open_hold h
                    WHERE h.id = k.task_id AND (h.key_id = k.key_id OR EXISTS (
                            SELECT 1 FROM api_key a
                            WHERE (a.id = h.key_id OR a.moved_to = h.key_id)
                                AND CASE WHEN a.origin_id = '' THEN a.id ELSE a.origin_id END = k.key_id)) AND h.account_id = k.account_id AND k.state = 'running')
            ORDER BY k.key_id, k.task_id"""),
            new StrayRows("kept answers", "the answer kept for key %s is of another time than its task %s", """
            SELECT k.key_id, k.task_id FROM kept_answer k JOIN task t ON t.id = k.task_id
            WHERE k.settled_at <> t.completed_at
            ORDER BY k.key_id, k.task_id"""),
            new StrayRows("kept answers", "account %s has %s bytes of kept answers, which nothing counts", """
            SELECT k.account_id, SUM(k.bytes) FROM kept_answer k
            WHERE k.state = 'kept' AND k.bytes > 0 AND NOT EXISTS (SELECT 1 FROM answer_share s WHERE s.account_id = k.account_id)
            GROUP BY k.account_id
            ORDER BY k.account_id"""),
            // A row takes what is sealed and 256 bytes, and ends at its place, which is not beyond its account's.
            new StrayRows("kept responses", "response %s counts %s bytes, its content has others", """
            SELECT k.id, k.bytes FROM kept_response k WHERE k.bytes <> 256 + LENGTH(k.sealed) ORDER BY k.id"""),
            new StrayRows("kept responses", "response %s ends at place %s, which its account has not reached", """
            SELECT k.id, k.place FROM kept_response k
            WHERE k.place > COALESCE((SELECT s.bytes FROM kept_share s WHERE s.account_id = k.account_id), 0)
            ORDER BY k.id"""),
            new StrayRows("payments", "payment %s is of %s cents and %s cents of tax, its event of %s", """
            SELECT p.id, p.net_cents, p.tax_cents, n.cents
            FROM payment p JOIN payment_notice n ON n.payment_id = p.id AND n.fact = 'paid' AND n.outcome = 'taken'
            WHERE p.state = 'paid' AND n.cents <> p.net_cents + p.tax_cents
            ORDER BY p.id"""),
            // A response is kept by the unit that charges for it and closes its task, for the owner of its key and
            // under a
            // first id that the key has, or had before a new secret.
            new StrayRows(
                    "kept responses", "response %s of account %s and owner '%s' belongs to no call of theirs", """
            SELECT k.id, k.account_id, k.owner FROM kept_response k
            WHERE NOT EXISTS (
                SELECT 1 FROM task t JOIN api_key a ON a.id = t.key_id
                WHERE t.id = k.id AND t.account_id = k.account_id
                    AND k.owner = CASE WHEN a.member_id = '' THEN a.team_id ELSE a.member_id END
                    AND (k.origin_id IN (a.id, a.origin_id) OR EXISTS (
                        SELECT 1 FROM api_key o WHERE o.moved_to = a.id AND k.origin_id IN (o.id, o.origin_id))))
            ORDER BY k.id"""));

    @Override
    public String sql(Dialect dialect) {
        return sql;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        Object[] values = new Object[row.getMetaData().getColumnCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
        }
        findings.add(sentence.formatted(values));
    }
}
