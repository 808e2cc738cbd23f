package dev.tollgate.customers.people;

import java.util.Locale;

/** A right of a person beyond their own account. */
public enum Role {
    USER,
    OPERATOR;

    /** @throws IllegalArgumentException with a sentence, for what is none */
    public static Role of(String typed) {
        return switch (typed) {
            case "user" -> USER;
            case "operator" -> OPERATOR;
            default -> throw new IllegalArgumentException("A role is user or operator.");
        };
    }

    static Role parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
