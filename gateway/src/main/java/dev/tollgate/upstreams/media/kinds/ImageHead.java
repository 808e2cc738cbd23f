package dev.tollgate.upstreams.media.kinds;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The facts that the first bytes of an image tell.
 *
 * @param format OpenAI's word
 * @param width in pixels; 0 if they are not among the bytes
 */
public record ImageHead(String format, int width, int height) {

    /** Frames of a JPEG image stand behind what a camera or a program has added. */
    static final int CHARS_MAX = 256 * 1024;

    private static final int FIRST_FRAME = 0xc0;
    private static final int LAST_FRAME = 0xcf;

    /** Reads the start of an image in base64, of any length; null for none that is known. */
    public static @Nullable ImageHead of(String base64) {
        int chars = Math.min(base64.length(), CHARS_MAX);
        return of(Base64.getMimeDecoder().decode(base64.substring(0, chars - chars % 4)));
    }

    private static @Nullable ImageHead of(byte[] bytes) {
        if (has(bytes, 1, "PNG\r\n")) {
            return new ImageHead("png", (int) number(bytes, 16, 4), (int) number(bytes, 20, 4));
        }
        if (has(bytes, 0, "\u00ff\u00d8\u00ff")) {
            return jpeg(bytes);
        }
        return has(bytes, 0, "RIFF") && has(bytes, 8, "WEBP") ? webp(bytes) : null;
    }

    /** Passes over the segments before the frame. */
    private static ImageHead jpeg(byte[] bytes) {
        for (int at = 2; at + 9 < bytes.length && number(bytes, at, 1) == 0xff; ) {
            int marker = (int) number(bytes, at + 1, 1);
            boolean isTable = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
            if (marker >= FIRST_FRAME && marker <= LAST_FRAME && !isTable) {
                return new ImageHead("jpeg", (int) number(bytes, at + 7, 2), (int) number(bytes, at + 5, 2));
            }
            at += marker == 0xff ? 1 : 2 + (int) Math.max(2, number(bytes, at + 2, 2));
        }
        return new ImageHead("jpeg", 0, 0);
    }

    private static ImageHead webp(byte[] bytes) {
        if (has(bytes, 12, "VP8 ")) {
            return new ImageHead("webp", little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff);
        }
        if (has(bytes, 12, "VP8L")) {
            int bits = little(bytes, 21, 4);
            return new ImageHead("webp", (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
        }
        return has(bytes, 12, "VP8X")
                ? new ImageHead("webp", little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1)
                : new ImageHead("webp", 0, 0);
    }

    private static boolean has(byte[] bytes, int at, String latin1) {
        return bytes.length >= at + latin1.length()
                && new String(bytes, at, latin1.length(), StandardCharsets.ISO_8859_1).equals(latin1);
    }

    /** Returns a number, the high byte first; bytes behind the end count 0. */
    private static long number(byte[] bytes, int at, int length) {
        long number = 0;
        for (int i = at; i < at + length; i++) {
            number = number << Byte.SIZE | (i < bytes.length ? bytes[i] & 0xff : 0);
        }
        return number;
    }

    private static int little(byte[] bytes, int at, int length) {
        return Integer.reverseBytes((int) number(bytes, at, length)) >>> Byte.SIZE * (Integer.BYTES - length);
    }
}
