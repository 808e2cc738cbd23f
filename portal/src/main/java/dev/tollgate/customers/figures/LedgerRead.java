package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine.BoughtPlan;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine.PlanPeriod;
import dev.tollgate.customers.figures.RememberedQuarters.Folded;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.sql.Reads;
import dev.tollgate.verification.EntryOrigin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an account's ledger: charges of calls, and entries. They are read apart, each by number, and merged here. Within one read transaction.
 */
record LedgerRead(Reads sql, String accountId) {

    /** A page looks at so many numbers. */
    private static final int LOOKED_AT_MAX = 2_000;

    private static final String CHARGES = Ledger.SELECT_CHARGE.formatted(
                    ", c.model_id, c.paid_by AS grants, NULL AS origin, NULL AS origin_id, NULL AS plan, 0 AS periods, NULL AS bought, 0 AS net_cents")
            + " WHERE c.account_id = ? AND c.number >= ? AND c.number < ? AND c.charged_micros > 0 ORDER BY c.number DESC LIMIT ?";
    private static final String BESIDE_CALLS = """
            SELECT e.account_id, e.number, e.created_at, e.kind, e.task_id, e.amount_micros, e.missing_micros, e.balance_after_micros, e.reason,
                (SELECT c.model_id FROM call c WHERE c.id = e.task_id) AS model_id, e.grants,
                e.origin, e.origin_id, v.body AS plan, s.periods, b.body AS bought, p.net_cents
            FROM entry e LEFT JOIN subscription s ON e.origin = 'plan' AND s.account_id = e.account_id AND e.origin_id LIKE s.number || '.%'
                LEFT JOIN plan_version v ON v.plan = s.plan AND v.number = s.version
                LEFT JOIN payment p ON e.origin IN ('payment', 'test_payment') AND p.id = e.origin_id
                LEFT JOIN plan_version b ON b.plan = p.plan AND b.number = p.version
            WHERE e.account_id = ? AND e.number >= ? AND e.number < ?""";
    private static final String ENTRIES = BESIDE_CALLS + " AND e.amount_micros <> 0 ORDER BY e.number DESC LIMIT ?";
    private static final String ENTRIES_OF_KIND =
            BESIDE_CALLS + " AND e.amount_micros <> 0 AND e.kind = ? ORDER BY e.number DESC LIMIT ?";

    private static final String LINES_OF_CALLS =
            Ledger.SELECT_CHARGE.formatted(", COALESCE(c.model, c.model_id) AS model, " + EntryOrigin.COLUMNS_OF_CHARGE)
                    + " WHERE c.account_id = ? AND c.number >= ? AND c.number < ? AND c.charged_micros > 0 ORDER BY c.number LIMIT ?";
    private static final String LINES_OF_ENTRIES = """
            SELECT e.account_id, e.number, e.created_at, e.kind, e.task_id, e.amount_micros, e.missing_micros, e.balance_after_micros, e.reason,
                COALESCE(t.model, t.model_id) AS model, %s
            FROM entry e%s
            WHERE e.account_id = ? AND e.number >= ? AND e.number < ? AND e.amount_micros <> 0 ORDER BY e.number LIMIT ?""".formatted(EntryOrigin.COLUMNS, EntryOrigin.JOINS);

    private static final String BALANCE = """
            SELECT a.balance_micros, a.reserved_micros, a.purchased_micros, a.consumed_micros, a.last_number, a.last_number_at, %s
            FROM account a LEFT JOIN usage_fold f ON f.id = 1 WHERE a.id = ?""";

    /**
     * @param lastNumber of its newest call or entry
     * @param lastNumberAt before which none will ever come
     * @param folded asked for with the rest
     */
    record Now(Balance balance, long lastNumber, Instant lastNumberAt, Folded folded) {}

    /**
     * The lines of a month.
     *
     * @param from the number of the first of them
     * @param until the number after the last of them
     * @param lastAt the time of the last number before {@code until}, or when the account was made if there is none
     * @param closingMicros the balance after it
     */
    record StatementSpan(long from, long until, Instant lastAt, long closingMicros) {

