package dev.tollgate.people;

import java.util.Locale;

/** What a person may do besides looking after the own account. */
public enum Role {
    USER,
    OPERATOR;

    static Role parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
