package dev.tollgate.upstreams.connections;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over JSON of a known form, for places where a full parser would cost more than all other work. It supports a part of the
 * language, strictly: any doubtful input is {@link Uncommon} and left to a full parser. Not safe for several threads.
 */
public final class JsonScanner {

    private static final byte[] NONE = {};

    /** The number of digits that always fit into a long. */
    private static final int DIGITS_MAX = 18;

    private static final int NUMBER_CHARS_MAX = 64;
    private static final int DEPTH_MAX = 8;

    /** The largest buffer kept for later strings with escapes. */
    private static final int KEPT_BYTES_MAX = 64 * 1024;

    private static final int HEX_DIGITS = 4;
    private static final char REPLACEMENT = '\uFFFD';

    private byte[] bytes = NONE;
    private int at;
    private int end;
    private int wordFrom;
    private int wordTo;
    private byte[] unescaped = NONE;

    /** Input for a full parser. Has no stack trace, since it is not a failure. */
    public static final class Uncommon extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private static final Uncommon IT = new Uncommon();

        private Uncommon() {
            super("not of the common form", null, false, false);
        }
    }

    /** Starts with another text. The bytes are used in place until {@link #close}. */
    public void open(byte[] json, int from, int to) {
        bytes = json;
        at = from;
        end = to;
    }

    public void close() {
        bytes = NONE;
        at = 0;
        end = 0;
        if (unescaped.length > KEPT_BYTES_MAX) {
            unescaped = NONE;
        }
    }

    public static Uncommon uncommon() {
        return Uncommon.IT;
    }

    /** Checks that only white space follows. */
    public void end() {
        space();
        if (at != end) {
            throw Uncommon.IT;
        }
    }

    /** Takes an opening bracket; {@link #goesOn} must follow each element. @return whether there is an element */
    public boolean begins(char open, char close) {
        take(open);
        if (next() == close) {
            at++;
            return false;
        }
        return true;
    }

    /** Takes a comma, or the closing bracket. @return whether it was a comma */
    public boolean goesOn(char close) {
        byte b = next();
        at++;
        if (b != ',' && b != close) {
            throw Uncommon.IT;
        }
        return b == ',';
    }

    /** Takes a name and its colon; {@link #is} compares it. */
    public void name() {
        word();
        take(':');
    }

    /** Takes a string of plain ASCII; {@link #is} compares it. */
    public void word() {
        take('"');
        wordFrom = at;
        while (at < end && bytes[at] != '"') {
            if (bytes[at] < ' ' || bytes[at] == '\\') {
                throw Uncommon.IT; // bytes outside ASCII are negative
            }
            at++;
        }
        wordTo = at;
        if (at == end) {
            throw Uncommon.IT;
        }
        at++;
    }

    /** Returns whether the last name or word is this one. */
    public boolean is(byte[] word) {
        return wordTo - wordFrom == word.length && Arrays.equals(bytes, wordFrom, wordTo, word, 0, word.length);
    }

    /** Takes a word. @param former returned if the word is equal to it */
    public String word(@Nullable String former) {
        word();
        return former != null && isLast(former)
                ? former
                : new String(bytes, wordFrom, wordTo - wordFrom, StandardCharsets.ISO_8859_1);
    }

    private boolean isLast(String text) {
        if (text.length() != wordTo - wordFrom) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != bytes[wordFrom + i]) {
                return false;
            }
        }
        return true;
    }

    /** Takes a non-negative integer of at most 18 digits. */
    public long count() {
        next();
        int from = at;
        long count = 0;
        while (at < end && isDigit(bytes[at])) {
            count = count * 10 + (bytes[at] - '0');
            at++;
        }
        int digits = at - from;
        boolean isWhole = at < end && bytes[at] != '.' && bytes[at] != 'e' && bytes[at] != 'E';
        if (digits == 0 || digits > DIGITS_MAX || !isWhole || (bytes[from] == '0' && digits > 1)) {
            throw Uncommon.IT;
        }
        return count;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    public boolean truth() {
        if (next() == 't') {
            literal("true");
            return true;
        }
        literal("false");
        return false;
    }

    private void literal(String word) {
        for (int i = 0; i < word.length(); i++, at++) {
            if (at == end || bytes[at] != word.charAt(i)) {
                throw Uncommon.IT;
            }
        }
    }

    /** Takes a string. */
    public String string() {
        take('"');
        int from = at;
        int all = 0;
        while (at < end && bytes[at] != '"' && bytes[at] != '\\') {
            byte b = bytes[at++];
            all |= b;
            if (b >= 0 && b < ' ') {
                throw Uncommon.IT;
            }
        }
        if (at == end) {
            throw Uncommon.IT;
        }
        if (bytes[at] == '\\') {
            return escaped(from);
        }
        int length = at - from;
        at++;
        return text(bytes, from, length, all >= 0);
    }

    /** @param from where the string began, of which so much as goes before the cursor stands for itself */
    private String escaped(int from) {
        int length = at - from;
        reserve(length + HEX_DIGITS);
        System.arraycopy(bytes, from, unescaped, 0, length);
        while (at < end && bytes[at] != '"') {
            byte b = bytes[at++];
            reserve(length + HEX_DIGITS);
            if (b == '\\') {
                length = escape(length);
            } else if (b >= 0 && b < ' ') {
                throw Uncommon.IT;
            } else {
                unescaped[length++] = b;
            }
        }
        if (at == end) {
            throw Uncommon.IT;
        }
        at++;
        return text(unescaped, 0, length, false);
    }

    private int escape(int length) {
        if (at == end) {
            throw Uncommon.IT;
        }
        byte b = bytes[at++];
        switch (b) {
            case '"', '\\', '/' -> unescaped[length] = b;
            case 'n' -> unescaped[length] = '\n';
            case 't' -> unescaped[length] = '\t';
            case 'r' -> unescaped[length] = '\r';
            case 'b' -> unescaped[length] = '\b';
            case 'f' -> unescaped[length] = '\f';
            case 'u' -> {
                return utf8(hex(), length);
            }
            default -> throw Uncommon.IT;
        }
        return length + 1;
    }

    private int hex() {
        int unit = 0;
        for (int i = 0; i < HEX_DIGITS; i++, at++) {
            int digit = at < end ? Character.digit(bytes[at], 16) : -1;
            if (digit < 0) {
                throw Uncommon.IT;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private int utf8(int unit, int length) {
        int to = length;
        if (Character.isSurrogate((char) unit)) {
            throw Uncommon.IT;
        }
        if (unit < 0x80) {
            unescaped[to++] = (byte) unit;
        } else if (unit < 0x800) {
            unescaped[to++] = (byte) (0xC0 | unit >> 6);
            unescaped[to++] = (byte) (0x80 | unit & 0x3F);
        } else {
            unescaped[to++] = (byte) (0xE0 | unit >> 12);
            unescaped[to++] = (byte) (0x80 | unit >> 6 & 0x3F);
            unescaped[to++] = (byte) (0x80 | unit & 0x3F);
        }
        return to;
    }

    private void reserve(int length) {
        if (length > unescaped.length) {
            unescaped = Arrays.copyOf(unescaped, Math.max(length, 2 * unescaped.length));
        }
    }

    /** Decodes a string. Parsers treat invalid characters differently; the JDK marks them, and a full parser decides. */
    private static String text(byte[] bytes, int from, int length, boolean isAscii) {
        if (isAscii) {
            return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
        }
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            throw Uncommon.IT;
        }
        return text;
    }

    /** Takes any value whose strings are plain ASCII. */
    public void skip() {
        skip(0);
    }

    private void skip(int depth) {
        byte b = next();
        if (depth == DEPTH_MAX) {
            throw Uncommon.IT;
        }
        if (b == '{') {
            for (boolean more = begins('{', '}'); more; more = goesOn('}')) {
                name();
                skip(depth + 1);
            }
        } else if (b == '[') {
            for (boolean more = begins('[', ']'); more; more = goesOn(']')) {
                skip(depth + 1);
            }
        } else if (b == '"') {
            word();
        } else if (b == '-' || isDigit(b)) {
            number();
        } else if (b == 'n') {
            literal("null");
        } else {
            truth();
        }
    }

    private void number() {
        int from = at;
        mayTake("-");
        int whole = at;
        digits();
        if (bytes[whole] == '0' && at - whole > 1) {
            throw Uncommon.IT;
        }
        if (mayTake(".")) {
            digits();
        }
        if (mayTake("eE")) {
            mayTake("+-");
            digits();
        }
        if (at - from > NUMBER_CHARS_MAX) {
            throw Uncommon.IT;
        }
    }

    private void digits() {
        int from = at;
        while (at < end && isDigit(bytes[at])) {
            at++;
        }
        if (at == from) {
            throw Uncommon.IT;
        }
    }

    private boolean mayTake(String anyOf) {
        boolean takes = at < end && anyOf.indexOf(bytes[at]) >= 0;
        at += takes ? 1 : 0;
        return takes;
    }

    private void take(char expected) {
        if (next() != expected) {
            throw Uncommon.IT;
        }
        at++;
    }

    /** Returns the next byte after white space, without taking it. */
    private byte next() {
        space();
        if (at == end) {
            throw Uncommon.IT;
        }
        return bytes[at];
    }

    private void space() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }
}
