package dev.tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
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

    private static final String HOST_SIGNS = "._~%!$&'()*+,;=:[]-";

    private final HeadGrammar grammar = new HeadGrammar();
    private boolean inHead = true;
    private boolean headWhole;
    private boolean isTurnTaken;
    private boolean isHeld;
    private boolean refused;

    /** Of the bytes that wait, how many the grammar has seen. */
    private int seen;

    private int contentLengths;
    private int hosts;
    private int codings;

    RequestDecoder(int lineBytesMax, int headerBytesMax, int chunkBytesMax) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(lineBytesMax)
                .setMaxHeaderSize(headerBytesMax)
                .setMaxChunkSize(chunkBytesMax));
    }

    /** Bytes behind a request that waits for its answer. */
    int held() {
        return isTurnTaken ? actualReadableBytes() : 0;
    }

    /** Whoever takes the body takes no more of it now: what comes stays bytes. */
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

    /** Asks for no more itself: whoever takes the requests does. */
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
        try {
            if (inHead) {
                look(in);
            }
            int begin = in.readerIndex();
            super.decode(context, in, out);
            seen = Math.max(0, seen - (in.readerIndex() - begin));
            for (int i = first; i < out.size() && !refused; i++) {
                decoded(out.get(i));
            }
        } catch (BadHead e) {
            refuse(in, out, first, e);
        }
    }

    private void look(ByteBuf in) {
        if (headWhole) {
            return;
        }
        int last = in.forEachByte(in.readerIndex() + seen, in.readableBytes() - seen, grammar);
        headWhole = last >= 0;
        seen = headWhole ? last + 1 - in.readerIndex() : in.readableBytes();
    }

    private void decoded(Object message) {
        if (message instanceof HttpRequest request) {
            refused = !request.decoderResult().isSuccess();
            inHead = false;
            if (!refused) {
                check(request);
            }
        }
        if (message instanceof LastHttpContent last && !refused) {
            refused = !last.decoderResult().isSuccess();
            isTurnTaken = !refused;
            inHead = true;
            headWhole = false;
            seen = 0;
            contentLengths = 0;
            hosts = 0;
            codings = 0;
            grammar.reset();
        }
    }

    private void refuse(ByteBuf in, List<Object> out, int first, BadHead cause) {
        refused = true;
        while (out.size() > first) {
            ReferenceCountUtil.release(out.removeLast());
        }
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/bad-request");
        request.setDecoderResult(DecoderResult.failure(cause));
        out.add(request);
        in.skipBytes(in.readableBytes());
    }

    /** What the grammar cannot see: how long the body is must have one answer, and whom it is for. */
    private void check(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (hosts > 1 || hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw new BadHead("A request must have one Host header, not " + hosts + ".");
        }
        if (hosts == 1 && !isHost(headers.get(HttpHeaderNames.HOST))) {
            throw new BadHead("The Host header must be a host and perhaps a port.");
        }
        if (codings > 0
                && (codings > 1
                        || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(
                                headers.get(HttpHeaderNames.TRANSFER_ENCODING)))) {
            throw new BadHead("The only Transfer-Encoding that is taken is 'chunked', in one header.");
        }
        if (contentLengths > 1) {
            throw new BadHead("A request must not have several Content-Length headers.");
        }
        // The decoder takes such a request for one of a draft of WebSocket, which has a body of 8 bytes that no header
        // announces.
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
                && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            throw new BadHead("WebSocket is not spoken here.");
        }
    }

    /** An authority, or what may stand there where the target has none. */
    private static boolean isHost(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && HOST_SIGNS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Counted here: of several equal lengths the decoder makes one before anybody sees them. */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = super.splitHeaderName(line, start, length);
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
            contentLengths++;
        } else if (HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
            hosts++;
        } else if (HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
            codings++;
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
}
