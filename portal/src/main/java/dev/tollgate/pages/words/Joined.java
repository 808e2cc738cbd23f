package dev.tollgate.pages.words;

import static dev.tollgate.base.words.Words.say;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts finished texts side by side, with the signs of the language of now between them. */
public final class Joined {

    private Joined() {}

    /** Returns facts of one sentence in a row: {@code a, b, c}. @param facts null: left out */
    public static String facts(@Nullable String... facts) {
        return joined(Arrays.stream(facts), (a, b) -> say("facts::{a}, {b}", a, b));
    }

    /** Returns things of one kind in a row, which other languages separate by another sign than facts. */
    public static String facts(Stream<String> facts) {
        return joined(facts, (a, b) -> say("{a}, {b}", a, b));
    }

    /** Returns sentences, one after the other. @param sentences null: left out */
    public static String sentences(@Nullable String... sentences) {
        return joined(Arrays.stream(sentences), (a, b) -> say("{a} {b}", a, b));
    }

    /** Returns things in a row, with a word before the last: {@code a, b and c}. @param all one at least */
    public static String all(Stream<String> all) {
        var texts = all.collect(Collectors.toList());
        String last = texts.removeLast();
        return texts.isEmpty() ? last : say("{a} and {b}", facts(texts.stream()), last);
    }

    private static String joined(Stream<? extends @Nullable String> texts, BinaryOperator<String> joining) {
        return texts.filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .reduce(joining)
                .orElse("");
    }
}
