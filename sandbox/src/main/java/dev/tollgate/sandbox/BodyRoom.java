package dev.tollgate.sandbox;

import java.util.concurrent.atomic.AtomicLong;

/** Memory for bodies until they are planned and for answers until they are sent, shared by all connections. Thread-safe. */
final class BodyRoom {

    // A body is held as bytes, as text and as a tree for a while; half of the heap must be enough.
    static final long BYTES_MAX = Runtime.getRuntime().maxMemory() / 8;

    private final long bytesMax;
    private final AtomicLong used = new AtomicLong();

    BodyRoom(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    long used() {
        return used.get();
    }

    Share share() {
        return new Share();
    }

    /** The share of a request. */
    final class Share {

        private final AtomicLong own = new AtomicLong();

        /** Returns false if there is no room, which a single request always has; earlier bytes stay taken. */
        boolean take(long bytes) {
            long now = used.addAndGet(bytes);
            if (now > bytesMax && now > own.get() + bytes) {
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
