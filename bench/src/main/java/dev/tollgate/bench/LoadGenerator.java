package dev.tollgate.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs phases one after the other on one event loop that stays warm between them. */
final class LoadGenerator implements AutoCloseable {
    /** How long open calls, and the upstream's hearing of those that were left, may take after the phase's time is up. */
    private static final int DRAIN_MILLIS = 10_000;

    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int RECONNECT_MILLIS = 10;
    private static final int CONNECTIONS_OF_AN_ADDRESS = 1_024;
    private static final int LINE_BYTES_MAX = 4_096;
    private static final int HEADER_BYTES_MAX = 32 * 1024;
    private static final int PART_BYTES_MAX = 64 * 1024;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<String> keys;
    private final int drainMillis;
    private long numbers;

    /** @param key the API key sent with each call */
    LoadGenerator(String key) {
        this(key, DRAIN_MILLIS);
    }

    LoadGenerator(String key, int drainMillis) {
        this(List.of(key), drainMillis);
    }

    /** @param keys the API keys of the calls, which take turns */
    LoadGenerator(List<String> keys) {
        this(keys, DRAIN_MILLIS);
    }

    private LoadGenerator(List<String> keys, int drainMillis) {
        this.keys = List.copyOf(keys);
        this.drainMillis = drainMillis;
    }

    /** Blocks until the phase is over, at most its time and ten seconds. */
    LoadResult run(LoadPhase phase) {
        System.gc(); // what former phases have left is collected now, and not within this one
        CompletableFuture<LoadResult> result = new CompletableFuture<>();
        group.execute(() -> new Run(phase, result).start());
        return result.join();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One phase in progress; confined to the event loop. */
    private final class Run {
        private final LoadPhase phase;
        private final CompletableFuture<LoadResult> result;
        private final LoadRecord record;
        private final List<List<ByteBuf>> requests;
        private final ChannelGroup channels;
        private int open;
        private int turn;

        Run(LoadPhase phase, CompletableFuture<LoadResult> result) {
            this.phase = phase;
            this.result = result;
            record = new LoadRecord(phase);
            channels = new DefaultChannelGroup(group.next());
            requests = keys.stream()
                    .map(key -> phase.protocol().requests(phase, key).stream()
                            .map(Run::shared)
                            .toList())
                    .toList();
        }

        /** The keys take turns, call by call. */
        private List<ByteBuf> next() {
            turn = (turn + 1) % requests.size();
            return requests.get(turn);
        }

        private static ByteBuf shared(byte[] bytes) {
            return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(
                    ByteBuffer.allocateDirect(bytes.length).put(bytes).flip()));
        }

        void start() {
            open = phase.connections();
            group.schedule(this::giveUp, phase.millis() + drainMillis, TimeUnit.MILLISECONDS);
            if (phase.kind().leaving()) {
                watch();
            } else {
                connectAll();
            }
        }

        /** No call is left before the mock is ready to tell of it. */
        private void watch() {
            DepartureWatch watch =
                    new DepartureWatch(this::connectAll, this::onDeparture, () -> abandon("watch ended"));
            bootstrap(new LineBasedFrameDecoder(LINE_BYTES_MAX), watch)
                    .connect(LoadPhase.HOST, phase.mockPort())
                    .addListener((ChannelFuture connected) -> {
                        if (!connected.isSuccess()) {
                            abandon(connected.cause().toString());
                        }
                        channels.add(connected.channel());
                    });
        }

        private void abandon(String why) {
            if (!result.isDone()) {
                record.fail("the mock upstream does not tell when it was left: " + why);
                finish();
            }
        }

        private void onDeparture(long number, long closedNanos) {
            record.closed(number, closedNanos);
            finishWhenDone();
        }

        private void connectAll() {
            for (int i = 0; i < phase.connections(); i++) {
                int index = i;
                group.schedule(() -> connect(index), staggerMicros(i), TimeUnit.MICROSECONDS);
            }
        }

        /**
         * Paced streams that begin together would have all their events together: they are spread over one gap between events. Of many
         * thousand streams a thousand begin each second: the measurement is how long they last.
         */
        private long staggerMicros(int index) {
            int gap = phase.kind().gapMillis();
            int millis = phase.kind().stamped() ? Math.max(gap, phase.connections()) : gap;
            return millis * 1_000L * index / phase.connections();
        }

        /** One address may hold only a part of what a server admits, so thousands of connections come from several. */
        private @Nullable SocketAddress from(int index) {
            int address = index / CONNECTIONS_OF_AN_ADDRESS;
            return address == 0 ? null : new InetSocketAddress("127.0.0." + (1 + address), 0);
        }

        private void connect(int index) {
            bootstrap(
                            new HttpResponseDecoder(LINE_BYTES_MAX, HEADER_BYTES_MAX, PART_BYTES_MAX),
                            new LoadConnection(phase, this::next, record, () -> ++numbers))
                    .connect(new InetSocketAddress(LoadPhase.HOST, phase.port()), from(index))
                    .addListener((ChannelFuture connected) -> onConnect(connected, index));
        }

        private Bootstrap bootstrap(ChannelHandler... handlers) {
            return new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(handlers);
                        }
                    });
        }

        private void onConnect(ChannelFuture connected, int index) {
            if (!connected.isSuccess()) {
                record.fail("cannot connect: " + connected.cause());
            }
            channels.add(connected.channel());
            connected.channel().closeFuture().addListener(closed -> onClose(index));
        }

        private void onClose(int index) {
            if (record.mayStart(System.nanoTime())) {
                group.schedule(() -> connect(index), RECONNECT_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
            open--;
            finishWhenDone();
        }

        private void finishWhenDone() {
            if (open == 0 && record.awaited() == 0) {
                finish();
            }
        }

        private void giveUp() {
            if (result.isDone()) {
                return;
            }
            for (int i = 0; i < open; i++) {
                record.fail("no whole answer within " + drainMillis + " ms after the phase");
            }
            for (int i = 0; i < record.awaited(); i++) {
                record.fail("an upstream whose caller has left was still open " + drainMillis + " ms after the phase");
            }
            finish();
        }

        private void finish() {
            record.end();
            String error = record.firstError();
            if (result.complete(record.result()) && error != null) {
                System.err.println("bench load: " + phase.line() + ": first error: " + error);
            }
            channels.close();
        }
    }
}
