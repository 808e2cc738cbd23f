package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A number of tokens to think in, as each model can take it: a budget within its range, else the effort that is nearest (E40).
 *
 * @param tokens at least 0
 */
public record ThinkingBudget(long tokens) {

    private static final long LOW_BELOW = 4_096;
    private static final long MEDIUM_BELOW = 16_384;

    /** Returns the budget of a model that has budgets; null for any other. */
    public @Nullable GoogleOptions options(Model model) {
        if (model.upstream().asked().thinking() instanceof Thinking.Budget range) {
            int within = (int) Math.clamp(tokens, range.budgetMin(), range.budgetMax());
            return new GoogleOptions(null, within, null, List.of());
        }
        return null;
    }

    /** Returns the effort that replaces this budget on a model without budgets; null for a model with budgets. */
    public @Nullable Effort effort(Model model) {
        if (options(model) != null) {
            return null;
        }
        if (tokens < LOW_BELOW) {
            return Effort.LOW;
        }
        return tokens < MEDIUM_BELOW ? Effort.MEDIUM : Effort.HIGH;
    }
}
