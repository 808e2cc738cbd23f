package dev.tollgate.metering;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.PromptSize;

/**
 * How large a prompt is (D31).
 *
 * @param textBytes UTF-8 bytes of text, names, schemas, arguments and replayed signatures
 * @param tokensMax no tokenizer makes more of it; at most the context limit
 */
record PromptBound(long textBytes, long tokensMax) {

    private static final long TOKENS_PER_ITEM = 64;
    private static final long SEARCH_TOKENS = 16_384;
    private static final long SEARCH_TOKENS_WHEN_COUNTED = 1_024;

    /** The bound where the upstream has counted the prompt; what a search adds is not in its count (D31). */
    static long counted(long countedTokens, ChatRequest request, UpstreamModel model) {
        long search = request.searches() ? SEARCH_TOKENS_WHEN_COUNTED : 0;
        return Math.min(model.inputTokensMax(), countedTokens + search);
    }

    /** @param replayedBytes of the signatures that are sent back for the caller */
    static PromptBound of(ChatRequest request, long replayedBytes, UpstreamModel model) {
        PromptSize size = PromptSize.of(request);
        long textBytes = size.textBytes() + replayedBytes;
        long items = (long) size.messages() + size.calls() + size.tools();
        long media = size.media().stream().mapToLong(MediaBound::tokens).sum();
        long search = request.searches() ? SEARCH_TOKENS : 0;
        long tokens = textBytes + items * TOKENS_PER_ITEM + media + search;
        return new PromptBound(textBytes, Math.min(model.inputTokensMax(), tokens));
    }
}
