package dev.tollgate.upstreams.gemini;

/** Which ids of calls go back to a model with the calls and their results (protocol 1.3). */
enum CallIds {
    /** As the caller has them: every id is taken. */
    ANY,

    /** Those alone that the channel has given itself: where it gives none, it may know no such field. */
    OWN,

    NONE
}
