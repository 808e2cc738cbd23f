package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;

/** The things that a model takes or can do, each with a word. */
public enum ModelTag {
    EMBEDDINGS(sentence("embeddings")),
    SPEECH(sentence("makes speech")),
    IMAGES(sentence("images")),
    MAKES_IMAGES(sentence("makes images")),
    AUDIO(sentence("audio")),
    FUNCTIONS(sentence("functions")),
    SEARCH(sentence("search")),
    JSON(Sentence.asItIs("JSON"));

    private final Sentence label;

    ModelTag(Sentence label) {
        this.label = label;
    }

    /** Returns the word in the language of now. */
    public String label() {
        return label.said();
    }

    /** Returns the tag of a model without it. */
    String missing() {
        return switch (this) {
            case IMAGES -> say("no images");
            case AUDIO -> say("no audio");
            case FUNCTIONS -> say("no functions");
            case SEARCH -> say("no search");
            case JSON -> say("no JSON");
            case EMBEDDINGS, SPEECH, MAKES_IMAGES -> say("no {tag}", label);
        };
    }
}
