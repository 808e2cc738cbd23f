package dev.tollgate.http;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import io.netty.buffer.ByteBuf;
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
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of one caller: begins an exchange for each request that {@link Turns} lets through, hands it its body, and writes its answer.
 * Has one exchange at a time. Confined to its event loop.
 */
final class CallerConnection extends ChannelInboundHandlerAdapter implements ChannelFutureListener {

    private static final Logger LOG = LoggerFactory.getLogger(CallerConnection.class);

    private final FrontLoop loop;
    private final Channel channel;
    private final String peer;
    private final String network;
    private final HeadRoom heads;
    private final @Nullable SslHandler tls;
    private final BodyPace pace;
    private final Turns turns;
    private final Outgoing outgoing;
    private @Nullable Exchange exchange;
    private @Nullable Linger linger;
    private boolean isCounted;
    private boolean isClosing;
    private boolean isPaused;
    private boolean hasAsked;

    /** Its neighbours in {@link Silent}, which alone sets them. */
    @Nullable
    CallerConnection before;

    @Nullable
    CallerConnection after;

    private long sinceNanos = System.nanoTime();

    /**
     * @param channel not registered with its event loop yet
     * @param tls null: what comes is read as it is
     */
    CallerConnection(FrontLoop loop, Channel channel, @Nullable SslHandler tls) {
        this.loop = loop;
        this.channel = channel;
        this.peer = peer(channel);
        this.network = RemoteAddress.network(peer);
        this.heads = loop.heads(this);
        this.tls = tls;
        this.outgoing = new Outgoing(this, channel, loop.unread(), loop.limits().writeQueueBytesMax());
        this.pace = new BodyPace(loop.limits(), System::nanoTime);
        this.turns = new Turns(
                loop.headRules(),
                FrontLoop.CHUNK_BYTES_MAX,
                heads,
                loop.options().edge().halfClose());
        channel.config().setRecvByteBufAllocator(new ReadSizes(turns.decoder()));
    }

