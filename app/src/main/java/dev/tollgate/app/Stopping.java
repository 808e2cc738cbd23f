package dev.tollgate.app;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a stop. A stop is announced before anything is refused, so that load balancers send no more calls; a second signal ends
 * all waits. Thread-safe.
 */
final class Stopping {

    private static final long LOOK_MILLIS = 10;

    private final AtomicReference<@Nullable Long> announcedNanos = new AtomicReference<>();
    private final CountDownLatch hurried = new CountDownLatch(1);

    /** Announces the stop and returns true, or returns false if it was announced before. */
    boolean announce() {
        return announcedNanos.compareAndSet(null, System.nanoTime());
    }

    boolean isAnnounced() {
        return announcedNanos.get() != null;
    }

    /** Ends all waits, those that begin later included. */
    void hurry() {
        hurried.countDown();
    }

    boolean isHurried() {
        return hurried.getCount() == 0;
    }

    /** Blocks until the stop has been announced for {@code time} or {@link #hurry} is called. Returns at once if it was not announced. */
    void letKnow(Duration time) {
        Long announced = announcedNanos.get();
        if (announced != null) {
            await(announced + time.toNanos(), () -> false);
        }
    }

    /** Blocks until {@code done} is true, {@link System#nanoTime} reaches {@code endNanos}, or {@link #hurry} is called. */
    void await(long endNanos, BooleanSupplier done) {
        boolean interrupted = false;
        while (!done.getAsBoolean() && System.nanoTime() - endNanos < 0 && !isHurried()) {
            try {
                if (hurried.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
