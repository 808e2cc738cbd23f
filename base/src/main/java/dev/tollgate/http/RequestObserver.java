package dev.tollgate.http;

import org.jspecify.annotations.Nullable;

/** Receives each request that is over, and how late the event loops are. Runs on an event loop; must not block or throw. */
public interface RequestObserver {

    /** Ignores all. */
    RequestObserver NONE = (route, status, nanos, streamed) -> {};

    /**
     * @param route null if no route matches the path
     * @param status 0 if the caller disconnected before a response
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
