package dev.tollgate.metering;

import dev.tollgate.memory.Lease;
import dev.tollgate.upstream.PreparedCall;

/** A request that has been translated and bounded: all that can be refused beforehand has been (D2). Started once, by the meter. */
public final class MeteredCall {

    private final MeteredRequest request;
    private final Bounds bounds;
    private final long promptBytes;
    private final PreparedCall prepared;

    MeteredCall(MeteredRequest request, Bounds bounds, long promptBytes, PreparedCall prepared) {
        this.request = request;
        this.bounds = bounds;
        this.promptBytes = promptBytes;
        this.prepared = prepared;
    }

    public MeteredRequest request() {
        return request;
    }

    /** What the request takes of the heap. */
    public Lease memory() {
        return request.ask().memory();
    }

    /** The same with bounds that are known better. */
    MeteredCall withBounds(Bounds better) {
        return new MeteredCall(request, better, promptBytes, prepared);
    }

    Bounds bounds() {
        return bounds;
    }

    /**
     * The same once its media are loaded, with the bound of the prompt that follows from them. May read all of them.
     *
     * @throws dev.tollgate.error.ApiException naming the field of a medium that no channel can be sent
     */
    MeteredCall loaded() {
        PreparedCall complete = prepared.loaded();
        long promptTokensMax =
                PromptBound.of(request.ask(), request.model().upstream()).tokensMax();
        return new MeteredCall(request, bounds.withPrompt(promptTokensMax), promptBytes, complete);
    }

    long promptBytes() {
        return promptBytes;
    }

    PreparedCall prepared() {
        return prepared;
    }
}
