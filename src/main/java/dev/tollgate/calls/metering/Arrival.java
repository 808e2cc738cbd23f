package dev.tollgate.calls.metering;

import dev.tollgate.base.log.CallWatch;
import org.jspecify.annotations.Nullable;

/**
 * When and as what a request came.
 *
 * @param requestId our id of it, as the answer's {@code x-request-id} tells it
 * @param nanos of {@link System#nanoTime}
 * @param route the pattern that it was found by
 * @param traceparent what the caller says of where it belongs, as it was sent; null where nothing
 * @param watch told of the call that it becomes
 */
public record Arrival(
        String requestId,
        long nanos,
        String route,
        @Nullable String traceparent,
        CallWatch watch) {}
