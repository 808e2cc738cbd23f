package dev.tollgate.sandbox.samples;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The values of a sample that its schema leaves open. */
public interface Filling {

    Map<String, List<String>> WORDS = Map.of(
            "name", List.of("Albert Einstein", "Marie Curie", "Isaac Newton", "Ada Lovelace"),
            "field", List.of("Physics", "Chemistry", "Mathematics", "Computing"),
            "city", List.of("Tokyo", "Oslo", "Rome", "Shanghai"),
            "location", List.of("Tokyo", "Oslo", "Rome", "Shanghai"),
            "country", List.of("Japan", "Norway", "Italy", "China"));

    /** A text for a property of this name, the one at this place of a list. */
    String text(String name, int index);

    /** Returns how many texts a list may have; empty where it does not matter. */
    default Optional<Integer> texts(String name) {
        return Optional.empty();
    }

    /** A number, as digits; empty for one of no meaning. */
    Optional<String> number(String name);

    default boolean flag(String name) {
        return true;
    }

    /** Returns one of the only allowed values. */
    default JsonNode oneOf(JsonNode values, int index) {
        return values.get(index % values.size());
    }

    /** Returns whether a value that a schema shows as its default or example is taken. */
    default boolean takesShown(String name) {
        return true;
    }

    /** The name under which an item of a list is asked for. */
    default String item(String name) {
        return name;
    }

    /** The name under which a member of a property is asked for. */
    default String below(String parent, String member) {
        return member;
    }

    /** Returns a fitting value for well-known names, otherwise an obvious placeholder. */
    static String sample(String name, int index) {
        List<String> known = WORDS.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return known.isEmpty() ? "Sample " + name + " " + (index + 1) : known.get(index % known.size());
    }
}
