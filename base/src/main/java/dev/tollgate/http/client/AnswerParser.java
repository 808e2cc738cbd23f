package dev.tollgate.http.client;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Parses the answers on one HTTP/1.1 connection (RFC 9112) to a server that the operator has chosen. It is strict if two readings would
 * disagree about what belongs to an answer, and short everywhere else. Not safe for several threads.
 */
public final class AnswerParser {

    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int LINE_BYTES_MAX = 4 * 1024;
    private static final int TRAILER_LINES_MAX = 128;

    /** Empty lines before an answer and interim answers (1xx), together: none of them ends a wait. */
    private static final int INTERIM_MAX = 64;

    private static final int SIZE_DIGITS_MAX = 15;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int FIRST_FINAL = 200;
    private static final int SWITCHING = 101;

    /** The receiver of the parsed answer. */
    interface Sink {
        void head(AnswerHead head);

        /** Receives the first {@code length} bytes of the room given to {@link #read}. */
        void body(byte[] bytes, int length);
    }

    private enum State {
        HEAD,
        SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        LENGTH,
        UNTIL_CLOSE,
        WHOLE
    }

    private final Sink sink;
    private final AnswerHead head = new AnswerHead();
    private State state = State.HEAD;

    /** A line, or the start of a head that came in pieces. */
    private final LineBuffer line = new LineBuffer();

    /** The number of lines of the head, then of the trailers. */
    private int lines;

    private int interim;
    private int lineFrom;
    private long left;

    /** The bytes of the body in the room of the current read. */
    private int bodyLength;

    private boolean lasts;

    AnswerParser(Sink sink) {
        this.sink = sink;
    }

    /** Prepares for another answer on the same connection. */
    void next() {
        interim = 0;
        nextHead();
    }

    private void nextHead() {
        state = State.HEAD;
        line.length = 0;
        lineFrom = 0;
        lines = 0;
    }

    /** Returns whether the connection can take another request once the answer is whole. */
    boolean lasts() {
        return lasts;
    }

    /** Returns whether the answer is complete; later bytes are not read. */
    boolean isWhole() {
        return state == State.WHOLE;
    }

    /**
     * Parses what has arrived. The body's bytes of one read are reported together, including those before a fault.
     *
     * @param room for as many bytes as have arrived
     * @throws IOException if this is not an answer
     */
    void read(ByteBuf in, byte[] room) throws IOException {
        bodyLength = 0;
        try {
            parse(in, room);
        } finally {
            if (bodyLength > 0) {
                sink.body(room, bodyLength);
            }
        }
    }

    private void parse(ByteBuf in, byte[] room) throws IOException {
        while (in.isReadable() && state != State.WHOLE) {
            switch (state) {
                case HEAD -> readHead(in, room);
                case SIZE -> {
                    if (line.take(in, LINE_BYTES_MAX)) {
                        size();
                    }
                }
                case CHUNK, LENGTH, UNTIL_CLOSE -> {
                    int take = (int) Math.min(left, in.readableBytes());
                    in.readBytes(room, bodyLength, take);
                    bodyLength += take;
                    took(take);
                }
                case CHUNK_END -> {
                    if (line.take(in, 2)) {
                        require(line.length == 0, "a chunk is longer than it says");
                        state = State.SIZE;
                    }
                }
                case TRAILER -> {
                    if (line.take(in, LINE_BYTES_MAX)) {
                        require(++lines <= TRAILER_LINES_MAX, "too many trailers");
                        state = line.length == 0 ? State.WHOLE : State.TRAILER;
                        line.length = 0;
                    }
                }
                case WHOLE -> {}
            }
        }
    }

    /** Returns whether the end of the connection completes the answer. */
    boolean isWholeAtClose() {
        return state == State.UNTIL_CLOSE;
    }

