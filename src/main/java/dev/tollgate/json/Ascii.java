package dev.tollgate.json;

/** Classes of ASCII characters, which {@link Character} has for all of Unicode only. */
public final class Ascii {

    private Ascii() {}

    public static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    public static boolean isLower(int c) {
        return c >= 'a' && c <= 'z';
    }

    public static boolean isLetterOrDigit(int c) {
        return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
