package dev.tollgate.calls.metering;

import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The highest cost of a call, as far as its request determines it (D31). Counts are in tokens, amounts in micro-credits. All results are the charge
 * function applied to bounds.
 *
 * @param promptTokensMax prompt tokens that the hold covers: an upper bound for any tokenizer, or the upstream's own count
 * @param promptTokensByBytes the most prompt tokens that can be counted (D53): the upper bound for any tokenizer, even if the upstream has
 *     counted
 * @param mediaUncounted whether the prompt's bound has media by their bytes, which may be many times their tokens
 * @param candidates the request's {@code n}
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null if there is none
 */
record Bounds(
        Model model,
        long promptTokensMax,
        long promptTokensByBytes,
        boolean mediaUncounted,
        int candidates,
        @Nullable Long askedTokensMax) {

    /** The first slice of output for each candidate if no maximum was given, and the size of each extension. */
    static final long SLICE_TOKENS = 4_096;

    /** Returns these bounds with a new prompt bound, once the media are loaded. */
    Bounds withPrompt(long promptTokensMax) {
        return new Bounds(model, promptTokensMax, promptTokensMax, mediaUncounted, candidates, askedTokensMax);
    }

    /**
     * Returns these bounds with a prompt that the upstream has counted. If prompt and response share one context, the maximum becomes the rest of the
     * context (D21).
     *
     * @param counted tokens, fewer than the context has
     * @param promptTokensMax the counted tokens and those that a search may add
     */
    Bounds withCountedPrompt(long counted, long promptTokensMax) {
        long left = model.upstream().inputTokensMax() - counted;
        Long wanted = extendable() ? askedTokensMax : Long.valueOf(firstTokensEach());
        Long max = model.upstream().sharedContext() && wanted != null && wanted > left
                ? Long.valueOf(left)
                : askedTokensMax;
        return new Bounds(model, promptTokensMax, promptTokensByBytes, false, candidates, max);
    }

    /** Returns the output tokens that the first hold should cover, all candidates together. */
    long wantedTokens() {
        return multiply(firstTokensEach());
    }

    /** Returns the output tokens below which a call is not worth starting, all candidates together. */
    long leastTokens() {
        return multiply(Math.min(model.pricing().leastOutputTokens(), firstTokensEach()));
    }

    long wantedMicros() {
        return chargeMicros(promptTokensMax, wantedTokens());
    }

    long leastMicros() {
        return chargeMicros(promptTokensMax, leastTokens());
    }

    /** Returns whether the hold may grow with the response: only if the request has no maximum. */
    boolean extendable() {
        return askedTokensMax == null && !model.pricing().reasoningBilled();
    }

    /** Returns the maximum that is sent upstream for each candidate; null if none is sent (D31). */
    @Nullable
    Long upstreamTokensMax(long coveredTokens) {
        if (model.pricing().reasoningBilled()) {
            return Math.min(firstTokensEach(), coveredTokens / candidates);
        }
        return askedTokensMax;
    }

    /** Returns the most output that a hold covers, all candidates together, for a given number of prompt tokens. */
    long coveredTokens(long promptTokens, long heldMicros) {
        return Math.max(0, model.pricing().outputTokensCovered(Usage.of(promptTokens, 0, 0), heldMicros, mostTokens()));
    }

    /** Returns the most usage that can be counted for the call, whatever its upstream reports (D53). */
    UsageLimits usageLimits() {
        return new UsageLimits(
                promptTokensByBytes,
                askedTokensMax == null ? mostTokens() : multiply(askedTokensMax),
                askedTokensMax != null,
                mostTokens(),
                model.pricing().reasoningBilled());
    }

    /** Returns the model's output limit, all candidates together. */
    long mostTokens() {
        return multiply(model.upstream().outputTokensMax());
    }

    /** Returns the charge for the given tokens, with all of the output billed. */
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
