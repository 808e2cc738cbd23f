package dev.tollgate.http.limits;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The counts under a quota's id, pinned while they are in use, so that it is not forgotten. Thread-safe. */
final class QuotaCount {

    /** The pins of a count that is forgotten. */
    private static final int GONE = -1;

    final MinuteBucket requests = new MinuteBucket();
    final MinuteBucket tokens = new MinuteBucket();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger pins = new AtomicInteger();

    boolean pin() {
        return pins.getAndUpdate(old -> old == GONE ? GONE : old + 1) != GONE;
    }

    void unpin() {
        pins.decrementAndGet();
    }

    /** Returns the calls that run. */
    int inside() {
        return inside.get();
    }

    boolean enter(long most) {
        int old = inside.getAndUpdate(now -> now < most ? now + 1 : now);
        return old < most;
    }

    /** Removes this count if it is full again and no call pins it. No call can count in it during the removal, so nothing is lost. */
    boolean forget(long now) {
        if (!pins.compareAndSet(0, GONE)) {
            return false;
        }
        if (requests.untilFull(now) == 0 && tokens.untilFull(now) == 0) {
            return true;
        }
        pins.set(0);
        return false;
    }

    /**
     * A call that is counted as long as it runs.
     *
     * @param tokensLimit 0 for none
     */
    record Stay(QuotaCount count, long tokensLimit, boolean isInside) {

        Quotas.@Nullable OverLimit enter(Quota quota, long most, long wanted, long now) {
            CallLimits rates = quota.rates();
            if (rates.concurrency() != null && !count.enter(most)) {
                return new Quotas.OverLimit(quota, Quotas.Limit.CONCURRENCY, rates.concurrency(), 1, Quotas.SOON);
            }
            long wait = rates.tokens() == null ? 0 : count.tokens.take(tokensLimit, wanted, now);
            if (wait > 0 && rates.tokens() != null) {
                if (isInside) {
                    count.inside.decrementAndGet();
                }
                return new Quotas.OverLimit(quota, Quotas.Limit.TOKENS, rates.tokens(), wanted, Duration.ofNanos(wait));
            }
            return null;
        }

        /** @param more than was taken, or less */
        void leave(long more, long now) {
            if (tokensLimit > 0 && more > 0) {
                count.tokens.overdraw(tokensLimit, more, now);
            } else if (tokensLimit > 0) {
                count.tokens.give(tokensLimit, -more);
            }
            if (isInside) {
                count.inside.decrementAndGet();
            }
            count.unpin();
        }
    }
}
