package dev.tollgate.calls.replay;

import java.util.Locale;

/** The source of a response for which no call was made. */
public enum ReplayedFrom {
    /** A call with the same key that was running, or being read, when the request arrived. */
    RUNNING,
    /** The file of a kept response. */
    FILE,
    /** The copy in the database. */
    COPY,
    /** A refusal that cannot change. */
    REFUSAL;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
