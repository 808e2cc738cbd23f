package dev.tollgate.calls.answering;

import java.util.regex.Pattern;

/** The names that upstreams give to one model: with the maker before it, and a version, a date or {@code latest} behind it. */
final class ModelName {

    private static final Pattern TAIL = Pattern.compile(
            "-(latest|\\d{3}|\\d{2}-\\d{4}|\\d{4}-\\d{2}-\\d{2}|preview-\\d{2}-\\d{2}|preview-\\d{2}-\\d{4})$");

    private ModelName() {}

    /** Returns whether the answer is by the requested model. */
    static boolean isSame(String sent, String answered) {
        return sent.equals(answered) || core(sent).equals(core(answered));
    }

    /** Returns a name without its maker and without one tail. The longest tail goes, since the others are ends of it. */
    static String core(String name) {
        return TAIL.matcher(name.substring(name.lastIndexOf('/') + 1)).replaceFirst("");
    }
}
