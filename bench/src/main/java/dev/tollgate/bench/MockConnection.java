package dev.tollgate.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection to the mock: one request at a time, answered when its body has come. What it does not serve is 404 and closes. */
final class MockConnection extends ChannelInboundHandlerAdapter {
    static final String DEPARTURES = "/departures";

    /** Longer than the load generator waits: only a departure ends a silence. */
    private static final int SILENCE_SECONDS = 30;

    private static final String NOT_FOUND_BODY =
            "{\"error\":{\"code\":404,\"message\":\"Not served\",\"status\":\"NOT_FOUND\"}}";
    private static final byte[] NOT_FOUND =
            ("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: " + NOT_FOUND_BODY.length()
                            + "\r\nConnection: close\r\n\r\n" + NOT_FOUND_BODY)
                    .getBytes(StandardCharsets.US_ASCII);

    private static final byte[] WATCHED = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final Map<Kind, MockAnswer> answers;
    private final MockAnswer json;
    private final ChannelGroup watchers;
    private final AtOnce paced;
    private final CallNumber number = new CallNumber();
    private @Nullable Kind asked;
    private @Nullable Future<?> pacing;
    private @Nullable Future<?> silence;
    private boolean plain;
    private boolean watching;
    private boolean leavable;
    private int next;

    /** Counts paced answers that are under way at the same time. Written by the event loop alone. */
    static final class AtOnce {
        private int now;
        private volatile int most;

        private void begin() {
            now++;
            most = Math.max(most, now);
        }

        /** Returns the most since the last question. For a moment in which none is under way. */
        int most() {
            int told = most;
            most = 0;
            return told;
        }
    }

    /**
     * @param json to who asks for a call's answer without events
     * @param paced counts the paced answers of all connections
     */
    MockConnection(Map<Kind, MockAnswer> answers, MockAnswer json, ChannelGroup watchers, AtOnce paced) {
        this.answers = answers;
        this.json = json;
        this.watchers = watchers;
        this.paced = paced;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            asked = request.decoderResult().isSuccess() ? kind(request.uri(), ":streamGenerateContent") : null;
            plain = asked == null && isPlain(request.uri());
            watching = request.uri().equals(DEPARTURES);
            number.reset();
        }
        if (asked == Kind.LEAVE && message instanceof HttpContent content) {
            content.content().forEachByte(number);
        }
        if (message instanceof LastHttpContent) {
            answer(context);
        }
        ReferenceCountUtil.release(message);
    }

    private void answer(ChannelHandlerContext context) {
        if (watching) {
            context.writeAndFlush(Unpooled.wrappedBuffer(WATCHED));
            watchers.add(context.channel());
            return;
        }
        if (plain) {
            context.writeAndFlush(json.write(0), context.voidPromise());
            return;
        }
        if (asked == null) {
            context.writeAndFlush(Unpooled.wrappedBuffer(NOT_FOUND)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        MockAnswer answer = answers.get(asked);
        boolean stamped = asked.stamped();
        next = 1;
        leavable = asked.leaving();
        context.writeAndFlush(bytes(answer, 0, stamped), context.voidPromise());
        if (answer.size() > 1) {
            int gap = asked.gapMillis();
            paced.begin();
            pacing = context.executor()
                    .scheduleAtFixedRate(() -> pace(context, answer, stamped), gap, gap, TimeUnit.MILLISECONDS);
        }
    }

    private static ByteBuf bytes(MockAnswer answer, int index, boolean stamped) {
        ByteBuf bytes = answer.write(index);
        return stamped ? SentStamp.stamped(bytes, System.nanoTime()) : bytes;
    }

    private void pace(ChannelHandlerContext context, MockAnswer answer, boolean stamped) {
        context.writeAndFlush(bytes(answer, next, stamped), context.voidPromise());
        next++;
        if (next == answer.size()) {
            stopPacing();
            if (leavable) {
                silence = context.executor().schedule(() -> endSilence(context), SILENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private void endSilence(ChannelHandlerContext context) {
        leavable = false;
        context.close();
    }

    private void stopPacing() {
        if (pacing != null) {
            pacing.cancel(false);
            pacing = null;
            paced.now--;
        }
    }

    /** Comes as soon as the other side's closing is read, or a write has failed; reading is never paused. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        long now = System.nanoTime();
        stopPacing();
        if (silence != null) {
            silence.cancel(false);
        }
        if (leavable) {
            leavable = false;
            tell(number.value() + " " + now + "\n");
        }
    }

    /** A caller that does not read gets no endless stream. */
    private void tell(String line) {
        watchers.close(watcher -> !watcher.isWritable());
        ByteBuf bytes = Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
        watchers.writeAndFlush(bytes);
    }

    /** A gateway may cut connections at will; that is its own business. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private static boolean isPlain(String uri) {
        Kind kind = kind(uri, ":generateContent");
        return kind != null && !kind.streaming();
    }

    private static @Nullable Kind kind(String uri, String method) {
        for (Kind kind : Kind.values()) {
            if (uri.contains("/models/" + kind.model() + method)) {
                return kind;
            }
        }
        return null;
    }
}