        /**
         * A line of a statement.
         *
         * @param model that answered the call; null if it is of none
         * @param origin for the last columns
         */
        record StatementLine(Entry entry, @Nullable String model, EntryOrigin origin) {}
    }

    @Nullable
    Now now(Dialect dialect) throws SQLException {
        return sql.one(
                BALANCE.formatted(Folded.columns(dialect)),
                row -> new Now(
                        new Balance(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                        row.getLong(5),
                        Instant.ofEpochMilli(row.getLong(6)),
                        Folded.of(row, 7)),
                accountId);
    }

    /** Returns lines in the order of their numbers, with the model that answered. @param until exclusive */
    List<StatementSpan.StatementLine> lines(long from, long until, int limit) throws SQLException {
        List<StatementSpan.StatementLine> lines =
                new ArrayList<>(sql.list(LINES_OF_CALLS, LedgerRead::statementLine, accountId, from, until, limit));
        lines.addAll(sql.list(LINES_OF_ENTRIES, LedgerRead::statementLine, accountId, from, until, limit));
        return lines.stream()
                .sorted(Comparator.comparingLong(line -> line.entry().number()))
                .limit(limit)
                .toList();
    }

    private static StatementSpan.StatementLine statementLine(ResultSet row) throws SQLException {
        return new StatementSpan.StatementLine(Ledger.entry(row), row.getString("model"), EntryOrigin.read(row));
    }

    /** Returns lines before a place, the newest first. @param first the lowest number that is looked at */
    LedgerPage page(LedgerPage.Cursor from, long first, LedgerPage.Wanted wanted, int limit) throws SQLException {
        // Without calls there are few rows between two entries.
        long low = wanted.hasCalls() ? Math.max(first, from.before() - LOOKED_AT_MAX) : first;
        List<LedgerLine> lines = new ArrayList<>();
        if (wanted.hasCalls()) {
            lines.addAll(sql.list(CHARGES, LedgerRead::line, accountId, low, from.before(), limit + 1));
        }
        if (wanted.hasEntries()) {
            lines.addAll(entries(low, from.before(), wanted.kind, limit + 1));
        }
        lines.sort(Comparator.<LedgerLine>comparingLong(line -> line.entry().number())
                .reversed());
        if (lines.size() > limit) {
            List<LedgerLine> page = lines.subList(0, limit);
            return new LedgerPage(
                    page, new LedgerPage.Cursor(page.getLast().entry().number()), null);
        }
        return low > first
                ? new LedgerPage(lines, new LedgerPage.Cursor(low), NumberSpan.timeOf(sql, accountId, low))
                : new LedgerPage(lines, null, null);
    }

    /** @param kind null for all */
    private List<LedgerLine> entries(long first, long before, @Nullable EntryKind kind, int limit) throws SQLException {
        return kind == null
                ? sql.list(ENTRIES, LedgerRead::line, accountId, first, before, limit)
                : sql.list(ENTRIES_OF_KIND, LedgerRead::line, accountId, first, before, kind.code(), limit);
    }

    private static LedgerLine line(ResultSet row) throws SQLException {
        String origin = row.getString("origin");
        String id = row.getString("origin_id");
        String plan = row.getString("plan");
        String bought = row.getString("bought");
        return new LedgerLine(
                Ledger.entry(row),
                row.getString("model_id"),
                row.getString("grants"),
                origin == null ? null : new Origin(Origin.Kind.of(origin), id),
                plan == null || id == null
                        ? null
                        : new PlanPeriod(
                                Plan.read(plan).name(),
                                Integer.parseInt(id.substring(id.indexOf('.') + 1)),
                                row.getInt("periods")),
                bought == null ? null : new BoughtPlan(Plan.read(bought).name(), row.getLong("net_cents")));
    }

    /** Returns the entries of a span in their order: purchases, refunds, reversals, adjustments. */
    List<LedgerLine> besideCalls(NumberSpan span) throws SQLException {
        return sql.list(BESIDE_CALLS + " ORDER BY e.number", LedgerRead::line, accountId, span.from(), span.to());
    }
}
