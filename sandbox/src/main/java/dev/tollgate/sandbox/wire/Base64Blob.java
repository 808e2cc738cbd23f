package dev.tollgate.sandbox.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Base64 as protocol buffers take it: either alphabet, padded or not. Never decodes a large text at once. */
public final class Base64Blob {

    private static final int SLICE_CHARACTERS = 64 << 10; // a multiple of four

    private Base64Blob() {}

    public static boolean isValid(String text) {
        int end = unpadded(text);
        int padding = text.length() - end;
        boolean padded = padding == 0 ? end % 4 != 1 : padding <= 2 && text.length() % 4 == 0;
        boolean standard = false;
        boolean urlSafe = false;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            standard |= c == '+' || c == '/';
            urlSafe |= c == '-' || c == '_';
            if (!isOfAnAlphabet(c)) {
                return false;
            }
        }
        return padded && !(standard && urlSafe);
    }

    /** The number of bytes that a valid text stands for. */
    public static int bytes(String text) {
        return (int) (unpadded(text) * 3L / 4);
    }

    /** Tells what the bytes of a valid text show of themselves. */
    public static MediaFacts facts(String text) {
        MediaFacts facts = new MediaFacts();
        for (int from = 0; from < text.length(); from += SLICE_CHARACTERS) {
            String slice = text.substring(from, Math.min(text.length(), from + SLICE_CHARACTERS));
            byte[] bytes = Base64.getDecoder()
                    .decode(slice.replace('-', '+').replace('_', '/').getBytes(StandardCharsets.ISO_8859_1));
            facts.accept(bytes, 0, bytes.length);
        }
        return facts;
    }

    private static boolean isOfAnAlphabet(char c) {
        return c >= 'A' && c <= 'Z'
                || c >= 'a' && c <= 'z'
                || c >= '0' && c <= '9'
                || c == '+'
                || c == '/'
                || c == '-'
                || c == '_';
    }

    private static int unpadded(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        return end;
    }
}
