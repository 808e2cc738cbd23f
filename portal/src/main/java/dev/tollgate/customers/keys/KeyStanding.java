package dev.tollgate.customers.keys;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.keys.Key;
import java.time.Instant;

/** The standing of a key, apart from its account and its limits: the words of all pages, files, commands and the operator's API. */
public enum KeyStanding {
    DISABLED(sentence("off"), sentence("disabled")),
    EXPIRED(sentence("expired"), sentence("expired")),
    TEAM_PAUSED(sentence("team paused"), sentence("team paused")),
    ACTIVE(sentence("on"), sentence("active"));

    private final Sentence word;
    private final Sentence operatorWord;

    KeyStanding(Sentence word, Sentence operatorWord) {
        this.word = word;
        this.operatorWord = operatorWord;
    }

    public static KeyStanding of(Key key, Instant now) {
        if (key.disabled()) {
            return DISABLED;
        }
        if (key.expired(now)) {
            return EXPIRED;
        }
        return key.pausedTeam() == null ? ACTIVE : TEAM_PAUSED;
    }

    /** Returns the word for customers, who turn keys on and off. */
    public Sentence word() {
        return word;
    }

    /** Returns the word for the operator. */
    public Sentence operatorWord() {
        return operatorWord;
    }
}
