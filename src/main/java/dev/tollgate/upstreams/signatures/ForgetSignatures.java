package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.Decision;
import java.time.Instant;

/** Forgets signatures that were last used before a time, so many at most. The outcome is how many there were. */
final class ForgetSignatures extends Decision<Integer> implements SignatureChange {

    private final Instant before;
    private final int rowsMax;

    ForgetSignatures(Instant before, int rowsMax) {
        this.before = before;
        this.rowsMax = rowsMax;
    }

    Instant before() {
        return before;
    }

    int rowsMax() {
        return rowsMax;
    }

    void made(int forgotten) {
        decide(forgotten);
    }
}
