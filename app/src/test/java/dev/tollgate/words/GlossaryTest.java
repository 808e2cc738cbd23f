package dev.tollgate.words;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.LanguageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds translations against the glossary. A term may be a plain word in a sentence, so what is found is printed. */
class GlossaryTest {

    private static final int SHOWN_MAX = 100;

    /** @param words of which a translation has one */
    private record Term(String english, List<String> words) {

        /** In the singular or the plural, as a verb with its endings. */
        Pattern pattern() {
            return Pattern.compile("\\b" + Pattern.quote(english) + "(?:s|d|ed|ing)?\\b", Pattern.CASE_INSENSITIVE);
        }
    }

    /** Returns the terms of a language, the longest first. */
    private static List<Term> terms(String tag) throws IOException {
        List<List<String>> rows = Files.readAllLines(WordsFile.FOLDER.resolve("glossary.md")).stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
        int column = rows.getFirst().indexOf(tag);
        if (column < 0) {
            throw new IllegalStateException("the glossary has no column " + tag);
        }
        return rows.stream()
                .skip(1)
                .map(cells ->
                        new Term(cells.getFirst(), List.of(cells.get(column).split(", "))))
                .sorted(Comparator.comparingInt((Term it) -> it.english.length())
                        .reversed())
                .toList();
    }

    private static List<String> foreign(List<Term> terms, Map<String, String> entries) {
        List<String> found = new ArrayList<>();
        entries.forEach((english, translation) -> {
            String rest = english.replaceAll("\\{\\w+}|</?\\w+>|^[a-z-]+::", " ");
            for (Term term : terms) {
                Matcher met = term.pattern().matcher(rest);
                if (LanguageFile.isThere(translation) && met.find()) {
                    rest = met.replaceAll(" ");
                    if (term.words.stream().noneMatch(translation::contains)) {
                        found.add(term.english + " is " + String.join(" or ", term.words) + ": " + english + " = "
                                + translation);
                    }
                }
            }
        });
        return found;
    }

    @Test
    void translations_without_the_word_of_a_term_are_printed() throws IOException {
        for (WordsFile file : WordsFile.all()) {
            List<String> found = foreign(terms(file.tag()), file.entries());
            System.out.println(file.tag() + ": " + found.size() + " translations lack the word of a term");
            found.stream().limit(SHOWN_MAX).forEach(it -> System.out.println("  " + it));
        }
    }

    @Test
    void a_term_is_met_whole_and_the_longest_first() throws IOException {
        List<Term> terms = terms("zh-Hans");
        assertThat(terms).hasSizeGreaterThan(60);
        assertThat(foreign(
                        terms,
                        Map.of(
                                "Rate limits of {call}", "单价",
                                "Recall it", "想起",
                                "Calls", "调用",
                                "Credits", "5 点",
                                "Tokens", "")))
                .containsExactly("rate limit is 速率限制: Rate limits of {call} = 单价");
    }
}
