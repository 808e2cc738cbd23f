package dev.tollgate.http.engine;

import dev.tollgate.base.error.ApiException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Reads the requests of one connection, each to the letter, and one at a time: what comes behind a request stays bytes until {@link
 * #nextTurn}. After a head that is refused nothing more is read. On the connection's event loop.
 */
class RequestDecoder extends HttpRequestDecoder {

    private final HeadIntake head;
    private final Framing framing = new Framing();
    private boolean inHead = true;
    private boolean isTurnTaken;
    private boolean isHeld;
    private boolean refused;

    RequestDecoder(HeadLimits rules, int chunkBytesMax, HeadMemory room) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(rules.lineBytesMax())
                .setMaxHeaderSize(rules.headerBytesMax())
                .setMaxChunkSize(chunkBytesMax)
                .setTrailersFactory(ForgottenTrailers.INSTANCE));
        this.head = new HeadIntake(rules, room);
    }

    /** Returns when the head began that has not ended, by {@link System#nanoTime}; 0 if there is none. */
    long headSinceNanos() {
        return head.sinceNanos();
    }

    /** Reads nothing more. */
    void refuse() {
        refused = true;
        head.stop();
    }

    /** Bytes behind a request that waits for its answer. */
    int held() {
        return isTurnTaken ? actualReadableBytes() : 0;
    }

    /** Returns whether a request is read whose answer has not left. */
    boolean isTurnTaken() {
        return isTurnTaken;
    }

    /** Pauses the reading of the body: arriving bytes are kept undecoded. */
    void hold() {
        isHeld = true;
    }

    void release() {
        isHeld = false;
    }

    boolean isHeld() {
        return isHeld;
    }

    boolean hasBytes() {
        return actualReadableBytes() > 0;
    }

    /** More has come behind a request that waits for its answer. */
    protected void heldMore() {}

    /** The request that was read last has its answer: from now on the next one may be read. {@link #readHeld} reads what is here of it. */
    void nextTurn() {
        isTurnTaken = false;
    }

    void readHeld(ChannelHandlerContext context) throws Exception {
        super.channelRead(context, Unpooled.EMPTY_BUFFER);
        channelReadComplete(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        super.channelRead(context, message);
        if (held() > 0) {
            heldMore();
        }
    }

    /** Does not request more itself: the handler that takes the requests does. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        discardSomeReadBytes();
        context.fireChannelReadComplete();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else if (!isTurnTaken && !isHeld) {
            decodeStrictly(context, in, out);
        }
    }

    private void decodeStrictly(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int first = out.size();
        boolean isHead = inHead;
        try {
            if (isHead && !head.isWhole(in)) {
                return;
            }
            int begin = in.readerIndex();
            super.decode(context, in, out);
            for (int i = first; i < out.size() && !refused; i++) {
                decoded(out.get(i));
            }
            if (framing.isChunked() && !isHead && !inHead) {
                int content = out.size() > first && out.get(first) instanceof HttpContent piece
                        ? piece.content().readableBytes()
                        : 0;
                framing.chunk(in.readerIndex() - begin, content);
            }
        } catch (BadHead | ApiException e) {
            refuse(in, out, first, isHead, e);
        }
    }

    private void decoded(Object message) {
        if (message instanceof HttpRequest request) {
            refused = !request.decoderResult().isSuccess();
            inHead = false;
            if (!refused) {
                framing.check(request);
            }
        }
        if (message instanceof LastHttpContent last && !refused) {
            refused = !last.decoderResult().isSuccess();
            isTurnTaken = !refused;
            inHead = true;
            head.reset();
            framing.reset();
        }
    }

    private void refuse(ByteBuf in, List<Object> out, int first, boolean isHead, RuntimeException cause) {
        refuse();
        while (out.size() > first) {
            ReferenceCountUtil.release(out.removeLast());
        }
        HttpObject told = isHead
                ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/bad-request")
                : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        told.setDecoderResult(DecoderResult.failure(cause));
        out.add(told);
        in.skipBytes(in.readableBytes());
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = super.splitHeaderName(line, start, length);
        framing.header(name);
        if (!inHead) {
            framing.trailer();
        }
        return name;
    }

    /** The connection tells its end itself; half a request is none, and what is held is still to be read. */
    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {}

    /** Passed on as it is: above it would be taken for the end of everything, and what is held would be thrown away. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            context.fireUserEventTriggered(event);
        } else {
            super.userEventTriggered(context, event);
        }
    }

    /** The headers behind a chunked body: checked like others, and not kept. */
    private static final class ForgottenTrailers extends EmptyHttpHeaders implements HttpHeadersFactory {

        static final ForgottenTrailers INSTANCE = new ForgottenTrailers();

        private ForgottenTrailers() {}

        @Override
        public HttpHeaders newHeaders() {
            return this;
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return this;
        }

        @Override
        public HttpHeaders add(CharSequence name, Object value) {
            if (HttpHeaderValidationUtil.validateToken(name) >= 0
                    || HttpHeaderValidationUtil.validateValidHeaderValue((CharSequence) value) >= 0) {
                throw new BadHead("A trailer is no header.");
            }
            return this;
        }
    }
}
