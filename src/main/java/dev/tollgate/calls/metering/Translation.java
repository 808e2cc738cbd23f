package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PreparedCall;

/**
 * What the meter has made of a call before anything is held for it.
 *
 * @param bounds what the call may use and cost at most
 * @param promptBytes UTF-8 bytes of the prompt's text, for an estimate of its tokens
 * @param prepared the request in the upstream's words
 * @param micros duration of the translation, in microseconds
 */
public record Translation(Bounds bounds, long promptBytes, PreparedCall prepared, long micros) {

    private static final long BYTES_OF_A_TOKEN = 4;
    private static final long TOKENS_OF_A_MEDIUM = 258;

    /** The same with bounds that are known better. */
    Translation withBounds(Bounds better) {
        return new Translation(better, promptBytes, prepared, micros);
    }

    /**
     * The same once the media of the ask are loaded, with the bound of the prompt that follows from them. May read all of them.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field of a medium that no channel can be sent
     */
    Translation loaded(Ask ask) {
        PreparedCall complete = prepared.loaded();
        long promptTokensMax = PromptBound.of(ask, bounds.model().upstream()).tokensMax();
        return new Translation(bounds.withPrompt(promptTokensMax), promptBytes, complete, micros);
    }

    /**
     * An estimate of the call's tokens: one for every four bytes of text, as many for a medium as a picture takes, and the answer up to the
     * slice that is held for at first. The call's end corrects it; an upper bound would keep most callers from half of what they may use.
     */
    long tokensExpected(Ask ask) {
        long media = ask.promptSize().media().size() * TOKENS_OF_A_MEDIUM;
        long each = bounds.askedTokensMax() == null
                ? Bounds.SLICE_TOKENS
                : Math.min(bounds.askedTokensMax(), Bounds.SLICE_TOKENS);
        return Math.ceilDiv(promptBytes, BYTES_OF_A_TOKEN) + media + each * bounds.candidates();
    }
}
