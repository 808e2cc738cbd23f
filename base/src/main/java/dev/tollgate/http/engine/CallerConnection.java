package dev.tollgate.http.engine;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.exchange.CallerExchange;
import dev.tollgate.http.exchange.Peer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of one caller: begins an exchange for each request that {@link Turns} lets through and hands it its body. The exchange
 * responds through {@link CallerTransport}. Has one exchange at a time. Confined to its event loop.
 */
final class CallerConnection extends ChannelInboundHandlerAdapter implements ChannelFutureListener {

    private static final Logger LOG = LoggerFactory.getLogger(CallerConnection.class);
    private static final long REFUSED_LINGER_MILLIS = 1000;

    private final FrontLoop loop;
    private final Channel channel;
    private final @Nullable SslHandler tls;
    private final HeadMemory heads;
    private final Seat seat;
    private final BodyPace pace;
    private final Turns turns;
    private final Outgoing outgoing;
    private final CallerTransport transport;
    private @Nullable CallerExchange exchange;
    private @Nullable Linger linger;
    private boolean isCounted;
    private boolean isClosing;
    private boolean hasAsked;

    private long sinceNanos = System.nanoTime();

    /**
     * @param channel not registered with its event loop yet
     * @param tls null for plain HTTP
     */
    CallerConnection(FrontLoop loop, Channel channel, @Nullable SslHandler tls) {
        this.loop = loop;
        this.channel = channel;
        this.tls = tls;
        Peer peer = Peer.of(channel.remoteAddress());
        this.heads = loop.places().heads(peer.network());
        this.seat = new Seat(peer.network(), heads, this::cut);
        this.pace = new BodyPace(loop.limits(), System::nanoTime);
        this.turns = new Turns(
                loop.headRules(),
                FrontLoop.CHUNK_BYTES_MAX,
                heads,
                loop.options().edge().halfClose());
        this.outgoing = new Outgoing(this, channel, loop.unread(), loop.limits().writeQueueBytesMax());
        this.transport = new CallerTransport(this, loop, channel, tls, peer, turns, pace, outgoing);
        channel.config().setRecvByteBufAllocator(new ReadSizes(turns.decoder()));
    }

    void fill(ChannelPipeline pipeline) {
        if (tls != null) {
            pipeline.addLast("tls", tls);
        }
        pipeline.addLast("requests", turns.decoder())
                .addLast("pace", pace)
                .addLast("turns", turns)
                .addLast("exchanges", this);
    }

    Seat seat() {
        return seat;
    }

    // ---- what comes ----

    @Override
    public void channelActive(ChannelHandlerContext context) {
        sinceNanos = System.nanoTime();
        isCounted = loop.entered(this);
        if (isCounted) {
            context.read();
        } else {
            channel.close();
        }
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (isCounted) {
            isCounted = false;
            loop.left(this);
        }
        boolean answerLost = outgoing.closed();
        heads.close();
        CallerExchange left = exchange;
        if (left != null) {
            loop.context().dispatch(left::departed);
        }
        if (answerLost) {
            answerOver();
        }
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ContextInternal turn = loop.context(); // what is begun here has to find it
        ContextInternal former = turn.beginDispatch();
        try {
            if (message instanceof HttpRequest request) {
                begin(request);
            } else if (message instanceof HttpContent content) {
                take(content);
            }
        } finally {
            turn.endDispatch(former);
            ReferenceCountUtil.release(message);
        }
    }

    /** Nothing is begun for a caller that has disconnected. */
    private void begin(HttpRequest request) {
        if (!channel.isActive() || isClosing) {
            return;
        }
        if (request.decoderResult().isSuccess()) {
            CallerExchange begun = loop.open(transport, request);
            exchange = begun;
            loop.places().silent().remove(seat);
            loop.admission().admit(begun);
        } else {
            refuse(BadHead.refusal(request.decoderResult().cause()));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!turns.decoder().isHeld()) {
            context.read();
        }
        context.fireChannelReadComplete();
    }

