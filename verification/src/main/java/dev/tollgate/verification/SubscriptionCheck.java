package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import dev.tollgate.verification.PlanCheck.Version;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checks the plans of each account: their periods follow the calendar of their version and do not overlap, each grant of a plan is the one of one period, with
 * the version's credits, models, limits and days, the account's terms follow, and the audit log says who assigned and ended what.
 */
final class SubscriptionCheck implements Check {

    private static final int PLAN = 0;
    private static final int TERMS = 1;
    private static final int GRANT = 2;

    private static final Pattern ID = Pattern.compile("([1-9]\\d{0,8})\\.([1-9]\\d{0,8})");

    /**
     * The rows of accounts with plans: plans, terms, grants, then the audit log. A grant's last number is 1 if it may expire before its period ends, since it
     * was ended. The last column is 1 if the time of terms follows that of a call, or the time of a grant is that of the number before: these times do not go back
     * with the clock.
     */
    private static final String SQL = """
            SELECT account_id, 0, number, anchor, ended_at, ends_at, starts_at, periods, period, grant_number, cancelled_at, plan, version, ended_by,
                CAST(NULL AS TEXT), 0
            FROM subscription
            UNION ALL
            SELECT account_id, 1, sequence, at, plan_until, NULL, NULL, NULL, NULL, NULL, NULL, plan_group, NULL, NULL, NULL,
                CASE WHEN plan_group IS NULL
                    AND EXISTS (SELECT 1 FROM subscription s WHERE s.account_id = t.account_id AND s.ended_at < t.at - %d)
                    AND EXISTS (SELECT 1 FROM call c WHERE c.account_id = t.account_id AND c.priced_at = t.at - 1) THEN 1 ELSE 0 END
            FROM account_terms t
            UNION ALL
            SELECT g.account_id, 2, g.number, g.created_at, NULL, g.expires_at, g.starts_at, g.credits_micros, NULL, NULL,
                CASE WHEN g.ended_at IS NOT NULL OR EXISTS (
                    SELECT 1 FROM open_hold h WHERE h.account_id = g.account_id AND h.created_at < g.expires_at) THEN 1 ELSE 0 END,
                g.models, NULL, g.limits, CASE WHEN g.kind = 'plan' THEN '' ELSE g.kind || ' ' END || COALESCE(e.origin_id, ''),
                CASE WHEN e.created_at = COALESCE(
                    (SELECT c.ended_at FROM call c WHERE c.account_id = e.account_id AND c.number = e.number - 1),
                    (SELECT b.created_at FROM entry b WHERE b.account_id = e.account_id AND b.number = e.number - 1)) THEN 1 ELSE 0 END
            FROM credit_grant g LEFT JOIN entry e ON e.account_id = g.account_id AND e.number = g.entry_number
            WHERE g.kind = 'plan' OR e.origin = 'plan'
            UNION ALL
            SELECT subject, 3, sequence, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, action, NULL, NULL, after_json, 0
            FROM audit_log WHERE action IN ('plan.assign', 'plan.end')
            ORDER BY 1, 2, 3""".formatted(APART_MILLIS);

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
            case PLAN -> account.plan(Row.of(row, plans), findings);
            case TERMS -> account.terms(row);
            case GRANT -> account.grant(row, findings);
            default -> account.deed(row, findings);
        }
    }

    @Override
    public void end(Findings findings) {
        account.end(findings);
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /** @param isKept whether the time may be later than the clock's, as it does not go back with it */
    private record Terms(
            long at, @Nullable String group, @Nullable Long until, boolean isKept) {}

    /**
     * A row of subscription.
     *
     * @param version null if it is not there
     * @param grants of its periods, by the period
     * @param told the number of the row of the audit log that says that it was assigned, and the time at which it says that it was ended
     */
    private record Row(
            long number,
            long anchor,
            @Nullable Long endedAt,
            long endsAt,
            long startsAt,
            long periods,
            long period,
            long grant,
            @Nullable Long cancelledAt,
            String plan,
            long versionNumber,
            @Nullable Version version,
            String endedBy,
            Map<Long, Long> grants,
            Map<String, Long> told) {

        static Row of(ResultSet row, PlanCheck plans) throws SQLException {
            return new Row(
                    row.getLong(3),
                    row.getLong(4),
                    SubscriptionCheck.number(row, 5),
                    row.getLong(6),
                    row.getLong(7),
                    row.getLong(8),
                    row.getLong(9),
                    row.getLong(10),
                    SubscriptionCheck.number(row, 11),
                    row.getString(12),
                    row.getLong(13),
                    plans.of(row.getString(12) + "." + row.getLong(13)),
                    Objects.requireNonNullElse(row.getString(14), ""),
                    new HashMap<>(),
                    new HashMap<>());
        }

        @Nullable
        String group() {
            return version == null || version.text("group").isEmpty() ? null : version.text("group");
        }

        /** Returns whether it was ended before its calendar did. */
        boolean isCut() {
            return endedBy.equals("operator") || endedBy.equals("deleted");
        }

        private boolean isBefore(@Nullable Long time) {
            return time == null || startsAt <= time + APART_MILLIS;
        }

        /** Returns whether the end is the one that the row's other columns bring. */
        private boolean endFits(@Nullable Long closedAt) {
            return switch (endedBy) {
                case "" -> endedAt == null;
                case "finished" -> Objects.equals(endedAt, endsAt) && period == periods;
                case "cancelled" -> Objects.equals(endedAt, endsAt) && cancelledAt != null && period < periods;
                case "closed" ->
                    Objects.equals(endedAt, endsAt) && closedAt != null && closedAt <= endsAt + APART_MILLIS;
                default -> endedAt != null && endedAt >= anchor;
            };
        }

        void check(String name, PlanCheck plans, Findings findings) {
            if (version == null) {
                findings.add(name + " has version " + versionNumber + " of plan " + plan + ", which is not there");
                return;
            }
            if (period < 1 || period > periods) {
                findings.add(name + " is in period " + period + " of " + periods);
            }
            if (startsAt != version.end(anchor, period - 1) || endsAt != version.end(anchor, period)) {
                findings.add(name + " has period " + period + " from " + Instant.ofEpochMilli(startsAt) + " to "
                        + Instant.ofEpochMilli(endsAt) + ", which is not the calendar's");
            }
            Long assigned = told.get("plan.assign");
            if (assigned != null && !plans.isOpen(version, assigned)
                    || period > 1 && (!isBefore(version.closedAt()) || !isBefore(cancelledAt))) {
                findings.add(name + " has a period that begins before its version was set, or after it was closed or"
                        + " cancelled");
            }
            if (!endFits(version.closedAt())) {
                findings.add(name + " has ended at " + (endedAt == null ? "no time" : Instant.ofEpochMilli(endedAt))
                        + " by " + endedBy + ", which its periods do not say");
            }
            if (!grants.containsValue(grant) || endedAt == null && !Objects.equals(grants.get(period), grant)) {
                findings.add(name + " names grant " + grant + " of period " + period + ", which is not its grant");
            }
            if (!told.containsKey("plan.assign")) {
                findings.add(name + " was assigned, and no row of the audit log says so");
            }
            if (endedBy.equals("operator")
                    ? !Objects.equals(told.get("plan.end"), endedAt)
                    : told.containsKey("plan.end")) {
                findings.add(name + " was ended by an operator at another time than the audit log says, or only one of"
                        + " them says so");
            }
        }
    }

    private final class Account {

        private final String id;
        private final TreeMap<Long, Row> rows = new TreeMap<>();
        private final List<Terms> terms = new ArrayList<>();

        /** The groups of periods with their ends. */
        private final Set<String> groups = new HashSet<>();

        Account(String id) {
            this.id = id;
        }

        private String name(long number) {
            return "plan " + number + " of account " + id;
        }

        void plan(Row row, Findings findings) {
            if (row.number != rows.size() + 1) {
                findings.add(name(row.number) + " has this number, it should have " + (rows.size() + 1));
            }
            Row before = rows.isEmpty() ? null : rows.lastEntry().getValue();
            if (before != null && before.endedAt == null) { // the audit log has both times
                findings.add(name(row.number) + " begins at " + Instant.ofEpochMilli(row.anchor)
                        + ", and the plan before it has not ended");
            }
            rows.put(row.number, row);
        }

        void terms(ResultSet row) throws SQLException {
            long at = row.getLong(4);
            boolean isKept = row.getInt(16) == 1 || !terms.isEmpty() && at == terms.getLast().at;
            terms.add(new Terms(at, row.getString(12), number(row, 5), isKept));
        }

        void grant(ResultSet row, Findings findings) throws SQLException {
            long number = row.getLong(3);
            String name = "grant " + number + " of account " + id;
            String request = row.getString(15);
            Matcher matcher = ID.matcher(request);
            Row its = matcher.matches() ? rows.get(Long.valueOf(matcher.group(1))) : null;
            Version version = its == null ? null : its.version;
            if (its == null || version == null) {
                findings.add(name + " is of a plan by its kind or its entry, " + request
                        + ", and no plan of the account has it");
                return;
            }
            long period = Long.parseLong(matcher.group(2));
            if (period > its.period || its.grants.put(period, number) != null) {
                findings.add(name + " is of period " + period + " of " + name(its.number)
                        + ", which it never had, or which has another grant");
            }
            compare(name, row, its, version, period, findings);
            terms(name, its, version, period, row.getLong(4), findings);
        }

        private void compare(String name, ResultSet row, Row its, Version version, long period, Findings findings)
                throws SQLException {
            List<String> others = new ArrayList<>();
            long startsAt = version.end(its.anchor, period - 1);
            long endsAt = version.end(its.anchor, period);
            long createdAt = row.getLong(4);
            Long expiresAt = number(row, 6);
            PriceDeedCheck.other(others, "credits", row.getLong(8) == version.credits());
            PriceDeedCheck.other(others, "models", row.getString(12).equals(version.models()));
            PriceDeedCheck.other(others, "limits", row.getString(14).equals(version.text("limits")));
            PriceDeedCheck.other(others, "start", row.getLong(7) == startsAt);
            PriceDeedCheck.other(
                    others,
                    "expiry",
                    expiresAt != null && (expiresAt == endsAt || expiresAt < endsAt && row.getLong(11) == 1));
            boolean isKept = row.getInt(16) == 1;
            PriceDeedCheck.other(
                    others,
                    "time",
                    createdAt >= startsAt - APART_MILLIS
                            && (isKept
                                    || createdAt < endsAt + APART_MILLIS
                                            && (its.endedAt == null || createdAt <= its.endedAt + APART_MILLIS)));
            if (!others.isEmpty()) {
                findings.add(name + " differs from period " + period + " of " + name(its.number) + ": "
                        + String.join(", ", others));
            }
        }

        private void terms(String name, Row its, Version version, long period, long createdAt, Findings findings) {
            String group = its.group();
            if (group == null) {
                return;
            }
            long startsAt = version.end(its.anchor, period - 1);
            long endsAt = version.end(its.anchor, period);
            groups.add(group + " until " + endsAt);
            if (terms.stream()
                    .noneMatch(each -> group.equals(each.group)
                            && Objects.equals(each.until, endsAt)
                            && each.at >= startsAt - APART_MILLIS
                            && (each.isKept || each.at <= createdAt + APART_MILLIS))) {
                findings.add(name + " is of a plan with price group " + group
                        + ", which the terms of the account do not have until " + Instant.ofEpochMilli(endsAt));
            }
        }

        void deed(ResultSet row, Findings findings) throws SQLException {
            String name = "row " + row.getLong(3) + " of the audit log";
            JsonNode after = PriceDeedCheck.read(row.getString(15));
            Row its = after == null ? null : rows.get(after.path("subscription").longValue(0));
            if (after == null || its == null) {
                findings.add(name + " tells of a plan of account " + id + ", which is not there");
            } else if (row.getString(12).equals("plan.end")) {
                its.told.put("plan.end", PriceDeedCheck.millis(after.path("ended_at")));
            } else {
                its.told.put("plan.assign", row.getLong(3));
                List<String> others = new ArrayList<>();
                PriceDeedCheck.other(
                        others, "plan", after.path("plan").asString("").equals(its.plan));
                PriceDeedCheck.other(others, "version", after.path("version").longValue(0) == its.versionNumber);
                PriceDeedCheck.other(others, "periods", after.path("periods").longValue(0) == its.periods);
                PriceDeedCheck.other(others, "time", PriceDeedCheck.millis(after.path("anchor")) == its.anchor);
                if (!others.isEmpty()) {
                    findings.add(name(its.number) + " differs from " + name + ": " + String.join(", ", others));
                }
            }
        }

        void end(Findings findings) {
            rows.values().forEach(row -> row.check(name(row.number), plans, findings));
            for (Terms each : terms) {
                if (each.group != null && !groups.contains(each.group + " until " + each.until)) {
                    findings.add("account " + id + " has price group " + each.group
                            + " of a plan in its terms, and no period of a plan ends when it does");
                }
            }
            rows.values().forEach(row -> checkGroup(row, findings));
        }

        /** Finds a plan that was ended before its calendar did, whose group the account's terms still have. */
        private void checkGroup(Row row, Findings findings) {
            Long endedAt = row.endedAt;
            if (endedAt == null || !row.isCut() || row.group() == null) {
                return;
            }
            long after = endedAt + APART_MILLIS;
            int last = terms.size() - 1;
            while (last >= 0 && !Objects.equals(terms.get(last).until, row.endsAt)) {
                last--;
            }
            Terms next = last + 1 < terms.size() ? terms.get(last + 1) : null;
            if (last >= 0
                    && row.endsAt > after
                    && (next == null || next.group != null || next.at > after && !next.isKept)) {
                findings.add(name(row.number) + " was ended at " + Instant.ofEpochMilli(endedAt)
                        + ", and its price group was not");
            }
        }
    }
}
