package dev.tollgate.app;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How far this server is on its way out: it is announced, so that nobody is sent here any more, before anything is refused; and whoever
 * is in a hurry may cut the waiting short. Thread-safe.
 */
final class Departure {

    private static final long LOOK_MILLIS = 10;

    private final AtomicReference<@Nullable Long> announcedNanos = new AtomicReference<>();
    private final CountDownLatch hurried = new CountDownLatch(1);

    /** @return whether it was not announced before */
    boolean announce() {
        return announcedNanos.compareAndSet(null, System.nanoTime());
    }

    boolean isAnnounced() {
        return announcedNanos.get() != null;
    }

    /** Nothing is waited for any more. */
    void hurry() {
        hurried.countDown();
    }

    boolean isHurried() {
        return hurried.getCount() == 0;
    }

    /** Until it has been announced for that long, or there is a hurry. Blocks. */
    void letKnow(Duration time) {
        Long announced = announcedNanos.get();
        if (announced != null) {
            await(announced + time.toNanos(), () -> false);
        }
    }

    /** Until it is done, or that time of {@link System#nanoTime} has come, or there is a hurry. Blocks. */
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
