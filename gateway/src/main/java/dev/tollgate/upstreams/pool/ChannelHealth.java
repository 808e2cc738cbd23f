package dev.tollgate.upstreams.pool;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies a failure to its channel's health: rests, the breaker, and one log line for the operator. */
final class ChannelHealth {

    private static final Logger log = LoggerFactory.getLogger(ChannelHealth.class);

    /** Failures that a request or this server causes; they say nothing about the channel. */
    private static final Set<Kind> NOT_THE_CHANNELS =
            EnumSet.of(Kind.REFUSED, Kind.TOO_LONG, Kind.SIGNATURE, Kind.LOCAL);

    private static final long WITHOUT_HOPS_MILLIS = 3_600_000;

    private ChannelHealth() {}

    /**
     * @param seen the route's last rest when the attempt began; null for none
     * @param wasHeldBack whether Tollgate had paused reading: then a break is not the channel's fault (D18)
     */
    static void note(ModelRoute route, UpstreamFailure failure, @Nullable Rest seen, boolean wasHeldBack, Instant now) {
        PooledChannel channel = route.channel();
        if (NOT_THE_CHANNELS.contains(failure.kind())) {
            route.heard();
            route.resting().abandoned(seen);
            return;
        }
        if (!channel.isOfAccount()) {
            channel.troubled(new PooledChannel.Trouble(failure.kind(), now));
        }
        boolean mayPass = failure.kind() == Kind.UNAVAILABLE || failure.kind() == Kind.BROKEN;
        if (mayPass && wasHeldBack) {
            route.abandoned(seen, now.toEpochMilli());
        } else if (mayPass && !route.isAtFlex()) {
            route.resting().abandoned(seen);
            count(channel, failure, now);
        } else {
            route.heard();
            rest(route, failure, seen, now);
        }
    }

    /** Asks a channel for one hop alone: it has taken one of the request for which it has refused more, so it is the maximum that it does not take (H2). */
    static void withoutHops(ModelRoute route, long nowMillis) {
        route.channel().withoutHops(nowMillis + WITHOUT_HOPS_MILLIS);
        log.warn(
                "channel {}: {} does not take a maximum above one answer; sending less for an hour",
                route.channel().id(),
                route.upstreamModel());
    }

    private static void count(PooledChannel channel, UpstreamFailure failure, Instant now) {
        if (channel.breaker().failed(now.toEpochMilli()) && !channel.isOfAccount()) {
            log.warn(
                    Event.CHANNEL_FAILING,
                    "channel {}: {} failures in a row; calls use other channels for a while: {}",
                    channel.id(),
                    Breaker.FAILURES_MAX,
                    failure.loggable(),
                    LogFields.channel(channel.id(), null));
        }
    }

    private static void rest(ModelRoute route, UpstreamFailure failure, @Nullable Rest seen, Instant now) {
        Resting.Begun begun = route.resting().failed(failure, route.isAtFlex(), seen, now);
        if (begun != null && !route.channel().isOfAccount()) {
            tell(route, failure, begun.rest(), begun.before(), now.toEpochMilli());
        }
    }

    private static void tell(
            ModelRoute route, UpstreamFailure failure, Rest rest, @Nullable Rest before, long nowMillis) {
        String channel = route.channel().id();
        String model = route.upstreamModel() + (route.isAtFlex() ? " at flex" : "");
        Instant until = Instant.ofEpochMilli(rest.untilMillis());
        LogFields fields = LogFields.channel(channel, route.upstreamModel());
        if (rest.reason() == Rest.Reason.MISCONFIGURED) {
            if (before == null || !before.isAlarmed()) {
                log.error(
                        Event.CHANNEL_MISCONFIGURED,
                        "ALARM: channel {} rejected its key, project or model name for {}, or its account has no credits or quota; "
                                + "correct that; using it only if there is no other, until it serves again: {}",
                        channel,
                        model,
                        failure.loggable(),
                        fields);
            }
        } else if (rest.reason() == Rest.Reason.LIMITED) {
            if (before == null || before.reason() != Rest.Reason.LIMITED) {
                log.warn(
                        Event.CHANNEL_NO_QUOTA,
                        "channel {}: no quota or capacity for {}, with no delay named; using it only if there is no other, until it serves again",
                        channel,
                        model,
                        fields);
            }
        } else if (before == null || before.isOver(nowMillis)) {
            log.warn(
                    Event.CHANNEL_NO_QUOTA,
                    "channel {}: quota for {} used up; resting until {}",
                    channel,
                    model,
                    until,
                    fields);
        }
    }
}
