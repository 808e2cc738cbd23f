package dev.tollgate.upstreams.pool;

import java.util.Locale;

/** An observer of attempts, called at the end of each on the call's event loop; must not block or throw. */
@FunctionalInterface
public interface TryObserver {

    /** Ignores every attempt. */
    TryObserver NONE = (channel, provider, model, end, nanos, heardNanos) -> {};

    /** The value of {@code heardNanos} if nothing of substance has come. */
    long NOTHING = -1;

    /**
     * @param channel the operator's name
     * @param provider as {@link Channel#provider} names it
     * @param model the upstream's name of the model
     * @param nanos from the attempt's start to its end
     * @param heardNanos from the attempt's start to the first event of substance, or {@link #NOTHING}
     */
    void over(String channel, String provider, String model, AttemptEnd end, long nanos, long heardNanos);

    /** The answering channel, next to the first one in the order of the call's session. */
    enum Place {
        FIRST,
        /** Another one, although the first is healthy: for its load, or a thought signature. */
        PASSED_OVER,
        FAILED_OVER;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Announces the answer to a call of a session with several channels. @param source the word for what names the session */
    default void session(String source, Place place) {}
}
