package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import dev.tollgate.verification.PlanCheck.Version;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checks the plans of each account: their periods follow the calendar of their version and do not overlap, each grant of a plan is the one of one period, with
 * the version's credits, models, limits and days, the account's terms follow, each step of an operator is in the audit log, and each other one is of a payment
 * of that period, whose credits are its grant.
 */
final class SubscriptionCheck implements Check {

    private static final int PLAN = 0;
    private static final int TERMS = 1;
    private static final int RETURN = 2;
    static final int STEP = 3;
    private static final int PAYMENT = 4;
    private static final int GRANT = 5;
    static final int DEED = 6;

    /** The beginning of what names a payment as that which has given credits. */
    private static final String OF_PAYMENT = "payment ";

    private static final Pattern ID = Pattern.compile("([1-9]\\d{0,8})\\.([1-9]\\d{0,8})");

    /**
     * The rows of accounts with plans: plans, terms, periods that went back, steps, payments of plans, grants, then the audit log. A grant's last number is 1 if it may expire before its period ends, since it
     * was ended. The last column is 1 if the time of terms follows that of a call, or the time of a grant is that of the number before: these times do not go back
     * with the clock.
     */
    private static final String SQL =
            """
            SELECT account_id, %1$d, number, anchor, ended_at, ends_at, starts_at, periods, period, grant_number, cancelled_at, plan, version, ended_by,
                CAST(NULL AS TEXT), 0
            FROM subscription
            UNION ALL
            SELECT account_id, %8$d, sequence, at, plan_until, NULL, NULL, NULL, NULL, NULL, NULL, plan_group, NULL, NULL, NULL,
                CASE WHEN plan_group IS NULL
                    AND (EXISTS (SELECT 1 FROM subscription s WHERE s.account_id = t.account_id AND s.ended_at < t.at - %6$d)
                        OR EXISTS (SELECT 1 FROM plan_return r WHERE r.account_id = t.account_id AND r.at < t.at - %6$d))
                    AND EXISTS (SELECT 1 FROM call c WHERE c.account_id = t.account_id AND c.priced_at = t.at - 1) THEN 1 ELSE 0 END
            FROM account_terms t
            UNION ALL
            SELECT account_id, %2$d, number, at, NULL, NULL, NULL, periods, subscription, grant_number, period, kind, NULL, NULL, payment_id, 0
            FROM plan_step
            UNION ALL
            SELECT account_id, %9$d, step, at, CASE WHEN EXISTS (SELECT 1 FROM payment_notice n WHERE n.payment_id = r.payment_id AND n.outcome = 'taken'
                AND n.fact IN ('refunded', 'disputed', 'dispute_lost')) THEN 1 ELSE 0 END, NULL, NULL, remains, subscription, NULL, period, NULL, NULL, NULL, payment_id, 0
            FROM plan_return r
            UNION ALL
            SELECT account_id, %3$d, 0, ended_at, at_once, NULL, net_cents, credit_micros, subscription,
                CASE WHEN reversed_micros = credit_micros THEN 1 ELSE 0 END, period, plan, version, state, id,
                CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.id = payment.account_id AND a.deleted_at IS NOT NULL) THEN 1 ELSE 0 END
            FROM payment WHERE purpose = 'plan'
            UNION ALL
            SELECT g.account_id, %4$d, g.number, g.created_at, NULL, g.expires_at, g.starts_at, g.credits_micros, NULL, NULL,
                CASE WHEN g.ended_at IS NOT NULL OR EXISTS (
                    SELECT 1 FROM open_hold h WHERE h.account_id = g.account_id AND h.created_at < g.expires_at) THEN 1 ELSE 0 END,
                g.models, NULL, g.limits, CASE WHEN g.kind <> 'plan' THEN g.kind || ' ' WHEN e.origin IN ('payment', 'test_payment') THEN '%7$s' ELSE '' END || COALESCE(e.origin_id, ''),
                CASE WHEN e.created_at = COALESCE(
                    (SELECT c.ended_at FROM call c WHERE c.account_id = e.account_id AND c.number = e.number - 1),
                    (SELECT b.created_at FROM entry b WHERE b.account_id = e.account_id AND b.number = e.number - 1)) THEN 1 ELSE 0 END
            FROM credit_grant g LEFT JOIN entry e ON e.account_id = g.account_id AND e.number = g.entry_number
            WHERE g.kind = 'plan' OR e.origin = 'plan'
            UNION ALL
            SELECT subject, %5$d, sequence, created_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, action, NULL, NULL, after_json, 0
            FROM audit_log WHERE action IN ('plan.assign', 'plan.end')
            ORDER BY 1, 2, 3""".formatted(PLAN, STEP, PAYMENT, GRANT, DEED, APART_MILLIS, OF_PAYMENT, TERMS, RETURN);

