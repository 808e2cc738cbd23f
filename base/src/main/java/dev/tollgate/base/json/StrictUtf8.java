package dev.tollgate.base.json;

import dev.tollgate.base.error.ApiError;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 of bodies and texts, where the JSON parser is more lenient than the format. */
public final class StrictUtf8 {

    private static final int CHUNK_CHARS = 4096;
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private StrictUtf8() {}

    /**
     * Refuses what is not UTF-8. The parser itself lets overlong forms pass, and takes a body for UTF-16 or UTF-32 by its
     * zero bytes.
     */
    public static void check(byte[] body) {
        if (isValid(body) && !hasZeroAtStart(body)) {
            return;
        }
        // a decoder says where the fault is
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(Math.min(body.length + 1, CHUNK_CHARS));
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            out.clear();
            result = decoder.decode(in, out, true);
        }
        if (result.isError() || hasZeroAtStart(body)) {
            throw ApiError.invalid(null, "The body is not valid UTF-8 (byte " + in.position() + ").")
                    .asException();
        }
    }

    private static boolean isValid(byte[] body) {
        int at = 0;
        while (at < body.length) {
            if (body[at] >= 0
                    && at + Long.BYTES <= body.length
                    && ((long) EIGHT_BYTES.get(body, at) & HIGH_BITS) == 0) {
                at += Long.BYTES;
            } else if (body[at] >= 0) {
                at++;
            } else {
                int length = length(body, at);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return true;
    }

    /** Returns the length that a character's first byte announces; 0 for a byte that begins none of more than one byte. */
    private static int announced(int first) {
        if (first < 0xC2 || first >= 0xF5) {
            return 0;
        }
        if (first < 0xE0) {
            return 2;
        }
        return first < 0xF0 ? 3 : 4;
    }

    /** Returns the length of the character of more than one byte at a place, by the table of RFC 3629; 0 if there is none. */
    private static int length(byte[] body, int at) {
        int first = body[at] & 0xFF;
        int length = announced(first);
        if (length == 0 || at + length > body.length) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((body[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = body[at + 1] & 0xFF;
        boolean isRefused =
                switch (first) {
                    case 0xE0 -> second < 0xA0; // overlong
                    case 0xED -> second > 0x9F; // half a surrogate pair
                    case 0xF0 -> second < 0x90; // overlong
                    case 0xF4 -> second > 0x8F; // above U+10FFFF
                    default -> false;
                };
        return isRefused ? 0 : length;
    }

    private static boolean hasZeroAtStart(byte[] body) {
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /** The length in bytes, or -1 where the text holds half of a surrogate pair. */
    public static long length(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                return -1;
            }
        }
        return bytes;
    }
}
