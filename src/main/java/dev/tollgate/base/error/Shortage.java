package dev.tollgate.base.error;

import java.time.Instant;
import java.util.Locale;
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
     * @param heldMicros by running calls, if it would have been covered without them, else 0
     * @param freesAt null where it does not by itself, or as soon as a running call ends
     */
    record OfLimit(
            Owner owner,
            Window window,
            long limitMicros,
            long usedMicros,
            long heldMicros,
            long leastMicros,
            @Nullable Instant freesAt)
            implements Shortage {

        /** The owner of the limit. Its labels are for sentences. */
        public enum Owner {
            KEY("The key's", ""),
            /** The limit is for all keys of the account together. */
            ACCOUNT("The account's", " by all its keys");

            private final String whose;
            private final String byAll;

            Owner(String whose, String byAll) {
                this.whose = whose;
                this.byAll = byAll;
            }

            public String whose() {
                return whose;
            }

            public String byAll() {
                return byAll;
            }

            public String code() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        public enum Window {
            HOUR,
            DAY,
            TOTAL
        }
    }
}
