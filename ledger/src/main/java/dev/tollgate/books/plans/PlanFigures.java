package dev.tollgate.books.plans;

import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.storage.Database;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
