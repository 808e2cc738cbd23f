package dev.tollgate.upstreams.pool;

/** Told of each try of a call when it is over, on the call's event loop; must not block or throw. */
@FunctionalInterface
public interface TryObserver {

    /** Nobody. */
    TryObserver NONE = (channel, provider, model, end, nanos, heardNanos) -> {};

    /** What {@code heardNanos} is where nothing of substance has come. */
    long NOTHING = -1;

    /**
     * @param channel by the operator's name
     * @param provider as {@link Channel#provider} names it
     * @param model the upstream's name of the model
     * @param nanos from asking to the end
     * @param heardNanos from asking to the first word of substance, or {@link #NOTHING}
     */
    void over(String channel, String provider, String model, TryEnd end, long nanos, long heardNanos);
}
