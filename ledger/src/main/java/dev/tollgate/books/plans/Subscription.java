package dev.tollgate.books.plans;

import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The plan of an account, from the beginning of its first period (Z41). Immutable.
 *
 * @param number from 1 in its account
 * @param version of the plan, which it keeps
 * @param anchor the beginning of the first period, from which all others are counted
 * @param periods that its steps give
 * @param latest those of its newest step, 1 to {@value #PERIODS_MAX}
 * @param stepAt when that was made: nothing of the plan is earlier than it, also if the clock was set back since
 * @param period the running one, or the last that ran; from 1. Periods that passed without a server never ran
 * @param grant the number of that period's grant
 * @param ahead the grants of later periods that were paid already, by the period
 * @param returned those of this and of later periods whose money went back: their grants have ended
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
        Instant stepAt,
        int period,
        long grant,
        Map<Integer, Long> ahead,
        Set<Integer> returned,
        @Nullable Instant cancelledAt,
        @Nullable End end) {

    /** The most periods of one step, and the most that follow a running one. */
    public static final int PERIODS_MAX = 366;

    /** The most periods that a plan which is replaced may have left: their credits are given at once. */
    public static final int DUE_MAX = 12;

    /** The most periods behind a running one that customers buy (K17). */
    public static final int AHEAD_MAX = 3;

    public Subscription {
        ahead = Map.copyOf(ahead);
        returned = Set.copyOf(returned);
    }

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
        REPLACED,
        /** A period that was paid with test money, where calls cost money now: its credits pay for nothing any more. */
        UNPAID,
        /** Money of its last periods that went back. */
        REFUNDED;

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
        return end != null ? end.at() : endOf(last());
    }

    /** Returns the number of periods that follow the present one, if nothing else happens. */
    public int remaining() {
        return end != null ? 0 : last() - period;
    }

    /** Returns the number of these that have no grant yet. */
    public int due() {
        return (int) IntStream.rangeClosed(period + 1, period + remaining())
                .filter(its -> !ahead.containsKey(its))
                .count();
    }

    /** Returns the last period that comes, if nothing else happens: what is cancelled or closed has no more than were paid (K19). */
    int last() {
        int paid = ahead.keySet().stream().reduce(period, Math::max);
        boolean isCut = isBefore(cancelledAt, endOf(paid)) || isBefore(version.closedAt(), endOf(paid));
        return isCut ? Math.min(paid, periods) : periods;
    }

    private static boolean isBefore(@Nullable Instant cut, Instant end) {
        return cut != null && !cut.isAfter(end);
    }

    /** Returns the time of a change of the running period, which does not precede the period and the newest step if the clock was set back. */
    Instant during(Instant at) {
        Instant earliest = stepAt.isAfter(startsAt()) ? stepAt : startsAt();
        return at.isBefore(earliest) ? earliest : at;
    }

    /** Returns whether it is of a version, closed since or not. */
    public boolean isOf(Plan.Version its) {
        return version.sequence() == its.sequence();
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
        if (period >= periods) {
            return Why.FINISHED;
        }
        return period < last() ? null : isBefore(cancelledAt, endsAt()) ? Why.CANCELLED : Why.CLOSED;
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

    private Subscription with(int its, long itsGrant, @Nullable Instant cancelled, @Nullable End ended) {
        return with(periods, latest, stepAt, its, itsGrant, ahead, cancelled, ended);
    }

    private Subscription with(
            int all,
            int newest,
            Instant newestAt,
            int its,
            long itsGrant,
            Map<Integer, Long> paid,
            @Nullable Instant cancelled,
            @Nullable End ended) {
        Instant since = newestAt.isAfter(stepAt) ? newestAt : stepAt;
        return new Subscription(
                accountId, number, version, anchor, all, newest, since, its, itsGrant, paid, returned, cancelled,
                ended);
    }

    /** Returns this in another of its periods. The grant stays the one of the former period, unless this one was paid before. */
    Subscription in(int its) {
        return with(its, ahead.getOrDefault(its, grant), cancelledAt, end);
    }

    Subscription ended(End its) {
        return with(period, grant, cancelledAt, its);
    }

    Subscription cancelled(@Nullable Instant at) {
        return with(period, grant, at, end);
    }

    /** Returns this with the grant of a period. */
    Subscription paidBy(int its, long number) {
        if (its == period) {
            return with(period, number, cancelledAt, end);
        }
        Map<Integer, Long> paid = new HashMap<>(ahead);
        paid.put(its, number);
        return with(periods, latest, stepAt, period, grant, paid, cancelledAt, end);
    }

    /** Returns this with more periods behind its last one. @param at the time of the step */
    public Subscription prolonged(int more, Instant at) {
        return with(Math.addExact(periods, more), more, at, period, grant, ahead, cancelledAt, end);
    }

    /** Returns this with one more period behind the last that comes: those that were cancelled or closed before do not come between. @param at the time of the step */
    Subscription bought(Instant at) {
        return with(last() + 1, 1, at, period, grant, ahead, cancelledAt, end);
    }

    /** Reads a row of {@code SUBSCRIPTIONS}. */
    static Subscription read(ResultSet row) throws SQLException {
        Instant endedAt = Columns.timeOrNull(row, 8);
        int period = row.getInt(5);
        Map<Integer, Long> ahead = new HashMap<>();
        Set<Integer> returned = new HashSet<>();
        String bought = row.getString(17);
        for (String each : bought == null ? new String[0] : bought.split(" ")) {
            String[] its = each.split(":");
            Integer number = Integer.valueOf(its[0]);
            if (number > period) {
                ahead.put(number, Long.valueOf(its[1]));
            }
            if (its[2].equals("returned")) {
                returned.add(number);
            }
        }
        return new Subscription(
                row.getString(1),
                row.getLong(2),
                Plan.Version.read(row, 11),
                Columns.time(row, 3),
                row.getInt(4),
                row.getInt(10),
                Columns.time(row, 18),
                period,
                row.getLong(6),
                ahead,
                returned,
                Columns.timeOrNull(row, 7),
                endedAt == null ? null : new End(endedAt, Why.of(row.getString(9))));
    }

    /** Returns whether money of this period, or of a later one, may go back and change the plan. */
    boolean mayReturn(int its) {
        return isRunning() && its >= period && its <= periods && !returned.contains(its);
    }

    /** Returns this once the money of a period went back: it has no more periods than up to the last that is still paid, and ends if that has passed (K23). */
    Subscription without(int its, Instant at) {
        int left = periods;
        while (left >= period && (left == its || returned.contains(left))) {
            left--;
        }
        Subscription rest = with(Math.max(left, period), latest, stepAt, period, grant, ahead, cancelledAt, end);
        return left < period ? rest.ended(new End(during(at), Why.REFUNDED)) : rest;
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
