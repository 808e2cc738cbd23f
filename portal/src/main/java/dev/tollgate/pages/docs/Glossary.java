package dev.tollgate.pages.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The words of a language for terms of the product, and other words that its readers type, as {@code words/glossary.md} has them: they find English pages
 * by them (L28). Immutable.
 *
 * @param terms the longest word first
 */
record Glossary(List<Term> terms) {

    static final Glossary NONE = new Glossary(List.of());

    private static final String FILE = "/words/glossary.md";

    /** @param word in lower case @param english the term, in lower case, too */
    record Term(String word, String english) {}

    /** Returns the words of a language; none if the glossary does not have it. */
    static Glossary of(String tag) {
        List<List<String>> rows = text().lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
        int column = rows.getFirst().indexOf(tag);
        if (column < 0) {
            return NONE;
        }
        List<Term> terms = new ArrayList<>();
        for (List<String> cells :
                rows.stream().filter(cells -> !cells.equals(rows.getFirst())).toList()) {
            for (String word : cells.get(column).split(", ")) {
                terms.add(
                        new Term(word.toLowerCase(Locale.ROOT), cells.getFirst().toLowerCase(Locale.ROOT)));
            }
        }
        terms.sort(Comparator.comparingInt((Term term) -> term.word().length()).reversed());
        return new Glossary(terms);
    }

    private static String text() {
        try (InputStream stream = Objects.requireNonNull(Glossary.class.getResourceAsStream(FILE), FILE)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A question in parts. @param english the terms whose words it has @param rest without these words */
    record Parts(List<String> english, String rest) {}

    /** @param asked in lower case, a blank at both ends */
    Parts parts(String asked) {
        List<String> english = new ArrayList<>();
        String rest = asked;
        for (Term term : terms) {
            String word = isOfHan(term.word()) ? term.word() : " " + term.word() + " ";
            if (rest.contains(word)) {
                english.add(term.english());
                rest = rest.replace(word, " ");
            }
        }
        return new Parts(english, rest);
    }

    /** Returns whether a text has Chinese characters, which have no blanks between words. */
    static boolean isOfHan(String text) {
        return text.codePoints().anyMatch(Character::isIdeographic);
    }
}
