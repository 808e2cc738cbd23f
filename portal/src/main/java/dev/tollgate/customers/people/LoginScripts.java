package dev.tollgate.customers.people;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/** Refuses names that look like other names: characters that do not show, and letters of several scripts. */
final class LoginScripts {

    private static final Set<UnicodeScript> OF_NONE =
            EnumSet.of(UnicodeScript.COMMON, UnicodeScript.INHERITED, UnicodeScript.UNKNOWN);

    /** Scripts that one text has together, with Latin too, as UTS 39 has it. */
    private static final Set<UnicodeScript> EAST_ASIAN = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.BOPOMOFO,
            UnicodeScript.HANGUL,
            UnicodeScript.LATIN);

    private LoginScripts() {}

    static boolean areOne(String text) {
        Set<UnicodeScript> found = EnumSet.noneOf(UnicodeScript.class);
        text.codePoints().mapToObj(UnicodeScript::of).forEach(found::add);
        found.removeAll(OF_NONE);
        return text.codePoints().allMatch(LoginScripts::shows) && (found.size() <= 1 || EAST_ASIAN.containsAll(found));
    }

    private static boolean shows(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }
}
