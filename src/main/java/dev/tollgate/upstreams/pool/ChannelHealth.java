package dev.tollgate.upstreams.pool;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.upstreams.pool.UpstreamFailure.Kind;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure tells of a channel: it rests, its breaker counts, and the operator is told once. */
final class ChannelHealth {

    private static final Logger log = LoggerFactory.getLogger(ChannelHealth.class);

    /** What is wrong with a request says nothing against who refuses it. */
    private static final Set<Kind> IS_THE_CALLERS = EnumSet.of(Kind.REFUSED, Kind.TOO_LONG, Kind.SIGNATURE);

    private ChannelHealth() {}

    /** @param wasHeldBack whether we had stopped reading at some time: then a break is not the channel's fault (D18) */
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
                    "channel {} has failed {} times in a row and is passed over for a while where there is another: {}",
                    channel.id(),
                    Breaker.FAILURES_MAX,
                    failure.told(),
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
                    "ALARM: channel {} does not serve {}: its key, project or name of the model is not taken; passed over until {}: {}",
                    channel,
                    route.upstreamModel(),
                    until,
                    failure.told(),
                    LogFields.channel(channel, route.upstreamModel()));
        } else {
            log.warn(
                    Event.CHANNEL_NO_QUOTA,
                    "channel {} has no quota left for {}; it rests until {}",
                    channel,
                    route.upstreamModel(),
                    until,
                    LogFields.channel(channel, route.upstreamModel()));
        }
    }
}
