package dev.tollgate.base.log;

/** An observer of a request's metered call. Its methods run on the request's event loop and must not throw. */
public interface CallWatch {

    /** Reports the start of the call; {@link #over} follows. */
    void begun();

    /** Returns whether the notes of {@link #over} are used. */
    boolean wantsNotes();

    /** Reports that the call has ended and holds nothing. Runs before the caller receives the end. */
    void over(CallNotes notes);
}