    private void take(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        CallerExchange taking = exchange;
        if (linger != null) {
            linger.take(content.content().readableBytes(), last);
        } else if (taking != null && content.decoderResult().isFailure()) {
            taking.broken(content.decoderResult().cause() instanceof BadHead bad ? bad.getMessage() : null);
        } else if (taking != null) {
            taking.take(content.content().nioBuffer(), last);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        IOException refused = Fatal.refusedBuffer(cause);
        if (refused != null) {
            LOG.warn(Event.REQUEST_FAULT, "a caller's connection is closed: {}", refused.getMessage());
            channel.close();
            return;
        }
        Fatal.check(cause);
        if (!(cause instanceof IOException) && !isHandshake(cause)) {
            LOG.error(Event.REQUEST_FAULT, "a caller's connection is closed by a fault", cause);
        }
        channel.close();
    }

    /** Returns true for failures that any stranger can cause by sending bytes to a TLS port. */
    private static boolean isHandshake(Throwable cause) {
        return cause instanceof DecoderException && cause.getCause() instanceof SSLException;
    }

    /** The connection is not closed immediately: closing over unread bytes is a reset, which may overtake the response. */
    private void refuse(ApiError error) {
        transport.refuse(error, loop.newRequestId());
        after(REFUSED_LINGER_MILLIS, this::cut);
    }

    // ---- responses ----

    /** Everything has been handed to the socket, after some of it had to wait. */
    void emptied() {
        if (exchange != null) {
            exchange.hasRoom();
        }
    }

    /** Returns the exchange under way; null between requests. */
    @Nullable
    CallerExchange exchange() {
        return exchange;
    }

    /** The end of a response has been handed to the socket, or cannot be. */
    @Override
    public void operationComplete(ChannelFuture written) {
        answerOver();
    }

    private void answerOver() {
        CallerExchange done = exchange;
        if (done != null) {
            exchange = null;
            hasAsked = true;
            sinceNanos = System.nanoTime();
            loop.places().silent().add(seat);
            heads.forgets();
            done.finish();
            if (linger != null) {
                linger.flushed();
            } else if (done.closes()) {
                channel.close();
            }
        }
        turns.answerLeft();
    }

    // ---- its end ----

    /** Reads and discards what comes, for at most this time, and then closes. */
    void linger(Duration time) {
        linger = new Linger(loop.limits().lingerBytesMax(), this::cut);
        after(time.toMillis(), this::cut);
    }

    private void after(long millis, Runnable step) {
        channel.eventLoop().schedule(step, millis, TimeUnit.MILLISECONDS);
    }

    /** Closes immediately: what waits to be written is lost. */
    void cut() {
        channel.close();
    }

    /** Closes when what is waiting has been written, or could not be in the time that a response may wait for its reader. */
    void closeOnceWritten() {
        if (!isClosing) {
            isClosing = true;
            sinceNanos = System.nanoTime();
            outgoing.closeWhenEmpty();
        }
    }

    void sweep(long nowNanos) {
        CallerExchange swept = exchange;
        if (swept != null) {
            sweep(swept, nowNanos);
        }
        long waitedNanos = nowNanos - sinceNanos;
        if (isClosing) {
            closeIf(waitedNanos > loop.limits().write().toNanos());
        } else if (exchange == null) {
            sweepIdle(nowNanos, waitedNanos);
        }
    }

    /** An exchange that cannot be checked must not keep the others from it. */
    private void sweep(CallerExchange swept, long nowNanos) {
        try {
            swept.sweep(nowNanos);
        } catch (RuntimeException | Error e) {
            swept.fail(e);
            cut();
        }
    }

    private void sweepIdle(long nowNanos, long waitedNanos) {
        Duration headTime = loop.options().edge().headTime();
        long headSinceNanos = turns.decoder().headSinceNanos();
        if (headSinceNanos == 0) {
            long idleNanos = loop.limits().idle().toNanos();
            closeIf(waitedNanos > (hasAsked ? idleNanos : Math.min(idleNanos, headTime.toNanos())));
        } else if (nowNanos - headSinceNanos > headTime.toNanos()) {
            turns.decoder().refuse();
            refuse(BadHead.late(headTime));
        }
    }

    private void closeIf(boolean isLate) {
        if (isLate) {
            channel.close();
        }
    }
}