    private final PlanCheck plans;
    private Account account = new Account("");

    /** @param plans that have been read before */
    SubscriptionCheck(PlanCheck plans) {
        this.plans = plans;
    }

    @Override
    public String subject() {
        return "plans of accounts";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        if (!row.getString(1).equals(account.id)) {
            account.end(findings);
            account = new Account(row.getString(1));
        }
        switch (row.getInt(2)) {
            case PLAN -> account.plan(CheckedPlan.of(row, plans), findings);
            case TERMS -> account.terms(row);
            case RETURN -> account.back(row, findings);
            case STEP -> account.step(row, findings);
            case PAYMENT -> account.purchases.payment(row, plans, findings);
            case GRANT -> account.grant(row, findings);
            default -> account.deed(row, findings);
        }
    }

    @Override
    public void end(Findings findings) {
        account.end(findings);
    }

    /** @param isKept whether the time may be later than the clock's, as it does not go back with it */
    private record Terms(
            long at, @Nullable String group, @Nullable Long until, boolean isKept) {}

    private final class Account {

        private final String id;
        private final TreeMap<Long, CheckedPlan> rows = new TreeMap<>();
        private final CheckedPurchases purchases;
        private long steps;

        private final List<Terms> terms = new ArrayList<>();

        /** The groups of periods with their ends. */
        private final Set<String> groups = new HashSet<>();

        Account(String id) {
            this.id = id;
            this.purchases = new CheckedPurchases(id, rows);
        }

        private String name(long number) {
            return "plan " + number + " of account " + id;
        }

        void plan(CheckedPlan row, Findings findings) {
            if (row.number() != rows.size() + 1) {
                findings.add(name(row.number()) + " has this number, it should have " + (rows.size() + 1));
            }
            CheckedPlan before = rows.isEmpty() ? null : rows.lastEntry().getValue();
            if (before != null && before.endedAt() == null) { // the audit log has both times
                findings.add(name(row.number()) + " begins at " + Instant.ofEpochMilli(row.anchor())
                        + ", and the plan before it has not ended");
            }
            rows.put(row.number(), row);
        }

        void terms(ResultSet row) throws SQLException {
            long at = row.getLong(4);
            boolean isKept = row.getInt(16) == 1 || !terms.isEmpty() && at == terms.getLast().at;
            terms.add(new Terms(at, row.getString(12), CheckedPlan.number(row, 5), isKept));
        }

        void grant(ResultSet row, Findings findings) throws SQLException {
            long number = row.getLong(3);
            String name = "grant " + number + " of account " + id;
            String request = row.getString(15);
            if (request.startsWith(OF_PAYMENT)) {
                CheckedPurchases.Period bought =
                        purchases.grant(name, row, request.substring(OF_PAYMENT.length()), findings);
                if (bought != null && bought.isBackBefore()) {
                    groups.add(bought.its().group() + " until " + bought.endsAt());
                } else if (bought != null) {
                    long createdAt = row.getLong(4);
                    terms(name, bought.its(), bought.version(), bought.number(), createdAt, bought.isAhead(), findings);
                }
                return;
            }
            Matcher matcher = ID.matcher(request);
            CheckedPlan its = matcher.matches() ? rows.get(Long.valueOf(matcher.group(1))) : null;
            Version version = its == null ? null : its.version();
            if (its == null || version == null) {
                findings.add(name + " is of a plan by its kind or its entry, " + request
                        + ", and no plan of the account has it");
                return;
            }
            long period = Long.parseLong(matcher.group(2));
            boolean isAhead = period > its.period();
            if (period > (its.isRestGiven() ? its.periods() : its.period())
                    || its.grants().put(period, number) != null) {
                findings.add(name + " is of period " + period + " of " + name(its.number())
                        + ", which it never had, or which has another grant");
            }
            compare(name, row, its, version, period, findings);
            if (!isAhead) {
                terms(name, its, version, period, row.getLong(4), false, findings);
            }
        }

