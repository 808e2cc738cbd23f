package dev.tollgate.upstreams.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how much load retries and hedges may add when an upstream is in trouble: at most one for every five calls, after a reserve of a hundred.
 * Thread-safe; writes nothing while it is full.
 */
final class RetryBudget {

    static final int RESERVE = 100;
    static final int CALLS_A_RETRY = 5;

    private static final long FULL = (long) RESERVE * CALLS_A_RETRY;

    /** In fifths of a retry. */
    private final AtomicLong left = new AtomicLong(FULL);

    void called() {
        if (left.get() < FULL) {
            left.incrementAndGet();
        }
    }

    /** Whether there is one to take now; says nothing of the next moment. */
    boolean isEmpty() {
        return left.get() < CALLS_A_RETRY;
    }

    long retriesLeft() {
        return left.get() / CALLS_A_RETRY;
    }

    /** Takes one retry, if there is one. */
    boolean take() {
        return left.getAndUpdate(now -> now < CALLS_A_RETRY ? now : now - CALLS_A_RETRY) >= CALLS_A_RETRY;
    }
}
