package dev.tollgate.upstreams.pool;

/** A running call. Confined to the event loop that asked. */
public interface UpstreamCall {

    /** One that has ended before anything was sent. */
    UpstreamCall NONE = new UpstreamCall() {
        @Override
        public void cancel() {}

        @Override
        public void pause() {}

        @Override
        public void resume() {}
    };

    /** Closes the connection at once; the listener hears nothing more. Does nothing after the end. */
    void cancel();

    /** Stops reading, so that the upstream is held back. Events already read may still arrive. */
    void pause();

    void resume();
}
