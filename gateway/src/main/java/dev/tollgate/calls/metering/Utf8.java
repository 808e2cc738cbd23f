package dev.tollgate.calls.metering;

/** Lengths and cuts in UTF-8 bytes without encoding anything. */
final class Utf8 {

    private Utf8() {}

    /** UTF-8 bytes of a text; a lone surrogate counts three, as its replacement would. */
    static long length(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c >= 0x800 && !Character.isSurrogate(c) ? 2 : 1;
            }
        }
        return bytes;
    }

    private static int bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }

    /** The longest beginning of at most {@code bytesMax} UTF-8 bytes that cuts no character in two. */
    static String prefix(String text, long bytesMax) {
        long bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            bytes += bytes(codePoint);
            if (bytes > bytesMax) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return text.substring(0, end);
    }
}
