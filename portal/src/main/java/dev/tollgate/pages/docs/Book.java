package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.Locale;

/** The books of the documentation, each with a list of pages. */
public enum Book {
    DEVELOPERS(sentence("For developers")),
    OPERATORS(sentence("For operators"));

    private final Sentence title;

    Book(Sentence title) {
        this.title = title;
    }

    Sentence title() {
        return title;
    }

    /** Returns its name in addresses. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
