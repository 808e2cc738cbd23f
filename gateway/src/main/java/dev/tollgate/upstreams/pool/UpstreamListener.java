package dev.tollgate.upstreams.pool;

import dev.tollgate.running.UpstreamFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The receiver of one call's events, on the event loop that started it. */
public interface UpstreamListener {

    /** Receives all events of one read, in order, at least one, so that their results can leave in one write. */
    void events(List<UpstreamEvent> events);

    /** Receives the normal end: each candidate has had its finish reason, or the prompt was blocked. */
    void ended();

    void failed(UpstreamFailure failure);

    /** Returns the {@code traceparent} to send to the upstream; null for none. Called while the call is sent. */
    default @Nullable String traceparent() {
        return null;
    }

    /** Returns the trace of the caller's request; null if there is none. */
    default @Nullable TraceId trace() {
        return null;
    }
}