        private void compare(
                String name, ResultSet row, CheckedPlan its, Version version, long period, Findings findings)
                throws SQLException {
            List<String> others = new ArrayList<>();
            long startsAt = version.end(its.anchor(), period - 1);
            long endsAt = version.end(its.anchor(), period);
            long createdAt = row.getLong(4);
            CheckedPlan.compare(others, row, version, startsAt, endsAt);
            boolean isKept = row.getInt(16) == 1;
            PriceDeedCheck.other(
                    others,
                    "time",
                    createdAt
                                    >= (period > its.period() && its.endedAt() != null ? its.endedAt() : startsAt)
                                            - APART_MILLIS
                            && (isKept
                                    || createdAt < endsAt + APART_MILLIS
                                            && (its.endedAt() == null || createdAt <= its.endedAt() + APART_MILLIS)));
            if (!others.isEmpty()) {
                findings.add(name + " differs from period " + period + " of " + name(its.number()) + ": "
                        + String.join(", ", others));
            }
        }

        private void terms(
                String name,
                CheckedPlan its,
                Version version,
                long period,
                long createdAt,
                boolean isAhead,
                Findings findings) {
            String group = its.group();
            if (group == null) {
                return;
            }
            long startsAt = version.end(its.anchor(), period - 1);
            long endsAt = version.end(its.anchor(), period);
            groups.add(group + " until " + endsAt);
            boolean mayHavePassed = isAhead && (period != its.period() || its.endedAt() != null); // without a server
            if (!mayHavePassed && !hasTerms(group, startsAt, endsAt, isAhead ? endsAt : createdAt + APART_MILLIS)) {
                findings.add(name + " is of a plan with price group " + group
                        + ", which the terms of the account do not have until " + Instant.ofEpochMilli(endsAt));
            }
        }

        /** Returns whether terms for a period are there: from its begin on, or of a plan before it whose period ended with this one. */
        private boolean hasTerms(String group, long startsAt, long endsAt, long latest) {
            for (int i = 0; i < terms.size(); i++) {
                Terms each = terms.get(i);
                boolean isFirst = i + 1 == terms.size() || terms.get(i + 1).at > startsAt;
                if (group.equals(each.group)
                        && Objects.equals(each.until, endsAt)
                        && (each.at >= startsAt - APART_MILLIS || isFirst)
                        && (each.isKept || each.at <= latest)) {
                    return true;
                }
            }
            return false;
        }

        void back(ResultSet row, Findings findings) throws SQLException {
            CheckedPlan its = rows.get(row.getLong(9));
            if (its == null || row.getInt(5) == 0) {
                findings.add("payment " + row.getString(15) + " of account " + id + " gives a period of plan "
                        + row.getLong(9)
                        + (its == null
                                ? " back, which is not there"
                                : " back, and no event says that its money went back"));
            }
            if (its != null) {
                its.returns().add(CheckedPlan.Return.of(row));
            }
        }

        void step(ResultSet row, Findings findings) throws SQLException {
            long number = row.getLong(3);
            String name = "step " + number + " of plans of account " + id;
            CheckedPlan its = rows.get(row.getLong(9));
            steps++;
            if (number != steps) {
                findings.add(name + " has this number, it should have " + steps);
            }
            if (its == null) {
                findings.add(name + " is of plan " + row.getLong(9) + ", which is not there");
            } else if (row.getString(12).equals("end")) {
                its.ends().put(STEP, row.getLong(4));
            } else {
                CheckedPlan.Step step = CheckedPlan.Step.of(row, its.addedBefore(number));
                its.steps().add(step);
                if (!step.isBought()) {
                    its.untold().add(step);
                }
            }
        }

        void deed(ResultSet row, Findings findings) throws SQLException {
            String name = "row " + row.getLong(3) + " of the audit log";
            JsonNode after = PriceDeedCheck.read(row.getString(15));
            CheckedPlan its =
                    after == null ? null : rows.get(after.path("subscription").longValue(0));
            if (after == null || its == null) {
                findings.add(name + " tells of a plan of account " + id + ", which is not there");
            } else if (row.getString(12).equals("plan.end")) {
                its.ends().put(DEED, PriceDeedCheck.millis(after.path("ended_at")));
            } else if (its.untold().isEmpty()) {
                findings.add(name + " tells of a step of " + name(its.number()) + ", which is not there");
            } else {
                compare(name, row, after, its, its.untold().remove(), findings);
            }
        }