    /** An IP, without its zone. */
    private static String peer(Channel channel) {
        String address = channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress().getHostAddress()
                : null;
        String bare = address == null ? null : RemoteAddress.bare(address);
        return bare == null ? "" : bare;
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

    String peer() {
        return peer;
    }

    /** Returns what the connection's other end is told apart by: an IPv4 address, or the first half of an IPv6 address. */
    String peerNetwork() {
        return network;
    }

    HeadRoom heads() {
        return heads;
    }

    /** The subject of the client's certificate, which a configured authority has signed; null without one. */
    @Nullable
    String certificate() {
        if (tls == null) {
            return null;
        }
        try {
            return tls.engine().getSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    BodyPace pace() {
        return pace;
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
        Exchange left = exchange;
        if (left != null) {
            dispatch(left::departed);
        }
        if (answerLost) {
            answerOver();
        }
        context.fireChannelInactive();
    }

    /** As in a turn of the loop's own context: what is begun here has to find it. */
    private void dispatch(Runnable step) {
        loop.context().dispatch(step);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ContextInternal turn = loop.context();
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

    /** Nothing is begun for one that has left. */
    private void begin(HttpRequest request) {
        if (!channel.isActive() || isClosing) {
            return;
        }
        if (request.decoderResult().isSuccess()) {
            Exchange begun = loop.open(this, request);
            exchange = begun;
            loop.silent().remove(this);
            loop.admission().admit(begun);
        } else {
            loop.unreadable(this, request.decoderResult().cause());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!isPaused) {
            context.read();
        }
        context.fireChannelReadComplete();
    }

    private void take(HttpContent content) {
        boolean broken = content.decoderResult().isFailure();
        boolean last = content instanceof LastHttpContent;
        if (linger != null) {
            linger.take(content.content().readableBytes(), last);
        } else if (exchange != null && broken) {
            exchange.requestBody().broken(content.decoderResult().cause());
        } else if (exchange != null) {
            take(exchange, content.content(), last);
        }
    }

    private static void take(Exchange exchange, ByteBuf piece, boolean last) {
        try {
            exchange.requestBody().take(piece, last);
        } catch (RuntimeException | Error e) {
            exchange.fail(e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Fatal.check(cause);
        if (!(cause instanceof IOException) && !isHandshake(cause)) {
            LOG.error(Event.REQUEST_FAULT, "a caller's connection is closed by a fault", cause);
        }
        channel.close();
    }

    /** What a stranger can cause by saying anything where TLS is spoken. */
    private static boolean isHandshake(Throwable cause) {
        return cause instanceof DecoderException && cause.getCause() instanceof SSLException;
    }

    /** Reads no more of the body until {@link #resume}: what has come already stays bytes. */
    void pause() {
        isPaused = true;
        turns.decoder().hold();
    }

    void resume() {
        isPaused = false;
        turns.release();
        channel.read();
    }

    // ---- what goes ----

    /** Room for what is written next. */
    ByteBuf buffer(int bytes) {
        return outgoing.buffer(bytes);
    }

    /** How much of a body goes into a buffer with its head; the rest is given to {@link #write} as it is. */
    int pieceBytes() {
        return outgoing.pieceBytes();
    }

    boolean hasRoom() {
        return outgoing.hasRoom();
    }

    /** Whether everything that was written has been handed to the socket. */
    boolean isEmpty() {
        return outgoing.isEmpty();
    }

    /** Everything has been, after some of it had to wait. */
    void emptied() {
        if (exchange != null) {
            exchange.response().hasRoom();
        }
    }

    /** Some of an answer. */
    void write(ByteBuf bytes, @Nullable ByteBuf more) {
        turns.answerBegins();
        count(bytes, more);
        outgoing.write(bytes, more, false);
    }

    private void count(ByteBuf bytes, @Nullable ByteBuf more) {
        Exchange writing = exchange;
        if (writing != null) {
            writing.wrote(bytes.readableBytes() + (more == null ? 0 : more.readableBytes()));
        }
    }

    void writeInformation(ByteBuf bytes) {
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    /** The end of an answer; its exchange hears when it has left. */
    void writeLast(ByteBuf bytes, @Nullable ByteBuf more) {
        turns.answerEnds();
        count(bytes, more);
        outgoing.write(bytes, more, true);
    }

    /** The end of an answer has left, or cannot. */
    @Override
    public void operationComplete(ChannelFuture written) {
        answerOver();
    }

    private void answerOver() {
        Exchange done = exchange;
        if (done != null) {
            exchange = null;
            hasAsked = true;
            sinceNanos = System.nanoTime();
            loop.silent().add(this);
            over(done);
        }
        turns.answerLeft();
    }

    // ---- for whom ----

    /** Whether room was reserved for the answer. */
    boolean isBilled() {
        return exchange != null && exchange.hasReserved();
    }

    /** The account that the request belongs to; empty if it is unknown. */
    String payer() {
        return exchange == null ? "" : exchange.payer();
    }

    String network() {
        return exchange == null ? network : exchange.network();
    }

    private void over(Exchange done) {
        heads.forgets();
        done.finish();
        if (linger != null) {
            linger.flushed();
        } else if (done.response().closes()) {
            channel.close();
        }
    }

    void nextTurn(Runnable step) {
        channel.eventLoop().execute(() -> dispatch(step));
    }

    // ---- its end ----

    /** Reads and throws away what comes until it may be closed. */
    void lingers(Linger over) {
        linger = over;
    }

    void after(long millis, Runnable step) {
        channel.eventLoop().schedule(step, millis, TimeUnit.MILLISECONDS);
    }

    /** Closes at once: what is waiting to be written is lost. */
    void cut() {
        channel.close();
    }

    /** Gives its place and its room to another one, at once. */
    void cutSilent() {
        heads.forgets();
        channel.close();
    }

    /** Closes when what is waiting has been written, or could not for as long as an answer may wait for its reader. */
    void closeOnceWritten() {
        if (!isClosing) {
            isClosing = true;
            sinceNanos = System.nanoTime();
            outgoing.closeWhenEmpty();
        }
    }

    void sweep(long nowNanos) {
        long waitedNanos = nowNanos - sinceNanos;
        if (isClosing) {
            closeIf(waitedNanos > loop.limits().write().toNanos());
        } else if (exchange == null && turns.decoder().headSinceNanos() != 0) {
            sweepHead(nowNanos - turns.decoder().headSinceNanos());
        } else if (exchange == null) {
            long idleNanos = loop.limits().idle().toNanos();
            closeIf(waitedNanos
                    > (hasAsked ? idleNanos : Math.min(idleNanos, headTime().toNanos())));
        }
    }

    private void sweepHead(long waitedNanos) {
        if (waitedNanos > headTime().toNanos()) {
            turns.decoder().refuse();
            loop.late(this);
        }
    }

    private Duration headTime() {
        return loop.options().edge().headTime();
    }

    private void closeIf(boolean isLate) {
        if (isLate) {
            channel.close();
        }
    }
}
