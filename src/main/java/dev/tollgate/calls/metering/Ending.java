package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import org.jspecify.annotations.Nullable;

/** How a call ends. Decided once; carried out by {@link Resolving}. */
sealed interface Ending {

    /** The same in a word, for who watches. */
    CallOutcome outcome();

    /** What the caller hears in place of the answer's end, or null. */
    @Nullable
    ApiError error();

    /**
     * What was used is charged.
     *
     * @param error what the caller hears in place of the answer's end, where it is to blame for that (D19)
     */
    record Charge(
            Books.End end, CallOutcome outcome, @Nullable ApiError error) implements Ending {}

    /** Everything goes back, for the call has failed (D18). */
    record Refund(ApiError error, CallOutcome outcome) implements Ending {}

    /** Everything goes back, for the caller has left before the upstream had said anything (D35). */
    record Departure() implements Ending {
        @Override
        public CallOutcome outcome() {
            return CallOutcome.CANCELLED;
        }

        @Override
        public @Nullable ApiError error() {
            return null;
        }
    }
}