        private void compare(
                String name, ResultSet row, JsonNode after, CheckedPlan its, CheckedPlan.Step step, Findings findings)
                throws SQLException {
            List<String> others = new ArrayList<>();
            PriceDeedCheck.other(others, "plan", after.path("plan").asString("").equals(its.plan()));
            PriceDeedCheck.other(others, "version", after.path("version").longValue(0) == its.versionNumber());
            PriceDeedCheck.other(others, "periods", after.path("periods").longValue(0) == step.periods());
            PriceDeedCheck.other(
                    others, "when", after.path("when").asString("assign").equals(step.kind()));
            PriceDeedCheck.other(
                    others,
                    "time",
                    step.before() == 0
                            ? PriceDeedCheck.millis(after.path("anchor")) == its.anchor()
                            : its.version() == null
                                    || PriceDeedCheck.millis(after.path("begins"))
                                                    == its.version().end(its.anchor(), step.before())
                                            && Math.abs(row.getLong(4) - step.at()) <= APART_MILLIS);
            if (!others.isEmpty()) {
                findings.add("step " + step.number() + " of " + name(its.number()) + " differs from " + name + ": "
                        + String.join(", ", others));
            }
            if (its.version() != null && !plans.isOpen(its.version(), row.getLong(3))) {
                findings.add(name(its.number()) + " was assigned before its version was set, or after it was closed");
            }
        }

        void end(Findings findings) {
            purchases.end(findings);
            rows.values().forEach(row -> row.check(name(row.number()), plans, findings));
            for (Terms each : terms) {
                if (each.group != null && !groups.contains(each.group + " until " + each.until)) {
                    findings.add("account " + id + " has price group " + each.group
                            + " of a plan in its terms, and no period of a plan ends when it does");
                }
            }
            rows.values().forEach(row -> checkGroup(row, findings));
            rows.values().forEach(row -> checkReplaced(row, findings));
        }

        /** Finds a plan that was replaced, and at whose end none has begun for that. */
        private void checkReplaced(CheckedPlan row, Findings findings) {
            CheckedPlan next = rows.get(row.number() + 1);
            boolean isFollowed = next != null
                    && Objects.equals(row.endedAt(), next.anchor())
                    && !next.steps().isEmpty()
                    && next.steps().getFirst().kind().equals("now");
            if (row.isReplaced() && !isFollowed) {
                findings.add(name(row.number()) + " was replaced, and none has begun then");
            }
        }

        /** Finds a plan that was ended before its calendar did, or a period whose money went back, whose group the account's terms still have. */
        private void checkGroup(CheckedPlan row, Findings findings) {
            Version version = row.version();
            if (version == null || row.group() == null) {
                return;
            }
            for (CheckedPlan.Return its : row.returns()) {
                if (!row.isGivenAgain(its) && hasGroup(version.end(row.anchor(), its.period()), its.at())) {
                    findings.add(name(row.number()) + " has period " + its.period() + " whose money went back at "
                            + Instant.ofEpochMilli(its.at()) + ", and its price group was not ended");
                }
            }
            Long endedAt = row.endedAt();
            CheckedPlan successor = row.isReplaced() ? rows.get(row.number() + 1) : null;
            boolean isSucceeded = successor != null && successor.group() != null; // whose grant has been compared
            if (endedAt != null && row.isCut() && !isSucceeded && hasGroup(row.endsAt(), endedAt)) {
                findings.add(name(row.number()) + " was ended at " + Instant.ofEpochMilli(endedAt)
                        + ", and its price group was not");
            }
        }

        /** Returns whether the terms have the group of a period after its end. @param endsAt its end by the calendar */
        private boolean hasGroup(long endsAt, long endedAt) {
            long after = endedAt + APART_MILLIS;
            int last = terms.size() - 1;
            while (last >= 0 && !Objects.equals(terms.get(last).until, endsAt)) {
                last--;
            }
            Terms next = last + 1 < terms.size() ? terms.get(last + 1) : null;
            return last >= 0
                    && endsAt > after
                    && (next == null || next.group != null || next.at > after && !next.isKept);
        }
    }
}
