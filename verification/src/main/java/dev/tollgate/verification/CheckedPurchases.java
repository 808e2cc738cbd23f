package dev.tollgate.verification;

import dev.tollgate.verification.PlanCheck.Version;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The payments of plans of an account: each has the version's price, and its credits are the grant of the period that it has bought, or of one beside a plan. */
final class CheckedPurchases {

    /**
     * A paid payment.
     *
     * @param subscription of which it has bought a period; null if it has bought credits beside a plan
     * @param mayBeGeneral whether its account is deleted
     */
    private record Paid(
            String id,
            Version version,
            long at,
            @Nullable Long subscription,
            @Nullable Long period,
            boolean mayBeGeneral) {}

    /** A period that was bought. @param isAhead whether it follows another, which ran then @param back how its money went back; null if it did not */
    record Period(CheckedPlan its, Version version, long number, boolean isAhead, CheckedPlan.@Nullable Return back) {

        long endsAt() {
            return version.end(its.anchor(), number);
        }

        /** Returns whether its money went back before it began, so that it had no price group. */
        boolean isBackBefore() {
            return back != null && back.at() <= version.end(its.anchor(), number - 1) + Check.APART_MILLIS;
        }
    }

    private final String account;
    private final Map<Long, CheckedPlan> plans;

    /** Payments by their ids, without those whose grant has been seen. */
    private final Map<String, Paid> payments = new TreeMap<>();

    /** Payments of steps. */
    private final Set<String> told = new HashSet<>();

    /** @param plans of the account by their numbers, read before */
    CheckedPurchases(String account, Map<Long, CheckedPlan> plans) {
        this.account = account;
        this.plans = plans;
    }

    private String name(CheckedPlan its) {
        return "plan " + its.number() + " of account " + account;
    }

    /** Takes a payment, once the steps have been read. */
    void payment(ResultSet row, PlanCheck versions, Findings findings) throws SQLException {
        String id = row.getString(15);
        String name = "payment " + id + " of account " + account;
        Version version = versions.of(row.getString(12) + "." + row.getLong(13));
        if (version == null) {
            findings.add(name + " is of version " + row.getLong(13) + " of plan " + row.getString(12)
                    + ", which is not there");
            return;
        }
        List<String> others = new ArrayList<>();
        PriceDeedCheck.other(others, "cents", row.getLong(7) == version.cents());
        PriceDeedCheck.other(others, "credits", row.getLong(8) == version.credits());
        if (!others.isEmpty()) {
            findings.add(name + " differs from version " + version.number() + " of plan " + version.name() + ": "
                    + String.join(", ", others));
        }
        if (row.getString(14).equals("paid")) {
            Long subscription = CheckedPlan.number(row, 9);
            Paid paid = new Paid(
                    id, version, row.getLong(4), subscription, CheckedPlan.number(row, 11), row.getInt(16) == 1);
            payments.put(id, paid);
            steps(name, paid, row.getInt(5) == 1, findings);
            if (row.getLong(10) == 1) {
                back(name, paid, findings);
            }
        }
    }

    /** Finds a payment whose money is back, and whose period stays. */
    private void back(String name, Paid paid, Findings findings) {
        CheckedPlan its = paid.subscription == null ? null : plans.get(paid.subscription);
        if (its != null
                && its.endedAt() == null
                && paid.period != null
                && paid.period >= its.period()
                && its.returned(paid.id) == null) {
            findings.add(
                    name + " went back in full, and its period " + paid.period + " of plan " + its.number() + " stays");
        }
    }

    private void steps(String name, Paid paid, boolean atOnce, Findings findings) {
        CheckedPlan its = paid.subscription == null ? null : plans.get(paid.subscription);
        String other = atOnce ? "after" : "now";
        if (its != null
                && its.version() == paid.version
                && its.bought()
                        .anyMatch(step -> paid.id.equals(step.payment())
                                && !step.kind().equals(other)
                                && (!step.kind().equals("after") || Math.abs(step.at() - paid.at) <= Check.APART_MILLIS)
                                && Objects.equals(step.period(), paid.period))) {
            told.add(paid.id);
        } else if (paid.subscription != null) {
            findings.add(name + " has bought period " + paid.period + " of plan " + paid.subscription
                    + ", and no step of the plan says so");
        }
    }

    /** Takes the grant of a payment, once all payments have been read. @return the period of a plan that it is of; null if it is of none */
    @Nullable
    Period grant(String name, ResultSet row, String payment, Findings findings) throws SQLException {
        Paid paid = payments.remove(payment);
        if (paid == null) {
            findings.add(name + " is of payment " + payment + ", which has not bought it of a plan");
            return null;
        }
        List<String> others = new ArrayList<>();
        boolean isKept = row.getInt(16) == 1;
        PriceDeedCheck.other(others, "time", isKept || Math.abs(row.getLong(4) - paid.at) <= Check.APART_MILLIS);
        CheckedPlan its = paid.subscription == null ? null : plans.get(paid.subscription);
        Period period = its == null || paid.period == null
                ? null
                : new Period(its, paid.version, paid.period, paid.period > 1, its.returned(payment));
        if (period == null) {
            long startsAt = row.getLong(7);
            PriceDeedCheck.other(others, "start", Math.abs(startsAt - paid.at) <= Check.APART_MILLIS);
            CheckedPlan.compare(others, row, paid.version, startsAt, paid.version.end(startsAt, 1));
        } else {
            long anchor = period.its.anchor();
            CheckedPlan.compare(
                    others,
                    row,
                    paid.version,
                    paid.version.end(anchor, period.number - 1),
                    paid.version.end(anchor, period.number));
            placed(name, row.getLong(3), payment, period, findings);
        }
        if (!others.isEmpty()) {
            findings.add(name + " differs from what payment " + payment + " has bought: " + String.join(", ", others));
        }
        return period;
    }

    private void placed(String name, long number, String payment, Period period, Findings findings) {
        boolean hasFallen =
                period.its.bought().anyMatch(step -> payment.equals(step.payment()) && period.its.hasFallen(step));
        if (!hasFallen && period.its.grants().put(period.number, number) != null) {
            findings.add(
                    name + " is of period " + period.number + " of " + name(period.its) + ", which has another grant");
        }
        period.its
                .bought()
                .filter(step -> payment.equals(step.payment()) && step.grant() != number)
                .forEach(step -> findings.add("step " + step.number() + " of " + name(period.its) + " names grant "
                        + step.grant() + ", its payment has given " + number));
    }

    void end(Findings findings) {
        for (CheckedPlan each : plans.values()) {
            each.bought()
                    .filter(step -> !told.contains(step.payment()))
                    .forEach(step -> findings.add("step " + step.number() + " of " + name(each) + " is of payment "
                            + step.payment() + ", which has not bought it"));
        }
        payments.values().stream()
                .filter(paid -> !paid.mayBeGeneral)
                .forEach(paid -> findings.add("payment " + paid.id + " of account " + account
                        + " is paid for a plan, and its credits are no grant of it"));
    }
}
