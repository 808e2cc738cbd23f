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

    /** Returns the periods that its steps give. */
    long added() {
        return steps.isEmpty() ? 0 : steps.getLast().after();
    }

    Stream<Step> bought() {
        return steps.stream().filter(Step::isBought);
    }

    /** Returns the last period that a payment has bought, before which none is cut; 0 for none. */
    private long lastBought() {
        return bought().mapToLong(Step::after).max().orElse(0);
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
        if (period > 1 && period > lastBought() && (!isBefore(version.closedAt()) || !isBefore(cancelledAt))) {
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
        steps(name, findings);
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
                    : !step.kind.equals("after")
                            || step.at < anchor - Check.APART_MILLIS
                            || endedAt != null && step.at > endedAt + Check.APART_MILLIS) {
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
