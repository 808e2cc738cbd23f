package dev.tollgate.customers.months;

import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.verification.EntryOrigin;

/** The SQL of months. Each range has a begin and an end, in milliseconds. */
final class MonthSql {

    /** The name of an account {@code a}. */
    private static final String CUSTOMER =
            "CASE WHEN a.deleted_at IS NOT NULL THEN a.id ELSE " + NamesOfIds.ACCOUNT_NAME + " END AS customer";

    private static final String IN_MONTH = " e.created_at >= ? AND e.created_at < ?";

    /** Sums of entries by day and line. */
    static final String SUMS =
            "SELECT x.day, x.line, COUNT(*), SUM(x.amount_micros), SUM(x.sandbox_micros), SUM(x.net_cents), SUM(x.tax_cents)"
                    + " FROM (SELECT e.created_at - e.created_at % 86400000 AS day, " + MonthLine.OF_ENTRY
                    + " AS line, e.amount_micros, e.sandbox_micros,"
                    + " CASE WHEN e.kind = 'top_up' THEN COALESCE(p.net_cents, 0) ELSE 0 END AS net_cents,"
                    + " CASE WHEN e.kind = 'top_up' THEN COALESCE(p.tax_cents, 0) ELSE 0 END AS tax_cents FROM entry e"
                    + EntryOrigin.PAYMENT + " WHERE" + IN_MONTH + ") AS x GROUP BY x.day, x.line";

    /** Entries of a month, in their order; a condition and a limit follow. */
    static final String ENTRIES =
            "SELECT e.account_id, e.number, e.created_at, e.kind, e.amount_micros, e.missing_micros, e.sandbox_micros, e.reason,"
                    + " e.task_id, " + CUSTOMER
                    + ", p.id AS payment_id, p.channel, p.net_cents, p.tax_cents, p.credit_micros, i.year, i.sequence,"
                    + " i.issued_at, i.seller_name, i.series, i.buyer_country, i.buyer_vat_id, CASE WHEN e.kind = 'reversal' THEN"
                    + " (SELECT SUM(-o.amount_micros - o.missing_micros) FROM entry o"
                    + " WHERE o.account_id = e.account_id AND o.number < e.number AND o.kind = 'reversal'"
                    + " AND o.origin_id = e.origin_id) END AS taken_before FROM entry e JOIN account a ON a.id = e.account_id"
                    + EntryOrigin.PAYMENT + "LEFT JOIN invoice i ON i.payment_id = p.id" + " WHERE" + IN_MONTH;

    static final String ENTRIES_AFTER =
            " AND (e.created_at, e.number, e.account_id) > (?, ?, ?) ORDER BY e.created_at, e.number, e.account_id LIMIT ?";

    /** The money that went back, by entry. */
    static final String REVERSALS = ENTRIES + " AND e.kind = 'reversal' ORDER BY e.created_at";

    /** Sums of calls by day. */
    static final String CALLS = """
            SELECT starts_at - starts_at % 86400000, SUM(calls), SUM(charged_micros), SUM(shortfall_micros), SUM(cost_micros)
            FROM usage_hour WHERE starts_at >= ? AND starts_at < ? GROUP BY 1""";

    /** The rows {@code m} of what grants {@code g} paid. CROSS JOIN: by the rows of a month to their grants, never through all grants. */
    private static final String BY_GRANTS =
            " FROM grant_month m CROSS JOIN credit_grant g WHERE g.account_id = m.account_id AND g.number = m.number";

    /** Sums of what grants paid, by month and line. */
    static final String PAID = "SELECT m.starts_at, " + MonthLine.OF_GRANT + ", SUM(m.paid_micros)" + BY_GRANTS
            + " AND m.starts_at >= ? AND m.starts_at < ? GROUP BY 1, 2";

    /** Sums of sandbox credits that calls used, by day. */
    static final String SANDBOX = """
            SELECT ended_at - ended_at % 86400000, SUM(sandbox_micros) FROM call
            WHERE sandbox_micros > 0 AND ended_at >= ? AND ended_at < ? GROUP BY 1""";

    /** The movements before a range and after it, and the balances of the accounts: credits and sandbox credits before, credits after, balances. */
    static final String BESIDE = """
            SELECT e.before - u.before, e.sandbox - COALESCE(c.sandbox, 0), e.after - u.after, a.held FROM
                (SELECT COALESCE(SUM(CASE WHEN created_at < ? THEN amount_micros ELSE 0 END), 0) AS before,
                    COALESCE(SUM(CASE WHEN created_at < ? THEN sandbox_micros ELSE 0 END), 0) AS sandbox,
                    COALESCE(SUM(CASE WHEN created_at >= ? THEN amount_micros ELSE 0 END), 0) AS after FROM entry) AS e,
                (SELECT (SELECT COALESCE(SUM(charged_micros), 0) FROM usage_hour WHERE starts_at < ?) AS before,
                    (SELECT COALESCE(SUM(charged_micros), 0) FROM usage_hour WHERE starts_at >= ?) AS after) AS u,
                (SELECT SUM(sandbox_micros) AS sandbox FROM call WHERE sandbox_micros > 0 AND ended_at < ?) AS c,
                (SELECT COALESCE(SUM(balance_micros + reserved_micros), 0) AS held FROM account) AS a""";

