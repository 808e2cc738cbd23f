package dev.tollgate.pages.docs;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Headings, settings and fields of the API, in which readers look for words. Each search reads the list from its start to its end. Immutable. */
public final class Finder {

    /** The most characters of a question that count. */
    static final int QUESTION_CHARS_MAX = 100;

    /** The most answers to a question. */
    static final int PLACES_MAX = 20;

    /** The end of a place's {@code where} if it is a field. */
    static final String FIELD = ", field";

    private static final int TEXT_CHARS_MAX = 160;

    /**
     * Something that a reader may look for.
     *
     * @param where the page, and what it is if it is no heading
     * @param text what it is about
     */
    public record Place(String title, String where, String href, String text) {

        public Place {
            text = text.length() <= TEXT_CHARS_MAX
                    ? text
                    : text.substring(0, text.lastIndexOf(' ', TEXT_CHARS_MAX)) + " …";
        }
    }

    /** A field that several operations have is shown once. */
    private record Same(String title, String text) {}

    /** @param lower all its words in lower case */
    private record Entry(Place place, String title, String lower) {

        /** The less, the sooner it is shown. */
        int rank(String question, List<String> words) {
            int later = place.where().endsWith(FIELD) ? 1 : 0;
            if (title.equals(question)) {
                return later;
            }
            if (title.startsWith(question)) {
                return 1 + later;
            }
            return words.stream().allMatch(title::contains) ? 2 + later : 4;
        }
    }

    private final List<Entry> entries;

    Finder(List<Place> places) {
        entries = places.stream()
                .map(place -> new Entry(
                        place,
                        place.title().toLowerCase(Locale.ROOT),
                        String.join(" ", place.title(), place.where(), place.text())
                                .toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** Returns the places that have all words of a question, those with the words in their title first. */
    List<Place> find(String question) {
        String lower = question.substring(0, Math.min(question.length(), QUESTION_CHARS_MAX))
                .strip()
                .toLowerCase(Locale.ROOT);
        List<String> words =
                Stream.of(lower.split("\\s+")).filter(word -> !word.isEmpty()).toList();
        if (words.isEmpty()) {
            return List.of();
        }
        Set<Same> seen = new HashSet<>();
        return entries.stream()
                .filter(entry -> words.stream().allMatch(entry.lower::contains))
                .sorted(Comparator.comparingInt(entry -> entry.rank(lower, words)))
                .map(Entry::place)
                .filter(place -> seen.add(new Same(place.title(), place.text())))
                .limit(PLACES_MAX)
                .toList();
    }
}
