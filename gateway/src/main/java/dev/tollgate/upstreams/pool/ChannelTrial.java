package dev.tollgate.upstreams.pool;

import dev.tollgate.running.Trial;
import dev.tollgate.running.UpstreamFailure;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a channel one request that costs nothing, one trial at a time. The breaker and the rests stay as they are: a channel that counts
 * tokens may still fail to answer, and no call has failed. Belongs to one event loop.
 */
final class ChannelTrial {

    private static final Logger log = LoggerFactory.getLogger(ChannelTrial.class);

    /** The wait after which a channel is reported as failed. It can be tried again once its answer is over. */
    static final long MILLIS_MAX = 15_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final PooledChannel channel;
    private final Consumer<Trial> then;
    private final long beganNanos = System.nanoTime();
    private long timer;
    private boolean reported;

    /** @param then called once */
    ChannelTrial(Vertx vertx, PooledChannel channel, Consumer<Trial> then) {
        this.vertx = vertx;
        this.channel = channel;
        this.then = then;
    }

    void begin(String upstreamModel) {
        if (!channel.enter()) {
            then.accept(new Trial.NoSuchChannel());
            return;
        }
        if (!channel.beginTrial()) {
            channel.leave();
            then.accept(new Trial.Busy());
            return;
        }
        timer = vertx.setTimer(MILLIS_MAX, _ -> tell(new Trial.Failed(millis(), UpstreamFailure.Kind.UNAVAILABLE)));
        if (!channel.channel().tryOut(upstreamModel, this::ended)) {
            over();
            tell(new Trial.NothingFree());
        }
    }

    private void ended(@Nullable UpstreamFailure failure) {
        over();
        if (failure != null) {
            log.info("channel {}: the operator's trial request failed: {}", channel.id(), failure.detail());
        }
        tell(failure == null ? new Trial.Served(millis()) : new Trial.Failed(millis(), failure.kind()));
    }

    private void over() {
        channel.endTrial();
        channel.leave();
    }

    private void tell(Trial trial) {
        if (!reported) {
            reported = true;
            vertx.cancelTimer(timer);
            then.accept(trial);
        }
    }

    private long millis() {
        return (System.nanoTime() - beganNanos) / NANOS_PER_MILLI;
    }
}
