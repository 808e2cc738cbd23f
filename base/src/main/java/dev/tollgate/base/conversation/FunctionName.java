package dev.tollgate.base.conversation;

import dev.tollgate.base.json.Ascii;

/**
 * The rule for names of functions: OpenAI's letters and length, and Gemini's first character (D49), since what OpenAI takes
 * and Gemini does not would fail upstream.
 */
public final class FunctionName {

    private static final int CHARS_MAX = 64;

    private FunctionName() {}

    /** Returns whether a function may have this name upstream. */
    public static boolean isLegal(String name) {
        return !name.isEmpty()
                && name.length() <= CHARS_MAX
                && !Ascii.isDigit(name.charAt(0))
                && name.charAt(0) != '-'
                && name.chars().allMatch(FunctionName::isAllowed);
    }

    /** Returns whether a name may have this character behind its first one. */
    public static boolean isAllowed(int c) {
        return Ascii.isLetterOrDigit(c) || c == '_' || c == '-';
    }
}
