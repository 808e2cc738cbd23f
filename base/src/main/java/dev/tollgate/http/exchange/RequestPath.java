package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Decodes a path strictly: two readings of one path would be two opinions on who may go where. */
final class RequestPath {

    private RequestPath() {}

    /**
     * @param raw as sent, without the query
     * @throws ApiException 400 for a broken escape, bytes that are not UTF-8, and control characters
     */
    static String decode(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return "/";
        }
        boolean plain = true;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                throw broken();
            }
            plain &= c != '%';
        }
        return plain ? raw : unescape(raw);
    }

    private static String unescape(String raw) {
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            int value = c;
            if (c == '%') {
                value = escaped(raw, i);
                i += 2;
            }
            bytes[length++] = (byte) value;
        }
        return text(bytes, length);
    }

    private static int escaped(String raw, int at) {
        if (at + 2 >= raw.length()) {
            throw broken();
        }
        int high = Character.digit(raw.charAt(at + 1), 16);
        int low = Character.digit(raw.charAt(at + 2), 16);
        int value = high * 16 + low;
        if (high < 0 || low < 0 || value < ' ' || value == 0x7f) {
            throw broken();
        }
        return value;
    }

    private static String text(byte[] bytes, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken();
        }
    }

    private static ApiException broken() {
        return ApiError.invalid(
                        null, "The request path is not valid: a percent-escape must be two hex digits of UTF-8.")
                .asException();
    }
}
