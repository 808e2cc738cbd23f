package dev.tollgate.openai;

/** Classes of ASCII characters, which {@link Character} has for all of Unicode only. */
final class Ascii {

    private Ascii() {}

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLower(int c) {
        return c >= 'a' && c <= 'z';
    }

    static boolean isLetterOrDigit(int c) {
        return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
