package dev.tollgate.models;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model of the upstream takes; keyed by the upstream's name, because models are retired and replaced behind a public id
 * (wire.md section 0, item 30).
 *
 * @param inputTokensMax the context limit
 * @param outputTokensMax the most that {@code maxOutputTokens} may be; thoughts count in
 * @param candidatesMax 1 where several candidates are not supported (D3)
 * @param penalties whether non-zero penalties are taken (D4)
 * @param logprobs whether log probabilities are given
 * @param thinking how effort is expressed
 * @param mediaResolutionPerPart whether a part carries its own resolution (Gemini 3), else it is request-wide (D22)
 * @param mediaInToolResults whether a function response may hold media (Gemini 3)
 * @param trailingAssistant whether a conversation may end with the assistant's turn (2.x; D49)
 * @param signatures whether thought signatures are demanded back in the current turn (Gemini 3)
 * @param cost what the upstream charges us, for the margin; null where not known
 */
public record UpstreamModel(
        String name,
        long inputTokensMax,
        long outputTokensMax,
        int candidatesMax,
        boolean penalties,
        boolean logprobs,
        Thinking thinking,
        boolean mediaResolutionPerPart,
        boolean mediaInToolResults,
        boolean trailingAssistant,
        boolean signatures,
        @Nullable Cost cost) {

    /** How OpenAI's {@code reasoning_effort} is expressed upstream (wire.md 4.2). An effort that is missing is refused. */
    public sealed interface Thinking {

        /** The efforts that are taken. */
        Set<String> efforts();

        /** {@code thinkingBudget} in tokens; {@code budgetMin} to {@code budgetMax}, or -1 for dynamic. */
        record Budget(long budgetMin, long budgetMax, Map<String, Long> byEffort) implements Thinking {
            public Budget {
                byEffort = Map.copyOf(byEffort);
            }

            @Override
            public Set<String> efforts() {
                return byEffort.keySet();
            }
        }

        /** {@code thinkingLevel}: LOW, MEDIUM, HIGH, MINIMAL. */
        record Level(Map<String, String> byEffort) implements Thinking {

            /** Least tokens of a budget, which these models still take in place of a level; no range is written, this is 2.5's. */
            public static final int BUDGET_MIN = 128;

            /** Greatest, likewise. */
            public static final int BUDGET_MAX = 32_768;

            public Level {
                byEffort = Map.copyOf(byEffort);
            }

            @Override
            public Set<String> efforts() {
                return byEffort.keySet();
            }
        }

        /** The model does not think. */
        record None() implements Thinking {

            @Override
            public Set<String> efforts() {
                return Set.of();
            }
        }
    }

    /** The upstream's own prices, micro-credits per million tokens; {@code searchMicros} per grounded call. */
    public record Cost(
            long inputMicrosPerMillion, long cachedMicrosPerMillion, long outputMicrosPerMillion, long searchMicros) {}
}
