package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.pool.UpstreamFailure.Kind;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a call may still ask for after a failure or an empty answer (LATENT, D48, D50, D59): how often it has asked, and what it has tried once.
 * Every method is a pure function of the plan and of what it is told; the caller carries out what is decided. Immutable.
 *
 * @param attempts channels asked so far, hedges included
 * @param retries how many of them were retries
 * @param askedAgain whether the channel of an empty answer has been asked again
 * @param withoutSignatures whether thought signatures have been left out
 * @param replaced whether the call has been translated for a model's successor
 */
record RetryPlan(int attempts, int retries, boolean askedAgain, boolean withoutSignatures, boolean replaced) {

    static final int RETRIES_MAX = 2;

    /** In all, however many channels there are. */
    static final int ATTEMPTS_MAX = 8;

    static final long WAIT_MILLIS_MAX = 5_000;

    static final RetryPlan NEW = new RetryPlan(0, 0, false, false, false);

    private static final long BACKOFF_MILLIS = 200;

    enum Next {
        /** The one whose answer was empty, as it was asked before. */
        SAME_CHANNEL,
        ANY_CHANNEL,
        /** The same channel, translated anew without thought signatures. */
        WITHOUT_SIGNATURES,
        /** The same channel, translated anew for the model that has taken the place of the one asked. */
        SUCCESSOR,
        /** Nobody: the caller hears what there is. */
        NOBODY
    }

    /**
     * @param next who is asked now
     * @param plan what holds afterwards
     * @param takesBudget whether it counts only if a retry can be taken from the pool's budget
     * @param rulesOut whether the channel is not asked for this call again
     */
    record Decision(Next next, RetryPlan plan, boolean takesBudget, boolean rulesOut) {}

    /** One more channel is asked. */
    RetryPlan asked() {
        return new RetryPlan(attempts + 1, retries, askedAgain, withoutSignatures, replaced);
    }

    boolean mayAsk() {
        return attempts < ATTEMPTS_MAX;
    }

    /** @param finished whether the attempt came to a finish, but said nothing */
    Decision afterEmpty(boolean finished, boolean budget) {
        return finished && !askedAgain && budget ? again() : decision(Next.NOBODY);
    }

    /**
     * After a failure before anything of substance has come.
     *
     * @param emptyBefore whether another attempt of this call has come to an empty end
     * @param budget whether the pool has a retry left
     */
    Decision afterFailure(UpstreamFailure failure, boolean emptyBefore, boolean budget) {
        if (emptyBefore && !askedAgain && budget) {
            return again();
        }
        return switch (failure.kind()) {
            case REFUSED, TOO_LONG, BROKEN -> decision(Next.NOBODY);
            case SIGNATURE ->
                withoutSignatures
                        ? decision(Next.NOBODY)
                        : new Decision(
                                Next.WITHOUT_SIGNATURES,
                                new RetryPlan(attempts, retries, askedAgain, true, replaced),
                                false,
                                false);
            case REPLACED ->
                replaced
                        ? new Decision(Next.ANY_CHANNEL, this, false, true)
                        : new Decision(
                                Next.SUCCESSOR,
                                new RetryPlan(attempts, retries, askedAgain, withoutSignatures, true),
                                false,
                                false);
            case MISCONFIGURED -> new Decision(Next.ANY_CHANNEL, this, false, true);
            case DAY_QUOTA -> decision(Next.ANY_CHANNEL);
            case QUOTA -> tellsWhen(failure) ? decision(Next.ANY_CHANNEL) : retry(budget);
            case UNAVAILABLE -> retry(budget);
        };
    }

    /** A second channel beside a silent one. */
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
                : decision(Next.NOBODY);
    }

    private Decision decision(Next next) {
        return new Decision(next, this, false, false);
    }

    private RetryPlan retried() {
        return new RetryPlan(attempts, retries + 1, askedAgain, withoutSignatures, replaced);
    }

    /** The plan after waiting so long for the first channel that has rested; empty where that is too long, or there were retries enough. */
    Optional<RetryPlan> afterRest(long waitMillis) {
        return waitMillis <= WAIT_MILLIS_MAX && retries < RETRIES_MAX && mayAsk()
                ? Optional.of(retried())
                : Optional.empty();
    }

    /**
     * Milliseconds to wait before a channel that has failed is asked again: exponential with full jitter, or what the upstream asked for
     * (protocol 4.7). May be more than is waited for.
     *
     * @param last the call's last failure; null where there was none
     */
    long pauseMillis(@Nullable UpstreamFailure last, RandomGenerator random) {
        if (last == null || last.kind() == Kind.QUOTA && tellsWhen(last)) {
            return 0; // the latter has had its rest
        }
        return last.retryAfter() != null
                ? Math.max(1, last.retryAfter().toMillis())
                : random.nextLong(BACKOFF_MILLIS << retries) + 1;
    }

    private static boolean tellsWhen(UpstreamFailure failure) {
        return failure.retryAfter() != null && !failure.retryAfter().isZero();
    }

    /** Whether the channel would fail this call again, while another one may take it. */
    static boolean isOfThatChannel(Kind kind) {
        return kind != Kind.QUOTA && kind != Kind.DAY_QUOTA && kind != Kind.UNAVAILABLE;
    }
}
