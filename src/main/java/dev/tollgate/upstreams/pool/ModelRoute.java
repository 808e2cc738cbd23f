package dev.tollgate.upstreams.pool;

import org.jspecify.annotations.Nullable;

/** A model on a channel. Immutable but for what is known of its health. */
record ModelRoute(
        PooledChannel channel,
        String modelId,
        String upstreamModel,
        int priority,
        int weight,
        boolean tellsTrace,
        PooledChannel.Resting resting) {

    static ModelRoute of(PooledChannel channel, ChannelSpec spec, String modelId) {
        String upstreamModel = String.valueOf(spec.models().get(modelId));
        return new ModelRoute(
                channel,
                modelId,
                upstreamModel,
                spec.priority(),
                spec.weight(),
                spec.tellsTrace(),
                channel.resting(upstreamModel));
    }

    /** What is asked there now. */
    Standing standing() {
        return channel.channel().standing(upstreamModel);
    }

    /** Where nothing is wrong: known without looking at the clock. */
    boolean isUntroubled() {
        return resting.isNone() && channel.breaker().isClosed();
    }

    boolean isHealthy(long nowMillis) {
        return isUntroubled()
                || (resting.now(nowMillis) == null && channel.breaker().permits(nowMillis));
    }

    /** The end of a rest before which it is not asked at all; 0 where it may be asked. */
    long firmUntilMillis(long nowMillis) {
        Rest rest = resting.now(nowMillis);
        return rest != null && rest.isFirm() ? rest.untilMillis() : 0;
    }

    /** The same model on the same channel, whichever reading of the file it is of. */
    boolean isSame(@Nullable ModelRoute other) {
        return other != null && other.channel.equals(channel) && other.upstreamModel.equals(upstreamModel);
    }
}
