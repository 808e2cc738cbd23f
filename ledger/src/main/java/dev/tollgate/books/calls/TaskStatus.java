package dev.tollgate.books.calls;

import java.util.Locale;

/** The state of a call. All but {@link #PROCESSING} are final. */
public enum TaskStatus {
    PROCESSING,
    COMPLETED,
    FAILED,
    /** The caller left before the end (decision D35). */
    CANCELLED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name in the database and in JSON. */
    public String code() {
        return code;
    }

    /** @throws IllegalArgumentException where it is none */
    public static TaskStatus parse(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
