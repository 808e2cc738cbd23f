package dev.tollgate.http.limits;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket that refills evenly within a minute, stored as one number: the time at which it would be full again. Use moves that time on, so a
 * changed limit keeps past use. It may be overdrawn: then nothing is left until the debt is refilled. Thread-safe without locks.
 *
 * <p>Times are nanoseconds of one clock that begins at 0 or later and never goes back.
 */
final class MinuteBucket {

    static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private final AtomicLong fullAt = new AtomicLong();

    /**
     * Takes so much, or nothing. More than a whole minute's worth is given by a full bucket, which is overdrawn by it.
     *
     * @param limit a minute
     * @return 0 where it was taken, else in how many nanoseconds it might be
     */
    long take(long limit, long amount, long now) {
        long cost = cost(limit, amount);
        while (true) {
            long old = fullAt.get();
            long from = Math.max(old, now);
            long wait = from + Math.min(cost, MINUTE_NANOS) - now - MINUTE_NANOS;
            if (wait > 0) {
                return wait;
            }
            if (fullAt.compareAndSet(old, from + cost)) {
                return 0;
            }
        }
    }

    /** Takes an amount that was used, even if it exceeds what is left. */
    void overdraw(long limit, long amount, long now) {
        long cost = cost(limit, amount);
        fullAt.updateAndGet(old -> Math.max(old, now) + cost);
    }

    /** Returns tokens that were taken under that limit. */
    void give(long limit, long amount) {
        fullAt.addAndGet(-cost(limit, amount));
    }

    /** Returns the amount that could be taken now. */
    long remaining(long limit, long now) {
        return Math.max(0, MINUTE_NANOS - untilFull(now)) * limit / MINUTE_NANOS;
    }

    /** Nanoseconds until all is there again. */
    long untilFull(long now) {
        return Math.max(0, fullAt.get() - now);
    }

    /** Returns the nanoseconds until more than half could be taken; 0 if it could. @param own what the asking one has taken, which counts as left */
    long untilHalf(long limit, long own, long now) {
        long most = MINUTE_NANOS - cost(limit, limit / 2 + 1);
        return Math.max(0, untilFull(now) - cost(limit, own) - most);
    }

    private static long cost(long limit, long amount) {
        return Math.min(amount, CallLimits.MAX) * MINUTE_NANOS / limit;
    }
}
