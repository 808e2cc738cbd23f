package dev.tollgate.base.conversation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The amount that a model is to think, from not at all to all it can. */
public enum Effort {
    NONE,
    MINIMAL,
    LOW,
    MEDIUM,
    HIGH,
    XHIGH,
    MAX;

    private static final List<String> WORDS =
            Arrays.stream(values()).map(Effort::word).toList();

    private final String word = name().toLowerCase(Locale.ROOT);

    /** Returns the word for it in requests, in the catalogue and in messages. */
    public String word() {
        return word;
    }

    /** The words of all, from the least on. */
    public static List<String> words() {
        return WORDS;
    }

    /** @throws IllegalArgumentException for a word that is not one of {@link #words} */
    public static Effort of(String word) {
        int found = WORDS.indexOf(word);
        if (found < 0) {
            throw new IllegalArgumentException("no effort: " + word);
        }
        return values()[found];
    }
}
