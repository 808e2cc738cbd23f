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

    /** Returns whether the call has failed for its own request, and no channel is to blame. */
    default boolean isByRequest() {
        return false;
    }

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
     * @param free what it is if the upstream has reported usage (E72)
     */
    record Refund(ApiError error, CallOutcome outcome, Free free, boolean isByRequest) implements Ending {}

    /** The meaning of an end that is free although a provider is paid for it (E72). */
    enum Free {
        /** A failure. */
        UNCOUNTED,
        /** A free answer of the account. */
        COUNTED,
        /** A free answer of the account; if there is no room for it, the call is charged what was reported. */
        OR_CHARGED
    }

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
