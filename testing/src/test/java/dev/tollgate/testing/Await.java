package dev.tollgate.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what a program does by itself. */
public final class Await {

    private static final long POLL_NANOS = 2_000_000; // a look may be a request, or a question to a database

    private Await() {}

    /** Looks until it is so, for a minute. @param what is waited for, as a failure names it */
    public static void until(String what, BooleanSupplier isSo) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS); // what is waited for may need the processor, or this thread's carrier
        }
    }
}
