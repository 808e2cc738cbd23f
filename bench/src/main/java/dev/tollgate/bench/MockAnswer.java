package dev.tollgate.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/**
 * The bytes of one Gemini answer, made once. Each write is one buffer; the first carries the response head, the last the end of the
 * chunked body. As the real API does, every event is an HTTP chunk of its own, ends its lines with CR LF, and repeats the usage so far.
 */
final class MockAnswer {
    /** Stands once in every text event and nowhere else in an answer: the load generator counts it to see that no event got lost. */
    static final char MARK = '~';

    static final int PROMPT_TOKENS = 230;
    private static final int TOKENS_PER_EVENT = 6;
    private static final int CALL_TOKENS = 220;
    private static final int IMAGE_TOKENS = 1_120;
    static final int IMAGE_BYTES = 15_000_000;
    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    private static final String WORDS = "the toll is paid at the gate and the road is free ";

    private final List<ByteBuf> writes;

    private MockAnswer(List<ByteBuf> writes) {
        this.writes = writes;
    }

    static MockAnswer of(Kind kind) {
        List<String> chunks = chunks(kind);
        return new MockAnswer(
                kind.gapMillis() > 0
                        ? chunks.stream().map(MockAnswer::shared).toList()
                        : List.of(shared(String.join("", chunks))));
    }

    int size() {
        return writes.size();
    }

    /** A view with positions of its own; it must be written on the event loop, and needs no release. */
    ByteBuf write(int index) {
        return writes.get(index).duplicate();
    }

    /** The one answer in JSON instead of events, for who asks {@code generateContent}. */
    static MockAnswer json(Kind kind) {
        String body = body(kind, 0, true);
        return new MockAnswer(List.of(shared("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\nServer: bench\r\n\r\n" + body)));
    }

    private static List<String> chunks(Kind kind) {
        List<String> chunks = new ArrayList<>();
        for (int i = 0; i < kind.events(); i++) {
            boolean last = i == kind.events() - 1 && !kind.leaving();
            chunks.add((i == 0 ? head() : "") + chunk(event(kind, i, last)) + (last ? "0\r\n\r\n" : ""));
        }
        return chunks;
    }

    private static String head() {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nServer: bench\r\n\r\n";
    }

    private static String chunk(String event) {
        return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    }

    private static String event(Kind kind, int index, boolean last) {
        return "data: " + body(kind, index, last) + "\r\n\r\n";
    }

    private static String body(Kind kind, int index, boolean last) {
        int images = kind == Kind.IMAGE ? IMAGE_TOKENS : 0;
        int tokens = kind.streaming() ? (index + 1) * TOKENS_PER_EVENT : CALL_TOKENS + images;
        return "{\"candidates\":[{\"content\":{\"parts\":[{" + part(kind) + "}],\"role\":\"model\"}"
                + (last ? ",\"finishReason\":\"STOP\"" : "")
                + ",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":" + PROMPT_TOKENS
                + ",\"candidatesTokenCount\":" + tokens
                + ",\"totalTokenCount\":" + (PROMPT_TOKENS + tokens)
                + ",\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":" + PROMPT_TOKENS
                + "}]"
                + (images > 0
                        ? ",\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":" + images + "}]"
                        : "")
                + "},\"modelVersion\":\"" + kind.model() + "\",\"responseId\":\"bench-response-1\"}";
    }

    private static String part(Kind kind) {
        String text = "\"text\":\"" + text(kind) + "\"";
        return switch (kind) {
            case UNSHOWN -> "\"functionCall\":{\"name\":\"f\",\"args\":{}}";
            case IMAGE -> "\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + image() + "\"}},{" + text;
            default -> text;
        };
    }

    /** An image of one pixel with filling behind its end, as the sandbox makes large ones. */
    private static String image() {
        byte[] bytes = new byte[IMAGE_BYTES];
        new Random(7).nextBytes(bytes);
        byte[] pixel = Base64.getDecoder().decode(PIXEL);
        System.arraycopy(pixel, 0, bytes, 0, pixel.length);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String text(Kind kind) {
        if (kind == Kind.LONG) {
            return "word ".repeat(1_000) + MARK;
        }
        if (!kind.streaming()) {
            return WORDS.repeat(20) + MARK;
        }
        return (kind.stamped() ? SentStamp.PLACE + " " : "") + "a few more words " + MARK + " ";
    }

    private static ByteBuf shared(String ascii) {
        byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(
                ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer()));
    }
}
