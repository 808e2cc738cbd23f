package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.calls.metering.Extras.Held;
import dev.tollgate.calls.metering.Extras.Images;
import dev.tollgate.calls.metering.Extras.Tools;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.hops.HopBounds;
import dev.tollgate.upstreams.pool.Ask;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The highest cost of a call, as far as its request determines it (D31). Counts are in tokens, amounts in micro-credits. All results are the charge
 * function applied to bounds.
 *
 * @param promptTokensMax prompt tokens that the hold covers: an upper bound for any tokenizer, or the upstream's own count
 * @param promptTokensByBytes the most prompt tokens that can be counted (D53): the upper bound for any tokenizer, even if the upstream has
 *     counted
 * @param mediaUncounted whether the prompt's bound has media by their bytes, which may be many times their tokens
 * @param candidates the request's {@code n}: the answers of the call, in one request to the upstream or in several
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null if there is none. Of an answer in several hops: of this one
 * @param hops of an answer that may come in several; null if it is one request
 * @param extras the parts of its price apart from the tokens of text
 */
record Bounds(
        Model model,
        long promptTokensMax,
        long promptTokensByBytes,
        boolean mediaUncounted,
        int candidates,
        @Nullable Long askedTokensMax,
        @Nullable HopBounds hops,
        Extras extras) {

    /** The first slice of output for each candidate if no maximum was given, and the size of each extension. */
    static final long SLICE_TOKENS = 4_096;

    /** Returns the bounds of a request whose media are as far loaded as they are. */
    static Bounds of(Model model, PromptBound prompt, Ask ask, @Nullable Long tokensMax, boolean hasMedia) {
        Extras extras = Extras.of(ask, model, prompt.audioTokensMax());
        HopBounds hops = ask.hops() == null ? null : HopBounds.of(ask.hops(), prompt.tokensMax());
        return new Bounds(
                model,
                prompt.tokensMax() + extras.toolTokensHeld(),
                prompt.tokensMax(),
                hasMedia,
                ask.candidates() * ask.requests(),
                hops == null || hops.hopMax() == null ? tokensMax : hops.hopMax(),
                hops,
                extras);
    }

    /** Returns the bounds of a request without a maximum whose prompt is not known: it fills the context, and all tools run. */
    static Bounds unread(Model model, long context, ServiceTier tier) {
        boolean usesTools =
                Arrays.stream(ProviderTool.values()).anyMatch(tool -> tool != ProviderTool.SEARCH && model.uses(tool));
        Tools tools = new Tools(usesTools ? model.tools().tokensMax() : 0, model.uses(ProviderTool.MAPS) ? 1 : 0);
        Extras extras = new Extras(
                context,
                model.tools().search() ? model.tools().searchesMax() : 0,
                tier,
                0,
                0,
                Held.MOST,
                Images.NONE,
                tools);
        return new Bounds(model, context + extras.toolTokensHeld(), context, false, 1, null, null, extras);
    }

    /** Returns these bounds at the price of another time. */
    Bounds at(Instant when) {
        return new Bounds(
                model.at(when),
                promptTokensMax,
                promptTokensByBytes,
                mediaUncounted,
                candidates,
                askedTokensMax,
                hops,
                extras);
    }

    /** Returns these bounds with a new prompt bound, once the media are loaded. */
    Bounds withPrompt(PromptBound prompt) {
        HopBounds whole = hops == null ? null : hops.withPrompt(prompt.tokensMax());
        return new Bounds(
                model,
                prompt.tokensMax() + extras.toolTokensHeld(),
                prompt.tokensMax(),
                mediaUncounted,
                candidates,
                whole == null || whole.hopMax() == null ? askedTokensMax : whole.hopMax(),
                whole,
                extras.withAudio(prompt.audioTokensMax()));
    }

    /** Returns the maximum in force for each candidate over all requests of its answer; null if there is none. */
    @Nullable
    Long callersMax() {
        Long whole = hops == null ? null : hops.callersMax();
        return whole == null ? askedTokensMax : whole;
    }

    /** Returns the bounds of a smaller hold, which the provider's tools may exceed (D31); null if these have none: the model may use no such tool. */
    @Nullable
    Bounds less() {
        if (!extras.mayRunOnLess()) {
            return null;
        }
        Tools tools = extras.tools();
        long left = promptTokensMax - extras.held().spareTokens() - (tools.tokensMax() - tools.tokensOnLess());
        return with(left, extras.with(new Held(true, 0)));
    }

    /** Returns the prompt tokens that a hold keeps for what searches and other tools add after the prompt was reported. */
    long toolTokensKept() {
        boolean isHeld = extras.searchesMax() > 0 && !extras.held().onLess();
        return (isHeld ? PromptBound.SEARCH_TOKENS : 0) + extras.toolTokensHeld();
    }

    /** Returns the tokens of the prompt itself and of searches: the part of its bound that decides the step. */
    private long promptAlone() {
        return promptTokensMax - extras.toolTokensHeld();
    }

    /**
     * Returns these bounds with a prompt that the upstream has counted. If prompt and response share one context, the maximum becomes the rest of the
     * context (D21).
     *
     * @param counted tokens, fewer than the context has
     * @param promptTokensMax the counted tokens and those that a search may add
     */
    Bounds withCountedPrompt(long counted, long promptTokensMax) {
        long prompt = Math.min(promptTokensMax, promptAlone());
        long left = model.upstream().inputTokensMax() - counted;
        Long max = askedTokensMax;
        Extras parts = extras;
        if (model.upstream().sharedContext() && !extendable() && left < totalTokensEach()) {
            max = Math.min(left, askedTokensMax == null ? left : askedTokensMax);
            parts = extras.withRoom(left - max);
        }
        HopBounds whole = hops == null ? null : hops.counted(counted);
        if (whole != null && whole.hopMax() != null) {
            max = whole.hopMax();
        }
        long spare = Math.clamp(prompt - counted, 0, PromptBound.SEARCH_TOKENS_SPARED);
        parts = parts.with(new Held(false, extras.searchesMax() == 0 ? 0 : spare));
        long held = prompt + extras.toolTokensHeld();
        return new Bounds(model, held, promptTokensByBytes, false, candidates, max, whole, parts);
    }

    /** Returns whether the prompt's bound is above the step where the rates of long prompts begin. */
    boolean isLong() {
        return model.pricing().tariff().isAbove(Math.ceilDiv(promptAlone(), requests()));
    }

    /** Returns these bounds with a prompt of no length, whose rates are the lowest ones. */
    Bounds ofShortPrompt() {
        return with(extras.toolTokensHeld(), extras);
    }

    private Bounds with(long promptTokens, Extras parts) {
        return new Bounds(
                model, promptTokens, promptTokensByBytes, mediaUncounted, candidates, askedTokensMax, hops, parts);
    }

    /** Returns the requests to the upstream, each of which has the whole prompt. */
    private int requests() {
        return Math.max(1, extras.images().held());
    }

    /** Returns the output tokens that the first hold should cover, all candidates together. */
    long wantedTokens() {
        return multiply(firstTokensEach()) + extras.images().heldWeight();
    }

    /** Returns the output tokens below which a call is not worth starting, all candidates together. */
    long leastTokens() {
        long least = Math.max(model.pricing().leastOutputTokens(), extras.outputTokensMin());
        return multiply(Math.min(least, firstTokensEach())) + extras.images().heldWeight();
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
        Long max = hopTokensMax(coveredTokens);
        return hops == null ? max : hops.sent(max, max == null || max < firstTokensEach());
    }

    private @Nullable Long hopTokensMax(long coveredTokens) {
        if (model.pricing().reasoningBilled()) {
            return withImages(Math.min(firstTokensEach(), textTokensEach(coveredTokens)));
        }
        return askedTokensMax == null ? null : Long.valueOf(withImages(totalTokensEach()));
    }

    /** Returns a maximum of text with room for all images, at most the model's. */
    private long withImages(long textTokens) {
        Images images = extras.images();
        return images.most() == 0
                ? textTokens
                : Math.min(model.upstream().outputTokensMax(), textTokens + images.mostTokens() / images.held());
    }

    private long textTokensEach(long coveredTokens) {
        return (coveredTokens - extras.images().heldWeight()) / candidates;
    }

    /** Returns the caller's maximum for each candidate as far as a hold covers it. */
    long appliedTokensMax(long coveredTokens) {
        long each = textTokensEach(coveredTokens);
        return askedTokensMax == null ? each : Math.min(askedTokensMax, each);
    }

    /** Returns the most output that a hold covers, all candidates together, for a given number of prompt tokens. */
    long coveredTokens(long promptTokens, long heldMicros) {
        return Math.max(0, model.pricing().outputTokensCovered(usage(promptTokens, 0), heldMicros, mostTokens()));
    }

    /** Returns the most usage that can be counted for the call, whatever its upstream reports (D53). */
    UsageLimits usageLimits() {
        long modelsMost = multiply(model.upstream().outputTokensMax());
        return new UsageLimits(
                promptTokensByBytes,
                askedTokensMax == null
                        ? modelsMost
                        : multiply(totalTokensEach()) + extras.images().mostTokens(),
                askedTokensMax == null ? modelsMost : multiply(askedTokensMax),
                askedTokensMax != null,
                modelsMost,
                model.pricing().reasoningBilled(),
                model.pricing().tariff(),
                extras);
    }

    /** Returns the model's output limit, all candidates together, with the weight of images for their tokens. */
    long mostTokens() {
        Images images = extras.images();
        return multiply(model.upstream().outputTokensMax()) + images.mostWeight() - images.mostTokens();
    }

    /** Returns the most that a hold is ever to cover, all candidates together: the maximum in force with all images; the model's limit without one. */
    long coverableTokens() {
        return extendable()
                ? mostTokens()
                : multiply(firstTokensEach()) + extras.images().mostWeight();
    }

    /** Returns the charge for the given tokens, with all of the output billed, nothing cached, and the searches that are held for (P6a). */
    long chargeMicros(long promptTokens, long outputTokens) {
        return model.pricing().chargeMicros(usage(promptTokens, outputTokens));
    }

    /** Returns the charge for the given tokens with the cached tokens, audio, searches and tier of a usage. */
    long chargeMicros(long promptTokens, long outputTokens, Usage parts) {
        long prompt = Math.min(promptTokens, promptAlone());
        return model.pricing()
                .chargeMicros(ofRequests(new Usage(
                        parts.tier(),
                        prompt,
                        promptTokens - prompt,
                        outputTokens,
                        0,
                        parts.cachedTokens(),
                        parts.of(Count.CACHED_AUDIO),
                        parts.of(Count.AUDIO),
                        0,
                        outputTokens,
                        parts.searches(),
                        0,
                        parts.of(Count.MAPS))));
    }

    private Usage ofRequests(Usage usage) {
        return usage.ofRequests(requests(), model.pricing().tariff());
    }

    /** Returns the charge of the whole prompt with the most audio, the most of tools, searches and images (P6a, Y27). @param outputTokens of text and thoughts */
    long mostMicros(long outputTokens) {
        long output = outputTokens + extras.images().mostWeight();
        long prompt = promptAlone() + extras.tools().tokensMax();
        return model.pricing().chargeMicros(usage(prompt, output, extras.searchesMax()));
    }

    /** Returns the charge for the given tokens as text, without a search. */
    long textMicros(long promptTokens, long outputTokens) {
        return model.pricing()
                .chargeMicros(ofRequests(
                        new Usage(extras.tier(), promptTokens, 0, outputTokens, 0, 0, 0, 0, 0, outputTokens)));
    }

    private Usage usage(long promptTokens, long outputTokens) {
        return usage(promptTokens, outputTokens, extras.searchesHeld());
    }

    /**
     * Returns a usage at these bounds. Tokens above the prompt's bound count as added by a tool: what was shown under the hold is not repriced if they
     * carry the prompt over a step (P6a).
     */
    private Usage usage(long promptTokens, long outputTokens, int searches) {
        long prompt = Math.min(promptTokens, promptAlone());
        long audio = Math.min(extras.audioTokensMax(), prompt);
        return ofRequests(new Usage(
                extras.tier(),
                prompt,
                promptTokens - prompt,
                outputTokens,
                0,
                0,
                0,
                audio,
                0,
                outputTokens,
                searches,
                0,
                extras.tools().maps()));
    }

    private long firstTokensEach() {
        boolean billed = model.pricing().reasoningBilled();
        if (askedTokensMax != null) {
            return billed ? totalTokensEach() : askedTokensMax;
        }
        return billed ? model.upstream().outputTokensMax() : SLICE_TOKENS;
    }

    /** Returns the first output of a candidate and the room of its thoughts, whether they are billed or not. */
    private long totalTokensEach() {
        return askedTokensMax == null ? firstTokensEach() : askedTokensMax + extras.thoughtsRoom();
    }

    private long multiply(long tokensEach) {
        return tokensEach * candidates;
    }

    /**
     * The most that is counted of a call, regardless of its upstream's report (D53). In tokens, all candidates together.
     *
     * @param promptTokens by the bytes of the prompt, what a search adds included, even where the prompt was counted since
     * @param billedOutputTokens the maximum in force with the tokens of all images, or the model's limit where there is none; with the reasoning where that is billed
     * @param textTokens the maximum of the text alone, less if thoughts have room above it
     * @param hasMaximum whether it is a maximum, at which an answer ends
     * @param modelOutputTokens the model's limit: what reasoning that is not billed counts within
     * @param reasoningBilled whether reasoning counts in the billed output
     * @param tariff the rates, for the parts that have one
     * @param extras the most audio and searches, and the tier as asked
     */
    record UsageLimits(
            long promptTokens,
            long billedOutputTokens,
            long textTokens,
            boolean hasMaximum,
            long modelOutputTokens,
            boolean reasoningBilled,
            Tariff tariff,
            Extras extras) {

        Images images() {
            return extras.images();
        }

        /** Returns the most tokens that tools add to a prompt: for a search alone the rest of its bound, and no more than is held of a counted one. */
        long toolTokens(long prompt) {
            if (!extras.tools().equals(Tools.NONE)) {
                return extras.tools().tokensMax();
            }
            long rest = promptTokens - prompt;
            return extras.searchesMax() > 0 ? Math.min(rest, PromptBound.SEARCH_TOKENS) : rest;
        }

        /** Returns the most tokens of a prompt with what tools add to it. */
        long inputTokens() {
            return promptTokens + extras.tools().tokensMax();
        }

        /** Returns the billed output with the weight of images for their tokens. */
        long coverableTokens() {
            return billedOutputTokens + images().mostWeight() - images().mostTokens();
        }
    }
}
