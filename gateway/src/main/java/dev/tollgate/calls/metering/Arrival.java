package dev.tollgate.calls.metering;

import dev.tollgate.base.log.CallWatch;
import dev.tollgate.calls.lines.CallTerms;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The arrival of a request.
 *
 * @param requestId Tollgate's id of the request, sent as {@code x-request-id} of the response
 * @param nanos time of {@link System#nanoTime}
 * @param route the pattern of the route that matched
 * @param traceparent the caller's header of that name, as sent; null if absent
 * @param watch is notified of the call that the request becomes
 * @param terms of that call
 */
public record Arrival(
        String requestId,
        long nanos,
        String route,
        @Nullable String traceparent,
        CallWatch watch,
        CallTerms terms) {

    /** Makes the arrival of a request whose caller waits. */
    public Arrival(String requestId, long nanos, String route, @Nullable String traceparent, CallWatch watch) {
        this(requestId, nanos, route, traceparent, watch, CallTerms.OF_CALLER);
    }

    /** Returns the time at which the request arrived. @param nanos the time of {@link System#nanoTime} at the present time */
    public Instant at(Instant now, long nanos) {
        return now.minusNanos(nanos - this.nanos);
    }
}
