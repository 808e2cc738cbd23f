package dev.tollgate.calls.jobs;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Limits how fast a server begins tries (J13): a few at once, and then so many a second. Thread-safe. */
public final class Pace {

    static final int STARTS_A_SECOND = 50;
    static final int AT_ONCE = 10;

    static final Duration BETWEEN_STARTS = Duration.ofSeconds(1).dividedBy(STARTS_A_SECOND);

    private static final long START_NANOS = BETWEEN_STARTS.toNanos();

    private final LongSupplier nanoTime;

    /** The time until which the starts so far last. Guarded by this. */
    private long usedUntil;

    public Pace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.usedUntil = nanoTime.getAsLong() - AT_ONCE * START_NANOS;
    }

    /** Returns how many tries may begin now. */
    synchronized int startsLeft() {
        long now = nanoTime.getAsLong();
        usedUntil = Math.max(usedUntil - now, -AT_ONCE * START_NANOS) + now;
        return Math.toIntExact(Math.max(0, (now - usedUntil) / START_NANOS));
    }

    synchronized void started(int tries) {
        usedUntil += tries * START_NANOS;
    }

    /** Waits until a try may begin, and counts it. */
    void awaitStart() throws InterruptedException {
        while (!startsOne()) {
            Thread.sleep(BETWEEN_STARTS);
        }
    }

    private synchronized boolean startsOne() {
        if (startsLeft() < 1) {
            return false;
        }
        started(1);
        return true;
    }
}
