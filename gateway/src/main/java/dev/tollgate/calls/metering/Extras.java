package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ImagesAsked;
import org.jspecify.annotations.Nullable;

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
}
