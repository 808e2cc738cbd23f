package dev.tollgate.bench;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
    private static final String NOT_FOUND_BODY =
            "{\"error\":{\"code\":404,\"message\":\"Not served\",\"status\":\"NOT_FOUND\"}}";
    private static final byte[] NOT_FOUND =
            ("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: " + NOT_FOUND_BODY.length()
                            + "\r\nConnection: close\r\n\r\n" + NOT_FOUND_BODY)
                    .getBytes(StandardCharsets.US_ASCII);

    private final Map<Kind, MockAnswer> answers;
    private @Nullable Kind asked;
    private @Nullable Future<?> pacing;
    private int next;

    MockConnection(Map<Kind, MockAnswer> answers) {
        this.answers = answers;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            asked = request.decoderResult().isSuccess() ? kind(request.uri()) : null;
        }
        if (message instanceof LastHttpContent) {
            answer(context);
        }
        ReferenceCountUtil.release(message);
    }

    private void answer(ChannelHandlerContext context) {
        if (asked == null) {
            context.writeAndFlush(Unpooled.wrappedBuffer(NOT_FOUND)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        MockAnswer answer = answers.get(asked);
        next = 1;
        context.writeAndFlush(answer.write(0), context.voidPromise());
        if (answer.size() > 1) {
            int gap = asked.gapMillis();
            pacing = context.executor()
                    .scheduleAtFixedRate(() -> pace(context, answer), gap, gap, TimeUnit.MILLISECONDS);
        }
    }

    private void pace(ChannelHandlerContext context, MockAnswer answer) {
        context.writeAndFlush(answer.write(next), context.voidPromise());
        next++;
        if (next == answer.size()) {
            stopPacing();
        }
    }

    private void stopPacing() {
        if (pacing != null) {
            pacing.cancel(false);
            pacing = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopPacing();
    }

    /** A gateway may cut connections at will; that is its own business. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private static @Nullable Kind kind(String uri) {
        for (Kind kind : Kind.values()) {
            if (uri.contains("/models/" + kind.model() + ":streamGenerateContent")) {
                return kind;
            }
        }
        return null;
    }
}
