package dev.tollgate.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One keep-alive connection: asks, checks the answer, asks again while the phase lasts; closes at the end, after an answer that is not
 * whole, and to leave.
 */
final class LoadConnection extends ChannelInboundHandlerAdapter {
    private static final int SHOWN_BYTES_MAX = 300;

    private final LoadPhase phase;
    private final Supplier<List<ByteBuf>> calls;
    private final LoadRecord record;
    private final LongSupplier numbers;
    private final AnswerScan scan = new AnswerScan();
    private final SentStamp stamps;
    private final StringBuilder shown = new StringBuilder();
    private List<ByteBuf> requests = List.of();
    private int turn;
    private int events;
    private boolean asking;
    private boolean keepAlive;
    private int status;
    private long number;
    private long sentNanos;
    private long firstByteNanos;
    private long readNanos;

    /**
     * @param calls the requests of the next call, asked one after the other; several of a session
     * @param numbers one for each call that is to be left, never the same twice
     */
    LoadConnection(LoadPhase phase, Supplier<List<ByteBuf>> calls, LoadRecord record, LongSupplier numbers) {
        this.phase = phase;
        this.calls = calls;
        this.record = record;
        this.numbers = numbers;
        stamps = new SentStamp(sent -> record.underWay(readNanos - sent));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        askOrClose(context);
    }

    private void askOrClose(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (!record.mayStart(now)) {
            context.close();
            return;
        }
        record.start(now);
        firstByteNanos = 0;
        sentNanos = now;
        requests = calls.get();
        turn = 0;
        events = 0;
        ask(context);
    }

    private void ask(ChannelHandlerContext context) {
        scan.reset();
        stamps.reset();
        asking = true;
        status = 0;
        context.writeAndFlush(nextRequest(), context.voidPromise());
    }

    private ByteBuf nextRequest() {
        if (!phase.kind().leaving()) {
            return requests.get(turn).duplicate();
        }
        number = numbers.getAsLong();
        return CallNumber.numbered(requests.getFirst(), number);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!asking) {
                return; // what was decoded together with the text at which the caller left
            }
            if (message instanceof HttpResponse response) {
                status =
                        response.decoderResult().isSuccess() ? response.status().code() : -1;
                keepAlive = HttpUtil.isKeepAlive(response);
            }
            if (message instanceof HttpContent content) {
                read(content.content());
                leaveInTime(context);
            }
            if (asking && message instanceof LastHttpContent) {
                finish(context);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            return;
        }
        readNanos = System.nanoTime();
        if (firstByteNanos == 0) {
            firstByteNanos = readNanos;
        }
        if (status != 200 && shown.length() < SHOWN_BYTES_MAX) {
            shown.append(bytes.toString(StandardCharsets.UTF_8));
        }
        bytes.forEachByte(scan);
        if (phase.kind().stamped()) {
            bytes.forEachByte(stamps);
        }
    }

    private void leaveInTime(ChannelHandlerContext context) {
        if (!phase.kind().leaving() || scan.texts() < phase.kind().textsBeforeLeaving(number)) {
            return;
        }
        asking = false;
        record.leave(number, firstByteNanos - sentNanos, scan.events(), System.nanoTime());
        context.close();
    }

    private void finish(ChannelHandlerContext context) {
        long now = System.nanoTime();
        asking = false;
        if (status != 200 || phase.kind().leaving() || !scan.whole(phase.protocol(), phase.kind())) {
            fail(context, describe());
            return;
        }
        events += scan.events();
        turn++;
        if (keepAlive && turn < requests.size()) {
            ask(context);
            return;
        }
        if (turn < requests.size()) {
            fail(context, "a connection that ends within a session");
            return;
        }
        record.succeed(firstByteNanos - sentNanos, now - sentNanos, events, now);
        if (keepAlive) {
            askOrClose(context);
        } else {
            context.close();
        }
    }

    private String describe() {
        return status == 200
                ? "an answer of status 200 that is not whole (" + scan.events() + " events)"
                : "status " + status + ": " + shown.substring(0, Math.min(shown.length(), SHOWN_BYTES_MAX));
    }

    private void fail(ChannelHandlerContext context, String what) {
        asking = false;
        record.fail(what);
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (asking) {
            fail(context, "connection closed before the answer was whole");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (asking) {
            fail(context, cause.toString());
        }
        context.close();
    }
}
