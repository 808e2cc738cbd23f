package dev.tollgate.upstreams.pool;

import io.vertx.core.Vertx;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a channel something that costs nothing, one at a time. Its breaker and its rests stay as they are: that it counts tokens does not say that
 * it answers, and nobody's call has failed. Belongs to one event loop.
 */
final class ChannelTrial {

    private static final Logger log = LoggerFactory.getLogger(ChannelTrial.class);

    /** A channel that has not answered by then is told as one that does not; it may be tried again once its answer is over. */
    static final long MILLIS_MAX = 15_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final PooledChannel channel;
    private final Consumer<Trial> then;
    private final long beganNanos = System.nanoTime();
    private long timer;
    private boolean told;

    /** @param then told once */
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
            log.info("channel {} was tried out and failed: {}", channel.id(), failure.detail());
        }
        tell(failure == null ? new Trial.Answered(millis()) : new Trial.Failed(millis(), failure.kind()));
    }

    private void over() {
        channel.endTrial();
        channel.leave();
    }

    private void tell(Trial trial) {
        if (!told) {
            told = true;
            vertx.cancelTimer(timer);
            then.accept(trial);
        }
    }

    private long millis() {
        return (System.nanoTime() - beganNanos) / NANOS_PER_MILLI;
    }
}
