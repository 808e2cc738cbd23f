package dev.tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer that is not sent yet. Names are in lower case, a value is on one line: nothing that a caller chose can begin a header
 * of its own. Confined to the event loop.
 */
final class ResponseHead implements Response.Stage {

    /** Most answers fit in so much beside their body. */
    static final int USUAL_BYTES = 768;

    private static final byte[] HTTP_1_1 = ascii("HTTP/1.1 ");
    private static final byte[] HTTP_1_0 = ascii("HTTP/1.0 ");
    private static final byte[] LINE = ascii("\r\n");

    /** Names and values by turns. */
    private String[] fields = new String[16];

    private int length;
    private @Nullable IgnoredFields ignored;

    boolean has(String name) {
        return indexOf(name) >= 0;
    }

    /** Takes the place of what has that name, in whatever letters. */
    void set(String name, String value) {
        int at = indexOf(name);
        if (at < 0) {
            add(name, value);
        } else {
            fields[at + 1] = checked(value);
        }
    }

    void add(String name, String value) {
        if (length == fields.length) {
            fields = Arrays.copyOf(fields, length * 2);
        }
        fields[length] = checked(name);
        fields[length + 1] = checked(value);
        length += 2;
    }

    private int indexOf(String name) {
        for (int i = 0; i < length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    void forEachName(Consumer<String> action) {
        for (int i = 0; i < length; i += 2) {
            action.accept(fields[i]);
        }
    }

    private static String checked(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw new IllegalArgumentException("a header cannot carry the character at " + i);
            }
        }
        return text;
    }

    /** Lists a field as accepted without effect (D5). */
    void ignore(String fieldPath) {
        if (ignored == null) {
            ignored = new IgnoredFields();
        }
        ignored.add(fieldPath);
    }

    /** The first line and all that was set; more headers may follow. */
    void write(ByteBuf out, boolean http10, int status) {
        HttpResponseStatus known = HttpResponseStatus.valueOf(status);
        out.writeBytes(http10 ? HTTP_1_0 : HTTP_1_1);
        writeDecimal(out, status);
        out.writeByte(' ').writeCharSequence(known.reasonPhrase(), StandardCharsets.US_ASCII);
        out.writeBytes(LINE);
        for (int i = 0; i < length; i += 2) {
            writeField(out, fields[i], fields[i + 1]);
        }
        if (ignored != null) {
            writeField(out, "x-tollgate-ignored", ignored.header());
        }
    }

    /** A header that needs no checking. */
    static void writeField(ByteBuf out, String name, String value) {
        out.writeCharSequence(name, StandardCharsets.US_ASCII);
        out.writeByte(':').writeByte(' ');
        out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
        out.writeBytes(LINE);
    }

    /** @param begin the name, the colon and the space behind it */
    static void writeNumber(ByteBuf out, byte[] begin, long value) {
        writeDecimal(out.writeBytes(begin), value);
        out.writeBytes(LINE);
    }

    static void writeEnd(ByteBuf out) {
        out.writeBytes(LINE);
    }

    private static void writeDecimal(ByteBuf out, long value) {
        if (value >= 10) {
            writeDecimal(out, value / 10);
        }
        out.writeByte('0' + (int) (value % 10));
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
