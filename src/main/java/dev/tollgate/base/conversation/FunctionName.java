package dev.tollgate.base.conversation;

import dev.tollgate.base.json.Ascii;
import dev.tollgate.base.json.JsonBody;

/**
 * The rule for names of functions: OpenAI's letters and length, and Gemini's first character (D49), since what OpenAI takes
 * and Gemini does not would fail upstream.
 */
public final class FunctionName {

    private static final int CHARS_MAX = 64;

    private FunctionName() {}

    /** @throws dev.tollgate.base.error.ApiException 400 that names the field */
    public static String read(JsonBody json) {
        String name = json.string();
        if (!isLegal(name)) {
            throw json.refuse(
                    "1 to 64 letters, digits, underscores or hyphens that begin with a letter or an underscore");
        }
        return name;
    }

    /** Returns whether a function may have this name. */
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
