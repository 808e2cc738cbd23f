package dev.tollgate.upstreams.media;

import java.util.concurrent.atomic.AtomicLong;

/** The budget that all media of one call share. Thread-safe. */
final class CallBudget {

    private final long max;
    private final String refusal;
    private final AtomicLong taken;

    /**
     * @param taken what the call brought along
     * @param refusal a clause that follows the name of the field, with the maximum in it
     */
    CallBudget(long max, long taken, String refusal) {
        this.max = max;
        this.refusal = refusal;
        this.taken = new AtomicLong(taken);
    }

    void take(long amount) throws MediaRefused {
        if (taken.addAndGet(amount) > max) {
            throw new MediaRefused(refusal.formatted(max));
        }
    }
}
