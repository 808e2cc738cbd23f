package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Sampling;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rules of an upstream's model, keyed by the upstream's name, because models are retired and replaced behind a public id
 * (D59).
 *
 * @param thinking the form of effort
 * @param costs prices of the upstream, for the margin, each from its day on, the earliest first; empty if unknown
 * @param retirements by kind of channel: the day on which it is switched off there, and its successor (D59)
 * @param replaces the requested model, if this one is its successor; null if this one is requested
 */
public record UpstreamModel(
        String name,
        Limits limits,
        Abilities abilities,
        Thinking thinking,
        Output output,
        List<Cost> costs,
        Map<String, Retirement> retirements,
        @Nullable UpstreamModel replaces) {

    /**
     * The limits of a request and its answer.
     *
     * @param inputTokensMax the context limit
     * @param outputTokensMax the largest {@code maxOutputTokens}, including thoughts
     * @param sharedContext whether prompt, thoughts and response together fit the context limit (Gemini 4)
     * @param candidatesMax 1 if several candidates are not supported (D3)
     * @param cacheMinTokens the tokens of the shortest prompt that the provider caches without being asked; 0 if it caches none
     * @param longTokensMax the most tokens of an answer that comes in several requests (protocol 2.5); 0 if each answer is one
     */
    public record Limits(
            long inputTokensMax,
            long outputTokensMax,
            boolean sharedContext,
            int candidatesMax,
            long cacheMinTokens,
            long longTokensMax) {

        /** The limits of a model whose answers are one request each. */
        public Limits(
                long inputTokensMax,
                long outputTokensMax,
                boolean sharedContext,
                int candidatesMax,
                long cacheMinTokens) {
            this(inputTokensMax, outputTokensMax, sharedContext, candidatesMax, cacheMinTokens, 0);
        }
    }

    /**
     * The fields and the forms of a request that the model accepts.
     *
     * @param sampling whether temperature, top-p and top-k have an effect
     * @param penalties whether non-zero penalties are accepted (D4)
     * @param logprobs whether log probabilities are returned
     * @param mediaResolutionPerPart whether a part has its own resolution (Gemini 3); otherwise it is request-wide (D22)
     * @param mediaInToolResults whether a function response may hold media (Gemini 3)
     * @param trailingAssistant whether a conversation may end with the assistant's turn (2.x; D49)
     * @param signatures whether thought signatures must be returned in the current turn (Gemini 3)
     */
    public record Abilities(
            boolean sampling,
            boolean penalties,
            boolean logprobs,
            boolean mediaResolutionPerPart,
            boolean mediaInToolResults,
            boolean trailingAssistant,
            boolean signatures) {

        /** The abilities of a model of embeddings: none. */
        public static final Abilities NONE = new Abilities(false, false, false, false, false, false, false);
    }

    /**
     * The things that the model makes, besides text.
     *
     * @param embedding what a model of embeddings can do; null for a model that answers
     * @param images the sizes, shapes and limits of a model that makes images; null for other models
     * @param speaks whether it makes speech of text, and nothing else
     */
    public record Output(
            @Nullable EmbeddingRules embedding, @Nullable Images images, boolean speaks) {

        public static final Output TEXT = new Output(null, null, false);
    }

    /** A setting of sampling that a model may lack, such as several candidates. */
    public enum SamplingLack {
        CANDIDATES,
        PRESENCE_PENALTY,
        FREQUENCY_PENALTY,
        LOGPROBS
    }

    /** The tokens of a second of speech (ai.google.dev/gemini-api/docs/tokens, 28 November 2026). */
    public static final int SPEECH_TOKENS_A_SECOND = 25;

    public UpstreamModel {
        costs = costs.stream().sorted(Comparator.comparing(Cost::from)).toList();
        retirements = Map.copyOf(retirements);
    }

    /** Returns the same rules under another name. */
    public UpstreamModel named(String other) {
        return new UpstreamModel(other, limits, abilities, thinking, output, costs, retirements, replaces);
    }

    /** Returns the context limit. */
    public long inputTokensMax() {
        return limits.inputTokensMax();
    }

    /** Returns the largest {@code maxOutputTokens}, including thoughts. */
    public long outputTokensMax() {
        return limits.outputTokensMax();
    }

    /** Returns the most tokens of an answer that comes in several requests (protocol 2.5); 0 if each answer is one. */
    public long longTokensMax() {
        return limits.longTokensMax();
    }

    /** Returns whether prompt, thoughts and response together fit the context limit (Gemini 4). */
    public boolean sharedContext() {
        return limits.sharedContext();
    }

    /** Returns 1 if several candidates are not supported (D3). */
    public int candidatesMax() {
        return limits.candidatesMax();
    }

    /** Returns the tokens of the shortest prompt that the provider caches without being asked; 0 if it caches none. */
    public long cacheMinTokens() {
        return limits.cacheMinTokens();
    }

    /** Returns whether temperature, top-p and top-k have an effect. */
    public boolean sampling() {
        return abilities.sampling();
    }

    /** Returns whether non-zero penalties are accepted (D4). */
    public boolean penalties() {
        return abilities.penalties();
    }

    /** Returns whether log probabilities are returned. */
    public boolean logprobs() {
        return abilities.logprobs();
    }

    /** Returns the first setting of a sampling that the model lacks; null if it has all. Doors and channels ask it, each with its own sentences. */
    public @Nullable SamplingLack lacks(Sampling sampling) {
        return lacks(
                sampling.candidates(),
                sampling.penalizesPresence(),
                sampling.penalizesFrequency(),
                sampling.logprobs());
    }

    /**
     * Returns the same for a sampling in another form.
     *
     * @param presencePenalty whether there is one: each model takes 0
     * @param frequencyPenalty whether there is one: each model takes 0
     */
    public @Nullable SamplingLack lacks(
            int candidates, boolean presencePenalty, boolean frequencyPenalty, boolean logprobs) {
        if (candidates > candidatesMax()) {
            return SamplingLack.CANDIDATES;
        }
        if (presencePenalty && !penalties()) {
            return SamplingLack.PRESENCE_PENALTY;
        }
        if (frequencyPenalty && !penalties()) {
            return SamplingLack.FREQUENCY_PENALTY;
        }
        return logprobs && !logprobs() ? SamplingLack.LOGPROBS : null;
    }

    /** Returns whether a part has its own resolution (Gemini 3); otherwise it is request-wide (D22). */
    public boolean mediaResolutionPerPart() {
        return abilities.mediaResolutionPerPart();
    }

    /** Returns whether a function response may hold media (Gemini 3). */
    public boolean mediaInToolResults() {
        return abilities.mediaInToolResults();
    }

    /** Returns whether a conversation may end with the assistant's turn (2.x; D49). */
    public boolean trailingAssistant() {
        return abilities.trailingAssistant();
    }

    /** Returns whether thought signatures must be returned in the current turn (Gemini 3). */
    public boolean signatures() {
        return abilities.signatures();
    }

    /** Returns what a model of embeddings can do; null for a model that answers. */
    public @Nullable EmbeddingRules embedding() {
        return output.embedding();
    }

    /** Returns the sizes, shapes and limits of a model that makes images; null for other models. */
    public @Nullable Images images() {
        return output.images();
    }

    /** Returns whether it makes speech of text, and nothing else. */
    public boolean speaks() {
        return output.speaks();
    }

    /** Returns this model as the successor of another one: requests written for that one are understood as far as possible. */
    public UpstreamModel inPlaceOf(UpstreamModel asked) {
        return new UpstreamModel(name, limits, abilities, thinking, output, costs, retirements, asked);
    }

    /** Returns the requested model: the model that it succeeds, otherwise itself. */
    public UpstreamModel asked() {
        return replaces == null ? this : replaces;
    }

    /** Returns the upstream's price at a time; null if unknown. */
    public @Nullable Cost cost(Instant at) {
        Cost known = null;
        for (Cost cost : costs) {
            known = cost.from().isAfter(at) ? known : cost;
        }
        return known;
    }

    /**
     * Returns the thinking level for a budget that was meant for the model that this one succeeds.
     *
     * @param tokens a budget of that model; -1 left it to the model, 0 forbade thoughts
     * @return null to send none: for the model's own default, or if this model accepts budgets, or succeeds none that did
     */
    public @Nullable String levelFor(long tokens) {
        if (!translatesBudgets()
                || !(asked().thinking() instanceof Thinking.Budget budgets)
                || !(thinking instanceof Thinking.Level levels)) {
            return null;
        }
        Effort effort = tokens == 0 ? levels.least() : budgets.effortOf(tokens);
        return effort == null ? null : levels.byEffort().get(effort);
    }

    /**
     * Returns the tokens that unrequested thoughts get above a maximum at Messages, so that they do not use it up: all that the model may need at its
     * least if the maximum is below that, then less and less (E39).
     */
    public long thoughtsRoom(long tokensMax) {
        long least = thinking.leastTokens();
        long left = Math.max(0, outputTokensMax() - tokensMax);
        return Math.min(left, Math.clamp(2 * least - tokensMax, 0, least));
    }

    /** Returns whether the predecessor could switch thinking off and this model cannot: no level promises silence. */
    public boolean lostSilence() {
        return replaces != null
                && thinking instanceof Thinking.Level
                && replaces.thinking() instanceof Thinking.Budget budgets
                && budgets.byEffort().getOrDefault(Effort.NONE, -1L) == 0;
    }

    /** Returns whether a thinking budget is translated to the nearest level. */
    public boolean translatesBudgets() {
        return asked().thinking() instanceof Thinking.Budget
                && thinking instanceof Thinking.Level level
                && !level.budgets();
    }

    /**
     * The upstream's own price from a day on, in the form of a sale's price, with a dollar as 200 credits.
     *
     * @param from the time from which it is in force
     * @param version names the tariff for good
     */
    public record Cost(Instant from, Tariff tariff, String version) {

        public Cost(Instant from, Tariff tariff) {
            this(from, tariff, PriceTerms.costVersion(tariff));
        }

        /** The credits for a dollar: upstream prices are in dollars, charges in credits. */
        public static final long CREDITS_A_DOLLAR = 200;

        private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

        /** Returns micro-credits per million tokens of a prompt that is neither long nor cached, at the standard tier. */
        public long inputMicrosPerMillion() {
            return tariff.rates().inputMicros();
        }

        /** Returns micro-credits per million output tokens after such a prompt. */
        public long outputMicrosPerMillion() {
            return tariff.rates().outputMicros();
        }

        /** Returns the cost of a call in micro-credits, rounded up once, with thoughts as output. Free searches of the provider are left out. */
        public long micros(Usage usage) {
            Tariff.Sum sum = tariff.sum(usage, usage.candidatesTokens() + usage.thoughtsTokens());
            if (sum.isLong()) {
                return Math.ceilDiv(sum.inputLong() + sum.outputLong(), 1_000_000L);
            }
            BigInteger[] cost = sum.total().divideAndRemainder(MILLION);
            return (cost[1].signum() == 0 ? cost[0] : cost[0].add(BigInteger.ONE)).longValueExact();
        }
    }

    /**
     * The images that a model makes (Y2).
     *
     * @param sizes the size classes, words of {@link dev.tollgate.base.conversation.ImageSize}, with the output tokens of an image, the smallest first
     * @param size the class without a request
     * @param ratios of width to height
     * @param inputs the most images of a prompt
     */
    public record Images(Map<String, Long> sizes, String size, List<String> ratios, int inputs) {

        public Images {
            sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
            ratios = List.copyOf(ratios);
        }

        /** Returns the output tokens of an image. @param size one of {@link #sizes} */
        public long tokens(String size) {
            return Objects.requireNonNull(sizes.get(size));
        }
    }

    /**
     * The end of a model on one kind of channel (D59).
     *
     * @param at the time from which it is not called
     * @param becomes the upstream's name of its successor, whose rules are in the catalogue
     */
    public record Retirement(Instant at, String becomes) {}
}
