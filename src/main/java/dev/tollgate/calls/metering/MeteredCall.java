package dev.tollgate.calls.metering;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.upstreams.pool.PreparedCall;

/** A request that has been translated and bounded: all that can be refused beforehand has been (D2). Started once, by the meter. */
public final class MeteredCall {

    private static final long BYTES_OF_A_TOKEN = 4;
    private static final long TOKENS_OF_A_MEDIUM = 258;

    private final MeteredRequest request;
    private final Bounds bounds;
    private final long promptBytes;
    private final PreparedCall prepared;
    private final long translationMicros;

    /** @param translationMicros what making it took, in microseconds */
    MeteredCall(
            MeteredRequest request, Bounds bounds, long promptBytes, PreparedCall prepared, long translationMicros) {
        this.translationMicros = translationMicros;
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
        return new MeteredCall(request, better, promptBytes, prepared, translationMicros);
    }

    Bounds bounds() {
        return bounds;
    }

    /**
     * The same once its media are loaded, with the bound of the prompt that follows from them. May read all of them.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field of a medium that no channel can be sent
     */
    MeteredCall loaded() {
        PreparedCall complete = prepared.loaded();
        long promptTokensMax =
                PromptBound.of(request.ask(), request.model().upstream()).tokensMax();
        return new MeteredCall(request, bounds.withPrompt(promptTokensMax), promptBytes, complete, translationMicros);
    }

    /**
     * What it will come to, more or less: a token for every four bytes, as much for a medium as a picture takes, and the answer up to the
     * slice that is held for at first. The end puts it right; a bound would keep most callers from half of what they may use.
     */
    long tokensExpected() {
        long media = request.ask().promptSize().media().size() * TOKENS_OF_A_MEDIUM;
        long each = bounds.askedTokensMax() == null
                ? Bounds.SLICE_TOKENS
                : Math.min(bounds.askedTokensMax(), Bounds.SLICE_TOKENS);
        return Math.ceilDiv(promptBytes, BYTES_OF_A_TOKEN) + media + each * bounds.candidates();
    }

    long promptBytes() {
        return promptBytes;
    }

    long translationMicros() {
        return translationMicros;
    }

    PreparedCall prepared() {
        return prepared;
    }
}
