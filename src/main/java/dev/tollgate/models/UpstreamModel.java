package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model of the upstream takes; keyed by the upstream's name, because models are retired and replaced behind a public id
 * (D59).
 *
 * @param inputTokensMax the context limit
 * @param outputTokensMax the most that {@code maxOutputTokens} may be; thoughts count in
 * @param sharedContext whether prompt, thoughts and answer together fit the context limit (Gemini 4)
 * @param candidatesMax 1 where several candidates are not supported (D3)
 * @param sampling whether temperature, top-p and top-k have an effect
 * @param penalties whether non-zero penalties are taken (D4)
 * @param logprobs whether log probabilities are given
 * @param thinking how effort is expressed
 * @param mediaResolutionPerPart whether a part carries its own resolution (Gemini 3), else it is request-wide (D22)
 * @param mediaInToolResults whether a function response may hold media (Gemini 3)
 * @param trailingAssistant whether a conversation may end with the assistant's turn (2.x; D49)
 * @param signatures whether thought signatures are demanded back in the current turn (Gemini 3)
 * @param costs what the upstream charges us, for the margin, each from its day on, the earliest first; empty where not known
 * @param retirements by kind of channel: when it is switched off there, and what answers in its place (D59)
 * @param replaces the model that was asked for, where this one answers in its place; null where it is asked for itself
 */