    /** The first time of the books. */
    static final String FIRST = """
            SELECT MIN(x.at) FROM (SELECT MIN(created_at) AS at FROM entry UNION ALL SELECT MIN(starts_at) FROM usage_hour) AS x""";

    private static final String USED_BY_ACCOUNT = "(SELECT parts.account_id, SUM(parts.calls) AS calls,"
            + " SUM(parts.charged_micros) AS charged FROM ("
            + PlatformHistory.ROWS.formatted("used.calls, used.charged_micros")
            + ") AS parts WHERE parts.account_id > ? GROUP BY parts.account_id) AS f JOIN account a ON a.id = f.account_id";

    /** The values of {@link PlatformHistory#ROWS}, a place and a limit. */
    private static final String USED = "SELECT a.id, " + CUSTOMER + ", f.calls, f.charged FROM " + USED_BY_ACCOUNT
            + " WHERE f.calls > 0 ORDER BY a.id LIMIT ?";

    /** The values of {@link PlatformHistory#ROWS}, a place, the begin of the month, the place again and a limit. */
    private static final String USED_OF_GENERAL = "SELECT a.id, " + CUSTOMER
            + ", 0, f.charged - COALESCE(x.paid, 0) FROM " + USED_BY_ACCOUNT
            + " LEFT JOIN (SELECT account_id, SUM(paid_micros) AS paid FROM grant_month"
            + " WHERE starts_at = ? AND account_id > ? GROUP BY account_id) AS x ON x.account_id = a.id"
            + " WHERE f.charged <> COALESCE(x.paid, 0) ORDER BY a.id LIMIT ?";

    /** Returns customers by what their calls used, or by what of it one kind of credits paid: id, name, calls if they are counted, and credits. */
    static String customers(MonthLine line) {
        return switch (line) {
            case USED -> USED;
            case PAID_BY_GENERAL -> USED_OF_GENERAL;
            // The begin of the month, a place and a limit.
            default ->
                "SELECT a.id, " + CUSTOMER + ", 0, x.paid FROM (SELECT m.account_id, SUM(m.paid_micros) AS paid"
                        + BY_GRANTS + " AND m.starts_at = ? AND m.account_id > ? AND " + line.condition()
                        + " GROUP BY m.account_id) AS x JOIN account a ON a.id = x.account_id ORDER BY a.id LIMIT ?";
        };
    }

    /**
     * Sandbox credits that calls used, by account; a range of accounts, whose begin is left out. CASE: by the index of such calls, never through all calls
     * of the accounts.
     */
    static final String SANDBOX_USED = """
            SELECT account_id, SUM(sandbox_micros) FROM call WHERE sandbox_micros > 0 AND ended_at >= ? AND ended_at < ?
                AND CASE WHEN account_id > ? AND account_id <= ? THEN 1 ELSE 0 END = 1 GROUP BY account_id""";

    /** Sandbox credits that entries moved, by account; such a range. */
    static final String SANDBOX_MOVED = """
            SELECT account_id, SUM(sandbox_micros) FROM entry
            WHERE sandbox_micros <> 0 AND created_at < ? AND account_id > ? AND account_id <= ? GROUP BY account_id""";

    /** Accounts that hold something now, or have changed since a time: their balances now, and whether they have changed. */
    static final String ACCOUNTS = "SELECT a.id, " + CUSTOMER
            + ", a.balance_micros + a.reserved_micros, CASE WHEN a.last_number_at >= ? THEN 1 ELSE 0 END FROM account a"
            + " WHERE a.id > ? AND (a.balance_micros + a.reserved_micros <> 0 OR a.last_number_at >= ?) ORDER BY a.id LIMIT ?";

    /** Calls whose usage nothing covered. CROSS JOIN: by the accounts to their few calls, never through all calls. */
    static final String SHORTFALLS = "SELECT c.ended_at, a.id AS account_id, " + CUSTOMER
            + ", c.id AS task_id, COALESCE(c.model, c.model_id) AS model, c.due_micros - c.charged_micros AS micros"
            + " FROM account a CROSS JOIN call c WHERE c.account_id = a.id AND c.due_micros > c.charged_micros"
            + " AND c.ended_at >= ? AND c.ended_at < ? AND (c.ended_at, c.id) > (?, ?) ORDER BY c.ended_at, c.id LIMIT ?";

    static final String COSTS = """
            SELECT channel, model, SUM(calls), SUM(uncosted), SUM(cost_micros) FROM usage_hour
            WHERE starts_at >= ? AND starts_at < ? GROUP BY channel, model HAVING SUM(calls) > 0
            ORDER BY channel, model""";

    private MonthSql() {}
}
