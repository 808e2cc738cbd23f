package dev.tollgate.calls.jobs;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at intervals, and when it is woken, one look after the other. Thread-safe. */
final class Rounds {

    /** The least time between two rounds that {@link #wake} begins. */
    private static final Duration BETWEEN = Duration.ofMillis(100);

    private static final Logger log = LoggerFactory.getLogger(Rounds.class);

    private final LongSupplier nanoTime;
    private final BooleanSupplier look;
    private final ReentrantLock round = new ReentrantLock();
    private final AtomicBoolean isWanted = new AtomicBoolean();
    private volatile boolean stopped;

    /** Guarded by the lock. */
    private long lastNanos;

    /** @param look returns whether there may be more to do at once; blocks */
    Rounds(LongSupplier nanoTime, BooleanSupplier look) {
        this.nanoTime = nanoTime;
        this.look = look;
        this.lastNanos = nanoTime.getAsLong() - Duration.ofDays(1).toNanos();
    }

    /** Begins a round soon, also if one runs already. Does not block. */
    void wake() {
        if (isWanted.compareAndSet(false, true)) {
            Thread.ofVirtual().name("jobs").start(this::wanted);
        }
    }

    private void wanted() {
        boolean isCut = true;
        while (isCut && !stopped) {
            isCut = false;
            try {
                isCut = once(true);
            } catch (StoreException e) {
                log.warn(Event.STORE_UNAVAILABLE, "jobs were not looked for: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Looks now. Blocks while another round runs. @throws StoreException if the database fails */
    void now() {
        try {
            if (once(false)) {
                wake();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param waits whether it keeps its distance from the last round */
    private boolean once(boolean waits) throws InterruptedException {
        round.lockInterruptibly();
        try {
            if (waits) {
                long left = BETWEEN.toNanos() - (nanoTime.getAsLong() - lastNanos);
                Thread.sleep(Duration.ofNanos(Math.max(0, left)));
            }
            isWanted.set(false);
            lastNanos = nanoTime.getAsLong();
            return !stopped && look.getAsBoolean();
        } finally {
            round.unlock();
        }
    }

    /** Looks no more. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }
}
