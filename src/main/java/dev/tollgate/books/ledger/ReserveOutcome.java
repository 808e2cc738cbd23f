package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.SpendWindow;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The outcome of a {@link Reserve}. All amounts are in micro-credits. */
public sealed interface ReserveOutcome {

    /** @param heldMicros from the least to the wanted amount */
    record Reserved(long heldMicros) implements ReserveOutcome {}

    /**
     * The balance does not cover the least hold.
     *
     * @param availableMicros the balance that the call could use
     * @param reservedMicros holds of the account's running calls
     * @param sandboxMicros the rest of the balance, which pays only for responses of the sandbox
     */
    record InsufficientCredits(long availableMicros, long reservedMicros, long leastMicros, long sandboxMicros)
            implements ReserveOutcome {

        /** Makes a refusal of an account without sandbox credits. */
        public InsufficientCredits(long availableMicros, long reservedMicros, long leastMicros) {
            this(availableMicros, reservedMicros, leastMicros, 0);
        }

        /** Returns whether it would be covered without running calls: then a retry soon is worthwhile (decision D31). */
        public boolean becauseOfRunningCalls() {
            return availableMicros + reservedMicros >= leastMicros;
        }
    }

    /**
     * A spend window of an owner does not cover the least hold; the last to end, if there are several.
     *
     * @param zone of a budget's window; null for the window of a limit, which is of UTC
     * @param usedMicros charges in the window
     * @param heldMicros holds of running calls in the window
     * @param freesAt end of the window; null for the total
     */
    record SpendLimitReached(
            Spender owner,
            SpendWindow window,
            @Nullable ZoneId zone,
            long limitMicros,
            long usedMicros,
            long heldMicros,
            long leastMicros,
            @Nullable Instant freesAt)
            implements ReserveOutcome {

        /** Returns whether this window ends later than another's. */
        boolean endsAfter(SpendLimitReached other) {
            return other.freesAt != null && (freesAt == null || freesAt.isAfter(other.freesAt));
        }

        /**
         * Returns whether it would be covered without running calls, or may be: while they hold all that is left, the prompt is not counted, and the
         * need is an upper bound. Then a retry soon is worthwhile (decision D31).
         */
        public boolean becauseOfRunningCalls() {
            long leftMicros = limitMicros - usedMicros;
            return leastMicros <= leftMicros || leftMicros > 0 && heldMicros >= leftMicros;
        }
    }

    /** The account is blocked or gone, or the condition given with the change did not hold. */
    record NotAllowed() implements ReserveOutcome {}
}
