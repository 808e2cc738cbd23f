package dev.tollgate.models.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;

/** The state of a price group or a plan: the words of the console, the API and commands. */
public enum Offer {
    /** Accounts still get it. */
    OPEN(sentence("offer::open")),
    /** Accounts that have it keep it. */
    CLOSED(sentence("closed"));

    private final Sentence word;

    Offer(Sentence word) {
        this.word = word;
    }

    public static Offer of(boolean isClosed) {
        return isClosed ? CLOSED : OPEN;
    }

    public Sentence word() {
        return word;
    }
}
