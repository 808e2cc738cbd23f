package dev.tollgate.base.words;

import java.util.List;

/**
 * A sentence that is put into words later: English and its values. What decides or stores says its sentences so, since it does not know the
 * language of those who will read them. Immutable.
 *
 * @param pattern the English sentence, with its context
 * @param values a {@code long} or {@code int} (written in groups: a year or a status is a {@code String}), a {@code String} (a finished text or a name),
 *     a {@code Sentence}, an {@code Instant} or an {@link Amount}
 */
public record Sentence(String pattern, List<Object> values) {

    public Sentence {
        values = List.copyOf(values);
    }

    /** Returns a sentence. @param english a literal, which is the key of its translations */
    public static Sentence sentence(String english, Object... values) {
        return new Sentence(english, List.of(values));
    }

    /** Returns a text that is the same in each language, such as a name. */
    public static Sentence asItIs(String text) {
        return new Sentence("{text}", List.of(text));
    }

    /** Returns names in a row with a word before the last: {@code a, b or c}. @param names one at least */
    public static Sentence either(List<String> names) {
        Sentence first = names.stream()
                .limit(Math.max(1, names.size() - 1L))
                .map(Sentence::asItIs)
                .reduce((a, b) -> sentence("{a}, {b}", a, b))
                .orElseThrow();
        return names.size() < 2 ? first : sentence("{a} or {b}", first, names.getLast());
    }

    /** Returns the sentence in English, as programs, logs and commands get it. */
    public String english() {
        return in(Language.ENGLISH);
    }

    /** Returns the sentence in the language of now. */
    public String said() {
        return in(Language.now());
    }

    public String in(Language language) {
        return language.pattern(pattern).text(language, values.toArray());
    }

    @Override
    public String toString() {
        return english();
    }
}
