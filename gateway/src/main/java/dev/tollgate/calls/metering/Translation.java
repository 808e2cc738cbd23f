package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.upstreams.hops.HopBounds;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.sessions.CallPrompt;
import dev.tollgate.upstreams.sessions.PromptText;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as the meter has translated it, before anything is held for it.
 *
 * @param bounds the highest usage and cost of the call
 * @param size of the prompt, which may be long: it is walked once
 * @param prepared the request in the upstream's words
 * @param text the prompt's text, for counts that callers see
 * @param prompt the prompt in its session; null if no provider would cache it
 * @param micros duration of the translation, in microseconds
 */
public record Translation(
        Bounds bounds,
        PromptSize size,
        PreparedCall prepared,
        PromptText text,
        @Nullable CallPrompt prompt,
        long micros) {

    private static final long BYTES_OF_A_TOKEN = 4;
    private static final long TOKENS_OF_A_MEDIUM = 258;

    /** Makes the translation of a call without an account and a session. @param promptBytes UTF-8 bytes of the prompt's text */
    public Translation(Bounds bounds, long promptBytes, PreparedCall prepared, long micros) {
        this(
                bounds,
                new PromptSize(promptBytes, 0, 0, 0, List.of()),
                prepared,
                PromptText.of(promptBytes),
                null,
                micros);
    }

    /** Returns this translation with closer bounds. */
    Translation withBounds(Bounds better) {
        return new Translation(better, size, prepared, text, prompt, micros);
    }

    /** Returns this translation with the bounds of a hold that the provider's tools may exceed (D31). */
    Translation onLess() {
        return withBounds(Objects.requireNonNull(bounds.less()));
    }

    /**
     * Returns this translation with the bounds of a prompt that the upstream has counted; this one if it has not, or if an earlier answer goes on whose
     * length is not known.
     */
    Translation counted(Optional<PromptCount> counted, Ask ask) {
        if (counted.isEmpty() || ask.continuesAnswer() && ask.hops() == null) {
            return this;
        }
        long tokens = counted.get().tokens();
        long most = PromptBound.counted(tokens, ask, bounds.model().upstream());
        return withBounds(bounds.withCountedPrompt(tokens, most));
    }

    /**
     * Returns this translation with its media loaded, and the prompt's bound that follows from them. May read all media.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field of a media file that no channel accepts
     */
    Translation loaded(Ask ask) {
        PreparedCall complete = prepared.loaded();
        PromptBound bound = PromptBound.of(size, ask, bounds.model().upstream());
        return new Translation(bounds.withPrompt(bound), size, complete, text, prompt, micros);
    }

    /**
     * Returns an estimate of the call's tokens: one for four bytes of text, an image's tokens for each media file, what earlier hops have written, and output
     * up to the first slice.
     * The end of the call corrects it. An upper bound would deny most callers half of their limit.
     */
    long tokensExpected() {
        long media = size.media().size() * TOKENS_OF_A_MEDIUM;
        long each = bounds.askedTokensMax() == null
                ? Bounds.SLICE_TOKENS
                : Math.min(bounds.askedTokensMax(), Bounds.SLICE_TOKENS);
        HopBounds hops = bounds.hops();
        long before = hops != null && hops.hops().isPinned() ? hops.hops().before() : 0;
        return Math.ceilDiv(size.textBytes(), BYTES_OF_A_TOKEN) + media + before + each * bounds.candidates();
    }
}
