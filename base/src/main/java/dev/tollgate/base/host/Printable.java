package dev.tollgate.base.host;

/**
 * Foreign texts, on their way to a terminal or the log: what would move a cursor, begin another line, or be read from right to left
 * stands there as an escape.
 */
public final class Printable {

    /** The longest message: a disk may be small. */
    static final int CHARS_MAX = 16_384;

    private Printable() {}

    /** Returns a text as one line. */
    public static String line(String text) {
        return printable(text, false);
    }

    /** Several lines, as they were broken. */
    public static String lines(String text) {
        return printable(text, true);
    }

    private static String printable(String text, boolean keepsLines) {
        int end = Math.min(text.length(), CHARS_MAX);
        int at = 0;
        while (at < end && isPlain(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(end + 16).append(text, 0, at);
        while (at < end) {
            int c = text.codePointAt(at);
            if (isPlain(c) || (keepsLines && (c == '\n' || c == '\t'))) {
                shown.appendCodePoint(c);
            } else {
                shown.append(escape(c));
            }
            at += Character.charCount(c);
        }
        return text.length() > CHARS_MAX ? shown.append("...").toString() : shown.toString();
    }

    private static boolean isPlain(int c) {
        if (c >= ' ' && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    static String escape(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> c > 0xffff ? "\\u{%x}".formatted(c) : "\\u%04x".formatted(c);
        };
    }
}
