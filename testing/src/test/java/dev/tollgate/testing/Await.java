package dev.tollgate.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what a program does by itself. */
public final class Await {

    /** The times between two looks, which may be requests or questions to a database: what takes longer is looked at less often. */
    private static final long POLL_NANOS_LEAST = 2_000_000;

    private static final long POLL_NANOS_MOST = 20_000_000;
    private static final int LOOKS_FOR_DOUBLE = 16;

    private Await() {}

    /** Looks until it is so, for a minute. @param what is waited for, as a failure names it */
    public static void until(String what, BooleanSupplier isSo) {
        until(Duration.ofMinutes(1), what, isSo);
    }

    /** Looks until it is so, for some time. */
    public static void until(Duration within, String what, BooleanSupplier isSo) {
        long began = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            long waited = System.nanoTime() - began;
            if (waited > within.toNanos()) {
                throw new AssertionError("waited in vain: " + what);
            }
            // What is waited for may need the processor, or this thread's carrier.
            LockSupport.parkNanos(Math.clamp(waited / LOOKS_FOR_DOUBLE, POLL_NANOS_LEAST, POLL_NANOS_MOST));
        }
    }
}
