package dev.tollgate.upstreams.pool;

import dev.tollgate.running.Standing;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.sessions.KeyOrder;
import org.jspecify.annotations.Nullable;

/**
 * A model on a channel. Immutable except for the channel's health.
 *
 * <p>Any caller may ask for the service tier flex, and a provider sheds its calls first. So these have a route of their own: their failures and
 * successes tell about flex alone, while the channel's breaker and the rests of other tiers hold for them as well.
 *
 * @param projectPlace its project's place in the order by a session's key
 * @param place its own place among the channels of its project
 * @param grantsFlex whether the channel takes calls of the model at flex
 * @param resting what its own attempts begin and end
 * @param ofOthers at flex the rest of the other tiers; null for the route of these
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
        boolean grantsFlex,
        Resting resting,
        @Nullable Resting ofOthers) {

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
                spec.flex().contains(modelId),
                channel.resting(upstreamModel, false),
                null);
    }

    /** Returns the same route with a health of its own. @param its the channel for one account */
    ModelRoute on(PooledChannel its) {
        return with(its, its.resting(upstreamModel, false), null);
    }

    /** Returns the route of calls at flex. */
    ModelRoute atFlex() {
        return with(channel, channel.resting(upstreamModel, true), resting);
    }

    private ModelRoute with(PooledChannel its, Resting own, @Nullable Resting others) {
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
                grantsFlex,
                own,
                others);
    }

    boolean isAtFlex() {
        return ofOthers != null;
    }

    Standing standing() {
        return channel.channel().standing(upstreamModel);
    }

    /** Returns whether nothing is wrong, without reading the clock. */
    boolean isUntroubled() {
        return resting.isNone()
                && (ofOthers == null || ofOthers.isNone())
                && channel.breaker().isClosed();
    }

    boolean isHealthy(long nowMillis) {
        return isUntroubled()
                || (resting.now(nowMillis) == null
                        && (ofOthers == null || ofOthers.now(nowMillis) == null)
                        && channel.breaker().permits(nowMillis));
    }

    /** Starts a call. At flex it is no trial of the breaker: the next call of another tier is. */
    void enter(long nowMillis) {
        if (!isAtFlex()) {
            channel.breaker().enter(nowMillis);
        }
        resting.enter(nowMillis);
    }

    /** Applies a sign of life, good or bad. */
    void heard() {
        if (!isAtFlex()) {
            channel.breaker().answered();
        }
    }

    /** Applies an answer's first event of substance, without waiting for its end. @param seen the last rest when the attempt began */
    void answered(@Nullable Rest seen) {
        heard();
        resting.served(seen);
    }

    /** Applies an answer's end. */
    void succeeded(@Nullable Rest seen) {
        if (!isAtFlex()) {
            channel.breaker().succeeded();
        }
        resting.served(seen);
    }

    /** Ends a call that says nothing about the channel. */
    void abandoned(@Nullable Rest seen, long nowMillis) {
        if (!isAtFlex()) {
            channel.breaker().abandoned(nowMillis);
        }
        resting.abandoned(seen);
    }

    /** Returns the end of a rest before which the channel is not used at all; 0 if it may be used. */
    long firmUntilMillis(long nowMillis) {
        return Math.max(firmUntil(resting, nowMillis), ofOthers == null ? 0 : firmUntil(ofOthers, nowMillis));
    }

    private static long firmUntil(Resting resting, long nowMillis) {
        Rest rest = resting.now(nowMillis);
        return rest != null && rest.isFirm() ? rest.untilMillis() : 0;
    }

    /** Returns whether an answer in several hops can go on here: only the channel that has begun it knows it, as long as it is of the same project (H7). */
    boolean continues(Hops hops) {
        HopToken from = hops.from();
        return from == null
                || from.channel() == null
                || from.channel().equals(channel.id()) && from.projectPlace() == projectPlace;
    }

    /** Returns whether both are the same model on the same channel, even from different readings of the channels file. */
    boolean isSame(@Nullable ModelRoute other) {
        return other != null && other.channel.equals(channel) && other.upstreamModel.equals(upstreamModel);
    }
}
