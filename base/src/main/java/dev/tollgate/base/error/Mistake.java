package dev.tollgate.base.error;

import dev.tollgate.base.words.Sentence;

/** A value that its giver has to change, as an exception with a sentence for people. */
public final class Mistake extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final transient Sentence sentence;

    public Mistake(Sentence sentence) {
        super(sentence.english());
        this.sentence = sentence;
    }

    /** Returns why a value was refused, for people. */
    public static Sentence of(IllegalArgumentException refused) {
        return refused instanceof Mistake mistake
                ? mistake.sentence
                : Sentence.asItIs(String.valueOf(refused.getMessage()));
    }
}
