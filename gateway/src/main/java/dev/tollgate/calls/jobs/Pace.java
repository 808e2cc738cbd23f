package dev.tollgate.calls.jobs;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Limits how fast a server begins tries (J13): a few at once, and then so many a second. Not thread-safe. */
final class Pace {

    static final int STARTS_A_SECOND = 50;
    static final int AT_ONCE = 10;

    static final Duration BETWEEN_STARTS = Duration.ofSeconds(1).dividedBy(STARTS_A_SECOND);

    private static final long START_NANOS = BETWEEN_STARTS.toNanos();

    private final LongSupplier nanoTime;

    /** The time until which the starts so far last. */
    private long usedUntil;

    private long lastRound;

    Pace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.usedUntil = nanoTime.getAsLong() - AT_ONCE * START_NANOS;
        this.lastRound = nanoTime.getAsLong() - Duration.ofDays(1).toNanos();
    }

    /** Returns how many tries may begin now. */
    int startsLeft() {
        long now = nanoTime.getAsLong();
        usedUntil = Math.max(usedUntil - now, -AT_ONCE * START_NANOS) + now;
        return Math.toIntExact(Math.max(0, (now - usedUntil) / START_NANOS));
    }

    void started(int tries) {
        usedUntil += tries * START_NANOS;
    }

    /** Notes a round. */
    void next() {
        lastRound = nanoTime.getAsLong();
    }

    /** Returns the time until the next round. @param between the least time between two */
    Duration untilNext(Duration between) {
        return Duration.ofNanos(Math.max(0, between.toNanos() - (nanoTime.getAsLong() - lastRound)));
    }
}
