package dev.tollgate.http.engine;

import dev.tollgate.http.exchange.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

/**
 * The checks that the grammar of a head cannot make: the host that a request is for, and one meaning of its body's length. Headers are counted as
 * the decoder splits them: it merges several equal lengths into one. For one connection, on its event loop.
 */
final class Framing {

    private static final String HOST_SIGNS = "._~%!$&'()*+,;=:[]-";
    private static final int TRAILERS_MAX = 20;

    /** The number of chunks of any size. From the next one on they need a minimum of bytes on average: each costs more than its bytes. */
    private static final int CHUNKS_FREE = 64;

    private static final int CHUNK_BYTES_MIN = 16;

    /** The end of a chunk. A chunk's first line has more. */
    private static final int CHUNK_END_BYTES = 2;

    private int contentLengths;
    private int hosts;
    private int codings;
    private int trailers;
    private int chunks;
    private long chunkedBytes;

    /** The next header belongs to a new head. */
    void reset() {
        contentLengths = 0;
        hosts = 0;
        codings = 0;
        trailers = 0;
        chunks = 0;
        chunkedBytes = 0;
    }

    void header(AsciiString name) {
        if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
            contentLengths++;
        } else if (HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
            hosts++;
        } else if (HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
            codings++;
        }
    }

    void trailer() {
        trailers++;
        if (trailers > TRAILERS_MAX) {
            throw new BadHead("It has more than " + TRAILERS_MAX + " trailers.");
        }
    }

    boolean isChunked() {
        return codings > 0;
    }

    /** @param consumed bytes of framing and content @param content bytes of content alone */
    void chunk(int consumed, int content) {
        if (consumed - content > CHUNK_END_BYTES) {
            if (chunks >= CHUNKS_FREE && chunkedBytes < (long) chunks * CHUNK_BYTES_MIN) {
                throw new BadHead("Its chunks have fewer than " + CHUNK_BYTES_MIN + " bytes on average.");
            }
            chunks++;
        }
        chunkedBytes += content;
    }

    /** @throws BadHead for a request whose headers could be understood in two ways */
    void check(HttpRequest request) {
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
        if (hosts == 1 && !RequestHead.isOfHost(request.uri(), headers.get(HttpHeaderNames.HOST))) {
            throw new BadHead("The request's target names another host than its Host header.");
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
}
