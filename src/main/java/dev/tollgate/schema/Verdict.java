package dev.tollgate.schema;

/** What a check found. */
public enum Verdict {
    FITS,
    MISFIT,
    /** The schema is none, or too costly to follow: nothing is known about the text. */
    UNDECIDED
}
