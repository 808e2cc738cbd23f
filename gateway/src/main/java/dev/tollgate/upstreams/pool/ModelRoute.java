package dev.tollgate.upstreams.pool;

import dev.tollgate.running.Standing;
import dev.tollgate.upstreams.sessions.KeyOrder;
import org.jspecify.annotations.Nullable;

/**
 * A model on a channel. Immutable except for the channel's health.
 *
 * @param projectPlace its project's place in the order by a session's key
 * @param place its own place among the channels of its project
 */
record ModelRoute(
        PooledChannel channel,
        String modelId,
        String upstreamModel,
        int priority,
        int weight,
        int functionsMax,
        long projectPlace,
        long place,
        boolean tellsTrace,
        Resting resting) {

    static ModelRoute of(PooledChannel channel, ChannelSpec spec, String modelId) {
        String upstreamModel = String.valueOf(spec.models().get(modelId));
        return new ModelRoute(
                channel,
                modelId,
                upstreamModel,
                spec.priority(),
                spec.weight(),
                spec.functionsMax(),
                KeyOrder.place(spec.project()),
                KeyOrder.place(spec.id()),
                spec.tellsTrace(),
                channel.resting(upstreamModel));
    }

    /** Returns the same route with a health of its own. @param its the channel for one account */
    ModelRoute on(PooledChannel its) {
        return new ModelRoute(
                its,
                modelId,
                upstreamModel,
                priority,
                weight,
                functionsMax,
                projectPlace,
                place,
                tellsTrace,
                its.resting(upstreamModel));
    }

    Standing standing() {
        return channel.channel().standing(upstreamModel);
    }

    /** Returns whether nothing is wrong, without reading the clock. */
    boolean isUntroubled() {
        return resting.isNone() && channel.breaker().isClosed();
    }

    boolean isHealthy(long nowMillis) {
        return isUntroubled()
                || (resting.now(nowMillis) == null && channel.breaker().permits(nowMillis));
    }

    /** Takes back the start of a call that is not made here. */
    void abandoned(long nowMillis) {
        channel.breaker().abandoned(nowMillis);
        resting.abandoned(resting.last());
    }

    /** Starts a call. */
    void enter(long nowMillis) {
        channel.breaker().enter(nowMillis);
        resting.enter(nowMillis);
    }

    /** Returns the end of a rest before which the channel is not used at all; 0 if it may be used. */
    long firmUntilMillis(long nowMillis) {
        Rest rest = resting.now(nowMillis);
        return rest != null && rest.isFirm() ? rest.untilMillis() : 0;
    }

    /** Returns whether both are the same model on the same channel, even from different readings of the channels file. */
    boolean isSame(@Nullable ModelRoute other) {
        return other != null && other.channel.equals(channel) && other.upstreamModel.equals(upstreamModel);
    }
}
