package dev.tollgate.calls.kept;

import dev.tollgate.storage.Decision;
import java.time.Instant;

/** Forgets responses that were last used before a time, and further ones until so many bytes are free, in the order of their last use. */
final class ForgetKept extends Decision<ForgetKept.Freed> implements KeptChange {

    private final Instant before;
    private final long bytesOver;
    private final int rowsMax;

    record Freed(int rows, long bytes) {}

    ForgetKept(Instant before, long bytesOver, int rowsMax) {
        this.before = before;
        this.bytesOver = bytesOver;
        this.rowsMax = rowsMax;
    }

    Instant before() {
        return before;
    }

    long bytesOver() {
        return bytesOver;
    }

    int rowsMax() {
        return rowsMax;
    }

    void made(Freed freed) {
        decide(freed);
    }
}
