package dev.tollgate.sandbox;

import java.util.concurrent.atomic.AtomicLong;

/** Room in memory for the bodies that are being read, shared by all connections. Safe for any thread. */
final class BodyRoom {

    // A body is held as bytes, as text and as a tree for a while; half of the heap must do for all of that.
    private static final long BYTES_MAX =
            Math.max(128L << 20, Runtime.getRuntime().maxMemory() / 8);

    private final AtomicLong used = new AtomicLong();

    Share share() {
        return new Share();
    }

    /** What one request has of it. */
    final class Share {

        private final AtomicLong own = new AtomicLong();

        /** False where there is no room; what was taken before stays taken. */
        boolean take(int bytes) {
            if (used.addAndGet(bytes) > BYTES_MAX) {
                used.addAndGet(-bytes);
                return false;
            }
            own.addAndGet(bytes);
            return true;
        }

        /** All of it; a second time nothing. */
        void giveBack() {
            used.addAndGet(-own.getAndSet(0));
        }
    }
}
