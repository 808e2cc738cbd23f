package dev.tollgate.http.client;

import dev.tollgate.base.fatal.Fatal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A connection lent to one request until its answer is complete. First {@link #answer}, then the request, in one piece or several. Used on
 * the caller's event loop, which is the connection's.
 */
public final class Roundtrip {

    /** The largest body that leaves in one piece, and the largest piece of others: the socket's write copies it. */
    private static final int COPIED_BYTES_MAX = 64 * 1024;

    private static final byte[] CONTENT_LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NOTHING = new byte[0];
    private static final long NOT_BEGUN = Long.MAX_VALUE;

    /** The unsent bytes until the write of the head has returned: a connection may fail within the write, and the request was not sent then. */
    private static final long WRITING = 1;

    private final Connection connection;
    private final ContextInternal context;
    private final Request request;
    private @Nullable AnswerListener listener;
    private @Nullable Throwable failedUnheard;
    private long unsentBytes = NOT_BEGUN;
    private boolean paused;
    private boolean over;
    private long ticksMax = Long.MAX_VALUE;
    private long silentTicks;
    private boolean isRenewed;

    Roundtrip(Connection connection, ContextInternal context, Request request) {
        this.connection = connection;
        this.context = context;
        this.request = request;
    }

    /** Sets the receiver of the answer. */
    public void answer(AnswerListener hears) {
        listener = hears;
        Throwable why = failedUnheard;
        if (why != null) {
            context.runOnContext(_ -> hears.failed(why));
        }
    }

    /**
     * Starts a timeout, at whose end {@link AnswerListener#silent} is called. Time during which the caller pauses reading does not count.
     *
     * @param millis extended by up to half of the shortest timeout of the connection pool
     * @param renewed whether each piece of the body restarts the timeout
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

    public void send(byte[] body) {
        send(body, body.length, NOTHING);
    }

    /** Sends a whole request, whose body is the first bytes of one array and then another array. Neither may change afterwards. */
    public void send(byte[] body, int bodyLength, byte[] end) {
        int length = bodyLength + end.length;
        if (length <= COPIED_BYTES_MAX) {
            write(head(length, length).writeBytes(body, 0, bodyLength).writeBytes(end));
            unsentBytes = 0;
        } else {
            begin(length);
            sendPieces(body, 0, bodyLength, end);
        }
    }

    /** Sends the next piece, and the others each when the one before has left. */
    private void sendPieces(byte[] body, int from, int bodyLength, byte[] end) {
        int to = Math.min(bodyLength, from + COPIED_BYTES_MAX);
        boolean isLast = to == bodyLength;
        ByteBuf piece = Unpooled.wrappedBuffer(body, from, to - from);
        if (isLast) {
            unsentBytes = 0;
            connection.channel().write(piece);
            write(Unpooled.wrappedBuffer(end));
            return;
        }
        unsentBytes -= to - from;
        connection.channel().writeAndFlush(piece).addListener(written -> {
            IOException refused = Fatal.refusedBuffer(written.cause());
            if (refused != null) {
                fail(refused);
            } else if (written.isSuccess() && !over) {
                sendPieces(body, to, bodyLength, end);
            }
        });
    }

    /** Starts a request whose body follows by {@link #write}. @param length of the body in bytes */
    public void begin(long length) {
        write(head(length, 0));
        unsentBytes = length;
    }

    /** Sends a part of the body, which may not change afterwards. @return completes once written; fails if the roundtrip is over */
    public Future<Void> write(byte[] bytes) {
        Promise<Void> written = Promise.promise();
        if (over) {
            written.fail(new IOException("the request is over"));
        } else {
            unsentBytes -= bytes.length;
            connection.channel().writeAndFlush(Unpooled.wrappedBuffer(bytes)).addListener(outcome -> {
                IOException refused = Fatal.refusedBuffer(outcome.cause());
                written.complete(null, refused == null ? outcome.cause() : refused);
            });
        }
        return written.future();
    }

    private ByteBuf head(long length, int room) {
        unsentBytes = WRITING;
        byte[] head = request.head();
        ByteBuf out = buffer(head.length + room + 64).writeBytes(head);
        if (request.hasBody()) {
            out.writeBytes(CONTENT_LENGTH).writeCharSequence(Long.toString(length), StandardCharsets.US_ASCII);
            return out.writeBytes(END_OF_HEAD);
        }
        return out.writeBytes(END_OF_HEAD, 2, 2);
    }

    /** Returns a buffer. If there is no direct memory, the write fails: it needs some, too. */
    private ByteBuf buffer(int bytes) {
        try {
            return connection.channel().alloc().buffer(bytes);
        } catch (OutOfMemoryError refused) {
            if (Fatal.refusedBuffer(refused) == null) {
                throw refused;
            }
            return Unpooled.buffer(bytes);
        }
    }

    private void write(ByteBuf bytes) {
        connection.channel().writeAndFlush(bytes, connection.channel().voidPromise());
    }

    /** Stops reading until {@link #resume}: bytes on their way then stay with the upstream server. */
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

    /** Closes the connection; no further event follows. */
    public void reset() {
        if (!over) {
            over = true;
            connection.drop();
        }
    }

    /** Closes the connection and reports a failure that the listener does not know of. */
    public void fail(Throwable why) {
        if (!over) {
            connection.drop();
            failed(why);
        }
    }

    /** Returns whether any of the request has been written. */
    boolean hasBegun() {
        return unsentBytes != NOT_BEGUN;
    }

    /** Returns whether the whole request has been written. */
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
            throw new IllegalStateException("the answer has no listener");
        }
        return listener;
    }
}
