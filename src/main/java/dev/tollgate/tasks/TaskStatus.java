package dev.tollgate.tasks;

import java.util.Locale;

/** Where a call is. All but {@link #PROCESSING} are final. */
public enum TaskStatus {
    PROCESSING,
    COMPLETED,
    FAILED,
    /** The caller left before the end (decision D35). */
    CANCELLED;

    /** The name in the database and in JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException where it is none */
    public static TaskStatus parse(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
