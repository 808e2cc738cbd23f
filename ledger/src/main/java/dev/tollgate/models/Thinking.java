package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The form of an effort upstream (protocol 4.2). A missing effort is refused. */
public sealed interface Thinking {

    /** Returns the accepted efforts. */
    Set<Effort> efforts();

    /** Returns the least effort; null if the model does not think. */
    default @Nullable Effort least() {
        return efforts().stream().min(Comparator.naturalOrder()).orElse(null);
    }

    /** Returns the tokens that thoughts of the least effort may use; 0 if the model can be silent, which no level promises. */
    default long leastTokens() {
        Effort least = least();
        if (least == null) {
            return 0;
        }
        return this instanceof Budget budget ? budget.byEffort().getOrDefault(least, 0L) : Level.LOW_TOKENS;
    }

    /** {@code thinkingBudget} in tokens; {@code budgetMin} to {@code budgetMax}, or -1 for dynamic. */
    record Budget(long budgetMin, long budgetMax, Map<Effort, Long> byEffort) implements Thinking {
        public Budget {
            byEffort = Map.copyOf(byEffort);
        }

        @Override
        public Set<Effort> efforts() {
            return byEffort.keySet();
        }

        /** Returns the least effort whose budget covers these tokens, otherwise the greatest; null for 0 and -1, which are no amounts. */
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
     * @param budgets whether a budget is accepted instead of a level
     */
    record Level(Map<Effort, String> byEffort, boolean budgets) implements Thinking {

        /** All levels, the least first. */
        public static final List<String> LEVELS = List.of("MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH");

        /** The least tokens of a budget that these models accept instead of a level; the provider documents no range, so the range of 2.5 is used. */
        public static final int BUDGET_MIN = 128;

        /** The budget that Google's own compatible endpoint takes for the lowest level. No level has a limit of its own. */
        public static final long LOW_TOKENS = 1_024;

        /** The most tokens of such a budget. */
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
