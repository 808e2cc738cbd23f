package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ImagesAsked;
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
 * @param askedTokensMax the maximum in force for each candidate, the model's default included; null if there is none
 * @param extras the parts of its price apart from the tokens of text
 */
record Bounds(
        Model model,
        long promptTokensMax,
        long promptTokensByBytes,
        boolean mediaUncounted,
        int candidates,
        @Nullable Long askedTokensMax,
        Extras extras) {

    /** The first slice of output for each candidate if no maximum was given, and the size of each extension. */
    static final long SLICE_TOKENS = 4_096;

    /**
     * The parts of a price that a request determines in addition to its tokens of text (P6a).
     *
     * @param audioTokensMax the most tokens of its audio and video
     * @param searchesMax the most searches that are counted; 0 if the model may not search
     * @param tier the service tier that is asked for
     * @param thoughtsRoom the tokens of thoughts of each candidate above its maximum (E39)
     * @param outputTokensMin the least output tokens of each candidate that are of use to the caller; 0 leaves that to the model
     * @param held the part of what the provider's tools may add that a hold covers
     * @param images that an answer may have
     * @param tools the provider's tools apart from a search
     */
    record Extras(
            long audioTokensMax,
            int searchesMax,
            ServiceTier tier,
            long thoughtsRoom,
            int outputTokensMin,
            Held held,
            Images images,
            Tools tools) {

        static final Extras NONE = new Extras(0, 0, ServiceTier.STANDARD);

        static Extras of(Ask ask, Model model, long audioTokensMax) {
            int searchesMax = ask.searches() ? model.tools().searchesMax() : 0;
            int outputTokensMin = ask.compacts() ? Ask.SUMMARY_TOKENS_MIN : 0;
            return new Extras(
                    audioTokensMax,
                    searchesMax,
                    ask.tier(),
                    ask.thoughtsRoom(),
                    outputTokensMin,
                    Held.MOST,
                    Images.of(ask.images(), model, ask.tier()),
                    Tools.of(ask, model));
        }

        Extras(long audioTokensMax, int searchesMax, ServiceTier tier) {
            this(audioTokensMax, searchesMax, tier, 0, 0, Held.MOST, Images.NONE, Tools.NONE);
        }

        Extras withAudio(long tokensMax) {
            return new Extras(tokensMax, searchesMax, tier, thoughtsRoom, outputTokensMin, held, images, tools);
        }

        Extras withRoom(long tokensMax) {
            long room = Math.min(thoughtsRoom, tokensMax);
            return new Extras(audioTokensMax, searchesMax, tier, room, outputTokensMin, held, images, tools);
        }

        Extras with(Held next) {
            return new Extras(audioTokensMax, searchesMax, tier, thoughtsRoom, outputTokensMin, next, images, tools);
        }

        /** Returns the searches that a hold covers. */
        int searchesHeld() {
            return held.onLess() ? Math.min(1, searchesMax) : searchesMax;
        }

        /** Returns the tokens of tools apart from a search that a hold covers. */
        long toolTokensHeld() {
            return held.onLess() ? tools.tokensOnLess() : tools.tokensMax();
        }

        /** Returns whether a hold on less would be smaller. */
        boolean mayRunOnLess() {
            return !held.onLess() && (searchesMax > 0 || tools.tokensOnLess() < tools.tokensMax());
        }
    }

    /**
     * The provider's tools of a call apart from a search (Y27, Y29). What they read are input tokens that the caller has not sent. They count in addition to
     * the prompt, and never lift it over a step.
     *
     * @param tokensMax the most of these tokens that are charged; 0 without such a tool
     * @param maps the most calls with Google Maps that are counted: 1 if it may be used
     */
    record Tools(long tokensMax, int maps) {

        static final Tools NONE = new Tools(0, 0);

        static Tools of(Ask ask, Model model) {
            boolean isAny = ask.providerTools().stream().anyMatch(tool -> tool != ProviderTool.SEARCH);
            return isAny
                    ? new Tools(model.tools().tokensMax(), ask.providerTools().contains(ProviderTool.MAPS) ? 1 : 0)
                    : NONE;
        }

        /** Returns the tokens that a hold on less covers. */
        long tokensOnLess() {
            return Math.min(tokensMax, PromptBound.SEARCH_TOKENS);
        }
    }

    /**
     * The images that an answer may have, in bounds, holds and cuts (Y5). There, and nowhere else, an image counts as so many output tokens as cost
     * what it costs.
     *
     * @param tokens of an image, as the provider counts them
     * @param weight output tokens that cost at least as much as an image
     * @param most the most images that are charged; 0 for a model that should make none
     * @param held the images that every hold covers
     */
    record Images(long tokens, long weight, int most, int held) {

        /** Google counts 1,290 tokens for a picture of a model that should make none; each byte of other output is held as a token. */
        static final Images NONE = new Images(1_290, 4 * 1_290, 0, 0);

        /** @param asked what is asked for; null for an answer without images */
        static Images of(@Nullable ImagesAsked asked, Model model, ServiceTier tier) {
            return asked == null
                    ? NONE
                    : new Images(
                            asked.tokens(),
                            weight(asked.tokens(), model.pricing().tariff(), tier),
                            asked.most(),
                            asked.requests());
        }

        /** Returns the weight at short or long prompts, whichever is more. */
        private static long weight(long tokens, Tariff tariff, ServiceTier tier) {
            long ofShort = weight(tokens, tariff.of(new Usage(tier)));
            PriceRates.Step above = tariff.above();
            return above == null
                    ? ofShort
                    : Math.max(ofShort, weight(tokens, tariff.of(new Usage(tier, above.promptTokens() + 1))));
        }

        private static long weight(long tokens, PriceRates rates) {
            return rates.outputMicros() == 0
                    ? tokens
                    : Math.ceilDiv(Math.multiplyExact(tokens, rates.imageMicros()), rates.outputMicros());
        }

        /** Returns the weight of the images that every hold covers: the first image, or one image for each request. */
        long heldWeight() {
            return held * weight;
        }

        long mostWeight() {
            return most * weight;
        }

        long mostTokens() {
            return most * tokens;
        }

        /** Returns the weight of so many tokens of images. */
        long weightOf(long imageTokens) {
            return most == 0 ? imageTokens : Math.ceilDiv(imageTokens * weight, tokens);
        }

        /** Returns the tokens of images that a weight covers. */
        long tokensIn(long covered) {
            return Math.min(mostTokens(), covered > mostWeight() ? mostTokens() : covered * tokens / weight);
        }
    }

    /**
     * The part of what the provider's tools may add to a call that its hold covers (D31).
     *
     * @param onLess whether it covers one search and {@link Tools#tokensOnLess} of other tools, and not the most
     * @param spareTokens the part of the prompt's bound that a hold on less leaves out: most of what searches may add to a counted prompt
     */
    record Held(boolean onLess, long spareTokens) {

        static final Held MOST = new Held(false, 0);
    }

    /** Returns the bounds of a request whose media are as far loaded as they are. */
    static Bounds of(Model model, PromptBound prompt, Ask ask, @Nullable Long askedTokensMax, boolean hasMedia) {
        Extras extras = Extras.of(ask, model, prompt.audioTokensMax());
        return new Bounds(
                model,
                prompt.tokensMax() + extras.toolTokensHeld(),
                prompt.tokensMax(),
                hasMedia,
                ask.candidates() * ask.requests(),
                askedTokensMax,
                extras);
    }

    /** Returns these bounds with a new prompt bound, once the media are loaded. */
    Bounds withPrompt(PromptBound prompt) {
        return new Bounds(
                model,
                prompt.tokensMax() + extras.toolTokensHeld(),
                prompt.tokensMax(),
                mediaUncounted,
                candidates,
                askedTokensMax,
                extras.withAudio(prompt.audioTokensMax()));
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
        long spare = Math.clamp(prompt - counted, 0, PromptBound.SEARCH_TOKENS_SPARED);
        parts = parts.with(new Held(false, extras.searchesMax() == 0 ? 0 : spare));
        long held = prompt + extras.toolTokensHeld();
        return new Bounds(model, held, promptTokensByBytes, false, candidates, max, parts);
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
        return new Bounds(model, promptTokens, promptTokensByBytes, mediaUncounted, candidates, askedTokensMax, parts);
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
            Bounds.Extras extras) {

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
