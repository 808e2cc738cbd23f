package dev.tollgate.calls.metering;

import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import org.jspecify.annotations.Nullable;

/**
 * What a call may cost at most, before anything is known but its request (D31). Counts are in tokens, amounts in
 * micro-credits; all results are the charge function applied to bounds.
 *
 * @param promptTokensMax what is held for of the prompt: no tokenizer makes more of it, or the upstream has counted it
 * @param promptTokensByBytes what can be counted of it at most (D53): the former, whatever was counted
 * @param mediaUncounted whether media count in it by their bytes, which may be many times what they come to
 * @param candidates the request's {@code n}
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null where there is none
 */
record Bounds(
        Model model,
        long promptTokensMax,
        long promptTokensByBytes,
        boolean mediaUncounted,
        int candidates,
        @Nullable Long askedTokensMax) {

    /** The first slice of output for each candidate where no maximum was given, and what each extension asks for. */
    static final long SLICE_TOKENS = 4_096;

    /** The same with media that are known better. */
    Bounds withPrompt(long promptTokensMax) {
        return new Bounds(model, promptTokensMax, promptTokensMax, mediaUncounted, candidates, askedTokensMax);
    }

    /**
     * The same with a prompt that the upstream has counted. In a context that prompt and answer share, the maximum is what the prompt leaves
     * (D21).
     *
     * @param counted tokens, fewer than the context has
     * @param promptTokensMax these and what a search may add to them
     */
    Bounds withCountedPrompt(long counted, long promptTokensMax) {
        long left = model.upstream().inputTokensMax() - counted;
        Long wanted = extendable() ? askedTokensMax : Long.valueOf(firstTokensEach());
        Long max = model.upstream().sharedContext() && wanted != null && wanted > left
                ? Long.valueOf(left)
                : askedTokensMax;
        return new Bounds(model, promptTokensMax, promptTokensByBytes, false, candidates, max);
    }

    /** Output tokens that are wanted under the hold at first, all candidates together. */
    long wantedTokens() {
        return multiply(firstTokensEach());
    }

    /** Output tokens below which a call is not worth starting, all candidates together. */
    long leastTokens() {
        return multiply(Math.min(model.pricing().leastOutputTokens(), firstTokensEach()));
    }

    long wantedMicros() {
        return chargeMicros(promptTokensMax, wantedTokens());
    }

    long leastMicros() {
        return chargeMicros(promptTokensMax, leastTokens());
    }

    /** Whether the hold may grow with the answer: only where nobody named a maximum. */
    boolean extendable() {
        return askedTokensMax == null && !model.pricing().reasoningBilled();
    }

    /** The maximum that is sent upstream for each candidate; null where none is (D31). */
    @Nullable
    Long upstreamTokensMax(long coveredTokens) {
        if (model.pricing().reasoningBilled()) {
            return Math.min(firstTokensEach(), coveredTokens / candidates);
        }
        return askedTokensMax;
    }

    /** The most output that a hold covers, all candidates together, given what the prompt comes to. */
    long coveredTokens(long promptTokens, long heldMicros) {
        return Math.max(0, model.pricing().outputTokensCovered(Usage.of(promptTokens, 0, 0), heldMicros, mostTokens()));
    }

    /** What can be counted of the call at most, whatever is reported of it (D53). */
    UsageLimits usageLimits() {
        return new UsageLimits(
                promptTokensByBytes,
                askedTokensMax == null ? mostTokens() : multiply(askedTokensMax),
                askedTokensMax != null,
                mostTokens(),
                model.pricing().reasoningBilled());
    }

    /** What the model can say at most, all candidates together. */
    long mostTokens() {
        return multiply(model.upstream().outputTokensMax());
    }

    /** The charge for so many tokens, all of the output billed. */
    long chargeMicros(long promptTokens, long outputTokens) {
        Pricing pricing = model.pricing();
        return pricing.chargeMicros(Usage.of(promptTokens, outputTokens, 0));
    }

    private long firstTokensEach() {
        if (askedTokensMax != null) {
            return askedTokensMax;
        }
        return model.pricing().reasoningBilled() ? model.upstream().outputTokensMax() : SLICE_TOKENS;
    }

    private long multiply(long tokensEach) {
        return tokensEach * candidates;
    }
}
