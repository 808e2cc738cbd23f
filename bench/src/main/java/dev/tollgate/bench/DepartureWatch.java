package dev.tollgate.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;

/**
 * The load generator's connection to the mock itself, line by line: which calls were left, and when the mock's connection was closed. The time
 * is the mock's {@link System#nanoTime}, which on Linux is the machine's monotonic clock, the same for each JVM on it.
 */
final class DepartureWatch extends SimpleChannelInboundHandler<ByteBuf> {
    private static final String REQUEST = "GET " + MockConnection.DEPARTURES + " HTTP/1.1\r\nHost: mock\r\n\r\n";
    private static final String ACCEPTED = "HTTP/1.1 200 ";

    private final Runnable ready;
    private final Departures departures;
    private final Runnable lost;
    private boolean accepted;
    private boolean headRead;

    @FunctionalInterface
    interface Departures {
        void closed(long number, long closedNanos);
    }

    /**
     * @param ready once, when no departure from then on is missed
     * @param lost when nothing more will be heard, also after the end
     */
    DepartureWatch(Runnable ready, Departures departures, Runnable lost) {
        this.ready = ready;
        this.departures = departures;
        this.lost = lost;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush(Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        String line = bytes.toString(StandardCharsets.US_ASCII);
        if (!accepted) {
            accept(context, line);
        } else if (headRead) {
            int blank = line.indexOf(' ');
            departures.closed(Long.parseLong(line.substring(0, blank)), Long.parseLong(line.substring(blank + 1)));
        } else if (line.isEmpty()) {
            headRead = true;
            ready.run();
        }
    }

    private void accept(ChannelHandlerContext context, String line) {
        accepted = line.startsWith(ACCEPTED);
        if (!accepted) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lost.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
