package dev.tollgate.books.rollups;

import java.util.Locale;

/** How a call has ended, as the operator's figures tell it. */
public enum CallEnd {
    COMPLETED,
    /** By the hold, by the time or by a limit of ours; what was delivered is charged. */
    CUT,
    /** The caller has left. */
    CANCELLED,
    FAILED,
    /** Its server has died. */
    ABANDONED;

    /** The name in the database and in JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
