package dev.tollgate.http.engine;

import dev.tollgate.http.HttpLimits;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The pace of the bodies of a connection: each comes as a whole within its time, and not slower than the least speed. The speed is the
 * caller's: what comes counts from the head on, the time only while a read is asked of the connection, so that a caller is not
 * blamed for a slow reader above.
 *
 * <p>Has no timer of its own: the exchange asks {@link #late} at each sweep. Confined to the connection's event loop.
 */
final class BodyPace extends ChannelDuplexHandler {

    private final HttpLimits limits;
    private final LongSupplier clock;

    /** A head has come, and the end of its body has not. */
    private boolean isComing;

    /** A mark that the body is waited for. */
    private boolean isTimed;

    /** A read is asked of the connection. */
    private boolean isReading = true;

    private Duration time = Duration.ZERO;
    private long startNanos;
    private long readingSinceNanos;
    private long windowNanos;
    private long windowBytes;

    /** @param clock of nanoseconds */
    BodyPace(HttpLimits limits, LongSupplier clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** Starts to wait for the body; if it has arrived already it is never late. @param its how long the whole may take */
    void start(Duration its) {
        time = its;
        if (isComing) {
            isTimed = true;
            startNanos = clock.getAsLong();
            readingSinceNanos = startNanos;
        }
    }

    /** Looks at the time, and at the speed once a window is full. @return the message for a caller that is too slow, otherwise null */
    @Nullable
    String late() {
        if (!isTimed) {
            return null;
        }
        long now = clock.getAsLong();
        if (now - startNanos > time.toNanos()) {
            return "The request body did not arrive within " + time.toSeconds() + " seconds.";
        }
        if (isReading) {
            countTo(now);
        }
        if (windowNanos < limits.bodyWindow().toNanos()) {
            return null;
        }
        long bytesMin = TimeUnit.NANOSECONDS.toMillis(windowNanos) * limits.bodyBytesPerSecondMin() / 1000;
        boolean slow = windowBytes < bytesMin;
        windowNanos = 0;
        windowBytes = 0;
        return slow ? "The request body arrived too slowly." : null;
    }

    private void countTo(long now) {
        windowNanos += now - readingSinceNanos;
        readingSinceNanos = now;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            isComing = true;
            isTimed = false;
            windowNanos = 0;
            windowBytes = 0;
        }
        if (message instanceof HttpContent content) {
            windowBytes += content.content().readableBytes();
        }
        if (message instanceof LastHttpContent) {
            isComing = false;
            isTimed = false;
        }
        context.fireChannelRead(message);
    }

    /** Stops the time: the handlers above may stop reading now. Otherwise the connection, or they, read on. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (isReading && isTimed) {
            countTo(clock.getAsLong());
        }
        isReading = false;
        context.fireChannelReadComplete();
        if (context.channel().config().isAutoRead()) {
            reading();
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        reading();
        context.read();
    }

    private void reading() {
        if (!isReading && isTimed) {
            readingSinceNanos = clock.getAsLong();
        }
        isReading = true;
    }
}
