package dev.tollgate.sandbox;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of one connection under the limits that a process needs which others can reach: headers and trailers are counted, a first
 * byte and a whole head have their time, and so many heads of all connections may be incomplete.
 */
final class LimitedRequests extends VertxHttpRequestDecoder {

    static final int HEADER_BYTES_MAX = 16 << 10;
    static final int HEADERS_MAX = 100;
    static final int INCOMPLETE_MAX = 1_000;

    /** The most connections: one channel's, and some more. */
    static final int CONNECTIONS_MAX = 12_000;

    /** The limits of all connections of one sandbox. Thread-safe. */
    static final class Shared {

        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger incomplete = new AtomicInteger();
        private final long headMillis;

        Shared(long headMillis) {
            this.headMillis = headMillis;
        }

        /** Limits a connection. Call it as the connection begins. */
        void limit(HttpConnection connection) {
            ChannelHandlerContext context = ((ConnectionBase) connection).channelHandlerContext();
            connections.incrementAndGet();
            connection.closeHandler(_ -> connections.decrementAndGet());
            if (connections.get() > CONNECTIONS_MAX) {
                context.close();
            } else {
                context.pipeline().replace(VertxHttpRequestDecoder.class, "httpDecoder", new LimitedRequests(this));
            }
        }
    }

    private final Shared shared;
    private int headers;
    private boolean inHead = true;
    private boolean isBegun;
    private boolean isCounted;
    private java.util.concurrent.@Nullable Future<?> deadline;

    private LimitedRequests(Shared shared) {
        super(new Http1ServerConfig().setMaxHeaderSize(HEADER_BYTES_MAX));
        this.shared = shared;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        begin(context);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
        end();
        super.handlerRemoved0(context);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int first = out.size();
        isBegun |= inHead && in.isReadable();
        super.decode(context, in, out);
        for (int i = first; i < out.size(); i++) {
            if (out.get(i) instanceof HttpRequest) {
                inHead = false;
                isBegun = false;
                headers = 0;
                end();
            }
            if (out.get(i) instanceof LastHttpContent) {
                inHead = true;
                headers = 0;
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (isBegun && !isCounted) {
            isCounted = true;
            if (shared.incomplete.incrementAndGet() > INCOMPLETE_MAX) {
                context.close();
            } else if (deadline == null) {
                begin(context);
            }
        }
        super.channelReadComplete(context);
    }

    private void begin(ChannelHandlerContext context) {
        deadline = context.executor().schedule(() -> context.close(), shared.headMillis, TimeUnit.MILLISECONDS);
    }

    private void end() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
        if (isCounted) {
            isCounted = false;
            shared.incomplete.decrementAndGet();
        }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (++headers > HEADERS_MAX) {
            throw new TooLongHttpHeaderException("more than " + HEADERS_MAX + " headers");
        }
        return super.splitHeaderName(line, start, length);
    }
}
