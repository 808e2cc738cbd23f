package dev.tollgate.calls.kept;

import java.util.Locale;

/** The door that a response is kept for, and that alone can read it. */
public enum KeptForm {
    RESPONSES("response"),
    INTERACTIONS("interaction");

    private final String noun;

    KeptForm(String noun) {
        this.noun = noun;
    }

    /** Returns the word in the database. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns what a row is sealed for. */
    String context(String accountId, String id) {
        return "kept " + noun + " " + id + " of " + accountId;
    }
}
