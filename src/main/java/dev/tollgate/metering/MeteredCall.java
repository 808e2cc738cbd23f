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

    /** The same with bounds that are known better. */
    MeteredCall withBounds(Bounds better) {
        return new MeteredCall(request, better, promptBytes, prepared);
    }

    Bounds bounds() {
        return bounds;
    }

    /** The bound of the prompt once its media are loaded. */
    long promptTokensMax() {
        return PromptBound.of(request.ask(), request.model().upstream()).tokensMax();
    }

    long promptBytes() {
        return promptBytes;
    }

    Upstreams.Prepared prepared() {
        return prepared;
    }
}
