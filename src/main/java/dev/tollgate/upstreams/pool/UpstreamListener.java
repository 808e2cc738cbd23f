package dev.tollgate.upstreams.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears one call, on the event loop that asked. */
public interface UpstreamListener {

    /** All events of one read, in order, at least one: what follows from them can leave in one write. */
    void events(List<UpstreamEvent> events);

    /** Normal end: each candidate has had its finish reason, or the prompt was blocked. */
    void ended();

    void failed(UpstreamFailure failure);

    /** What the upstream is to be told as {@code traceparent}; null where nothing. Asked while it is sent. */
    default @Nullable String traceparent() {
        return null;
    }

    /** The trace of the request that asks; null where there is none. */
    default @Nullable TraceId trace() {
        return null;
    }
}