    private void took(int bytes) {
        if (state == State.UNTIL_CLOSE) {
            return;
        }
        left -= bytes;
        if (left == 0) {
            state = state == State.CHUNK ? State.CHUNK_END : State.WHOLE;
        }
    }

    // ---- head ----

    /** Reads a head, in place if it comes in one piece. */
    private void readHead(ByteBuf in, byte[] room) throws IOException {
        byte[] text = line.length == 0 ? room : line.bytes;
        while (in.isReadable() && state == State.HEAD) {
            int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
            int more = end < 0 ? in.readableBytes() : end + 1 - in.readerIndex();
            require(line.length + more <= HEAD_BYTES_MAX, "the head is too long");
            if (text != room) {
                text = line.reserve(line.length + more);
            }
            in.readBytes(text, line.length, more);
            line.length += more;
            if (end >= 0) {
                boolean isEmpty =
                        line.length - lineFrom == 1 || (line.length - lineFrom == 2 && text[lineFrom] == '\r');
                lineFrom = line.length;
                if (!isEmpty) {
                    lines++;
                } else if (lines > 0) {
                    readHead(text);
                } else {
                    passOver();
                }
            }
        }
        if (text == room && line.length > 0) {
            System.arraycopy(room, 0, line.reserve(line.length), 0, line.length);
        }
    }

    private void readHead(byte[] text) throws IOException {
        head.set(text, line.length);
        int status = head.status();
        require(status != SWITCHING, "another protocol");
        require(head.isToTheLetter(), "a header's name is not followed by a colon");
        if (status < FIRST_FINAL) {
            passOver();
            return;
        }
        frame(status, head.isOld());
        sink.head(head);
        line.length = 0;
    }

    /** Skips an empty line or an interim answer. */
    private void passOver() throws IOException {
        require(++interim <= INTERIM_MAX, "its head does not come");
        nextHead();
    }

    /** Determines the body's length (RFC 9112, 6.3) and whether the connection can be used again. */
    private void frame(int status, boolean isOld) throws IOException {
        String connection = lower(head.header("connection"));
        lasts = !connection.contains("close") && (!isOld || connection.contains("keep-alive"));
        String coding = lower(head.header("transfer-encoding"));
        String length = head.header("content-length");
        left = Long.MAX_VALUE;
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            state = State.WHOLE;
        } else if (!coding.isEmpty()) {
            require(coding.equals("chunked") && head.count("transfer-encoding") == 1, "an unknown transfer encoding");
            lasts &= length == null;
            state = State.SIZE;
        } else if (length != null) {
            left = length(length);
            state = left == 0 ? State.WHOLE : State.LENGTH;
        } else {
            lasts = false;
            state = State.UNTIL_CLOSE;
        }
    }

    private long length(String text) throws IOException {
        boolean isNumber = !text.isEmpty() && text.length() <= SIZE_DIGITS_MAX && head.count("content-length") == 1;
        for (int i = 0; i < text.length() && isNumber; i++) {
            isNumber = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        require(isNumber, "a content-length that is not a number");
        return Long.parseLong(text);
    }

    private static String lower(@Nullable String value) {
        return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }

    // ---- chunks ----

    private void size() throws IOException {
        long size = 0;
        int digits = 0;
        while (digits < line.length && Character.digit(line.bytes[digits], 16) >= 0) {
            require(digits < SIZE_DIGITS_MAX, "a chunk that is too long");
            size = size << 4 | Character.digit(line.bytes[digits], 16);
            digits++;
        }
        byte behind = digits < line.length ? line.bytes[digits] : (byte) ';';
        require(digits > 0 && (behind == ';' || behind == ' ' || behind == '\t'), "a chunk without its size");
        line.length = 0;
        left = size;
        lines = 0;
        state = size == 0 ? State.TRAILER : State.CHUNK;
    }

    /** @throws IOException naming the fault, unless the condition holds */
    static void require(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException("the answer is broken: " + otherwise);
        }
    }
}
