package dev.tollgate.upstream;

/** A running call. Confined to the event loop that asked. */
public interface UpstreamCall {

    /** Closes the connection at once; the listener hears nothing more. Does nothing after the end. */
    void cancel();

    /** Stops reading, so that the upstream is held back. Events already read may still arrive. */
    void pause();

    void resume();
}
