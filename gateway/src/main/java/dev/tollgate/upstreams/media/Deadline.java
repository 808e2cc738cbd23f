package dev.tollgate.upstreams.media;

import java.time.Duration;

/** The deadline of a download. */
final class Deadline {

    private final Duration length;
    private final long endNanos;

    Deadline(Duration length) {
        this.length = length;
        this.endNanos = System.nanoTime() + length.toNanos();
    }

    /** Returns the time left, at least 0. */
    long leftNanos() {
        return Math.max(0, endNanos - System.nanoTime());
    }

    MediaRefused passed() {
        return new MediaRefused("could not be downloaded within " + shown() + ".");
    }

    private String shown() {
        return length.toMillis() % 1_000 == 0 ? length.toSeconds() + " s" : length.toMillis() + " ms";
    }
}
