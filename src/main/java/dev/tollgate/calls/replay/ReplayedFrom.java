package dev.tollgate.calls.replay;

import java.util.Locale;

/** From where a request was answered for which no call was made. */
public enum ReplayedFrom {
    /** From a call under the same key that ran, or was read, when it came. */
    RUNNING,
    /** From the file of a kept answer. */
    FILE,
    /** From its copy in the database. */
    COPY,
    /** From a refusal that cannot change. */
    REFUSAL;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
