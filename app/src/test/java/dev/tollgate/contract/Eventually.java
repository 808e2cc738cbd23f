package dev.tollgate.contract;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what happens by itself on the other side. */
final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Eventually() {}

    /** Looks again and again until the assertions hold; after a minute their failure stands. */
    static void hold(Runnable assertions) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                assertions.run();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() > end) {
                    throw notYet;
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
