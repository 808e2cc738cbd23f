package dev.tollgate.protocols.openai;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a body of {@code multipart/form-data} part by part while it comes, as {@link FormBody} reads a whole one. Used by one thread at a time. */
public final class FormStream {

    /** The bytes that it keeps in memory: more than a head and a boundary. */
    public static final int BUFFER_BYTES = 16 * 1024;

    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
    private static final byte[] LAST = {'-', '-'};

    private final InputStream body;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private int parts;
    private boolean isInPart;

    /** @param contentType of the body @throws ApiException 400 without a boundary */
    public FormStream(InputStream body, String contentType) {
        this.body = body;
        this.delimiter = PartHead.delimiter(contentType);
    }

    /**
     * Returns the head of the next part; what is left of the present one is passed over. At the end it reads what follows the last boundary.
     *
     * @return null if there is no further part
     * @throws ApiException 400 for a body that is no form
     */
    public @Nullable PartHead next() throws IOException {
        if (parts == 0) {
            begin();
        }
        byte[] rest = new byte[0];
        while (isInPart) {
            if (rest.length == 0) {
                rest = new byte[BUFFER_BYTES];
            }
            read(rest, 0, rest.length);
        }
        if (startsWith(LAST)) {
            body.transferTo(OutputStream.nullOutputStream());
            return null;
        }
        if (!startsWith(LINE_END)) {
            throw invalid("A boundary of the body is not followed by a line break.");
        }
        from += LINE_END.length;
        PartHead head = PartHead.of(++parts, head());
        isInPart = !startsWith(delimiter);
        from += isInPart ? LINE_END.length : delimiter.length;
        return head;
    }

    private void begin() throws IOException {
        byte[] first = Arrays.copyOfRange(delimiter, LINE_END.length, delimiter.length);
        if (startsWith(first)) {
            from += first.length;
        } else if (startsWith(delimiter)) {
            from += delimiter.length;
        } else {
            throw invalid("The body does not begin with its boundary.");
        }
    }

    /** Reads a head up to the line break before the content. */
    private String head() throws IOException {
        if (startsWith(LINE_END)) {
            return "";
        }
        for (int length = 0; length < PartHead.BYTES_MAX; length++) {
            if (!fill(length + HEAD_END.length)) {
                throw early();
            }
            if (isAt(HEAD_END, from + length)) {
                String head = new String(buffer, from, length + LINE_END.length, StandardCharsets.ISO_8859_1);
                from += length + LINE_END.length;
                return head;
            }
        }
        throw invalid("A part of the body has no end of its head within " + PartHead.BYTES_MAX + " bytes.");
    }

    /**
     * Reads some of the content of the present part.
     *
     * @return the number of bytes; -1 at its end
     * @throws ApiException 400 if the body ends before its last boundary
     */
    public int read(byte[] into, int at, int length) throws IOException {
        if (!isInPart) {
            return -1;
        }
        if (!fill(delimiter.length)) {
            throw early();
        }
        int end = contentEnd();
        if (end == from) {
            from += delimiter.length;
            isInPart = false;
            return -1;
        }
        int some = Math.min(length, end - from);
        System.arraycopy(buffer, from, into, at, some);
        from += some;
        return some;
    }

    /** Returns the place in the buffer up to which it certainly is content. */
    private int contentEnd() {
        for (int at = from; at < to; at++) {
            if (buffer[at] == delimiter[0] && (to - at < delimiter.length || isAt(delimiter, at))) {
                return at;
            }
        }
        return to;
    }

    /** Reads a short text. @return null if it is longer @param most in bytes */
    public byte @Nullable [] text(int most) throws IOException {
        byte[] text = new byte[most + 1];
        int length = 0;
        while (length < text.length) {
            int some = read(text, length, text.length - length);
            if (some < 0) {
                return Arrays.copyOf(text, length);
            }
            length += some;
        }
        return null;
    }

    private boolean startsWith(byte[] run) throws IOException {
        return fill(run.length) && isAt(run, from);
    }

    private boolean isAt(byte[] run, int at) {
        return at + run.length <= to && Arrays.equals(buffer, at, at + run.length, run, 0, run.length);
    }

    /** Waits until so many bytes are in the buffer. @return false if the body ends before */
    private boolean fill(int bytes) throws IOException {
        if (from + bytes > buffer.length) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        while (to - from < bytes) {
            int some = body.read(buffer, to, buffer.length - to);
            if (some < 0) {
                return false;
            }
            to += some;
        }
        return true;
    }

    private static ApiException early() {
        return invalid("The body ends too early: its last boundary is missing.");
    }

    private static ApiException invalid(String message) {
        return ApiError.invalid(null, message).asException();
    }
}
