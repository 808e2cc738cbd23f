package dev.tollgate.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;

/**
 * A Gemini upstream that costs next to nothing: it decodes requests and answers {@code streamGenerateContent} with bytes made beforehand.
 * A request for {@value MockConnection#DEPARTURES} lists, as it happens, which calls were left, and when on {@link System#nanoTime}.
 */
final class MockUpstream implements AutoCloseable {
    private static final int LINE_BYTES_MAX = 4096;
    private static final int HEADER_BYTES_MAX = 32 * 1024;
    private static final int PART_BYTES_MAX = 64 * 1024;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup watchers = new DefaultChannelGroup(group.next());
    private final Map<Kind, MockAnswer> answers = new EnumMap<>(Kind.class);
    private final MockAnswer json = MockAnswer.json(Kind.CALL);
    private final MockConnection.AtOnce paced = new MockConnection.AtOnce();
    private final Channel server;

    /** Listens on loopback before it returns; port 0 takes any free one. */
    MockUpstream(int port) {
        for (Kind kind : Kind.values()) {
            answers.put(kind, MockAnswer.of(kind));
        }
        server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpRequestDecoder(LINE_BYTES_MAX, HEADER_BYTES_MAX, PART_BYTES_MAX))
                                .addLast(new MockConnection(answers, json, watchers, paced));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Returns how many paced answers were under way at the same time, at most, since the last question. */
    int mostAtOnce() {
        return paced.most();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }
}
