package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of a {@link Reserve}. All amounts in micro-credits. */
public sealed interface ReserveOutcome {

    /** @param heldMicros the least to the wanted */
    record Reserved(long heldMicros) implements ReserveOutcome {}

    /**
     * The balance does not cover the least hold.
     *
     * @param availableMicros what could be spent
     * @param reservedMicros what running calls of the account hold
     * @param sandboxMicros what the balance has beside it that buys only the sandbox's answers
     */
    record InsufficientCredits(long availableMicros, long reservedMicros, long leastMicros, long sandboxMicros)
            implements ReserveOutcome {

        /** Without credits of the sandbox. */
        public InsufficientCredits(long availableMicros, long reservedMicros, long leastMicros) {
            this(availableMicros, reservedMicros, leastMicros, 0);
        }

        /** Whether it would have been covered if no call were running: worth trying again soon (decision D31). */
        public boolean becauseOfRunningCalls() {
            return availableMicros + reservedMicros >= leastMicros;
        }
    }

    /**
     * A spend window of the key or the account does not cover the least hold; of several, the one that is longest.
     *
     * @param usedMicros what was charged in the window
     * @param heldMicros what running calls of the window hold
     * @param freesAt when the window ends; null for the total
     * @param accounts whether it is the account's, for all its keys together, and not the key's
     */
    record SpendLimitReached(
            SpendWindow window,
            long limitMicros,
            long usedMicros,
            long heldMicros,
            long leastMicros,
            @Nullable Instant freesAt,
            boolean accounts)
            implements ReserveOutcome {

        /** The key's. */
        public SpendLimitReached(
                SpendWindow window,
                long limitMicros,
                long usedMicros,
                long heldMicros,
                long leastMicros,
                @Nullable Instant freesAt) {
            this(window, limitMicros, usedMicros, heldMicros, leastMicros, freesAt, false);
        }

        /** The same of the account. */
        SpendLimitReached ofAccount() {
            return new SpendLimitReached(window, limitMicros, usedMicros, heldMicros, leastMicros, freesAt, true);
        }

        /** Whether it would have been covered if no call were running: worth trying again soon (decision D31). */
        public boolean becauseOfRunningCalls() {
            return leastMicros <= limitMicros - usedMicros;
        }
    }

    /** The account is blocked or gone, or the condition given with the change did not hold. */
    record NotAllowed() implements ReserveOutcome {}
}
