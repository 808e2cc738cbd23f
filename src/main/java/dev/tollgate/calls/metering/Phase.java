package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;

/**
 * Where a call is: it is {@link Reserving} until something is held, {@link Relaying} until it is decided how it ends, {@link Resolving} until
 * the books say what became of that, and then over. Each phase owns what exists in it alone. Called in the call's turns.
 */
sealed interface Phase permits Reserving, Relaying, Resolving, Phase.Over {

    /** The caller has left (D19, D35). */
    void callerLeft();

    /** The call is to end from outside, e.g. at the end of a drain (D18). */
    void stop(ApiError error);

    /** The answer has taken as long as it may (D32). */
    void timeIsUp();

    /** What was held could not be written, and is nobody's any more (D58). */
    void holdLost(ApiError error);

    /** What is held is known again: a growth that was asked for has come, or not. */
    void holdKnown(Books.Extension extension);

    /** A fault of ours was met. */
    void broken(ApiError error);

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
