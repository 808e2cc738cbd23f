package dev.tollgate.upstreams.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how much load retries and hedges may add to the calls of one model when its upstreams are in trouble: at most one for every five calls, after a reserve of a hundred.
 * Thread-safe; writes nothing while it is full.
 */
final class RetryBudget {

    static final int RESERVE = 100;
    static final int CALLS_A_RETRY = 5;

    private static final long FULL = (long) RESERVE * CALLS_A_RETRY;

    /** The budget in fifths of a retry. */
    private final AtomicLong left;

    RetryBudget() {
        this(FULL);
    }

    private RetryBudget(long left) {
        this.left = new AtomicLong(left);
    }

    /** Returns the budget of one call that may take nothing. */
    static RetryBudget ofPatient() {
        return new RetryBudget(0);
    }

    void called() {
        if (left.get() < FULL) {
            left.incrementAndGet();
        }
    }

    /** Returns whether no retry can be taken now; says nothing about the next moment. */
    boolean isEmpty() {
        return left.get() < CALLS_A_RETRY;
    }

    long retriesLeft() {
        return left.get() / CALLS_A_RETRY;
    }

    boolean take() {
        return left.getAndUpdate(now -> now < CALLS_A_RETRY ? now : now - CALLS_A_RETRY) >= CALLS_A_RETRY;
    }
}
