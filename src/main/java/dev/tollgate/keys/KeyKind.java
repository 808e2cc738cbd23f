package dev.tollgate.keys;

import java.util.Locale;

/** What a key is for. */
public enum KeyKind {
    /** Calls models. */
    API,
    /** Administers an account's keys and looks at its use; calls no model. */
    MANAGEMENT;

    /** The name in the database and in JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when it is neither */
    public static KeyKind parse(String code) {
        for (KeyKind kind : values()) {
            if (kind.code().equals(code)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("a key's kind is api or management");
    }
}
