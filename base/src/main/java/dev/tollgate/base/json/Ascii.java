package dev.tollgate.base.json;

/** Classes of ASCII characters, which {@link Character} has for all of Unicode only. */
public final class Ascii {

    private Ascii() {}

    public static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    public static boolean isLower(int c) {
        return c >= 'a' && c <= 'z';
    }

    /** Returns whether a text is 1 to {@code charsMax} letters, digits and others of those given: a regular expression that leaves nothing behind. */
    public static boolean isWord(String text, int charsMax, String others) {
        for (int i = 0; i < text.length(); i++) {
            if (!isLetterOrDigit(text.charAt(i)) && others.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= charsMax;
    }

    public static boolean isLetterOrDigit(int c) {
        return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
