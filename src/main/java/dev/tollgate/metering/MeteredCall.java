package dev.tollgate.metering;

import dev.tollgate.upstream.Upstreams;

/** A request that has been translated and bounded: all that can be refused beforehand has been (D2). Started once, by the meter. */
public final class MeteredCall {

    private final MeteredRequest request;
    private final Bounds bounds;
    private final long promptBytes;
    private final Upstreams.Prepared prepared;

    MeteredCall(MeteredRequest request, Bounds bounds, long promptBytes, Upstreams.Prepared prepared) {
        this.request = request;
        this.bounds = bounds;
        this.promptBytes = promptBytes;
        this.prepared = prepared;
    }

    public MeteredRequest request() {
        return request;
    }

    Bounds bounds() {
        return bounds;
    }

    long promptBytes() {
        return promptBytes;
    }

    Upstreams.Prepared prepared() {
        return prepared;
    }
}
