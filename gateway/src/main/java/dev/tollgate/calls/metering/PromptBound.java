package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.pool.Ask;

/**
 * The size of a prompt (D31).
 *
 * @param tokensMax no tokenizer makes more of it; at most the context limit, for each request of the call
 * @param audioTokensMax the most tokens of its audio and video, at most {@code tokensMax}
 */
record PromptBound(long tokensMax, long audioTokensMax) {

    private static final long TOKENS_PER_ITEM = 64;

    /** The tokens that searches add at most; and, besides, what a hold on less covers of the provider's other tools (D31, Y27). */
    static final long SEARCH_TOKENS = 16_384;

    /** The part of them that a hold on less leaves out if the prompt was counted. */
    static final long SEARCH_TOKENS_SPARED = SEARCH_TOKENS - 1_024;

    /** The bound where the upstream has counted the prompt; what a search adds is not in its count (D31). */
    static long counted(long countedTokens, Ask ask, UpstreamModel model) {
        long search = ask.searches() ? SEARCH_TOKENS : 0;
        long most = countedTokens + search + before(ask, model);
        return ask.requests() * Math.min(ask.contextTokens(model.inputTokensMax()), most);
    }

    /**
     * Returns the tokens of an answer that goes on, which are not here and count as prompt: what its token says (H7), or the whole context if that is not
     * known.
     */
    private static long before(Ask ask, UpstreamModel model) {
        Hops hops = ask.hops();
        return hops != null ? hops.heldBefore() : ask.continuesAnswer() ? model.inputTokensMax() : 0;
    }

    /** Media that are not downloaded yet count as the context limit. */
    static PromptBound of(PromptSize size, Ask ask, UpstreamModel model) {
        long items = (long) size.messages() + size.calls() + size.tools();
        long media = 0;
        long audio = 0;
        for (var medium : size.media()) {
            long tokens = MediaBound.tokens(medium, ask.media());
            media += tokens;
            audio += MediaBound.mayHaveAudio(medium, ask.media()) ? tokens : 0;
        }
        long search = ask.searches() ? SEARCH_TOKENS : 0;
        long most = Math.min(
                ask.contextTokens(model.inputTokensMax()),
                before(ask, model) + size.textBytes() + items * TOKENS_PER_ITEM + media + search);
        return new PromptBound(ask.requests() * most, ask.requests() * Math.min(most, audio));
    }
}
