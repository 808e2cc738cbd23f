package dev.tollgate.http.engine;

import dev.tollgate.http.exchange.CallerExchange;
import dev.tollgate.http.exchange.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns the responses of one connection into bytes: heads, and bodies in their framing. Confined to the connection's event loop. */
final class AnswerBytes {

    /** The size of most responses without their body, in bytes. */
    private static final int USUAL_BYTES = 768;

    /** A chunk's own lines, and the last chunk. */
    private static final int FRAME_BYTES = 24;

    private static final byte[] HTTP_1_1 = ascii("HTTP/1.1 ");
    private static final byte[] HTTP_1_0 = ascii("HTTP/1.0 ");
    private static final byte[] LINE = ascii("\r\n");
    private static final byte[] VERSION = ascii("openai-version: 2020-10-01\r\n");
    private static final byte[] PROCESSING = ascii("openai-processing-ms: ");
    private static final byte[] CLOSE = ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("connection: keep-alive\r\n");
    private static final byte[] CONTENT_LENGTH = ascii("content-length: ");
    private static final byte[] STREAM_HEADERS = ascii("cache-control: no-cache\r\nx-accel-buffering: no\r\n");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
    private static final byte[] LINE_AND_LAST_CHUNK = ascii("\r\n0\r\n\r\n");

    private final Supplier<byte[]> date;
    private final Outgoing outgoing;

    /** A mark for a body that is sent in chunks. */
    private boolean isChunked;

    /** @param date the current {@code Date} header with the end of its line */
    AnswerBytes(Supplier<byte[]> date, Outgoing outgoing) {
        this.date = date;
        this.outgoing = outgoing;
    }

    // ---- heads ----

    /** Returns a head and room for so many bytes of its body. */
    ByteBuf begin(CallerExchange exchange, ResponseHead head, int room) {
        boolean isHttp10 = exchange.isHttp10();
        ByteBuf out = head(head, isHttp10, room);
        writeField(out, "x-request-id", exchange.requestId());
        if (!head.has("request-id")) { // an answer of Anthropic's API
            out.writeBytes(VERSION);
            writeNumber(out, PROCESSING, exchange.millis());
        }
        out.writeBytes(date.get());
        if (head.closes()) {
            out.writeBytes(CLOSE);
        } else if (isHttp10) {
            out.writeBytes(KEEP_ALIVE);
        }
        String contentType = head.contentType();
        if (contentType != null) {
            writeField(out, "content-type", contentType);
        }
        if (head.bytes() >= 0) {
            writeNumber(out, CONTENT_LENGTH, head.bytes());
        } else if (head.bytes() == ResponseHead.STREAM) {
            out.writeBytes(STREAM_HEADERS);
            if (!isHttp10) {
                out.writeBytes(CHUNKED);
            }
        }
        isChunked = head.bytes() == ResponseHead.STREAM && !isHttp10 && !exchange.isHead();
        return out.writeBytes(LINE);
    }

    /** Returns a whole response to what is no request. */
    ByteBuf refusal(ResponseHead head, byte[] body) {
        ByteBuf out = head(head, false, body.length);
        writeNumber(out.writeBytes(date.get()), CONTENT_LENGTH, body.length);
        return out.writeBytes(LINE).writeBytes(body);
    }

    private ByteBuf head(ResponseHead head, boolean isHttp10, int room) {
        ByteBuf out = outgoing.buffer(USUAL_BYTES + room);
        out.writeBytes(isHttp10 ? HTTP_1_0 : HTTP_1_1);
        writeDecimal(out, head.status());
        out.writeByte(' ')
                .writeCharSequence(HttpResponseStatus.valueOf(head.status()).reasonPhrase(), StandardCharsets.US_ASCII);
        out.writeBytes(LINE);
        head.forEach((name, value) -> writeField(out, name, value));
        return out;
    }

    private static void writeField(ByteBuf out, String name, String value) {
        out.writeCharSequence(name, StandardCharsets.US_ASCII);
        out.writeByte(':').writeByte(' ');
        out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
        out.writeBytes(LINE);
    }

    /** @param begin the name, the colon and the space after it */
    private static void writeNumber(ByteBuf out, byte[] begin, long value) {
        writeDecimal(out.writeBytes(begin), value);
        out.writeBytes(LINE);
    }

    private static void writeDecimal(ByteBuf out, long value) {
        if (value >= 10) {
            writeDecimal(out, value / 10);
        }
        out.writeByte('0' + (int) (value % 10));
    }

    // ---- bodies ----

    /** Returns how many bytes of a write go into its first buffer; the others wait where they are. */
    int first(int length) {
        return Math.min(length, outgoing.pieceBytes());
    }

    /** Returns the first bytes of a piece, after its head if that is not sent yet; if they are all, with what ends a chunk, and a last one. */
    ByteBuf piece(CallerExchange exchange, @Nullable ResponseHead head, byte[] bytes, int length, boolean isLast) {
        int first = first(length);
        int room = first + FRAME_BYTES;
        ByteBuf out = head == null ? outgoing.buffer(room) : begin(exchange, head, room);
        boolean isWhole = first == length;
        if (isChunked && length > 0) {
            out.writeCharSequence(Integer.toHexString(length), StandardCharsets.US_ASCII);
            out.writeBytes(LINE).writeBytes(bytes, 0, first);
            if (isWhole) {
                out.writeBytes(LINE);
            }
        } else {
            out.writeBytes(bytes, 0, first);
        }
        return isChunked && isWhole && isLast ? out.writeBytes(LAST_CHUNK) : out;
    }

    /** Returns a copy of what does not go into the first buffer of a piece, for the array may be changed; null if there is none. */
    @Nullable
    ByteBuf rest(byte[] bytes, int length, boolean isLast) {
        int first = first(length);
        if (first == length) {
            return null;
        }
        byte[] chunkEnd = isLast ? LINE_AND_LAST_CHUNK : LINE;
        byte[] copy = Arrays.copyOfRange(bytes, first, isChunked ? length + chunkEnd.length : length);
        if (isChunked) {
            System.arraycopy(chunkEnd, 0, copy, length - first, chunkEnd.length);
        }
        return Unpooled.wrappedBuffer(copy);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
