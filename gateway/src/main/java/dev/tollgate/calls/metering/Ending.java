package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import org.jspecify.annotations.Nullable;

/** The end of a call. Decided once; carried out by {@link Resolving}. */
sealed interface Ending {

    /** Returns the outcome for metrics and traces. */
    CallOutcome outcome();

    /** Returns the error that the caller receives instead of the end of the response; null if there is none. */
    @Nullable
    ApiError error();

    /**
     * Charges the usage.
     *
     * @param error the error that the caller receives instead of the end of the response, if the caller is to blame for it (D19); else null
     */
    record Charge(
            Books.End end, CallOutcome outcome, @Nullable ApiError error) implements Ending {}

    /**
     * Releases the hold in full, because the call has failed (D18).
     *
     * @param counts whether it counts toward the free ends of its account, if the upstream has reported usage (E72)
     */
    record Refund(ApiError error, CallOutcome outcome, boolean counts) implements Ending {}

    /** Releases the hold in full, because the caller disconnected before the upstream sent anything (D35). */
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