public record UpstreamModel(
        String name,
        long inputTokensMax,
        long outputTokensMax,
        boolean sharedContext,
        int candidatesMax,
        boolean sampling,
        boolean penalties,
        boolean logprobs,
        Thinking thinking,
        boolean mediaResolutionPerPart,
        boolean mediaInToolResults,
        boolean trailingAssistant,
        boolean signatures,
        List<Cost> costs,
        Map<String, Retirement> retirements,
        @Nullable UpstreamModel replaces) {

    public UpstreamModel {
        costs = costs.stream().sorted(Comparator.comparing(Cost::from)).toList();
        retirements = Map.copyOf(retirements);
    }

    /** The same, answering in the place of another one: what was written for that one is understood as far as it can be. */
    public UpstreamModel inPlaceOf(UpstreamModel asked) {
        return new UpstreamModel(
                name,
                inputTokensMax,
                outputTokensMax,
                sharedContext,
                candidatesMax,
                sampling,
                penalties,
                logprobs,
                thinking,
                mediaResolutionPerPart,
                mediaInToolResults,
                trailingAssistant,
                signatures,
                costs,
                retirements,
                asked);
    }

    /** What was asked for: the model in whose place it answers, else itself. */
    public UpstreamModel asked() {
        return replaces == null ? this : replaces;
    }

    /** What the upstream charges at a time; null where that is not known. */
    public @Nullable Cost cost(Instant at) {
        Cost known = null;
        for (Cost cost : costs) {
            known = cost.from().isAfter(at) ? known : cost;
        }
        return known;
    }

    /**
     * The thinking level that stands for a budget which was meant for the model that this one replaces.
     *
     * @param tokens a budget that that one takes; -1 left it to the model
     * @return null where none is sent: the model's own default; or where this one takes budgets, or replaces none that did
     */
    public @Nullable String levelFor(long tokens) {
        if (!translatesBudgets()
                || !(asked().thinking() instanceof Thinking.Budget budgets)
                || !(thinking instanceof Thinking.Level levels)) {
            return null;
        }
        Effort effort = budgets.effortOf(tokens);
        return effort == null ? null : levels.byEffort().get(effort);
    }

    /** Whether a thinking budget is taken for the level that comes nearest to it. */
    public boolean translatesBudgets() {
        return asked().thinking() instanceof Thinking.Budget
                && thinking instanceof Thinking.Level level
                && !level.budgets();
    }

    /** How an effort is expressed upstream (protocol 4.2). An effort that is missing is refused. */
    public sealed interface Thinking {

        /** The efforts that are taken. */
        Set<Effort> efforts();

        /** {@code thinkingBudget} in tokens; {@code budgetMin} to {@code budgetMax}, or -1 for dynamic. */
        record Budget(long budgetMin, long budgetMax, Map<Effort, Long> byEffort) implements Thinking {
            public Budget {
                byEffort = Map.copyOf(byEffort);
            }

            @Override
            public Set<Effort> efforts() {
                return byEffort.keySet();
            }

            /** The least effort whose budget covers these tokens, else the greatest; null for 0 and -1, which name no amount. */
            @Nullable
            Effort effortOf(long tokens) {
                if (tokens <= 0) {
                    return null;
                }
                Comparator<Map.Entry<Effort, Long>> smallest = Map.Entry.<Effort, Long>comparingByValue()
                        .thenComparing(effort -> effort.getKey().word());
                return byEffort.entrySet().stream()
                        .filter(effort -> effort.getValue() >= tokens)
                        .min(smallest)
                        .or(() -> byEffort.entrySet().stream().max(smallest))
                        .map(Map.Entry::getKey)
                        .orElse(null);
            }
        }

        /**
         * {@code thinkingLevel}: one of {@link #LEVELS}.
         *
         * @param budgets whether a budget is still taken in place of a level
         */
        record Level(Map<Effort, String> byEffort, boolean budgets) implements Thinking {

            /** All levels, from the least on. */
            public static final List<String> LEVELS = List.of("MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH");

            /** Least tokens of a budget, which these models still take in place of a level; no range is written, this is 2.5's. */
            public static final int BUDGET_MIN = 128;

            /** Greatest, likewise. */
            public static final int BUDGET_MAX = 32_768;

            public Level {
                byEffort = Map.copyOf(byEffort);
            }

            @Override
            public Set<Effort> efforts() {
                return byEffort.keySet();
            }
        }

        /** The model does not think. */
        record None() implements Thinking {

            @Override
            public Set<Effort> efforts() {
                return Set.of();
            }
        }
    }

    /** The upstream's own prices from a day on, micro-credits per million tokens; {@code searchMicros} per grounded call. */
    public record Cost(
            Instant from,
            long inputMicrosPerMillion,
            long cachedMicrosPerMillion,
            long outputMicrosPerMillion,
            long searchMicros) {

        /** As prices are in dollars, and charges in credits. */
        public static final long CREDITS_A_DOLLAR = 200;

        private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

        private static final long TOKENS_OF_LONG = 100_000_000;
        private static final long MICROS_OF_LONG = 10_000_000_000L;

        /** What a call comes to, micro-credits, rounded up once; thoughts are output. Searches are not in a usage and not in this. */
        public long micros(Usage usage) {
            long cached = Math.min(usage.cachedTokens(), usage.inputTokens());
            long output = usage.candidatesTokens() + usage.thoughtsTokens();
            if (usage.inputTokens() <= TOKENS_OF_LONG && output <= TOKENS_OF_LONG && isPlain()) {
                long cost = (usage.inputTokens() - cached) * inputMicrosPerMillion
                        + cached * cachedMicrosPerMillion
                        + output * outputMicrosPerMillion;
                return Math.ceilDiv(cost, 1_000_000L);
            }
            BigInteger[] cost = times(usage.inputTokens() - cached, inputMicrosPerMillion)
                    .add(times(cached, cachedMicrosPerMillion))
                    .add(times(output, outputMicrosPerMillion))
                    .divideAndRemainder(MILLION);
            return (cost[1].signum() == 0 ? cost[0] : cost[0].add(BigInteger.ONE)).longValueExact();
        }

        /** As all real prices are: then no sum of three products leaves a long. */
        private boolean isPlain() {
            return inputMicrosPerMillion <= MICROS_OF_LONG
                    && cachedMicrosPerMillion <= MICROS_OF_LONG
                    && outputMicrosPerMillion <= MICROS_OF_LONG;
        }

        private static BigInteger times(long tokens, long micros) {
            return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(micros));
        }
    }

    /**
     * The end of a model on one kind of channel (D59).
     *
     * @param at from then on it is not asked any more
     * @param becomes the upstream's name of the model that is asked in its place; the catalogue has its rules
     */
    public record Retirement(Instant at, String becomes) {}
}
