package dev.tollgate.media;

import java.util.concurrent.atomic.AtomicLong;

/** What all media of one call may take together. Thread-safe. */
final class ByteBudget {

    private final long bytesMax;
    private final AtomicLong taken;

    /** @param taken what the call brought along */
    ByteBudget(long bytesMax, long taken) {
        this.bytesMax = bytesMax;
        this.taken = new AtomicLong(taken);
    }

    void take(long bytes) throws MediaRefused {
        if (taken.addAndGet(bytes) > bytesMax) {
            throw new MediaRefused("makes the media of the call more than %d bytes in all.".formatted(bytesMax));
        }
    }
}
