package dev.tollgate.base.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * A text as a JSON string: the bytes between its quotes, where they stand in a body. A text that goes on to a model unchanged is never decoded.
 * It holds whole characters only, no half of a surrogate pair. Immutable; equal if the texts are.
 */
public final class JsonText {

    public static final JsonText EMPTY = new JsonText(new byte[0], 0, 0, 0);

    private static final JsonText LINE_BREAK = of("\n");
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int NUMBERED_BYTES = 6;

    private final byte[] bytes;
    private final int from;
    private final int to;
    private final int utf8Bytes;

    private JsonText(byte[] bytes, int from, int to, int utf8Bytes) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.utf8Bytes = utf8Bytes;
    }

    /** Returns a text as JSON. @throws IllegalArgumentException if it holds half of a surrogate pair */
    public static JsonText of(String text) {
        if (text.isEmpty()) {
            return EMPTY;
        }
        byte[] quoted = Utf8Buffer.scratch().string(text).bytes();
        JsonText read = read(quoted, 1, quoted.length);
        if (read == null) {
            throw new IllegalArgumentException("half of a surrogate pair");
        }
        return read;
    }

    /** Returns a string of a tree. @throws IllegalArgumentException if it holds half of a surrogate pair */
    public static JsonText of(JsonNode string) {
        return string instanceof TextNode node ? node.text() : of(string.stringValue());
    }

    /**
     * Returns the string that begins behind a quote; null unless it ends, has valid escapes and no other control characters and no half of a
     * surrogate pair.
     *
     * @param bytes valid UTF-8, not changed any more
     * @param from behind the opening quote
     */
    static @Nullable JsonText read(byte[] bytes, int from, int end) {
        int saved = 0;
        for (int at = special(bytes, from, end); at < end; at = special(bytes, at, end)) {
            if (bytes[at] == '"') {
                return new JsonText(bytes, from, at, at - from - saved);
            }
            int length = escapeLength(bytes, at, end);
            if (length == 0) {
                return null;
            }
            at += length;
            saved += length - utf8Length(bytes, at - length, length);
        }
        return null;
    }

    /** Returns the place of the next quote, backslash or control character; the end if there is none. */
    private static int special(byte[] bytes, int from, int end) {
        int at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long eight = (long) EIGHT_BYTES.get(bytes, at);
            long found = ((eight - ' ' * ONES) & ~eight | zeros(eight ^ '"' * ONES) | zeros(eight ^ '\\' * ONES))
                    & HIGH_BITS;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (at < end && (bytes[at] < 0 || bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\')) {
            at++;
        }
        return at;
    }

    /** Has the high bit of the lowest byte that is zero; bytes above it may have theirs too. */
    private static long zeros(long eight) {
        return (eight - ONES) & ~eight;
    }

    /** Returns how long the escape is; 0 if there is none. */
    private static int escapeLength(byte[] bytes, int at, int end) {
        if (bytes[at] != '\\' || at + 1 >= end) {
            return 0;
        }
        if (bytes[at + 1] != 'u') {
            return "\"\\/bfnrt".indexOf(bytes[at + 1]) < 0 ? 0 : 2;
        }
        int unit = unit(bytes, at, end);
        if (unit < 0 || Character.isLowSurrogate((char) unit)) {
            return 0;
        }
        if (!Character.isHighSurrogate((char) unit)) {
            return NUMBERED_BYTES;
        }
        int low = unit(bytes, at + NUMBERED_BYTES, end);
        return low >= 0 && Character.isLowSurrogate((char) low) ? 2 * NUMBERED_BYTES : 0;
    }

    /** Returns the number in a numbered escape; -1 if there is none. */
    private static int unit(byte[] bytes, int at, int end) {
        if (at + NUMBERED_BYTES > end || bytes[at] != '\\' || bytes[at + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + NUMBERED_BYTES; i++) {
            int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private static int utf8Length(byte[] bytes, int at, int escapeLength) {
        if (escapeLength != NUMBERED_BYTES) {
            return escapeLength == 2 ? 1 : 4;
        }
        int unit = unit(bytes, at, at + escapeLength);
        return unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }

    /** Returns texts joined by line breaks. */
    public static JsonText joined(List<JsonText> texts) {
        return joined(texts, LINE_BREAK);
    }

    /** Returns texts joined without anything between them. */
    public static JsonText concatenated(List<JsonText> texts) {
        return joined(texts, EMPTY);
    }

    private static JsonText joined(List<JsonText> texts, JsonText between) {
        if (texts.size() <= 1) {
            return texts.isEmpty() ? EMPTY : texts.getFirst();
        }
        Utf8Buffer joined = Utf8Buffer.scratch();
        int utf8Bytes = 0;
        for (JsonText text : texts) {
            if (text != texts.getFirst()) {
                joined.raw(between.bytes, between.from, between.to - between.from);
                utf8Bytes += between.utf8Bytes;
            }
            joined.raw(text.bytes, text.from, text.to - text.from);
            utf8Bytes = Math.addExact(utf8Bytes, text.utf8Bytes);
        }
        byte[] bytes = joined.bytes();
        return new JsonText(bytes, 0, bytes.length, utf8Bytes);
    }

    /** Returns the length of a string of a tree in UTF-8, without escapes. */
    public static int utf8Bytes(JsonNode string) {
        return string instanceof TextNode node
                ? node.text().utf8Bytes()
                : string.stringValue().getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns the length of a string of a tree as JSON, without the quotes. */
    public static long jsonBytes(JsonNode string) {
        return string instanceof TextNode node ? node.text().length() : jsonBytes(string.stringValue());
    }

    /** Returns the UTF-8 bytes of a text as JSON, without its quotes. */
    public static long jsonBytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char at = text.charAt(i);
            if (at < ' ') {
                bytes += "\b\f\n\r\t".indexOf(at) < 0 ? 6 : 2;
            } else if (at < 0x80) {
                bytes += at == '"' || at == '\\' ? 2 : 1;
            } else {
                bytes += at < 0x800 || Character.isSurrogate(at) ? 2 : 3;
            }
        }
        return bytes;
    }

    public boolean isEmpty() {
        return from == to;
    }

    /** Returns the length of the text in UTF-8, without escapes. */
    public int utf8Bytes() {
        return utf8Bytes;
    }

    /** Returns the length as JSON, without the quotes. */
    public int length() {
        return to - from;
    }

    /** Returns the byte at a place of the JSON, counted from 0. */
    public byte at(int place) {
        return bytes[from + place];
    }

    /** Returns the first bytes of the JSON, a character for each. */
    public String head(int bytesMax) {
        return new String(bytes, from, Math.min(bytesMax, length()), StandardCharsets.ISO_8859_1);
    }

    /** Returns the text as a string of a tree. */
    public JsonNode node() {
        return TextNode.of(this);
    }

    /** Returns the text behind a place of the JSON, counted from 0, that is not within a character. */
    public JsonText behind(int place) {
        int skipped = place;
        for (int at = special(bytes, from, from + place); at < from + place; at = special(bytes, at, from + place)) {
            int length = escapeLength(bytes, at, to);
            skipped -= length - utf8Length(bytes, at, length);
            at += length;
        }
        return new JsonText(bytes, from + place, to, utf8Bytes - skipped);
    }

    /** Adds the bytes of the JSON to a checksum; only some at either end of a long text. */
    public void update(Checksum sum, int endBytes) {
        if (length() <= 4 * endBytes) {
            sum.update(bytes, from, to - from);
        } else {
            sum.update(bytes, from, endBytes);
            sum.update(bytes, to - endBytes, endBytes);
        }
        sum.update(0);
    }

    /** Adds the first bytes of the JSON to a checksum. @return their number */
    public int updateStart(Checksum sum, int bytesMax) {
        int size = Math.min(bytesMax, length());
        sum.update(bytes, from, size);
        sum.update(0);
        return size;
    }

    /** Returns a long string of a tree as it stands in the body; null for a short one. */
    public static @Nullable JsonText inBody(JsonNode string) {
        return string instanceof TextNode node ? node.text() : null;
    }

    /** Writes the text as a value, in the bytes that it came in. */
    public void write(JsonGenerator json) {
        json.writeRawUTF8String(bytes, from, to - from);
    }

    /** Returns its bytes as they stand in the body; null if they are not plain ASCII without escapes. */
    @Nullable
    AsciiSlice ascii() {
        if (utf8Bytes < to - from) {
            return null;
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] < 0) {
                return null;
            }
        }
        return new AsciiSlice(bytes, from, to);
    }

    /** Returns the text in UTF-8. */
    public byte[] utf8() {
        byte[] utf8 = new byte[utf8Bytes];
        int size = 0;
        int at = from;
        while (at < to) {
            int next = special(bytes, at, to);
            System.arraycopy(bytes, at, utf8, size, next - at);
            size += next - at;
            at = next;
            if (at < to) {
                int length = escapeLength(bytes, at, to);
                size = unescape(at, length, utf8, size);
                at += length;
            }
        }
        return utf8;
    }

    private int unescape(int at, int length, byte[] utf8, int size) {
        if (length == 2) {
            utf8[size] = (byte)
                    switch (bytes[at + 1]) {
                        case 'b' -> '\b';
                        case 'f' -> '\f';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        default -> bytes[at + 1];
                    };
            return size + 1;
        }
        int unit = unit(bytes, at, to);
        String character = length == NUMBERED_BYTES
                ? String.valueOf((char) unit)
                : new String(new char[] {(char) unit, (char) unit(bytes, at + NUMBERED_BYTES, to)});
        byte[] encoded = character.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, utf8, size, encoded.length);
        return size + encoded.length;
    }

    /** Decodes the text and returns it. */
    @Override
    public String toString() {
        return utf8Bytes == to - from
                ? new String(bytes, from, to - from, StandardCharsets.UTF_8)
                : new String(utf8(), StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonText it
                && it.utf8Bytes == utf8Bytes
                && it.toString().equals(toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }
}
