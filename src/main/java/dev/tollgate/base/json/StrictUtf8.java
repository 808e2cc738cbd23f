package dev.tollgate.base.json;

import dev.tollgate.base.error.ApiError;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 of bodies and texts, where the JSON parser is more lenient than the format. */
public final class StrictUtf8 {

    private static final int CHUNK_CHARS = 4096;

    private StrictUtf8() {}

    /**
     * Refuses what is not UTF-8. The parser itself lets overlong forms pass, and takes a body for UTF-16 or UTF-32 by its
     * zero bytes.
     */
    public static void check(byte[] body) {
        if (isAscii(body) && !hasZeroAtStart(body)) {
            return; // most are, and need no decoder
        }
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

    private static boolean isAscii(byte[] body) {
        int all = 0;
        for (byte b : body) {
            all |= b;
        }
        return all >= 0;
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
