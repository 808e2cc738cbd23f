package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;

/**
 * The phase of a call: {@link Reserving} until something is held, {@link Relaying} until its end is decided, {@link Resolving} until the books have
 * answered, and then over. Each phase owns the state that exists only in it. Called in the call's turns.
 */
sealed interface Phase permits Reserving, Relaying, Resolving, Phase.Over {

    /** Handles the caller's disconnect (D19, D35). */
    void callerLeft();

    /** Ends the call from outside, e.g. at the end of a drain (D18). */
    void stop(ApiError error);

    /** Ends the response at the time limit (D32). */
    void timeIsUp();

    /** Ends the call after its hold could not be written, so that nothing is held (D58). */
    void holdLost(ApiError error);

    /** Handles the answer to an extension, after which the held amount is known again. */
    void holdKnown(Books.Extension extension);

    /** Ends the call after a fault in Tollgate. */
    void broken(ApiError error);

    /** Goes on with an answer that waits for room on the heap. */
    default void roomMayBeFree() {}

    /** Ends the answer, because others need its room on the heap. */
    default void roomIsWanted() {}

    /** Nothing more happens. */
    enum Over implements Phase {
        OVER;

        @Override
        public void callerLeft() {}

        @Override
        public void stop(ApiError error) {}

        @Override
        public void timeIsUp() {}

        @Override
        public void holdLost(ApiError error) {}

        @Override
        public void holdKnown(Books.Extension extension) {}

        @Override
        public void broken(ApiError error) {}
    }
}
