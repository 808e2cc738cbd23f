package dev.tollgate.books.plans;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The plan of an account, from the beginning of its first period (Z41). Immutable.
 *
 * @param number from 1 in its account
 * @param version of the plan, which it keeps
 * @param anchor the beginning of the first period, from which all others are counted
 * @param periods that were assigned, by all steps
 * @param latest those of its newest step, 1 to {@value #PERIODS_MAX}
 * @param period the running one, or the last that ran; from 1. Periods that passed without a server never ran
 * @param grant the number of that period's grant
 * @param cancelledAt when the customer cancelled it: no period follows; null: not, or taken back
 * @param end null while it runs
 */
public record Subscription(
        String accountId,
        long number,
        Plan.Version version,
        Instant anchor,
        int periods,
        int latest,
        int period,
        long grant,
        @Nullable Instant cancelledAt,
        @Nullable End end) {

    /** The most periods of one step, and the most that follow a running one. */
    public static final int PERIODS_MAX = 366;

    /** The most periods that a plan which is replaced may have left: their credits are given at once. */
    public static final int DUE_MAX = 12;

    /** The cause of an end. */
    public enum Why {
        /** The last period has passed. */
        FINISHED,
        CANCELLED,
        /** The version was closed, so it was not renewed. */
        CLOSED,
        OPERATOR,
        /** The account was deleted. */
        DELETED,
        /** Another plan, or the same one again, has begun at that instant. What was paid of this one stays. */
        REPLACED;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The name in the database and in JSON. */
        public String word() {
            return word;
        }

        static Why of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** The state of an account's plan. */
    public enum State {
        ACTIVE,
        /** A plan that the customer has cancelled: it ends with its period. */
        CANCELLED,
        ENDED;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The state of a row, as {@link Subscription#state} has it. */
        static final String SQL =
                "CASE WHEN ended_at IS NOT NULL THEN '%s' WHEN cancelled_at IS NOT NULL THEN '%s' ELSE '%s' END"
                        .formatted(ENDED.word, CANCELLED.word, ACTIVE.word);

        /** The name in JSON, in commands and on pages. */
        public String word() {
            return word;
        }

        static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public record End(Instant at, Why why) {}

    private Instant endOf(int its) {
        return version.terms().period().end(anchor, its);
    }

    /** Returns the beginning of the period. */
    public Instant startsAt() {
        return endOf(period - 1);
    }

    /** Returns the end of the period, at which its credits expire and its price group ends. */
    public Instant endsAt() {
        return endOf(period);
    }

    /** Returns the time until which periods follow each other, if nothing else happens; its end if it has ended. */
    public Instant until() {
        return end != null ? end.at() : whyLast() == null ? endOf(periods) : endsAt();
    }

    /** Returns the number of periods that follow the present one, if nothing else happens. */
    public int remaining() {
        return end != null || whyLast() != null ? 0 : periods - period;
    }

    /** Returns the time of a change of the running period, which does not precede the period if the clock was set back. */
    Instant during(Instant at) {
        return at.isBefore(startsAt()) ? startsAt() : at;
    }

    public boolean isRunning() {
        return end == null;
    }

    public State state() {
        return end != null ? State.ENDED : cancelledAt != null ? State.CANCELLED : State.ACTIVE;
    }

    /** Returns whether the period has ended, and what follows has not been written yet. */
    public boolean isDue(Instant now) {
        return end == null && !endsAt().isAfter(now);
    }

    /** Returns why no period follows the present one; null if one does. */
    public @Nullable Why whyLast() {
        Instant closedAt = version.closedAt();
        if (period >= periods) {
            return Why.FINISHED;
        }
        if (cancelledAt != null && !cancelledAt.isAfter(endsAt())) {
            return Why.CANCELLED;
        }
        return closedAt != null && !closedAt.isAfter(endsAt()) ? Why.CLOSED : null;
    }

    /** Returns this as the calendar has it at a time: in the period of that time, or ended (Z45). The grant stays the one of the former period. */
    Subscription at(Instant now) {
        Subscription turned = this;
        while (turned.isDue(now)) {
            Why why = turned.whyLast();
            turned = why == null ? turned.in(turned.period + 1) : turned.ended(new End(turned.endsAt(), why));
        }
        return turned;
    }

    private Subscription with(int all, int nowPeriod, long nowGrant, @Nullable Instant cancelled, @Nullable End ended) {
        int its = all == periods ? latest : all - periods;
        return new Subscription(accountId, number, version, anchor, all, its, nowPeriod, nowGrant, cancelled, ended);
    }

    /** Returns this in another of its periods. The grant stays the one of the former period. */
    Subscription in(int its) {
        return with(periods, its, grant, cancelledAt, end);
    }

    Subscription ended(End its) {
        return with(periods, period, grant, cancelledAt, its);
    }

    Subscription cancelled(@Nullable Instant at) {
        return with(periods, period, grant, at, end);
    }

    Subscription paidBy(long its) {
        return with(periods, period, its, cancelledAt, end);
    }

    /** Returns this with more periods behind its last one. */
    public Subscription prolonged(int more) {
        return with(Math.addExact(periods, more), period, grant, cancelledAt, end);
    }

    /** Returns the id of the period's credits, which exist once. */
    String periodId() {
        return "plan-" + number + "-" + period + "-1";
    }

    /** Returns the reason of the period's credits, as the customer sees it. */
    String reason() {
        return "Plan " + version.terms().name() + ", period " + period + " of " + periods;
    }
}
