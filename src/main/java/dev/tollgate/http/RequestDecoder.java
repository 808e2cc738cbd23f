package dev.tollgate.http;

import dev.tollgate.base.error.ApiException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads the requests of one connection, each to the letter, and one at a time: what comes behind a request stays bytes until {@link
 * #nextTurn}. After a head that is refused nothing more is read. On the connection's event loop.
 */
class RequestDecoder extends HttpRequestDecoder {

    private static final String HOST_SIGNS = "._~%!$&'()*+,;=:[]-";

    private static final List<String> CREDENTIALS = List.of("authorization:", "x-goog-api-key:");

    private static final int TRAILERS_MAX = 20;

    /** From the 65th chunk on a body's chunks have so many bytes on average: each costs more than its bytes. */
    private static final int CHUNKS_FREE = 64;

    private static final int CHUNK_BYTES_MIN = 16;

    /** The end of a chunk. A chunk's first line has more. */
    private static final int CHUNK_END_BYTES = 2;

    private final HeadRules rules;
    private final HeadRoom room;
    private final HeadGrammar grammar = new HeadGrammar();
    private boolean inHead = true;
    private boolean isTurnTaken;
    private boolean isHeld;
    private boolean refused;

    /** How many bytes the grammar has seen of a head whose end has not come. */
    private int seen;

    private int contentLengths;
    private int hosts;
    private int codings;
    private int trailers;
    private int chunks;
    private long chunkedBytes;
    private int headerBytesMax;

    /** When a head was first seen whose end had not come; 0 if there is none. */
    private long headSinceNanos;

    RequestDecoder(HeadRules rules, int chunkBytesMax, HeadRoom room) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(rules.lineBytesMax())
                .setMaxHeaderSize(rules.headerBytesMax())
                .setMaxChunkSize(chunkBytesMax)
                .setTrailersFactory(ForgottenTrailers.INSTANCE));
        this.rules = rules;
        this.room = room;
        this.headerBytesMax = rules.strangerHeaderBytesMax();
    }

    /** Returns when the head began that has not ended, by {@link System#nanoTime}; 0 if there is none. */
    long headSinceNanos() {
        return headSinceNanos;
    }

    /** Reads nothing more. */
    void refuse() {
        refused = true;
        headSinceNanos = 0;
    }

    boolean isRefused() {
        return refused;
    }

    /** Bytes behind a request that waits for its answer. */
    int held() {
        return isTurnTaken ? actualReadableBytes() : 0;
    }

    /** Returns whether a request is read whose answer has not left. */
    boolean isTurnTaken() {
        return isTurnTaken;
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
        boolean isHead = inHead;
        try {
            if (isHead && !isWhole(in)) {
                return;
            }
            int begin = in.readerIndex();
            super.decode(context, in, out);
            for (int i = first; i < out.size() && !refused; i++) {
                decoded(out.get(i));
            }
            if (codings > 0 && !isHead && !inHead) {
                countChunk(in.readerIndex() - begin, out, first);
            }
        } catch (BadHead | ApiException e) {
            refuse(in, out, first, isHead, e);
        }
    }

    /** Looks at what has come of a head. Nothing is made of it before all of it is here and has its room. */
    private boolean isWhole(ByteBuf in) {
        int last = in.forEachByte(in.readerIndex() + seen, in.readableBytes() - seen, grammar);
        checkLength(in);
        if (last >= 0) {
            headSinceNanos = 0;
            room.builds(grammar);
            return true;
        }
        seen = in.readableBytes();
        if (headSinceNanos == 0) {
            headSinceNanos = System.nanoTime() | 1;
        }
        room.waits(in.capacity(), grammar);
        return false;
    }

    private void checkLength(ByteBuf in) {
        if (grammar.lineBytes() > rules.lineBytesMax()) {
            throw rules.lineTooLong();
        }
        if (grammar.headerBytes() > headerBytesMax && headerBytesMax < rules.headerBytesMax() && hasKnownKey(in)) {
            headerBytesMax = rules.headerBytesMax();
        }
        if (grammar.headerBytes() > headerBytesMax) {
            throw rules.headersTooLong();
        }
    }

    /** Looks for a key in what anybody may send: asked at most once for a head. */
    private boolean hasKnownKey(ByteBuf in) {
        int length = Math.min(in.readableBytes(), grammar.lineBytes() + headerBytesMax);
        String begin = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
        for (String line : begin.split("\r\n")) {
            for (String name : CREDENTIALS) {
                if (line.regionMatches(true, 0, name, 0, name.length())) {
                    return rules.isKnownKey().test(line.substring(name.length()).strip());
                }
            }
        }
        return false;
    }

    /** @param consumed bytes of the body's framing and content */
    private void countChunk(int consumed, List<Object> out, int first) {
        int content = out.size() > first && out.get(first) instanceof HttpContent piece
                ? piece.content().readableBytes()
                : 0;
        if (consumed - content > CHUNK_END_BYTES) {
            if (chunks >= CHUNKS_FREE && chunkedBytes < (long) chunks * CHUNK_BYTES_MIN) {
                throw new BadHead("Its chunks have fewer than " + CHUNK_BYTES_MIN + " bytes on average.");
            }
            chunks++;
        }
        chunkedBytes += content;
    }

    private void decoded(Object message) {
        if (message instanceof HttpRequest request) {
            refused = !request.decoderResult().isSuccess();
            inHead = false;
            trailers = 0;
            chunks = 0;
            chunkedBytes = 0;
            if (!refused) {
                check(request);
            }
        }
        if (message instanceof LastHttpContent last && !refused) {
            refused = !last.decoderResult().isSuccess();
            isTurnTaken = !refused;
            inHead = true;
            seen = 0;
            headerBytesMax = rules.strangerHeaderBytesMax();
            contentLengths = 0;
            hosts = 0;
            codings = 0;
            grammar.reset();
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
        if (!RequestHead.isTarget(request.uri())) {
            throw new BadHead("The request's target must be a path that begins with /, or a URL of http or https.");
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
        if (!inHead) {
            trailers++;
            if (trailers > TRAILERS_MAX) {
                throw new BadHead("It has more than " + TRAILERS_MAX + " trailers.");
            }
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
