package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.words.AllSentences;
import dev.tollgate.words.Ceiling;
import dev.tollgate.words.Districts;
import dev.tollgate.words.WordsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Sentences that people read, in all sources and in the files of languages (notes/sentences.md). {@code ./tollgate words} has it write what
 * follows from the sources: the files' entries and the ceiling.
 */
class SentencesTest {

    private static final AllSentences FOUND = AllSentences.found();

    @Test
    void sentences_are_literals_and_get_their_values() {
        assertThat(FOUND.faults()).isEmpty();
    }

    @Test
    void each_place_of_sentences_belongs_to_a_district() {
        assertThat(FOUND.sources().stream()
                        .filter(it -> it.district().equals(Districts.NONE))
                        .filter(it ->
                                it.place().matches("[a-z].*") || !it.sentences().isEmpty())
                        .map(AllSentences.Source::place))
                .as("add it to words/districts.csv")
                .isEmpty();
    }

    /** The ceiling of each district only falls. A text is put into {@code say}, {@code rich} or {@code sentence}, or has its reason in reasons.tsv. */
    @Test
    void no_further_text_stands_outside_the_functions() throws IOException {
        Ceiling ceiling = Ceiling.read();
        Map<String, Integer> counts = FOUND.outside(ceiling::hasReason);
        if ("write".equals(System.getProperty("words"))) {
            ceiling.lower(counts);
            return;
        }
        Map<String, String> above = new TreeMap<>();
        counts.forEach((district, count) -> {
            int limit = ceiling.limits().getOrDefault(district, 0);
            if (count > limit) {
                above.put(district, count + " texts, ceiling " + limit);
            }
        });
        assertThat(above)
                .as("a new text stands outside say(…), rich(…) and sentence(…): see notes/sentences.md")
                .isEmpty();
        assertThat(ceiling.idle()).as("reasons of texts that are gone").isEmpty();
    }

    @Test
    void translations_fit_their_sentences() throws IOException {
        Map<String, List<String>> places = FOUND.byPlace();
        Set<String> sentences = new LinkedHashSet<>();
        places.values().forEach(sentences::addAll);
        List<String> faults = new ArrayList<>();
        for (WordsFile file : WordsFile.all()) {
            if ("write".equals(System.getProperty("words"))) {
                file.with(places, Boolean.getBoolean("words.same")).write();
            } else {
                faults.addAll(file.faults(sentences));
            }
        }
        assertThat(faults).as("run ./tollgate words, or mend the translation").isEmpty();
    }

    /** Prints how far each language is, whole and by district. For a release, a language that is offered lacks nothing. */
    @Test
    void a_complete_language_lacks_nothing() throws IOException {
        Map<String, List<String>> byDistrict = new LinkedHashMap<>();
        FOUND.sources().forEach(it -> byDistrict
                .computeIfAbsent(it.district(), _ -> new ArrayList<>())
                .addAll(it.sentences()));
        Set<String> sentences = new LinkedHashSet<>();
        byDistrict.values().forEach(sentences::addAll);
        Map<String, List<String>> lacking = new TreeMap<>();
        for (WordsFile file : WordsFile.all()) {
            List<String> missing = file.missing(sentences);
            System.out.println(file.tag() + " " + share(sentences, missing) + parts(byDistrict, file));
            if (file.tag().equals(System.getProperty("words.todo"))) {
                missing.forEach(it -> System.out.println("  " + it));
            }
            if (!missing.isEmpty() && WordsFile.complete().contains(file.tag())) {
                lacking.put(file.tag(), missing);
            }
        }
        printSharedWords();
        if ("whole".equals(System.getProperty("words"))) {
            assertThat(lacking).as("languages in words/complete are offered").isEmpty();
        }
    }

    private static String share(Collection<String> sentences, List<String> missing) {
        return "%,d of %,d".formatted(sentences.size() - missing.size(), sentences.size());
    }

    private static String parts(Map<String, List<String>> byDistrict, WordsFile file) {
        StringBuilder parts = new StringBuilder();
        byDistrict.forEach((district, its) -> {
            Set<String> sentences = new LinkedHashSet<>(its);
            if (!sentences.isEmpty()) {
                parts.append("; ").append(district).append(' ').append(share(sentences, file.missing(sentences)));
            }
        });
        return parts.toString();
    }

    /** Prints the single words of several districts: where one has two meanings, a context in front of it tells them apart. */
    private static void printSharedWords() {
        Map<String, Set<String>> districts = new TreeMap<>();
        FOUND.sources().forEach(source -> source.sentences().stream()
                .filter(it -> it.matches("\\p{L}+"))
                .forEach(it ->
                        districts.computeIfAbsent(it, _ -> new TreeSet<>()).add(source.district())));
        int all = districts.size();
        districts.values().removeIf(it -> it.size() < 2);
        System.out.println(
                districts.size() + " of " + all + " single words stand in several districts: " + districts.keySet());
    }
}
