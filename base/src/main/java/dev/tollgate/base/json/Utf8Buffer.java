package dev.tollgate.base.json;

import dev.tollgate.base.money.Credits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Bytes of JSON on their way out: grows as needed, escapes texts straight to UTF-8, and is used again after {@link #clear}.
 * Half a surrogate pair is written as an escape, since it has no UTF-8. Not thread-safe.
 */
public final class Utf8Buffer {

    private static final int SIZE_MAX = 256 << 20;
    private static final int KEPT_BYTES_MAX = 1 << 20;

    /** The size below which bytes are copied, so that the buffer can be used again. */
    private static final int GIVEN_AWAY_BYTES_MIN = 4 * 1024;

    private static final int DECIMALS_MAX = 19;
    private static final int ESCAPE_BYTES_MAX = 6;
    private static final byte[] HEX = ascii("0123456789abcdef");
    /** The escape of each ASCII character: 0 for none, the letter of its short escape, or {@code u}. */
    private static final byte[] ESCAPES = escapes();

    private final int startBytes;
    /** Receives what is written whenever the room is used up; null if the room grows instead. */
    private final @Nullable Consumer<Utf8Buffer> full;

    private byte[] bytes;
    private int size;

    /** The thread's buffer for short texts; null while it is in use. */
    private static final ThreadLocal<@Nullable Utf8Buffer> SCRATCH = new ThreadLocal<>();

    /** The array of a resting buffer, for the next buffer of this thread that needs one. */
    private static final ThreadLocal<byte @Nullable []> SPARE = new ThreadLocal<>();

    private static final byte[] NOTHING = {};

    /**
     * Returns a shared buffer for a text that {@link #text} or {@link #bytes} ends immediately: on the way of every call another buffer for each
     * would be most of what is allocated.
     */
    public static Utf8Buffer scratch() {
        Utf8Buffer kept = SCRATCH.get();
        if (kept == null) {
            return new Utf8Buffer();
        }
        SCRATCH.set(null);
        return kept;
    }

    /** Returns the content of a {@link #scratch} buffer and takes the buffer back. */
    public String text() {
        String text = asString();
        giveBack();
        return text;
    }

    /** As {@link #text}. */
    public byte[] bytes() {
        byte[] whole = toByteArray();
        giveBack();
        return whole;
    }

    /** As {@link #text}. */
    public WrittenJson written() {
        return new WrittenJson(bytes());
    }

    private void giveBack() {
        clear();
        SCRATCH.set(this);
    }

    public Utf8Buffer() {
        this(1024);
    }

    /** @param startBytes 0 takes what room there is when it is first written to */
    public Utf8Buffer(int startBytes) {
        this(startBytes, null);
    }

    private Utf8Buffer(int startBytes, @Nullable Consumer<Utf8Buffer> full) {
        this.startBytes = startBytes;
        this.full = full;
        this.bytes = startBytes == 0 ? NOTHING : new byte[startBytes];
    }

    /** Returns the last piece of something longer. @param full takes the piece and empties the buffer when it cannot grow further */
    static Utf8Buffer lastPiece(Consumer<Utf8Buffer> full) {
        return new Utf8Buffer(0, full);
    }

    public int size() {
        return size;
    }

    /** The buffer itself, of which the first {@link #size} bytes count; it changes with the next write. */
    public byte[] array() {
        return bytes;
    }

    public String asString() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Makes room for so many more bytes at once, where it is known beforehand. */
    public void reserve(int more) {
        ensure(more);
    }

    /** Returns the array, of which the first {@link #size} bytes count. Empties the buffer, which never changes them again. */
    public byte[] taken() {
        boolean isFull = size > GIVEN_AWAY_BYTES_MIN && size > bytes.length / 2;
        byte[] taken = isFull ? bytes : Arrays.copyOf(bytes, size);
        if (isFull) {
            bytes = new byte[startBytes];
        }
        clear();
        return taken;
    }

    /** Empties the buffer; room for an unusually large text is given back. */
    public void clear() {
        size = 0;
        if (bytes.length > KEPT_BYTES_MAX) {
            bytes = new byte[startBytes];
        }
    }

    /** Empties the buffer, and leaves its room to others: of thousands that wait on one thread, one writes at a time. */
    public void rest() {
        size = 0;
        if (bytes.length > 0 && bytes.length <= KEPT_BYTES_MAX) {
            SPARE.set(bytes);
        }
        bytes = NOTHING;
    }

    public Utf8Buffer raw(byte[] ready) {
        return raw(ready, ready.length);
    }

    /** Appends the first bytes of an array. */
    public Utf8Buffer raw(byte[] ready, int length) {
        return raw(ready, 0, length);
    }

    /** Appends a part of an array. */
    public Utf8Buffer raw(byte[] ready, int from, int length) {
        ensure(length);
        System.arraycopy(ready, from, bytes, size, length);
        size += length;
        return this;
    }

    /** @param ascii JSON text in plain ASCII, written as it is */
    @SuppressWarnings(
            "deprecation") // it leaves out the high halves of characters, which these do not have, and is a plain copy
    public Utf8Buffer raw(String ascii) {
        ensure(ascii.length());
        ascii.getBytes(0, ascii.length(), bytes, size);
        size += ascii.length();
        return this;
    }

    public Utf8Buffer raw(char ascii) {
        ensure(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    public Utf8Buffer number(long value) {
        if (value >= 0 && value < 10) {
            return raw((char) ('0' + value));
        }
        if (value < 0) {
            return raw(Long.toString(value));
        }
        ensure(DECIMALS_MAX);
        long tenth = value / 10;
        int digits = 1;
        for (; tenth > 0; tenth /= 10) {
            digits++;
        }
        long left = value;
        for (int at = size + digits - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + left % 10);
            left /= 10;
        }
        size += digits;
        return this;
    }

    /** An amount as {@link Credits#text} has it. */
    public Utf8Buffer credits(long micros) {
        long whole = micros / Credits.MICROS;
        int left = (int) Math.abs(micros % Credits.MICROS);
        if (micros < 0 && whole == 0) {
            raw('-'); // minus zero is no long
        }
        number(whole);
        if (left > 0) {
            raw('.');
        }
        for (int power = (int) Credits.MICROS / 10; left > 0; power /= 10) {
            raw((char) ('0' + left / power));
            left %= power;
        }
        return this;
    }

    /** The text as a JSON string, quotes included. */
    public Utf8Buffer string(String text) {
        ensure(text.length() + 2);
        bytes[size++] = '"';
        escaped(text);
        ensure(1);
        bytes[size++] = '"';
        return this;
    }

    /** The text as a JSON string, or {@code null}. */
    public Utf8Buffer stringOrNull(@Nullable String text) {
        return text == null ? raw("null") : string(text);
    }

    /** The text as the inside of a JSON string, without quotes. */
    public Utf8Buffer escaped(String text) {
        int length = text.length();
        ensure(length);
        int next = plain(text, 0);
        while (next < length) {
            // room for this character at its longest, and for the others at one byte each
            ensure(ESCAPE_BYTES_MAX + length - next);
            next = plain(text, special(text, next));
        }
        return this;
    }

    /** Writes characters that stand for themselves; returns the place of the first that does not. */
    private int plain(String text, int from) {
        byte[] out = bytes;
        int at = size;
        int i = from;
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || ESCAPES[c] != 0) {
                break;
            }
            out[at++] = (byte) c;
        }
        size = at;
        return i;
    }

    /** Some clients cut a stream into lines at these too. */
    private static boolean isLineBreak(char c) {
        return c == '\u0085' || c == '\u2028' || c == '\u2029';
    }

    private int special(String text, int i) {
        char c = text.charAt(i);
        if (c < 0x80) {
            escape(c);
        } else if (isLineBreak(c)) {
            escapeByNumber(c);
        } else if (c < 0x800) {
            bytes[size++] = (byte) (0xC0 | (c >> 6));
            continuation(c);
        } else if (!Character.isSurrogate(c)) {
            bytes[size++] = (byte) (0xE0 | (c >> 12));
            continuation(c >> 6);
            continuation(c);
        } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
            pair(Character.toCodePoint(c, text.charAt(i + 1)));
            return i + 2;
        } else {
            escapeByNumber(c);
        }
        return i + 1;
    }

    private void pair(int codePoint) {
        bytes[size++] = (byte) (0xF0 | (codePoint >> 18));
        continuation(codePoint >> 12);
        continuation(codePoint >> 6);
        continuation(codePoint);
    }

    private void continuation(int bits) {
        bytes[size++] = (byte) (0x80 | (bits & 0x3F));
    }

    private void escape(char c) {
        if (ESCAPES[c] == 'u') {
            escapeByNumber(c);
            return;
        }
        bytes[size++] = '\\';
        bytes[size++] = ESCAPES[c];
    }

    private void escapeByNumber(char c) {
        bytes[size++] = '\\';
        bytes[size++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[size++] = HEX[(c >> shift) & 0xF];
        }
    }

    /** A tree, compact, in its own key order; as deep as the parser let it be. */
    public Utf8Buffer json(JsonNode node) {
        if (node.isObject()) {
            return object(node);
        }
        if (node.isArray()) {
            return array(node);
        }
        return node.isString() ? string(node.stringValue()) : raw(node.toString());
    }

    private Utf8Buffer object(JsonNode node) {
        char before = '{';
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            raw(before).string(member.getKey()).raw(':').json(member.getValue());
            before = ',';
        }
        return before == '{' ? raw("{}") : raw('}');
    }

    private Utf8Buffer array(JsonNode node) {
        char before = '[';
        for (JsonNode element : node) {
            raw(before).json(element);
            before = ',';
        }
        return before == '[' ? raw("[]") : raw(']');
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        if (full != null) {
            nextPiece(more, full);
            return;
        }
        long needed = (long) size + more;
        if (needed > SIZE_MAX) {
            throw new IllegalStateException("more than " + SIZE_MAX + " bytes of JSON");
        }
        byte[] spare = bytes == NOTHING ? SPARE.get() : null;
        if (spare != null && spare.length >= needed) {
            SPARE.set(null);
            bytes = spare;
            return;
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(SIZE_MAX, Math.max(needed, bytes.length * 2L)));
    }

    private void nextPiece(int more, Consumer<Utf8Buffer> taking) {
        if ((long) size + more > CollectedJson.PIECE_BYTES_MAX && size > 0) {
            taking.accept(this);
            bytes = new byte[Math.max(more, CollectedJson.PIECE_BYTES_MAX)];
            size = 0;
        } else {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, Math.min(CollectedJson.PIECE_BYTES_MAX, 2 * size)));
        }
    }

    /** Returns the text that {@link #escaped} has written. */
    static String unescaped(String escaped) {
        int next = escaped.indexOf('\\');
        if (next < 0) {
            return escaped;
        }
        StringBuilder text = new StringBuilder(escaped.length());
        int from = 0;
        while (next >= 0) {
            text.append(escaped, from, next);
            char kind = escaped.charAt(next + 1);
            if (kind == 'u') {
                from = next + ESCAPE_BYTES_MAX;
                text.append((char) Integer.parseInt(escaped, next + 2, from, 16));
            } else {
                from = next + 2;
                text.append(unescaped(kind));
            }
            next = escaped.indexOf('\\', from);
        }
        return text.append(escaped, from, escaped.length()).toString();
    }

    private static char unescaped(char kind) {
        return switch (kind) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> kind;
        };
    }

    /** Returns how many bytes {@link #escaped} writes of a text. */
    public static long escapedBytes(CharSequence text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80 && ESCAPES[c] != 0) {
                bytes += ESCAPES[c] == 'u' ? ESCAPE_BYTES_MAX - 1 : 1;
            } else if (c >= 0x80 && Character.isSurrogate(c)) {
                boolean isPair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
                bytes += isPair ? 2 : ESCAPE_BYTES_MAX - 1;
                i += isPair ? 1 : 0;
            } else if (c >= 0x80) {
                bytes += isLineBreak(c) ? ESCAPE_BYTES_MAX - 1 : c < 0x800 ? 1 : 2;
            }
        }
        return bytes;
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] escapes() {
        byte[] escapes = new byte[0x80];
        Arrays.fill(escapes, 0, 0x20, (byte) 'u');
        escapes['"'] = '"';
        escapes['\\'] = '\\';
        escapes['\n'] = 'n';
        escapes['\r'] = 'r';
        escapes['\t'] = 't';
        escapes['\b'] = 'b';
        escapes['\f'] = 'f';
        return escapes;
    }
}
