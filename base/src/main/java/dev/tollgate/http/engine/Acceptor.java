package dev.tollgate.http.engine;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections and deals them out to the loops in turn. On an event loop of its own. */
final class Acceptor extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Linux's usual limit: during a flood a client waits a second for each attempt that finds no place. */
    private static final int BACKLOG = 4096;

    private final List<FrontLoop> loops;
    private int next;

    private Acceptor(List<FrontLoop> loops) {
        this.loops = loops;
    }

    /** Listens from now on. @param address of the network, or of a Unix socket @param loops which live already */
    static Future<Channel> listen(Vertx vertx, SocketAddress address, List<FrontLoop> loops) {
        VertxInternal internal = (VertxInternal) vertx;
        boolean isFile = address instanceof UnixDomainSocketAddress;
        Channel server = internal.transport().serverChannelFactory(isFile).newChannel();
        server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        server.config().setOption(ChannelOption.SO_REUSEADDR, true);
        server.pipeline().addLast(new Acceptor(loops));
        Promise<Channel> listening = Promise.promise();
        internal.acceptorEventLoopGroup().register(server).addListener(registered -> {
            if (registered.isSuccess()) {
                server.bind(address).addListener((ChannelFuture bound) -> complete(bound, listening));
            } else {
                server.unsafe().closeForcibly();
                listening.fail(registered.cause());
            }
        });
        return listening.future();
    }

    private static void complete(ChannelFuture bound, Promise<Channel> listening) {
        if (bound.isSuccess()) {
            listening.complete(bound.channel());
        } else {
            bound.channel().close();
            listening.fail(bound.cause());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        FrontLoop loop = loops.get(next);
        next = (next + 1) % loops.size();
        loop.accept((Channel) accepted);
    }

    /** Usually there are no file descriptors left: each connection that closes gives one back. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Fatal.check(cause);
        LOG.warn(Event.REQUEST_FAULT, "a connection could not be accepted; the next attempt is in one second", cause);
        context.channel().config().setAutoRead(false);
        context.executor().schedule(() -> context.channel().config().setAutoRead(true), 1, TimeUnit.SECONDS);
    }
}
