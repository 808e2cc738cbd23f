package dev.tollgate.upstreams.pool;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.upstreams.pool.UpstreamFailure.Kind;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies a failure to its channel's health: rests, the breaker, and one log line for the operator. */
final class ChannelHealth {

    private static final Logger log = LoggerFactory.getLogger(ChannelHealth.class);

    /** Failures that a request causes; they say nothing about the channel. */
    private static final Set<Kind> IS_THE_CALLERS = EnumSet.of(Kind.REFUSED, Kind.TOO_LONG, Kind.SIGNATURE);

    private ChannelHealth() {}

    /** @param wasHeldBack whether Tollgate had paused reading: then a break is not the channel's fault (D18) */
    static void note(ModelRoute route, UpstreamFailure failure, boolean wasHeldBack, Instant now) {
        PooledChannel channel = route.channel();
        if (IS_THE_CALLERS.contains(failure.kind())) {
            channel.breaker().answered();
            return;
        }
        channel.troubled(new PooledChannel.Trouble(failure.kind(), now));
        switch (failure.kind()) {
            case UNAVAILABLE, BROKEN -> count(channel, failure, wasHeldBack, now);
            default -> {
                channel.breaker().answered();
                rest(route, failure, now);
            }
        }
    }

    private static void count(PooledChannel channel, UpstreamFailure failure, boolean wasHeldBack, Instant now) {
        if (wasHeldBack) {
            channel.breaker().abandoned(now.toEpochMilli());
        } else if (channel.breaker().failed(now.toEpochMilli())) {
            log.warn(
                    Event.CHANNEL_FAILING,
                    "channel {}: {} failures in a row; calls use other channels for a while: {}",
                    channel.id(),
                    Breaker.FAILURES_MAX,
                    failure.loggable(),
                    LogFields.channel(channel.id(), null));
        }
    }

    private static void rest(ModelRoute route, UpstreamFailure failure, Instant now) {
        Rest next = Rest.after(failure, now);
        if (next == null) {
            return;
        }
        Rest before = route.resting().now(now.toEpochMilli());
        route.resting().begin(next);
        if (before == null) {
            tell(route, failure, next);
        }
    }

    private static void tell(ModelRoute route, UpstreamFailure failure, Rest rest) {
        Instant until = Instant.ofEpochMilli(rest.untilMillis());
        String channel = route.channel().id();
        if (rest.reason() == Rest.Reason.MISCONFIGURED) {
            log.error(
                    Event.CHANNEL_MISCONFIGURED,
                    "ALARM: channel {} rejected its key, project or model name for {}; correct the channels file; skipping it until {}: {}",
                    channel,
                    route.upstreamModel(),
                    until,
                    failure.loggable(),
                    LogFields.channel(channel, route.upstreamModel()));
        } else {
            log.warn(
                    Event.CHANNEL_NO_QUOTA,
                    "channel {}: quota for {} used up; resting until {}",
                    channel,
                    route.upstreamModel(),
                    until,
                    LogFields.channel(channel, route.upstreamModel()));
        }
    }
}
