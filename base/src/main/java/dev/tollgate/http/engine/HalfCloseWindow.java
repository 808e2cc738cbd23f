package dev.tollgate.http.engine;

import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The moment after something that may have been all that a caller sends. An end of input in it is a half-close, a later one a disconnect.
 * Confined to the connection's event loop.
 */
final class HalfCloseWindow {

    /** The time of one more turn: a loop reads what is there before it runs what is due. */
    private static final long ONE_MORE_TURN_NANOS = Duration.ofMillis(1).toNanos();

    private final long nanos;
    private long sentNanos;
    private boolean isOpen;
    private boolean isLastLook;
    private boolean isLooking;

    /** @param length zero: it is never open */
    HalfCloseWindow(Duration length) {
        this.nanos = length.toNanos();
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Begins again. */
    void open(ChannelHandlerContext context) {
        if (nanos == 0) {
            return;
        }
        sentNanos = context.executor().ticker().nanoTime();
        isOpen = true;
        isLastLook = false;
        if (!isLooking) {
            isLooking = true;
            look(context, nanos);
        }
    }

    private void look(ChannelHandlerContext context, long afterNanos) {
        context.executor().schedule(() -> looked(context), afterNanos, TimeUnit.NANOSECONDS);
    }

    /** An end that has arrived by now may not have been read yet, if the loop was busy: it gets one more turn of the loop. */
    private void looked(ChannelHandlerContext context) {
        long leftNanos = nanos - (context.executor().ticker().nanoTime() - sentNanos);
        if (leftNanos > 0) {
            look(context, leftNanos);
        } else if (!isLastLook) {
            isLastLook = true;
            look(context, ONE_MORE_TURN_NANOS);
        } else {
            isLooking = false;
            isOpen = false;
        }
    }
}
