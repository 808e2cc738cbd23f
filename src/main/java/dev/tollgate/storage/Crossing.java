package dev.tollgate.storage;

import java.time.Duration;

/**
 * Whether batches of other nodes are in the way of this node's: they hold the row of an account that this batch needs. Known by the time that the
 * decision of a batch takes, compared with what it takes undisturbed. In the writer's turn only.
 */
final class Crossing {

    private static final long WAIT_NANOS = Duration.ofMillis(2).toNanos();

    /** The number of batches after the last held-up one that are expected to be held up, too. */
    private static final int EXPECTED = 32;

    private long undisturbedNanos = Long.MAX_VALUE;
    private int expected;

    /** Returns whether the next batch is likely to wait for one of another node. */
    boolean isLikely() {
        return expected > 0;
    }

    /** Notes a batch. @param nanos from its beginning to its decision, waits for other nodes included */
    void decided(long nanos) {
        boolean isHeldUp = undisturbedNanos != Long.MAX_VALUE && nanos > 2 * undisturbedNanos + WAIT_NANOS;
        expected = isHeldUp ? EXPECTED : Math.max(0, expected - 1);
        // The least of late: a slower network or database becomes the measure after some hundred batches.
        undisturbedNanos = undisturbedNanos == Long.MAX_VALUE
                ? nanos
                : Math.min(nanos, undisturbedNanos + undisturbedNanos / 128 + 1_000);
    }
}
