package dev.tollgate.base.fields;

import dev.tollgate.base.words.Sentence;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a value in a stored JSON object, for people who read it later: a field of the request that has set it, or what its store adds. Immutable.
 *
 * @param name in the JSON, after the names of the objects around it, as in {@code spend.day}; with {@code *} at its end the beginning of names
 * @param kind of its values
 * @param told when it is shown
 * @param words of values that are codes, by the code
 * @param nothing what null and an empty list mean; null for no value
 */
public record Fact(
        String name,
        Sentence label,
        Kind kind,
        Told told,
        Map<String, Sentence> words,
        @Nullable Sentence nothing) {

    /** The kinds of values. */
    public enum Kind {
        /** A text, a number or a list, as it stands there. */
        PLAIN,
        /** Decimal credits, or a word instead. */
        CREDITS,
        /** Decimal credits for so many tokens. */
        PRICE,
        /** Unix seconds, or a time as in {@code 2026-12-01T00:00:00Z}. */
        TIME,
        /** Credits in so many hours, as in {@code 5:20000000 24:60000000}. */
        LIMITS,
        /** A factor of a price in thousandths; of models an object of factors. */
        FACTOR,
        /** The id of a person, a member or a team. */
        PERSON
    }

    /** The rows that show a fact. */
    public enum Told {
        /** Shown where it has changed. */
        CHANGED,
        /** Shown everywhere: it says what the row is about. */
        ALWAYS,
        /** Shown where it is new and true: an outcome that did not occur is not mentioned. */
        IF_TRUE,
        /** Never shown: the row says it, or no action changes it. */
        NEVER
    }

    public Fact {
        words = Collections.unmodifiableMap(new LinkedHashMap<>(words));
    }

    public Fact(String name, Sentence label, Kind kind) {
        this(name, label, kind, Told.CHANGED, Map.of(), null);
    }

    public Fact(String name, Sentence label) {
        this(name, label, Kind.PLAIN);
    }

    /** Returns a fact that is not shown. */
    public static Fact hidden(String name) {
        return new Fact(name, Sentence.asItIs(name)).told(Told.NEVER);
    }

    /** Returns the facts of fields, each member of an object on its own. A field whose value is read with others has none. */
    public static Stream<Fact> of(List<? extends Field<?>> fields) {
        return fields.stream()
                .filter(field -> !field.isFixed() && field.fact().told() != Told.NEVER)
                .flatMap(field -> field.members().isEmpty()
                        ? Stream.of(field.fact())
                        : of(field.members()).map(member -> member.within(field.name())));
    }

    private Fact within(String object) {
        return new Fact(object + "." + name, label, kind, told, words, nothing);
    }

    public Fact as(Kind other) {
        return new Fact(name, label, other, told, words, nothing);
    }

    public Fact told(Told when) {
        return new Fact(name, label, kind, when, words, nothing);
    }

    public Fact saying(Map<String, Sentence> codes) {
        return new Fact(name, label, kind, told, codes, nothing);
    }

    public Fact orNothing(@Nullable Sentence meaning) {
        return new Fact(name, label, kind, told, words, meaning);
    }
}
