package dev.tollgate.metering;

/**
 * When and as what a request came.
 *
 * @param requestId our id of it, as the answer's {@code x-request-id} tells it
 * @param nanos of {@link System#nanoTime}
 */
public record Arrival(String requestId, long nanos) {}
