package dev.tollgate.bench;

import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts of a running phase; confined to the load generator's event loop. */
final class LoadRecord {
    /** A target that only fails is not hammered until the time is up. */
    private static final int ERRORS_MAX = 1_000;

    /** Calls left of which the upstream has not heard; more of them means that it never hears. */
    private static final int AWAITED_MAX = 4_096;

    private static final long LATENCY_NANOS_MAX = 60_000_000_000L;

    private final Histogram whole = new Histogram(LATENCY_NANOS_MAX, 3);
    private final Histogram first = new Histogram(LATENCY_NANOS_MAX, 3);
    private final Histogram underWay = new Histogram(LATENCY_NANOS_MAX, 3);
    private final Map<Long, Departure> awaited = new HashMap<>();
    private final long lengthNanos;
    private final long callsMax;
    private final boolean stamped;
    private long started;
    private long startedNanos;
    private boolean over;
    private long errors;
    private long events;
    private long lastNanos;
    private @Nullable String firstError;

    private record Departure(long leftNanos, long firstByteNanos, int events) {}

    LoadRecord(LoadPhase phase) {
        lengthNanos = phase.millis() * 1_000_000L;
        stamped = phase.kind().stamped();
        callsMax = phase.callsMax() == 0 ? Long.MAX_VALUE : phase.callsMax();
    }

    /** The phase's time runs from its first call: connecting is no part of it. */
    boolean mayStart(long nowNanos) {
        boolean inTime = started == 0 || nowNanos - startedNanos < lengthNanos;
        return inTime && !over && started < callsMax && errors < ERRORS_MAX && awaited.size() < AWAITED_MAX;
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

    /** @param nanos from the mock's sending of an event to its arrival */
    void underWay(long nanos) {
        underWay.recordValue(Math.clamp(nanos, 0, LATENCY_NANOS_MAX));
    }

    /** The caller leaves now; the call succeeds when the upstream's connection has been closed. */
    void leave(long number, long firstByteNanos, int answerEvents, long nowNanos) {
        awaited.put(number, new Departure(nowNanos, firstByteNanos, answerEvents));
    }

    /** @param closedNanos on the clock of {@link #leave}; a call that was not left has failed already, and is none here */
    void closed(long number, long closedNanos) {
        Departure departure = awaited.remove(number);
        if (departure != null) {
            long nanos = Math.max(0, closedNanos - departure.leftNanos());
            succeed(departure.firstByteNanos(), nanos, departure.events(), closedNanos);
        }
    }

    /** How many calls were left of which the upstream has not heard. */
    int awaited() {
        return awaited.size();
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
        Histogram told = stamped ? underWay : whole;
        return new LoadResult(
                whole.getTotalCount(),
                errors,
                events,
                (lastNanos - startedNanos) / 1_000,
                told.getValueAtPercentile(50),
                told.getValueAtPercentile(99),
                first.getValueAtPercentile(50),
                first.getValueAtPercentile(99),
                told.getMaxValue());
    }
}
