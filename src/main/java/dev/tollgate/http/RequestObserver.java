package dev.tollgate.http;

import org.jspecify.annotations.Nullable;

/** Told of each request that is over, and of the loops that turn; on an event loop, must not block or throw. */
public interface RequestObserver {

    /** Nobody. */
    RequestObserver NONE = (route, status, nanos, streamed) -> {};

    /**
     * @param route null where there is none for the path
     * @param status 0 where the caller left before it was answered
     * @param nanos from the request's head to the last byte of its answer
     * @param streamed whether the answer came in pieces
     */
    void over(@Nullable Route<?> route, int status, long nanos, boolean streamed);

    /**
     * A loop has come to what it does regularly.
     *
     * @param loop its number, from 0
     * @param lateNanos after its time, at least 0
     */
    default void turned(int loop, long lateNanos) {}
}
