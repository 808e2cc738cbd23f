package dev.tollgate.telemetry.traces;

import dev.tollgate.calls.metering.CallOutcome;
import dev.tollgate.upstreams.pool.TraceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides, after a call has ended, whether it is traced: all calls that failed or took more than three times the median of their model, and a
 * share of the others; at most a hundred per second. Thread-safe.
 */
final class CallSelection {

    static final int A_SECOND_MAX = 100;

    /** Maximum of traced refusals by the caller's fault. A caller with many refusals must not hide other failed calls. */
    static final int REFUSED_A_SECOND_MAX = 20;

    private static final long SLOW_TIMES = 3;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int percent;
    private final LongSupplier nanoTime;
    private final Map<String, Median> medians = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    private long secondBegan;
    private int taken;
    private int takenRefused;

    CallSelection(int percent, LongSupplier nanoTime) {
        this.percent = percent;
        this.nanoTime = nanoTime;
        this.secondBegan = nanoTime.getAsLong();
    }

    /**
     * Returns whether a call is traced.
     *
     * @param model public id; there is one median per model
     * @param micros from arrival to end
     * @param trusted the caller's sampling decision, if the caller is trusted
     */
    boolean wants(String model, CallOutcome outcome, long micros, TraceId trace, @Nullable TraceParent trusted) {
        Median median = medians.computeIfAbsent(model, name -> new Median());
        boolean isSlow = median.isFarBelow(micros);
        if (hasAnswered(outcome)) {
            median.learn(micros);
        }
        return hasFailed(outcome) || isSlow || (trusted == null ? trace.isAmong(percent) : trusted.sampled());
    }

    /** Returns whether there is room in this second for a call, or for a request that has failed before it became one. */
    boolean mayTake() {
        synchronized (lock) {
            turn();
            return taken++ < A_SECOND_MAX;
        }
    }

    /** Returns whether this second has room for a request that was refused by its sender's fault. */
    boolean mayTakeRefused() {
        synchronized (lock) {
            turn();
            return takenRefused++ < REFUSED_A_SECOND_MAX && taken++ < A_SECOND_MAX;
        }
    }

    private void turn() {
        long now = nanoTime.getAsLong();
        if (now - secondBegan >= SECOND) {
            secondBegan = now;
            taken = 0;
            takenRefused = 0;
        }
    }

    static boolean hasFailed(CallOutcome outcome) {
        return switch (outcome) {
            case FAILED_UPSTREAM, FAILED_STORE, FAILED_FAULT, STOPPED -> true;
            case COMPLETED,
                    CUT_LENGTH,
                    CUT_CREDITS,
                    CUT_LIMIT,
                    CUT_TIME,
                    CUT_ROOM,
                    CANCELLED,
                    BLOCKED,
                    REFUSED,
                    REPEATED -> false;
        };
    }

    /** What was refused, broken off or has failed says nothing of how long the others take: many of them would make all others slow. */
    private static boolean hasAnswered(CallOutcome outcome) {
        return switch (outcome) {
            case COMPLETED, CUT_LENGTH, CUT_CREDITS, CUT_LIMIT, CUT_TIME, CUT_ROOM -> true;
            case CANCELLED, BLOCKED, REFUSED, REPEATED, FAILED_UPSTREAM, FAILED_STORE, FAILED_FAULT, STOPPED -> false;
        };
    }

    /** An approximate median: each value moves it by a fiftieth. One of two concurrent moves may be lost. */
    private static final class Median {

        private static final int CALLS_MIN = 50;

        private final AtomicLong calls = new AtomicLong();
        private volatile long micros;

        boolean isFarBelow(long took) {
            return calls.get() >= CALLS_MIN && took > SLOW_TIMES * micros;
        }

        void learn(long took) {
            long seen = calls.incrementAndGet();
            long median = micros;
            long step = Math.max(1, median / 50);
            micros = seen == 1 ? took : took > median ? median + step : Math.max(0, median - step);
        }
    }
}
