package dev.tollgate.calls.metering;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The judgement whether an upstream breaks because its caller did not read (D18, D19). Confined to its call. */
final class SlowCaller {

    /** The time after a resumed read in which a noticed break counts as earlier: the bytes still in the connection are read immediately. */
    private static final long NOTICED_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private boolean holdsBack;
    private boolean heldBack;
    private long letGoNanos;

    SlowCaller(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void holdsBack() {
        holdsBack = true;
    }

    void letsGo() {
        if (holdsBack) {
            holdsBack = false;
            heldBack = true;
            letGoNanos = nanoTime.getAsLong();
        }
    }

    boolean isToBlame() {
        return holdsBack || (heldBack && nanoTime.getAsLong() - letGoNanos < NOTICED_NANOS);
    }
}
