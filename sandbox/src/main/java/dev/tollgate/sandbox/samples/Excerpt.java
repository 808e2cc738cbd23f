package dev.tollgate.sandbox.samples;

/** A caller's text, as a response repeats it. */
public final class Excerpt {

    private static final int CHARACTERS_MAX = 160;

    private Excerpt() {}

    /** Shortened, and without the signs that make a program take a part of an answer for something to be run. */
    public static String harmless(String text) {
        return of(text).replace('`', '\'').replace('<', '‹').replace('>', '›');
    }

    /** Returns at most 160 characters, cut at a code point. */
    public static String of(String text) {
        if (text.length() <= CHARACTERS_MAX) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(CHARACTERS_MAX - 1)) ? CHARACTERS_MAX - 1 : CHARACTERS_MAX;
        return text.substring(0, end) + "…";
    }
}
