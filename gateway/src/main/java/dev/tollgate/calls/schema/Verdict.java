package dev.tollgate.calls.schema;

/** The result of a check. */
public enum Verdict {
    FITS,
    MISFIT,
    /** The schema is not valid, or too costly to follow: nothing is known about the text. */
    UNDECIDED
}
