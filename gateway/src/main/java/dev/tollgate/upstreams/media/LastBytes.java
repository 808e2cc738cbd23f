package dev.tollgate.upstreams.media;

import dev.tollgate.base.fatal.Fatal;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.VertxConnection;

/**
 * Lets a response that is read slowly end well where the server closes its connection behind it. Vert.x tells of the end of a connection at
 * once, while some messages and what one read has brought may wait in it for their reader: the response would fail, although all of it has
 * come. They are handed on first; the response itself keeps them until they are asked for.
 */
final class LastBytes {

    /** Vert.x reads no more from a connection in which eight messages wait, until none does. */
    private static final int WAITING_WHILE_READING_MAX = 7;

    private LastBytes() {}

    /** Prepares a client's new connection, on its event loop. Only its requests learn of failures of the connection. */
    static void keep(HttpConnection connection) {
        // The request learns of a reset; without a handler it would also be logged as an error.
        connection.exceptionHandler(Fatal::check);
        if (connection instanceof VertxConnection it) {
            ChannelHandlerContext handler = it.channelHandlerContext();
            handler.pipeline().addBefore(handler.name(), "last-bytes", new BeforeTheEnd(it));
        }
    }

    private static final class BeforeTheEnd extends ChannelInboundHandlerAdapter {

        private final VertxConnection connection;

        /** At least as many as wait. */
        private int waitingMax;

        BeforeTheEnd(VertxConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            waitingMax++;
            context.fireChannelRead(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.fireChannelReadComplete();
            if (context.channel().config().isAutoRead()) {
                waitingMax = WAITING_WHILE_READING_MAX;
            }
        }

        /** A response that is full holds the connection back again, so that one time may hand on a single message. */
        @Override
        public void channelInactive(ChannelHandlerContext context) {
            for (int i = 0; i < waitingMax; i++) {
                connection.doResume();
            }
            context.fireChannelInactive();
        }
    }
}
