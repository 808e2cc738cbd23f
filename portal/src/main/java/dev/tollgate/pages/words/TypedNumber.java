package dev.tollgate.pages.words;

import java.util.regex.Pattern;

/** A number as people type it with an input method for Chinese or Japanese. */
public final class TypedNumber {

    private static final char FIRST_WIDE = '\uff01';
    private static final char LAST_WIDE = '\uff5e';
    private static final int WIDER = FIRST_WIDE - '!';
    private static final String BLANK = "[ \u00a0\u2000-\u200f\u202f\u2060\u3000\ufeff]+";
    private static final Pattern ENDS = Pattern.compile("^" + BLANK + "|" + BLANK + "$");
    private static final Pattern POINT = Pattern.compile("(?<=[0-9])\u3002(?=[0-9])");

    private TypedNumber() {}

    /**
     * Returns a text with full-width characters as ASCII, and with the full stop of Chinese between two digits as a point (L26), and without
     * the spaces and invisible characters that were pasted around it. All else stays: a normal form would make another number of {@code 5²}.
     */
    public static String ascii(String typed) {
        if (typed.chars().allMatch(character -> character < 0x80)) {
            return typed;
        }
        StringBuilder ascii = new StringBuilder(typed.length());
        typed.chars()
                .forEach(character -> ascii.append(
                        (char) (character >= FIRST_WIDE && character <= LAST_WIDE ? character - WIDER : character)));
        return POINT.matcher(ENDS.matcher(ascii).replaceAll("")).replaceAll(".");
    }
}
