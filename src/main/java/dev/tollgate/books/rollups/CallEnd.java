package dev.tollgate.books.rollups;

import java.util.Locale;

/** The end of a call in the operator's figures. */
public enum CallEnd {
    COMPLETED,
    /** The hold, the time limit or another limit ended the response; the delivered part is charged. */
    CUT,
    /** The caller has left. */
    CANCELLED,
    FAILED,
    /** The server of the call has died. */
    ABANDONED;

    /** The name in the database and in JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
