package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import org.jspecify.annotations.Nullable;

/** How a call ends. Decided once; carried out by {@link Resolving}. */
sealed interface Ending {

    /**
     * What was used is charged.
     *
     * @param instead what the caller hears in place of the answer's end, where it is to blame for that (D19)
     */
    record Charge(Books.End end, @Nullable ApiError instead) implements Ending {}

    /** Everything goes back, for the call has failed (D18). */
    record Refund(ApiError error) implements Ending {}

    /** Everything goes back, for the caller has left before the upstream had said anything (D35). */
    record Departure() implements Ending {}
}
