package dev.tollgate.base.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings base64 as callers write it (url-safe letters, white space, missing padding) to the standard padded form that
 * upstreams read. One pass; what is in that form already is only copied.
 */
public final class Base64Text {

    private static final byte INVALID = 0;
    private static final byte SPACE = 1;
    private static final byte PADDING = 2;
    /** The standard letter of each byte, or its class above. */
    private static final byte[] LETTERS = letters();

    private static final Pattern BYTES =
            Pattern.compile("(?!=|$)(?:[A-Za-z0-9+/_-]{4})*+(?:[A-Za-z0-9+/_-]{2,3})?={0,2}");

    private Base64Text() {}

    /** Returns whether a text is bytes of a proto message, such as a thought signature: either alphabet, padded or not, without white space. */
    public static boolean isBytes(String text) {
        return BYTES.matcher(text).matches();
    }

    /** The standard padded form, or null where the text is not base64. */
    public static @Nullable String standard(String text) {
        return isStandard(text) ? text : standard(AsciiSlice.of(text));
    }

    /** Returns whether the text is standard base64. Most is, and then a large file needs no copy. */
    private static boolean isStandard(String text) {
        int letters = text.length();
        while (letters > 0 && text.length() - letters < 2 && text.charAt(letters - 1) == '=') {
            letters--;
        }
        for (int i = 0; i < letters; i++) {
            char c = text.charAt(i);
            if (c >= LETTERS.length || c <= PADDING || LETTERS[c] != c) {
                return false;
            }
        }
        return text.length() % 4 == 0;
    }

    /** The standard padded form, or null where the text is not base64. */
    public static @Nullable String standard(AsciiSlice text) {
        int plain = plainLetters(text);
        int rest = text.to - plain;
        boolean isStandard = text.length() % 4 == 0 && rest <= 2 && isPadding(text, plain);
        return isStandard ? text.text(text.from, text.to) : normalised(text);
    }

    private static int plainLetters(AsciiSlice text) {
        int i = text.from;
        while (i < text.to && text.bytes[i] > PADDING && LETTERS[text.bytes[i]] == text.bytes[i]) {
            i++;
        }
        return i;
    }

    private static boolean isPadding(AsciiSlice text, int start) {
        for (int i = start; i < text.to; i++) {
            if (text.bytes[i] != '=') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String normalised(AsciiSlice text) {
        byte[] out = new byte[text.length() + 3];
        int size = 0;
        int padding = 0;
        for (int i = text.from; i < text.to; i++) {
            byte letter = text.bytes[i] < 0 ? INVALID : LETTERS[text.bytes[i]];
            if (letter == PADDING) {
                padding++;
            } else if (letter > PADDING && padding == 0) {
                out[size++] = letter;
            } else if (letter != SPACE) {
                return null;
            }
        }
        return padded(out, size, padding);
    }

    private static @Nullable String padded(byte[] out, int size, int paddingGiven) {
        int paddingNeeded = (4 - size % 4) % 4;
        if (paddingNeeded == 3 || (paddingGiven != 0 && paddingGiven != paddingNeeded)) {
            return null;
        }
        Arrays.fill(out, size, size + paddingNeeded, (byte) '=');
        return new String(out, 0, size + paddingNeeded, StandardCharsets.ISO_8859_1);
    }

    private static byte[] letters() {
        byte[] letters = new byte[128];
        for (char c = 0; c < letters.length; c++) {
            if (Ascii.isLetterOrDigit(c) || c == '+' || c == '/') {
                letters[c] = (byte) c;
            }
        }
        letters['-'] = '+';
        letters['_'] = '/';
        letters['='] = PADDING;
        for (char c : new char[] {' ', '\t', '\r', '\n'}) {
            letters[c] = SPACE;
        }
        return letters;
    }
}
