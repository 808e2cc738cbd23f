package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that a call may still make after a failure or an empty answer (LATENT, D48, D50, D59). Every method is a pure function of
 * the plan and its arguments; the caller carries out the decision. Immutable.
 *
 * @param attempts attempts so far, hedges included
 * @param retries how many of them were retries
 * @param askedAgain whether the channel of an empty answer has been asked again
 * @param withoutSignatures whether thought signatures have been left out
 * @param replaced whether the call has been translated for a model's successor
 */
record RetryPlan(int attempts, int retries, boolean askedAgain, boolean withoutSignatures, boolean replaced) {

    static final int RETRIES_MAX = 2;

    /** The limit on attempts, however many channels there are. */
    static final int ATTEMPTS_MAX = 8;

    static final long WAIT_MILLIS_MAX = 5_000;

    static final RetryPlan NEW = new RetryPlan(0, 0, false, false, false);

    private static final long BACKOFF_MILLIS = 200;

    enum Next {
        /** The channel whose answer was empty, with the same translation. */
        SAME_CHANNEL,
        ANY_CHANNEL,
        /** A channel that has not failed this call. */
        FRESH_CHANNEL,
        /** A new translation for the same channel, without thought signatures. */
        WITHOUT_SIGNATURES,
        /** A translation for the same channel, with a maximum of one hop. */
        WITHOUT_HOPS,
        /** A new translation for the same channel and the model's successor. */
        SUCCESSOR,
        /** No channel: the caller gets the result so far. */
        NONE
    }

    /** The place of a failed attempt in an answer of several hops (H2, H7). */
    enum SentHops {
        NONE,
        /** A first hop with a maximum above one hop, which an upstream may refuse. */
        ABOVE_ONE,
        /** A later hop, which belongs to its channel and model. */
        GOING_ON
    }

    /** Whether a channel that has not failed this call can be asked. */
    enum Fresh {
        /** The channel would be asked next. */
        FIRST,
        /** The channel is in trouble; a channel that has failed this call would be asked before it. */
        LAST,
        NONE
    }

    /**
     * @param next the channel for the next attempt
     * @param plan the plan after this decision
     * @param takesBudget whether the decision is valid only if a retry can be taken from the model's budget
     * @param rulesOut whether this call no longer uses the failed channel
     */
    record Decision(Next next, RetryPlan plan, boolean takesBudget, boolean rulesOut) {}

    RetryPlan asked() {
        return new RetryPlan(attempts + 1, retries, askedAgain, withoutSignatures, replaced);
    }

    boolean mayAsk() {
        return attempts < ATTEMPTS_MAX;
    }

    /** @param finished whether the attempt had a finish reason, but no output */
    Decision afterEmpty(boolean finished, boolean budget) {
        return finished && !askedAgain && budget ? again() : decision(Next.NONE);
    }

    /**
     * Decides what follows a failure before anything of substance.
     *
     * @param emptyBefore whether another attempt of this call has ended empty
     * @param budget whether the model has a retry left
     * @param hops what was asked of an answer in several hops
     */
    Decision afterFailure(UpstreamFailure failure, boolean emptyBefore, boolean budget, Fresh fresh, SentHops hops) {
        if (emptyBefore && !askedAgain && budget && failure.kind() != Kind.LOCAL) {
            return again();
        }
        return switch (failure.kind()) {
            case REFUSED -> decision(hops == SentHops.ABOVE_ONE ? Next.WITHOUT_HOPS : Next.NONE);
            case TOO_LONG, TOO_LARGE, BROKEN, LOCAL -> decision(Next.NONE);
            case SIGNATURE ->
                withoutSignatures || hops == SentHops.GOING_ON
                        ? decision(Next.NONE)
                        : new Decision(
                                Next.WITHOUT_SIGNATURES,
                                new RetryPlan(attempts, retries, askedAgain, true, replaced),
                                false,
                                false);
            case REPLACED ->
                replaced || hops == SentHops.GOING_ON
                        ? new Decision(Next.ANY_CHANNEL, this, false, true)
                        : new Decision(
                                Next.SUCCESSOR,
                                new RetryPlan(attempts, retries, askedAgain, withoutSignatures, true),
                                false,
                                false);
            case MISCONFIGURED -> new Decision(Next.ANY_CHANNEL, this, false, true);
            case DAY_QUOTA -> decision(Next.ANY_CHANNEL);
            case QUOTA -> tellsWhen(failure) ? decision(Next.ANY_CHANNEL) : goOn(budget, fresh, this);
            case UNAVAILABLE -> retries < RETRIES_MAX ? goOn(budget, fresh, retried()) : decision(Next.NONE);
        };
    }

    Decision hedge(boolean budget) {
        return retry(budget);
    }

    private Decision again() {
        return new Decision(
                Next.SAME_CHANNEL, new RetryPlan(attempts, retries, true, withoutSignatures, replaced), true, false);
    }

    private Decision retry(boolean budget) {
        return budget && retries < RETRIES_MAX
                ? new Decision(Next.ANY_CHANNEL, retried(), true, false)
                : decision(Next.NONE);
    }

    /**
     * Goes on to a channel that has not failed this call, which adds no load to the channel that has, so it takes nothing from the budget.
     * Otherwise it is a retry.
     *
     * @param elsewhere the plan after another channel was asked
     */
    private Decision goOn(boolean budget, Fresh fresh, RetryPlan elsewhere) {
        Decision retry = retry(budget);
        boolean goesElsewhere = fresh == Fresh.FIRST || fresh == Fresh.LAST && retry.next() == Next.NONE;
        return goesElsewhere ? new Decision(Next.FRESH_CHANNEL, elsewhere, false, false) : retry;
    }

    private Decision decision(Next next) {
        return new Decision(next, this, false, false);
    }

    private RetryPlan retried() {
        return new RetryPlan(attempts, retries + 1, askedAgain, withoutSignatures, replaced);
    }

    /** Returns the plan after a wait for the channel whose rest ends first; empty if the wait is too long or no retry is left. */
    Optional<RetryPlan> afterRest(long waitMillis) {
        return waitMillis <= WAIT_MILLIS_MAX && retries < RETRIES_MAX && mayAsk()
                ? Optional.of(retried())
                : Optional.empty();
    }

    /**
     * Returns the milliseconds to wait before a failed channel is asked again: exponential with full jitter, or the wait that the upstream
     * requested (protocol 4.7), which may exceed {@link #WAIT_MILLIS_MAX}.
     *
     * @param last the call's last failure; null if there was none
     */
    long pauseMillis(@Nullable UpstreamFailure last, RandomGenerator random) {
        if (last == null || last.kind() == Kind.QUOTA && tellsWhen(last)) {
            return 0; // after a quota failure the channel has already rested
        }
        return last.retryAfter() != null
                ? Math.max(1, last.retryAfter().toMillis())
                : random.nextLong(BACKOFF_MILLIS << retries) + 1;
    }

    private static boolean tellsWhen(UpstreamFailure failure) {
        return failure.retryAfter() != null && !failure.retryAfter().isZero();
    }

    /** Returns whether the channel would fail this call again although another channel may serve it. */
    static boolean isOfThatChannel(Kind kind) {
        return kind != Kind.QUOTA && kind != Kind.DAY_QUOTA && kind != Kind.UNAVAILABLE;
    }
}
