package dev.tollgate.http.engine;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the requests of one connection through one at a time, and distinguishes a half-close from a disconnect.
 *
 * <p>A request is read when the response before it has been handed to the socket; until then what arrives stays bytes, at most {@value
 * #HELD_BYTES_MAX} and what one read brings, and then nothing more is read. So callers that send ahead get their responses in order, and a
 * caller that does not read them cannot send more.
 *
 * <p>A half-close and a disconnect look the same: the end of input. It is a half-close if it comes with the last request or a moment after it
 * ({@link HalfCloseWindow}), before any of the response was written. Then the connection ends after the response, and if the caller was gone
 * after all, the first write fails. A later end is a disconnect and closes the connection immediately.
 *
 * <p>Confined to the connection's event loop.
 */
final class Turns extends ChannelDuplexHandler {

    static final int HELD_BYTES_MAX = 2 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

    /** The received part of the present request. */
    private enum Request {
        NONE,
        BEGUN,
        WHOLE
    }

    /** The written part of its response; later ones include earlier ones. */
    private enum Written {
        NONE,
        BEGUN,
        ENDED,
        /** All of it has been handed to the socket. */
        SENT
    }

    /** The knowledge of the end of input. */
    private enum End {
        /** More may come. */
        OPEN,
        /** Nothing more comes, and what came before that is held. */
        HELD,
        /** Nothing more comes: the connection is closed. */
        REACHED,
        /** Nothing more comes, and the caller still waits for its answer. */
        HALF_CLOSED
    }

    private final HalfCloseWindow window;
    private final RequestDecoder decoder;
    private @Nullable ChannelHandlerContext decoding;

    private Request request = Request.NONE;
    private Written written = Written.NONE;
    private End end = End.OPEN;

    /** The next one's turn has come, and it waits for the loop to read it. */
    private boolean isReadingOn;

    private boolean isBroken;
    private boolean wantsRead;

    /** @param halfClose how long after a request's end the end of what is sent is no departure */
    Turns(HeadLimits rules, int chunkBytesMax, HeadMemory room, Duration halfClose) {
        this.window = new HalfCloseWindow(halfClose);
        this.decoder = new RequestDecoder(rules, chunkBytesMax, room) {
            @Override
            protected void heldMore() {
                said();
            }
        };
    }

    /** Returns the decoder of the requests, which precedes this handler in the pipeline. */
    RequestDecoder decoder() {
        return decoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        decoding = context.pipeline().context(decoder);
    }

    // ---- what comes ----

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest) {
            request = Request.BEGUN;
            written = Written.NONE;
        }
        boolean last = message instanceof LastHttpContent;
        if (last) {
            request = Request.WHOLE;
            said();
        }
        context.fireChannelRead(message);
        if (last) {
            next(context);
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (end != End.OPEN) {
            return; // some sockets fail when they are asked again
        }
        if (decoder.held() > HELD_BYTES_MAX) {
            wantsRead = true;
        } else {
            context.read();
        }
    }

    // ---- what goes ----

    /** Some of an answer is written now. */
    void answerBegins() {
        reached(Written.BEGUN);
    }

    /** The rest of it is. */
    void answerEnds() {
        reached(Written.ENDED);
    }

    private void reached(Written stage) {
        if (written.compareTo(stage) < 0) {
            written = stage;
        }
    }

    /** All of it has been handed to the socket, or cannot be: then the connection's end tells. */
    void answerLeft() {
        ChannelHandlerContext context = decoding;
        reached(Written.SENT);
        if (context != null) {
            next(context);
        }
    }

    /** Once a request is whole and its answer gone it is the next one's turn. */
    private void next(ChannelHandlerContext context) {
        if (request != Request.WHOLE || written != Written.SENT) {
            return;
        }
        request = Request.NONE;
        isReadingOn = decoder.held() > 0;
        decoder.nextTurn();
        if (isReadingOn) {
            context.executor().execute(() -> readHeld(context));
        } else {
            closeIfDone(context);
        }
    }

    /** Reads the held part of a body. */
    void release() {
        ChannelHandlerContext context = decoding;
        decoder.release();
        if (context != null && (decoder.hasBytes() || end == End.HELD)) {
            context.executor().execute(() -> readHeld(context));
        }
    }

    private void readHeld(ChannelHandlerContext context) {
        isReadingOn = false;
        ChannelHandlerContext reading = decoding;
        if (!context.channel().isActive() || reading == null || reading.isRemoved()) {
            return;
        }
        try {
            decoder.readHeld(reading);
        } catch (Exception e) {
            context.fireExceptionCaught(e);
        }
        if (end == End.HELD && !decoder.isHeld()) {
            nothingMoreComes(context);
        }
        closeIfDone(context);
        if (wantsRead && decoder.held() <= HELD_BYTES_MAX) {
            wantsRead = false;
            read(context);
        }
    }

    private void closeIfDone(ChannelHandlerContext context) {
        if (end == End.HALF_CLOSED && request == Request.NONE && !isReadingOn) {
            close(context);
        }
    }

    // ---- when nothing more comes ----

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            if (decoder.isHeld()) {
                end = End.HELD;
            } else {
                nothingMoreComes(context);
            }
        } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
            context.fireUserEventTriggered(event);
        }
    }

    private void nothingMoreComes(ChannelHandlerContext context) {
        boolean isDelivered = request == Request.WHOLE && written.compareTo(Written.ENDED) >= 0;
        if (!isBroken && (isDelivered || isAwaited() && window.isOpen())) {
            end = End.HALF_CLOSED;
        } else {
            end = End.REACHED;
            close(context);
        }
    }

    /** Returns whether what was sent last has no answer yet, not even the beginning of one. */
    private boolean isAwaited() {
        return isReadingOn || request == Request.WHOLE && (written == Written.NONE || decoder.held() > 0);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.fireExceptionCaught(cause);
        if (cause instanceof IOException) {
            isBroken = true;
            close(context);
        }
    }

    private static void close(ChannelHandlerContext context) {
        context.close().addListener(closed -> {
            if (!closed.isSuccess()) {
                LOG.debug("a connection could not be closed", closed.cause());
            }
        });
    }

    /** The caller has sent something that may have been all. */
    private void said() {
        ChannelHandlerContext context = decoding;
        if (context != null) {
            window.open(context);
        }
    }
}
