package dev.tollgate.upstreams.pool;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel's state, for the operator. Contains neither its address nor its credential.
 *
 * @param failures in a row
 * @param inFlight running calls
 * @param connections open connections to its upstream
 * @param openUntil null if the breaker is not open
 * @param credentialExpires null if the operator has not entered a date
 * @param lastError null if nothing has gone wrong
 */
public record ChannelStatus(
        String id,
        String kind,
        BreakerState breaker,
        int failures,
        @Nullable Instant openUntil,
        int inFlight,
        int connections,
        @Nullable Instant credentialExpires,
        @Nullable LastError lastError,
        List<Model> models) {

    public enum BreakerState {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    public record LastError(UpstreamFailure.Kind kind, Instant time) {}

    /**
     * @param standing the model in use for it
     * @param rest null if it may be used
     */
    public record Model(
            String id,
            Standing standing,
            int priority,
            int weight,
            @Nullable Resting rest) {}

    /** @param reason {@code minute_quota}, {@code day_quota}, {@code limited} or {@code misconfigured} */
    public record Resting(String reason, Instant until) {}

    /** Returns whether calls are sent to it: not while its breaker is open or all its models rest. */
    public boolean isHealthy() {
        return breaker == BreakerState.CLOSED && models.stream().anyMatch(model -> model.rest() == null);
    }

    static ChannelStatus of(
            PooledChannel channel, List<ModelRoute> routes, @Nullable Instant credentialExpires, long nowMillis) {
        Breaker.State state = channel.breaker().state();
        PooledChannel.Trouble trouble = channel.trouble();
        return new ChannelStatus(
                channel.id(),
                channel.kind(),
                breaker(state),
                state instanceof Breaker.State.Closed closed ? closed.failures() : 0,
                state instanceof Breaker.State.Open open ? Instant.ofEpochMilli(open.untilMillis()) : null,
                channel.calls(),
                channel.channel().connections(),
                credentialExpires,
                trouble == null ? null : new LastError(trouble.kind(), trouble.time()),
                routes.stream().map(route -> model(route, nowMillis)).toList());
    }

    private static BreakerState breaker(Breaker.State state) {
        return switch (state) {
            case Breaker.State.Closed closed -> BreakerState.CLOSED;
            case Breaker.State.Open open -> BreakerState.OPEN;
            case Breaker.State.HalfOpen trial -> BreakerState.HALF_OPEN;
        };
    }

    private static Model model(ModelRoute route, long nowMillis) {
        Rest rest = route.resting().now(nowMillis);
        Resting resting = rest == null
                ? null
                : new Resting(
                        rest.reason().name().toLowerCase(java.util.Locale.ROOT),
                        Instant.ofEpochMilli(rest.untilMillis()));
        return new Model(route.modelId(), route.standing(), route.priority(), route.weight(), resting);
    }
}
