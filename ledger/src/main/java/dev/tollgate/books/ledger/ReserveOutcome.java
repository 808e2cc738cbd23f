package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.grants.WithheldGrant;
import dev.tollgate.books.grants.WithheldGrant.ByLimits;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The outcome of a {@link Reserve}. All amounts are in micro-credits. */
public sealed interface ReserveOutcome {

    /**
     * @param heldMicros from the least to the wanted amount
     * @param onLess whether the call holds less than its most, so that the provider's tools may exceed the hold (decision D31)
     */
    record Reserved(long heldMicros, boolean onLess) implements ReserveOutcome {

        /** Makes the hold of a call that the provider's tools do not exceed. */
        public Reserved(long heldMicros) {
            this(heldMicros, false);
        }
    }

    /** Balance or windows do not cover an amount. */
    sealed interface Short extends ReserveOutcome permits InsufficientCredits, SpendLimitReached {

        /** Returns the amount that is not covered. */
        long leastMicros();

        /** Returns whether it would be covered without running calls: then a retry soon is worthwhile (decision D31). */
        boolean becauseOfRunningCalls();

        /** Returns whether a smaller amount would be covered. */
        boolean leavesSomething();
    }

    /**
     * The most of a call that may use the provider's tools is not covered, and the account may not have one more call on less (decision D31).
     *
     * @param shortfalls of the account in the calendar day (UTC); if they are fewer than {@link Ledger#SHORTFALLS_MAX}, running calls on less are
     *     the reason
     * @param reservedMicros holds of the account's running calls
     */
    record NotOnLess(Short most, int shortfalls, long reservedMicros) implements ReserveOutcome {

        /** Returns whether running calls are the reason: then a retry soon is worthwhile. */
        public boolean becauseOfRunningCalls() {
            return shortfalls < Ledger.SHORTFALLS_MAX;
        }
    }

    /**
     * The balance does not cover the least hold.
     *
     * @param availableMicros the balance that the call could use
     * @param reservedMicros holds of the account's running calls
     * @param sandboxMicros the part of the balance that pays only for responses of the sandbox
     * @param grants null if the account has nothing in grants
     */
    record InsufficientCredits(
            long availableMicros,
            long reservedMicros,
            long leastMicros,
            long sandboxMicros,
            @Nullable OfGrants grants) implements Short {

        /** Makes a refusal of an account without grants. */
        public InsufficientCredits(long availableMicros, long reservedMicros, long leastMicros, long sandboxMicros) {
            this(availableMicros, reservedMicros, leastMicros, sandboxMicros, null);
        }

        /** Makes a refusal of an account without sandbox credits. */
        public InsufficientCredits(long availableMicros, long reservedMicros, long leastMicros) {
            this(availableMicros, reservedMicros, leastMicros, 0);
        }

        /**
         * Returns whether it would be covered without running calls, or may be: while they hold all that the call could use, the prompt is not counted, and
         * the need is an upper bound.
         */
        @Override
        public boolean becauseOfRunningCalls() {
            long aloneMicros = grants == null ? availableMicros + reservedMicros : grants.aloneMicros();
            return aloneMicros >= leastMicros || availableMicros == 0 && aloneMicros > 0;
        }

        /** Returns the limit of a grant that alone withholds the missing credits; null if something else does. */
        public @Nullable ByLimits byLimits() {
            return grants == null || becauseOfRunningCalls() ? null : grants.byLimits();
        }

        @Override
        public boolean leavesSomething() {
            return availableMicros > 0;
        }
    }

    /**
     * The part of an account's grants in a refusal (Z20).
     *
     * @param model the call's, by its id in the catalogue
     * @param aloneMicros what the call could hold if no other ran
     * @param withheld the first grant in the order of payment that does not give the call all that is left in it; null if there is none
     * @param byLimits the limit that withholds the missing credits if no other call ran; null if limits alone do not
     */
    record OfGrants(
            String model,
            long aloneMicros,
            @Nullable WithheldGrant withheld,
            @Nullable ByLimits byLimits) {

        /** Makes the part of a refusal that limits alone are not the reason of. */
        public OfGrants(String model, long aloneMicros, @Nullable WithheldGrant withheld) {
            this(model, aloneMicros, withheld, null);
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
            implements Short {

        /** Returns whether this window ends later than another's. */
        boolean endsAfter(SpendLimitReached other) {
            return other.freesAt != null && (freesAt == null || freesAt.isAfter(other.freesAt));
        }

        /**
         * Returns whether it would be covered without running calls, or may be: while they hold all that is left, the prompt is not counted, and the
         * need is an upper bound. Then a retry soon is worthwhile (decision D31).
         */
        @Override
        public boolean becauseOfRunningCalls() {
            long leftMicros = limitMicros - usedMicros;
            return leastMicros <= leftMicros || leftMicros > 0 && heldMicros >= leftMicros;
        }

        @Override
        public boolean leavesSomething() {
            return usedMicros + heldMicros < limitMicros;
        }
    }

    /**
     * The amount is covered, but would leave less than as much again to other calls (J18).
     *
     * @param reservedMicros holds of the account's running calls
     */
    record LeavesTooLittle(long wantedMicros, long reservedMicros) implements ReserveOutcome {}

    /** Answers of the day that were free, and running calls that may end so, leave no room for one more such call (E72). */
    record NoFreeAnswer() implements ReserveOutcome {}

    /** The account is blocked or gone, or the condition given with the change did not hold. */
    record NotAllowed() implements ReserveOutcome {}
}
