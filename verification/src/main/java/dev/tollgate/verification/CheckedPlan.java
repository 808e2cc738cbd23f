package dev.tollgate.verification;

import dev.tollgate.verification.PlanCheck.Version;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The plan of an account, as its row has it, with its grants, steps and rows of the audit log.
 *
 * @param version null if it is not there
 * @param grants of its periods, by the period
 * @param steps in their order
 * @param returns periods that were bought and whose money went back, in their order
 * @param untold steps that no row of the audit log has named so far
 * @param ends the time of the step that has ended it, and of the row of the audit log that says so
 */
record CheckedPlan(
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
        List<Step> steps,
        List<Return> returns,
        Deque<Step> untold,
        Map<Integer, Long> ends) {

    /**
     * A step that has begun or prolonged a plan.
     *
     * @param before the periods that the plan had
     * @param payment that has made it; null for an operator's step
     * @param period that it has bought; null for an operator's step
     * @param grant of that period
     */
    record Step(
            long number,
            long at,
            String kind,
            long periods,
            long before,
            @Nullable String payment,
            @Nullable Long period,
            long grant) {

        static Step of(ResultSet row, long before) throws SQLException {
            return new Step(
                    row.getLong(3),
                    row.getLong(4),
                    row.getString(12),
                    row.getLong(8),
                    before,
                    row.getString(15),
                    CheckedPlan.number(row, 11),
                    row.getLong(10));
        }

        boolean isBought() {
            return payment != null;
        }

        /** Returns the periods that the plan has after it. What was cancelled or closed before a payment falls away: its period follows the last that comes. */
        long after() {
            return period == null ? before + periods : period;
        }
    }

    /**
     * A period that was bought and whose money went back.
     *
     * @param step the number of the account's newest step then
     * @param remains the periods that the plan has from then on
     */
    record Return(String payment, long at, long period, long step, long remains) {

        static Return of(ResultSet row) throws SQLException {
            return new Return(row.getString(15), row.getLong(4), row.getLong(11), row.getLong(3), row.getLong(8));
        }
    }

    static CheckedPlan of(ResultSet row, PlanCheck plans) throws SQLException {
        return new CheckedPlan(
                row.getLong(3),
                row.getLong(4),
                number(row, 5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                number(row, 11),
                row.getString(12),
                row.getLong(13),
                plans.of(row.getString(12) + "." + row.getLong(13)),
                Objects.requireNonNullElse(row.getString(14), ""),
                new HashMap<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayDeque<>(),
                new HashMap<>());
    }

    static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /** Compares a grant with the terms of a version for a time. @param others gets the names of those that differ */
    static void compare(List<String> others, ResultSet row, Version version, long startsAt, long endsAt)
            throws SQLException {
        Long expiresAt = number(row, 6);
        PriceDeedCheck.other(others, "credits", row.getLong(8) == version.credits());
        PriceDeedCheck.other(others, "models", row.getString(12).equals(version.models()));
        PriceDeedCheck.other(others, "limits", row.getString(14).equals(version.text("limits")));
        PriceDeedCheck.other(others, "start", row.getLong(7) == startsAt);
        PriceDeedCheck.other(
                others,
                "expiry",
                expiresAt != null && (expiresAt == endsAt || expiresAt < endsAt && row.getLong(11) == 1));
    }

    @Nullable
    String group() {
        return version == null || version.text("group").isEmpty() ? null : version.text("group");
    }

    /** Returns whether it was ended before its calendar did. */
    boolean isCut() {
        return endedBy.equals("operator") || endedBy.equals("deleted") || isRestGiven();
    }

    boolean isReplaced() {
        return endedBy.equals("replaced");
    }

    /** Returns whether the periods that it had left got their credits at its end. */
    boolean isRestGiven() {
        return isReplaced() || endedBy.equals("unpaid");
    }

    /** Returns the periods that its steps give, less those at its end whose money went back. */
    long added() {
        return addedBefore(Long.MAX_VALUE);
    }

    /** Returns the same before a step of the account. @param number of the step, after those that have been read */
    long addedBefore(long number) {
        if (steps.isEmpty()) {
            return 0;
        }
        Step last = steps.getLast();
        return returns.stream()
                .filter(its -> its.step >= last.number && its.step < number)
                .mapToLong(Return::remains)
                .reduce(last.after(), Math::min);
    }

    /** Returns how the period of a payment went back; null if it did not. */
    @Nullable
    Return returned(@Nullable String payment) {
        return returns.stream()
                .filter(its -> its.payment.equals(payment))
                .findFirst()
                .orElse(null);
    }

    /** Returns whether a period that was bought has fallen away with the last ones, so that the next step gives it again. */
    boolean hasFallen(Step step) {
        return returns.stream().anyMatch(its -> its.step >= step.number && its.remains < step.after());
    }

    /** Returns whether a later step gave the period of a return again. */
    boolean isGivenAgain(Return its) {
        return steps.stream().anyMatch(step -> step.number > its.step && step.after() >= its.period);
    }

    /** Returns whether the money of a period, as it was bought last, went back. */
    private boolean isReturned(long its) {
        return bought().anyMatch(step -> step.after() == its && !hasFallen(step) && returned(step.payment) != null);
    }

    Stream<Step> bought() {
        return steps.stream().filter(Step::isBought);
    }

    /** Returns the last period that a payment has bought, before which none is cut; 0 for none. */
    private long lastBought() {
        return bought().filter(step -> !hasFallen(step))
                .mapToLong(Step::after)
                .max()
                .orElse(0);
    }

    /** Returns the last period that had been bought when the present one began: its money may have gone back since. */
    private long lastBoughtAtBegin() {
        return bought().filter(step -> {
                    Return back = returned(step.payment);
                    return !hasFallen(step) || back != null && back.at > startsAt - Check.APART_MILLIS;
                })
                .mapToLong(Step::after)
                .max()
                .orElse(0);
    }

    /** Returns whether the periods that it had left got their credits: they were not to follow once it was cancelled or its version was closed. */
    private boolean hasRest(@Nullable Long closedAt) {
        boolean isClosed = endedAt != null && closedAt != null && closedAt <= endedAt;
        long last = cancelledAt != null || isClosed ? Math.max(period, lastBought()) : periods;
        boolean mayLack = endedAt != null && closedAt != null && Math.abs(closedAt - endedAt) <= Check.APART_MILLIS;
        for (long each = period + 1; each <= periods; each++) {
            if (!mayLack && grants.containsKey(each) != each <= last) {
                return false;
            }
        }
        return true;
    }

    private boolean isBefore(@Nullable Long time) {
        return time == null || startsAt <= time + Check.APART_MILLIS;
    }

    /** Returns whether the end is what the row's other columns bring. */
    private boolean endFits(@Nullable Long closedAt) {
        return switch (endedBy) {
            case "" -> endedAt == null;
            case "finished" -> Objects.equals(endedAt, endsAt) && period == periods;
            case "refunded" -> endedAt != null && period == periods && isReturned(period);
            case "cancelled" -> Objects.equals(endedAt, endsAt) && cancelledAt != null && period < periods;
            case "closed" ->
                Objects.equals(endedAt, endsAt) && closedAt != null && closedAt <= endsAt + Check.APART_MILLIS;
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
        if (period > 1 && period > lastBoughtAtBegin() && (!isBefore(version.closedAt()) || !isBefore(cancelledAt))) {
            findings.add(name + " has a period that begins after its version was closed or it was cancelled");
        }
        if (!endFits(version.closedAt())) {
            findings.add(name + " has ended at " + (endedAt == null ? "no time" : Instant.ofEpochMilli(endedAt))
                    + " by " + endedBy + ", which its periods do not say");
        }
        if (!grants.containsValue(grant) || endedAt == null && !Objects.equals(grants.get(period), grant)) {
            findings.add(name + " names grant " + grant + " of period " + period + ", which is not its grant");
        }
        if (isRestGiven() && !hasRest(version.closedAt())) {
            findings.add(name + " has ended as " + endedBy + ", and not each period that it had left has its credits");
        }
        if (endedAt == null && isReturned(periods)) {
            findings.add(name + " has " + periods + " periods, and the money of the last one went back");
        }
        steps(name, findings);
        returns(name, findings);
    }

    private void returns(String name, Findings findings) {
        for (Return its : returns) {
            if (bought().noneMatch(step -> its.payment.equals(step.payment)
                    && step.after() == its.period
                    && step.number <= its.step
                    && its.at >= step.at - Check.APART_MILLIS)) {
                findings.add(name + " gives period " + its.period + " of payment " + its.payment
                        + " back, which has not bought it");
            }
            if (steps.stream().filter(step -> step.number <= its.step).noneMatch(step -> step.after() >= its.remains)) {
                findings.add(name + " has " + its.remains + " periods after period " + its.period
                        + " went back, more than before");
            }
        }
    }

    private void steps(String name, Findings findings) {
        if (added() != periods) {
            findings.add(name + " has " + periods + " periods, its steps add " + added());
        }
        for (Step step : steps) {
            boolean isFirst = step.before == 0;
            if (step.isBought() && (step.after() < 1 || step.after() > step.before + 1)) {
                findings.add(name + " has a step that bought period " + step.period + " of " + step.before);
            }
            if (isFirst
                    ? step.at != anchor
                    : !step.kind.equals("after") || endedAt != null && step.at > endedAt + Check.APART_MILLIS) {
                findings.add(name + " has a step " + step.kind + " at " + Instant.ofEpochMilli(step.at)
                        + ", which is not when it begins or runs");
            }
        }
        if (!untold.isEmpty()) {
            findings.add(name + " was assigned, and no row of the audit log says so");
        }
        Long ended = endedBy.equals("operator") ? endedAt : null;
        if (!Objects.equals(ends.get(SubscriptionCheck.STEP), ended)
                || !Objects.equals(ends.get(SubscriptionCheck.DEED), ended)) {
            findings.add(name + " was ended by an operator at another time than its step or the audit log says, or"
                    + " not all of them say so");
        }
    }
}
