package dev.tollgate.base.log;

/** Told of the metered call that a request becomes, on the request's event loop; must not throw. */
public interface CallWatch {

    /** It begins: {@link #over} follows. */
    void begun();

    /** Whether anybody reads what {@link #over} tells. */
    boolean wantsNotes();

    /** Nothing is held for it any more; before its caller hears the end. */
    void over(CallNotes notes);
}
