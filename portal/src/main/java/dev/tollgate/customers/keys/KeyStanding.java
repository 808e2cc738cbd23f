package dev.tollgate.customers.keys;

import dev.tollgate.keys.Key;
import java.time.Instant;

/** The standing of a key, apart from its account and its limits: the words of all pages, files and commands. */
public enum KeyStanding {
    DISABLED("off", "disabled"),
    EXPIRED("expired", "expired"),
    TEAM_PAUSED("team paused", "team paused"),
    ACTIVE("on", "active");

    private final String word;
    private final String operatorWord;

    KeyStanding(String word, String operatorWord) {
        this.word = word;
        this.operatorWord = operatorWord;
    }

    public static KeyStanding of(Key key, Instant now) {
        return of(key.disabled(), key.expired(now), key.pausedTeam() != null);
    }

    /** Returns the standing of a key that is known by its answer of the API. */
    public static KeyStanding of(boolean isDisabled, boolean isExpired, boolean isTeamPaused) {
        if (isDisabled) {
            return DISABLED;
        }
        if (isExpired) {
            return EXPIRED;
        }
        return isTeamPaused ? TEAM_PAUSED : ACTIVE;
    }

    /** Returns the word for customers, who turn keys on and off. */
    public String word() {
        return word;
    }

    /** Returns the word for the operator. */
    public String operatorWord() {
        return operatorWord;
    }
}
