package dev.tollgate.verification;

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

    /** The most running calls on less of an account. Said here again: the ledger's own number would agree with a ledger that is wrong. */
    private static final int ON_LESS_MAX = 3;

    static final List<Check> ALL = List.of(
            new StrayRows("entries", "entry %s/%s is a %s, which cannot be of origin %s", """
            SELECT e.account_id, e.number, e.kind, e.origin FROM entry e
            WHERE e.kind <> CASE WHEN e.origin IN ('payment', 'test_payment', 'voucher', 'plan', 'start', 'creation', 'demo', 'gift') THEN 'top_up'
                WHEN e.origin = 'call' THEN 'refund'
                WHEN e.origin IN ('card_refund', 'dispute', 'dispute_won', 'early_refund') THEN 'reversal'
                WHEN e.origin = 'correction' AND e.kind = 'reversal' THEN 'reversal'
                ELSE 'adjustment' END
            ORDER BY e.account_id, e.number"""),
            // The id of an entry that no operator ordered is made of its origin: of a notice of its payment for what
            // went back. Entries without an id are
            // of earlier programs.
            new StrayRows("entries", "entry %s/%s is of origin %s %s, and its id is %s", """
            SELECT e.account_id, e.number, e.origin, COALESCE(e.origin_id, ''), COALESCE(e.request_id, '') FROM entry e
            WHERE CASE
                WHEN e.origin = 'payment' THEN e.request_id = 'payment-' || e.origin_id
                WHEN e.origin = 'test_payment' THEN e.request_id = 'test-payment-' || e.account_id || '-' || e.origin_id
                WHEN e.origin = 'voucher' THEN e.request_id = 'voucher-' || e.origin_id
                WHEN e.origin = 'plan' THEN e.request_id = 'plan-' || REPLACE(e.origin_id, '.', '-') || '-1'
                WHEN e.origin = 'plan_end' THEN e.request_id = 'end-plan-' || e.origin_id
                WHEN e.origin_id IS NOT NULL AND e.origin NOT IN ('card_refund', 'dispute', 'dispute_won', 'early_refund') THEN 1 = 0
                WHEN e.origin = 'start' THEN e.request_id LIKE 'start-' || e.account_id || '%' OR e.request_id LIKE 'sandbox-start-' || e.account_id || '%'
                WHEN e.origin IN ('creation', 'demo', 'deletion') THEN COALESCE(e.request_id, e.origin) = e.origin
                WHEN e.origin IN ('gift', 'correction', 'grant_end', 'call') THEN COALESCE(SUBSTR(e.request_id, 1, 9), 'operator ') = 'operator '
                WHEN e.origin = 'expiry' AND e.grants IS NULL THEN EXISTS (SELECT 1 FROM payment_notice n JOIN payment p ON p.id = n.payment_id
                        WHERE p.account_id = e.account_id AND e.request_id = 'return-notice-' || n.id)
                    OR EXISTS (SELECT 1 FROM entry l WHERE l.account_id = e.account_id AND l.number = e.number + 1 AND l.kind = 'reversal'
                        AND l.request_id = 'late-' || e.number AND l.amount_micros = -e.amount_micros AND e.request_id = 'return-' || l.request_id)
                WHEN e.request_id LIKE 'late-%' THEN EXISTS (SELECT 1 FROM payment p WHERE p.id = e.origin_id AND p.account_id = e.account_id)
                    AND EXISTS (SELECT 1 FROM entry l WHERE l.account_id = e.account_id AND l.number = e.number - 1 AND l.origin = 'expiry'
                        AND l.request_id = 'return-' || e.request_id AND e.request_id = 'late-' || l.number AND l.amount_micros = -e.amount_micros)
                WHEN e.origin = 'expiry' THEN e.request_id IS NOT NULL
                ELSE EXISTS (SELECT 1 FROM payment_notice n WHERE n.payment_id = e.origin_id AND e.request_id = 'notice-' || n.id
                    AND e.origin = CASE n.fact WHEN 'refunded' THEN 'card_refund' WHEN 'disputed' THEN 'dispute' WHEN 'dispute_lost' THEN 'dispute'
                        WHEN 'dispute_won' THEN 'dispute_won' ELSE 'early_refund' END)
                END IS NOT TRUE
            ORDER BY e.account_id, e.number"""),
            new StrayRows(
                    "entries",
                    "entry %s/%s is of the deletion of its account, which is not deleted or has credits after it",
                    """
            SELECT e.account_id, e.number FROM entry e JOIN account a ON a.id = e.account_id
            WHERE e.origin = 'deletion' AND (a.deleted_at IS NULL OR e.balance_after_micros <> 0)
            ORDER BY e.account_id, e.number"""),
            new StrayRows("refunds", "entry %s/%s refunds %s, which is no earlier call of its account", """
            SELECT e.account_id, e.number, e.task_id FROM entry e
            WHERE e.task_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM call c WHERE c.id = e.task_id AND c.account_id = e.account_id AND c.number < e.number)
            ORDER BY e.account_id, e.number"""),
            new StrayRows("refunds", "call %s of account %s is charged %s micro-credits and refunded %s", """
            SELECT c.id, c.account_id, c.charged_micros, SUM(e.amount_micros) FROM entry e JOIN call c ON c.id = e.task_id
            GROUP BY c.id, c.account_id, c.charged_micros HAVING SUM(e.amount_micros) > c.charged_micros
            ORDER BY c.id"""),
            new StrayRows("open calls", "open call %s belongs to no account: %s", """
            SELECT h.id, h.account_id FROM open_hold h
            WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = h.account_id)
            ORDER BY h.id"""),
            new StrayRows("open calls", "call %s of account %s is open, and has ended: %s", """
            SELECT h.id, h.account_id, c.ending FROM open_hold h JOIN call c ON c.id = h.id
            ORDER BY h.id"""),
            new StrayRows("open calls", "account %s has %s calls on less, more than " + ON_LESS_MAX, """
            SELECT h.account_id, COUNT(*) FROM open_hold h WHERE h.on_less = 1
            GROUP BY h.account_id HAVING COUNT(*) > %d
            ORDER BY h.account_id""".formatted(
                            ON_LESS_MAX)),
            new StrayRows("open calls", "open call %s may be paid by grants, of which account %s has none", """
            SELECT h.id, h.account_id FROM open_hold h JOIN account a ON a.id = h.account_id
            WHERE h.grant_model IS NOT NULL AND a.last_grant = 0
            ORDER BY h.id"""),
            new StrayRows("receipts", "account %s has %s receipts and no call", """
            SELECT a.id, a.receipts FROM account a
            WHERE a.receipts <> 0 AND NOT EXISTS (SELECT 1 FROM call c WHERE c.account_id = a.id)
            ORDER BY a.id"""),
            new StrayRows(
                    "receipts",
                    "the last signing key is number %s, there are %s",
                    "SELECT MAX(k.number), COUNT(*) FROM signing_key k HAVING MAX(k.number) <> COUNT(*)"),
            new StrayRows("vouchers", "voucher %s is redeemed by account %s, which has not got its credits", """
            SELECT v.sequence, v.account_id FROM voucher v
            WHERE v.account_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM entry e
                WHERE e.account_id = v.account_id AND e.origin = 'voucher' AND e.origin_id = CAST(v.sequence AS TEXT)
                    AND e.amount_micros = v.amount_micros)
            ORDER BY v.sequence"""),
            new StrayRows("payments", "payment %s is paid by account %s, which has not got its credits", """
            SELECT p.id, p.account_id FROM payment p
            WHERE p.state = 'paid' AND NOT EXISTS (
                SELECT 1 FROM entry e
                WHERE e.account_id = p.account_id AND e.amount_micros = p.credit_micros AND e.origin_id = p.id
                    AND e.origin = CASE WHEN p.channel = 'stripe' THEN 'payment' ELSE 'test_payment' END)
            ORDER BY p.id"""),
            new StrayRows(
                    "payments",
                    "payments of account %s say that %s micro-credits were taken back and %s of them missing, its entries do not",
                    """
            SELECT p.account_id, SUM(p.reversed_micros), SUM(p.missing_micros)
            FROM payment p LEFT JOIN (
                SELECT e.account_id, SUM(e.amount_micros) AS taken_micros, SUM(e.missing_micros) AS missing_micros FROM entry e
                WHERE e.origin IN ('card_refund', 'dispute', 'dispute_won', 'early_refund')
                GROUP BY e.account_id) t ON t.account_id = p.account_id
            GROUP BY p.account_id, t.taken_micros, t.missing_micros
            HAVING SUM(p.reversed_micros) <> -COALESCE(t.taken_micros + t.missing_micros, 0)
                OR SUM(p.missing_micros) <> -COALESCE(t.missing_micros, 0)
            ORDER BY p.account_id"""),
            // What had left the payment's own grant returns before it is taken back, and leaves again if the money
            // comes
            // again.
            new StrayRows(
                    "payments",
                    "payments of account %s say that %s micro-credits of what was taken back had expired or ended, its entries do not",
                    """
            SELECT p.account_id, SUM(p.lapsed_micros)
            FROM payment p LEFT JOIN (
                SELECT e.account_id, SUM(e.amount_micros) AS returned_micros FROM entry e
                WHERE e.origin = 'expiry' AND e.grants IS NULL
                GROUP BY e.account_id) t ON t.account_id = p.account_id
            GROUP BY p.account_id, t.returned_micros
            HAVING SUM(p.lapsed_micros) <> COALESCE(t.returned_micros, 0)
            ORDER BY p.account_id"""),
            new StrayRows(
                    "payments", "entry %s/%s takes credits of grants back that its payment did not give: %s", """
            SELECT e.account_id, e.number, e.grants FROM entry e
            WHERE e.kind = 'reversal' AND e.amount_micros < 0 AND e.grants IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM entry p JOIN credit_grant g ON g.account_id = p.account_id AND g.entry_number = p.number
                WHERE p.account_id = e.account_id AND p.origin IN ('payment', 'test_payment') AND p.origin_id = e.origin_id
                    AND e.grants LIKE g.number || ':%' AND e.grants NOT LIKE '% %')
                AND NOT EXISTS (SELECT 1 FROM entry w JOIN credit_grant g ON g.account_id = w.account_id AND g.kind = 'refund'
                    WHERE w.account_id = e.account_id AND w.number < e.number AND w.kind = 'reversal' AND w.amount_micros > 0
                        AND w.origin_id = e.origin_id AND w.grants LIKE g.number || ':%' AND w.grants NOT LIKE '% %'
                        AND e.grants LIKE g.number || ':%' AND e.grants NOT LIKE '% %')
            ORDER BY e.account_id, e.number"""),
            new StrayRows(
                    "payments", "payment %s of a plan went back in full, and its grant %s of account %s is live", """
            SELECT p.id, g.number, p.account_id FROM payment p
                JOIN entry e ON e.account_id = p.account_id AND e.kind = 'top_up' AND e.origin_id = p.id
                JOIN credit_grant g ON g.account_id = e.account_id AND g.entry_number = e.number
                JOIN account a ON a.id = p.account_id
            WHERE p.purpose = 'plan' AND p.reversed_micros = p.credit_micros AND g.ended_at IS NULL AND g.expires_at > a.last_number_at
                AND NOT EXISTS (SELECT 1 FROM open_hold h WHERE h.account_id = p.account_id)
            ORDER BY p.id"""),
            // A credit means that its voucher or payment was used, and the other way round.
            new StrayRows("vouchers", "entry %s/%s has credits of %s, which is not redeemed", """
            SELECT e.account_id, e.number, 'voucher ' || COALESCE(e.origin_id, '') FROM entry e
            LEFT JOIN (
                SELECT DISTINCT v.account_id, CAST(v.sequence AS TEXT) AS id FROM voucher v WHERE v.account_id IS NOT NULL) r
                ON r.account_id = e.account_id AND r.id = e.origin_id
            WHERE e.origin = 'voucher' AND r.id IS NULL
            ORDER BY e.account_id, e.number"""),
            new StrayRows("vouchers", "voucher %s was redeemed after its credits were given", """
            SELECT v.sequence FROM voucher v JOIN entry e ON e.account_id = v.account_id AND e.origin = 'voucher' AND e.origin_id = CAST(v.sequence AS TEXT)
            WHERE v.redeemed_at > e.created_at
            ORDER BY v.sequence"""),
            // The expiry is moved by an operator alone: later, or to the end of what a running call needs.
            new StrayRows(
                    "vouchers", "voucher %s has other days or models than the credits that account %s got for it", """
            SELECT v.sequence, v.account_id
            FROM voucher v JOIN entry e ON e.account_id = v.account_id AND e.origin = 'voucher' AND e.origin_id = CAST(v.sequence AS TEXT)
                LEFT JOIN credit_grant g ON g.account_id = e.account_id AND g.entry_number = e.number
            WHERE CASE WHEN v.days IS NULL AND v.models = '' THEN g.number IS NOT NULL
                ELSE g.number IS NULL OR g.models <> v.models OR (v.days IS NULL) <> (g.first_expires_at IS NULL)
                    OR g.first_expires_at <> v.redeemed_at + v.days * CAST(86400000 AS BIGINT)
                    OR g.expires_at <> g.first_expires_at AND NOT EXISTS (
                        SELECT 1 FROM audit_log l WHERE l.action IN ('grant.extend', 'grant.end') AND l.subject = g.account_id)
                END
            ORDER BY v.sequence"""),
            new StrayRows(
                    "vouchers",
                    "the last voucher is number %s, there are %s",
                    "SELECT MAX(v.sequence), COUNT(*) FROM voucher v HAVING MAX(v.sequence) <> COUNT(*)"),
            new StrayRows("payments", "entry %s/%s has credits of %s, which is not paid", """
            SELECT e.account_id, e.number, 'payment ' || COALESCE(e.origin_id, '') FROM entry e
            WHERE e.origin IN ('payment', 'test_payment') AND NOT EXISTS (
                    SELECT 1 FROM payment p WHERE p.id = e.origin_id AND p.account_id = e.account_id AND p.state = 'paid'
                        AND (p.channel = 'stripe') = (e.origin = 'payment'))
            ORDER BY e.account_id, e.number"""),
            new StrayRows("payments", "payment %s is of %s cents and buys %s micro-credits", """
            SELECT p.id, p.net_cents, p.credit_micros FROM payment p
            WHERE p.purpose = 'credits' AND p.credit_micros <> p.net_cents * 2000000
            ORDER BY p.id"""),
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
                AND NOT EXISTS (SELECT 1 FROM installation r WHERE r.name LIKE 'restored #%' AND i.series
                    = CASE WHEN p.channel = 'stripe' THEN 'of ' ELSE 'tests of ' END || i.seller_name || SUBSTR(r.name, 9))
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
            // A tag's value ends with its age or its account; a person is erased as an end user.
            new StrayRows("labels", "account %s has label %s without its value, which is no end user's", """
            SELECT l.account_id, l.number FROM label l JOIN account a ON a.id = l.account_id
            WHERE l.value = '' AND l.name <> '' AND l.used_day >= a.labels_from AND a.deleted_at IS NULL
            ORDER BY l.account_id, l.number"""),
            new StrayRows("accounts", "account %s has more credits of the sandbox than balance and holds", """
            SELECT a.id FROM account a WHERE a.sandbox_micros > a.balance_micros + a.reserved_micros ORDER BY a.id"""),
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
                    "open calls",
                    "open call %s counts for member '%s' and team '%s', its key is of member '%s' and of team '%s'",
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
                SELECT 1 FROM (
                    SELECT id, account_id, key_id, price FROM call WHERE id = k.task_id
                    UNION ALL SELECT id, account_id, key_id, NULL FROM open_hold WHERE id = k.task_id) c
                WHERE c.account_id = k.account_id AND (k.state = 'running' OR c.price IS NOT NULL)
                    AND (c.key_id = k.key_id OR EXISTS (
                        SELECT 1 FROM api_key a
                        WHERE (a.id = c.key_id OR a.moved_to = c.key_id)
                            AND CASE WHEN a.origin_id = '' THEN a.id ELSE a.origin_id END = k.key_id)))
            ORDER BY k.key_id, k.task_id"""),
            new StrayRows("kept answers", "the answer kept for key %s is of another time than its call %s", """
            SELECT k.key_id, k.task_id FROM kept_answer k JOIN call c ON c.id = k.task_id
            WHERE k.settled_at <> c.ended_at
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
            // A response is kept by the unit that charges for it, for the owner of its key and under a first id that
            // the key has, or had before a
            // new secret.
            new StrayRows(
                    "kept responses", "response %s of account %s and owner '%s' belongs to no call of theirs", """
            SELECT k.id, k.account_id, k.owner FROM kept_response k
            WHERE NOT EXISTS (
                SELECT 1 FROM call c JOIN api_key a ON a.id = c.key_id
                WHERE c.id = COALESCE(k.call_id, k.id) AND c.account_id = k.account_id
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
