package dev.tollgate.base.error;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a call that was refused for lack of credits, for code that words the message differently from the API. Amounts are in
 * micro-credits.
 */
public sealed interface Shortage {

    /** Returns the amount that running calls hold, if the call would have been covered without them; otherwise 0. */
    long heldMicros();

    /**
     * The balance does not cover it.
     *
     * @param leastMicros what it had to hold; null where that was not known yet, because nothing was free at all
     * @param heldMicros by running calls, if it would have been covered without them, else 0
     */
    record OfCredits(@Nullable Long leastMicros, long freeMicros, long heldMicros) implements Shortage {}

    /**
     * A spend limit does not.
     *
     * @param isAccounts of all keys together
     * @param heldMicros by running calls, if it would have been covered without them, else 0
     * @param freesAt null where it does not by itself, or as soon as a running call ends
     */
    record OfLimit(
            boolean isAccounts,
            Window window,
            long limitMicros,
            long usedMicros,
            long heldMicros,
            long leastMicros,
            @Nullable Instant freesAt)
            implements Shortage {

        public enum Window {
            HOUR,
            DAY,
            TOTAL
        }
    }
}
