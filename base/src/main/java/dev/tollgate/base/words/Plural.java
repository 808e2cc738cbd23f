package dev.tollgate.base.words;

import java.util.Arrays;

/** The numbers that have a form of their own in a language. All other numbers share the last form. */
public enum Plural {
    /** A single form, for all numbers. */
    NONE("none"),
    /** A form for 1. */
    ONE("n=1"),
    /** A form for 0 and 1. */
    ZERO_AND_ONE("n=0,1");

    private final String word;

    Plural(String word) {
        this.word = word;
    }

    /** Returns the word for this in the head of a language's file. */
    public String word() {
        return word;
    }

    /** @throws IllegalArgumentException if there is none */
    public static Plural of(String word) {
        return Arrays.stream(values())
                .filter(it -> it.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"plural\" is \"" + word + "\"; it must be \"none\", \"n=1\" or \"n=0,1\""));
    }

    /** Returns the number of forms of a sentence that counts. */
    public int forms() {
        return this == NONE ? 1 : 2;
    }

    /** Returns the number of the form for {@code n}, from 0. */
    int form(long n) {
        return switch (this) {
            case NONE -> 0;
            case ONE -> n == 1 ? 0 : 1;
            case ZERO_AND_ONE -> n == 0 || n == 1 ? 0 : 1;
        };
    }
}
