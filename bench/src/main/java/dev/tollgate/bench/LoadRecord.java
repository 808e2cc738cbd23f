package dev.tollgate.bench;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts of a running phase; confined to the load generator's event loop. */
final class LoadRecord {
    /** A target that only fails is not hammered until the time is up. */
    private static final int ERRORS_MAX = 1_000;

    private static final long LATENCY_NANOS_MAX = 60_000_000_000L;

    private final Histogram whole = new Histogram(LATENCY_NANOS_MAX, 3);
    private final Histogram first = new Histogram(LATENCY_NANOS_MAX, 3);
    private final long lengthNanos;
    private final long callsMax;
    private long started;
    private long startedNanos;
    private boolean over;
    private long errors;
    private long events;
    private long lastNanos;
    private @Nullable String firstError;

    LoadRecord(LoadPhase phase) {
        lengthNanos = phase.millis() * 1_000_000L;
        callsMax = phase.callsMax() == 0 ? Long.MAX_VALUE : phase.callsMax();
    }

    /** The phase's time runs from its first call: connecting is no part of it. */
    boolean mayStart(long nowNanos) {
        boolean inTime = started == 0 || nowNanos - startedNanos < lengthNanos;
        return inTime && !over && started < callsMax && errors < ERRORS_MAX;
    }

    void start(long nowNanos) {
        if (started == 0) {
            startedNanos = nowNanos;
            lastNanos = nowNanos;
        }
        started++;
    }

    void succeed(long firstByteNanos, long wholeNanos, int answerEvents, long nowNanos) {
        first.recordValue(Math.min(firstByteNanos, LATENCY_NANOS_MAX));
        whole.recordValue(Math.min(wholeNanos, LATENCY_NANOS_MAX));
        events += answerEvents;
        lastNanos = nowNanos;
    }

    void fail(String what) {
        errors++;
        if (firstError == null) {
            firstError = what;
        }
    }

    /** No call starts after this. */
    void end() {
        over = true;
    }

    @Nullable
    String firstError() {
        return firstError;
    }

    LoadResult result() {
        return new LoadResult(
                whole.getTotalCount(),
                errors,
                events,
                (lastNanos - startedNanos) / 1_000,
                whole.getValueAtPercentile(50),
                whole.getValueAtPercentile(99),
                first.getValueAtPercentile(50),
                first.getValueAtPercentile(99));
    }
}
