package dev.tollgate.keys;

import java.util.Locale;

/** The purpose of a key. */
public enum KeyKind {
    /** Calls models. */
    API,
    /** Administers an account's keys and looks at its use; calls no model. */
    MANAGEMENT,
    /** Counts what an account's people do in the playground: it has no secret and stands in no list. */
    HIDDEN;

    /** The name in JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when it is not one of those that can be chosen */
    public static KeyKind parse(String code) {
        for (KeyKind kind : values()) {
            if (kind != HIDDEN && kind.code().equals(code)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("a key's kind is api or management");
    }
}
