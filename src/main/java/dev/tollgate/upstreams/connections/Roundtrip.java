package dev.tollgate.upstreams.connections;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is lent to one request until its answer has come. First {@link #answer}, then the request, in one piece or in several. Used on
 * the event loop of who asked for it, which is the connection's.
 */
public final class Roundtrip {

    /** What is smaller is copied behind its head, to leave in one piece. */
    private static final int COPIED_BYTES_MAX = 64 * 1024;

    private static final byte[] CONTENT_LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NOTHING = new byte[0];

    private final Connection connection;
    private final ContextInternal context;
    private final Request request;
    private @Nullable AnswerListener listener;
    private @Nullable Throwable failedUnheard;
    private long unsentBytes = 1;
    private boolean paused;
    private boolean over;
    private long ticksMax = Long.MAX_VALUE;
    private long silentTicks;
    private boolean isRenewed;
    private boolean hasBegun;

    Roundtrip(Connection connection, ContextInternal context, Request request) {
        this.connection = connection;
        this.context = context;
        this.request = request;
    }

    /** Who hears the answer. */
    public void answer(AnswerListener hears) {
        listener = hears;
        Throwable why = failedUnheard;
        if (why != null) {
            context.runOnContext(_ -> hears.failed(why));
        }
    }

    /**
     * Begins a wait: {@link AnswerListener#silent} is told where it ends. What the caller holds back is not waited for.
     *
     * @param millis becomes longer by half of the far end's shortest wait at most
     * @param renewed whether it begins anew with each piece that comes
     */
    public void await(long millis, boolean renewed) {
        ticksMax = connection.ticks(millis);
        silentTicks = 0;
        isRenewed = renewed;
    }

    void tick() {
        if (!over && !paused && ++silentTicks > ticksMax) {
            ticksMax = Long.MAX_VALUE;
            context.dispatch(() -> heard().silent());
        }
    }

    /** The whole request. */
    public void send(byte[] body) {
        send(body, body.length, NOTHING);
    }

    /** The whole request, whose body is the first bytes of one array, and another one behind them. Neither is changed any more. */
    public void send(byte[] body, int bodyLength, byte[] end) {
        int length = bodyLength + end.length;
        if (length <= COPIED_BYTES_MAX) {
            write(head(length, length).writeBytes(body, 0, bodyLength).writeBytes(end));
        } else {
            Channel channel = connection.channel();
            channel.write(head(length, 0));
            channel.write(Unpooled.wrappedBuffer(body, 0, bodyLength));
            write(Unpooled.wrappedBuffer(end));
        }
        unsentBytes = 0;
    }

    /** Begins a request whose body follows by {@link #write}. @param length of it, in bytes */
    public void begin(long length) {
        write(head(length, 0));
        unsentBytes = length;
    }

    /** Some of the body, which is not changed any more. @return done when it is on its way; fails when the roundtrip is over */
    public Future<Void> write(byte[] bytes) {
        Promise<Void> written = Promise.promise();
        if (over) {
            written.fail(new IOException("the request is over"));
        } else {
            unsentBytes -= bytes.length;
            connection
                    .channel()
                    .writeAndFlush(Unpooled.wrappedBuffer(bytes))
                    .addListener(outcome -> written.complete(null, outcome.cause()));
        }
        return written.future();
    }

    private ByteBuf head(long length, int room) {
        hasBegun = true;
        byte[] head = request.head();
        ByteBuf out =
                connection.channel().alloc().buffer(head.length + room + 64).writeBytes(head);
        if (request.hasBody()) {
            out.writeBytes(CONTENT_LENGTH).writeCharSequence(Long.toString(length), StandardCharsets.US_ASCII);
            return out.writeBytes(END_OF_HEAD);
        }
        return out.writeBytes(END_OF_HEAD, 2, 2);
    }

    private void write(ByteBuf bytes) {
        connection.channel().writeAndFlush(bytes, connection.channel().voidPromise());
    }

    /** Reads no more until {@link #resume}: what is on the way then stays with the far end. */
    public void pause() {
        paused = true;
        if (!over) {
            connection.channel().config().setAutoRead(false);
        }
    }

    public void resume() {
        paused = false;
        silentTicks = 0;
        if (!over) {
            connection.channel().config().setAutoRead(true);
        }
    }

    /** Nobody wants it any more: the connection ends, and nothing more is told. */
    public void reset() {
        if (!over) {
            over = true;
            connection.drop();
        }
    }

    /** As {@link #reset}, where who hears the answer does not know of it yet. */
    void fail(Throwable why) {
        if (!over) {
            connection.drop();
            failed(why);
        }
    }

    /** Returns whether any of the request has been given away. */
    boolean hasBegun() {
        return hasBegun;
    }

    /** Whether the request has been given away as a whole. */
    boolean isSent() {
        return unsentBytes == 0;
    }

    void head(AnswerHead head) {
        tell(() -> heard().head(head));
    }

    void body(byte[] bytes, int length) {
        if (isRenewed) {
            silentTicks = 0;
        }
        tell(() -> heard().body(bytes, length));
    }

    void readComplete() {
        AnswerListener hears = listener;
        if (hears != null) {
            tell(hears::readComplete);
        }
    }

    void ended() {
        if (!over) {
            context.dispatch(() -> {
                over = true;
                heard().ended();
            });
        }
    }

    void failed(Throwable why) {
        if (!over) {
            context.dispatch(() -> {
                over = true;
                if (listener == null) {
                    failedUnheard = why;
                } else {
                    listener.failed(why);
                }
            });
        }
    }

    private void tell(Runnable what) {
        if (!over) {
            context.dispatch(what);
        }
    }

    private AnswerListener heard() {
        if (listener == null) {
            throw new IllegalStateException("nobody hears the answer");
        }
        return listener;
    }
}
