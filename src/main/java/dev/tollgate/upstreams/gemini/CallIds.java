package dev.tollgate.upstreams.gemini;

/** The ids of calls that go back to a model with the calls and their results (protocol 1.3). */
enum CallIds {
    /** The caller's ids: every id is accepted. */
    ANY,

    /** The ids alone that the channel has given itself: where it gives none, it may know no such field. */
    OWN,

    NONE
}
