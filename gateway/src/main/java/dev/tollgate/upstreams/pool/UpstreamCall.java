package dev.tollgate.upstreams.pool;

/** A running call. Confined to the event loop that started it. */
public interface UpstreamCall {

    /** A call that ended before anything was sent. */
    UpstreamCall NONE = new UpstreamCall() {
        @Override
        public void cancel() {}

        @Override
        public void pause() {}

        @Override
        public void resume() {}
    };

    /** Closes the connection immediately; the listener gets no more events. Does nothing after the end. */
    void cancel();

    /** Stops reading, so that the upstream has to wait. Events already read may still arrive. */
    void pause();

    void resume();
}
