package dev.tollgate.books.plans;

import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.storage.Database;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The income of plans, and the plans of accounts that end. Thread-safe; blocks. */
public final class PlanFigures {

    private static final String ENDING = Plans.SUBSCRIPTIONS + """
             s.ended_at IS NULL AND s.ends_at < ?
                AND (s.period >= s.periods OR s.cancelled_at IS NOT NULL OR v.closed_at IS NOT NULL
                    OR s.ends_at + (s.periods - s.period) * (s.ends_at - s.starts_at) < ?)
            ORDER BY s.ends_at, s.account_id LIMIT ?""";
    private static final String LAPSED = Plans.SUBSCRIPTIONS + """
             s.ended_at >= ? AND s.ended_by <> 'deleted'
                AND NOT EXISTS (SELECT 1 FROM subscription n WHERE n.account_id = s.account_id AND n.number > s.number)
            ORDER BY s.ended_at, s.account_id LIMIT ?""";
    private static final String INCOME = "SELECT " + Plans.VERSION + """
            , t.periods, t.latest FROM (SELECT paid.plan, paid.version, SUM(paid.periods) AS periods,
                    SUM(CASE WHEN paid.at >= ? THEN paid.periods ELSE 0 END) AS latest
                FROM (SELECT s.plan, s.version, p.at, p.periods
                        FROM plan_step p JOIN subscription s ON s.account_id = p.account_id AND s.number = p.subscription WHERE p.payment_id IS NULL
                    UNION ALL SELECT plan, version, ended_at, 1 FROM payment
                        WHERE purpose = 'plan' AND state = 'paid' AND channel = 'stripe' AND reversed_micros < credit_micros) paid
                GROUP BY paid.plan, paid.version) t
            JOIN plan_version v ON v.plan = t.plan AND v.number = t.version""";

    // Grants of periods, of payments for one, and of payments that bought one beside the plan.
    private static final String OF_GRANTS = """
            SELECT g.number, v.body FROM credit_grant g JOIN entry e ON e.account_id = g.account_id AND e.number = g.entry_number
                LEFT JOIN subscription s ON e.origin = 'plan' AND s.account_id = e.account_id AND e.origin_id LIKE s.number || '.%%'
                LEFT JOIN payment p ON e.origin IN ('payment', 'test_payment') AND p.id = e.origin_id
                JOIN plan_version v ON v.plan = COALESCE(s.plan, p.plan) AND v.number = COALESCE(s.version, p.version)
            WHERE g.account_id = ? AND g.number IN (%s)""";

    private final Database database;

    PlanFigures(Database database) {
        this.database = database;
    }

    /** Returns running plans that end before a time unless something else happens, the earliest first. */
    public List<Subscription> ending(Instant before, int limit) {
        return database.read(sql -> sql.list(ENDING, Subscription::read, before, before, limit)).stream()
                .filter(each -> each.until().isBefore(before))
                .toList();
    }

    /** Returns plans that have ended since a time, the earliest first, without deleted accounts and accounts that have a later plan. */
    public List<Subscription> lapsed(Instant since, int limit) {
        return database.read(sql -> sql.list(LAPSED, Subscription::read, since, limit));
    }

    /** Returns the names of the plans that grants of an account come from, by the numbers of the grants; grants of no plan are missing. */
    public Map<Long, String> names(String accountId, List<CreditGrant> grants) {
        List<Long> ofPlans = grants.stream()
                .filter(grant -> grant.kind() == CreditGrant.Kind.PLAN)
                .map(CreditGrant::number)
                .toList();
        if (ofPlans.isEmpty()) {
            return Map.of();
        }
        String these = OF_GRANTS.formatted(String.join(", ", Collections.nCopies(ofPlans.size(), "?")));
        Object[] values = Stream.concat(Stream.of(accountId), ofPlans.stream()).toArray();
        Map<Long, String> names = new HashMap<>();
        return database.readFor(accountId, sql -> {
            sql.each(
                    these,
                    row -> names.put(row.getLong(1), Plan.read(row.getString(2)).name()),
                    values);
            return names;
        });
    }

    /** The prices of the periods of a plan that were assigned, or bought with money that is not all back, in US cents. @param latest of those since a time */
    public record Income(long all, long latest) {

        public static final Income NONE = new Income(0, 0);

        private Income plus(Income more) {
            return new Income(all + more.all, latest + more.latest);
        }
    }

    /** Returns the income of plans by their ids; a plan that was never assigned or bought is not there. */
    public Map<String, Income> incomes(Instant since) {
        return database.read(sql -> {
            Map<String, Income> incomes = new HashMap<>();
            sql.each(
                    INCOME,
                    row -> {
                        Version version = Version.read(row, 1);
                        long cents = version.terms().cents();
                        Income its = new Income(cents * row.getLong(7), cents * row.getLong(8));
                        incomes.merge(version.plan(), its, Income::plus);
                    },
                    since);
            return incomes;
        });
    }
}
