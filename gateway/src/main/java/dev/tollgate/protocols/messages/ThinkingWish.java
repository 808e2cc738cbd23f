package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel.Thinking;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much the model is to think (E39, E40).
 *
 * @param budget tokens of {@code enabled}; null otherwise
 * @param omitted whether the thoughts' text is left out of the response
 * @param effort {@code output_config.effort}, which decides if it is given; null if it is not
 */
record ThinkingWish(
        Kind kind,
        @Nullable Long budget,
        boolean omitted,
        @Nullable Effort effort) {

    private static final long LOW_BELOW = 4_096;
    private static final long MEDIUM_BELOW = 16_384;

    enum Kind {
        ABSENT,
        DISABLED,
        ON
    }

    /** Returns whether the response has thinking blocks. */
    boolean shows() {
        return kind == Kind.ON;
    }

    /** Returns the thinking budget within the model's range; null if an effort decides. */
    @Nullable
    GoogleOptions options(Model model) {
        if (kind == Kind.ON
                && effort == null
                && budget != null
                && model.upstream().asked().thinking() instanceof Thinking.Budget range) {
            int tokens = (int) Math.clamp(budget, range.budgetMin(), range.budgetMax());
            return new GoogleOptions(null, tokens, null, List.of());
        }
        return null;
    }

    /** Returns the effort; null if a budget decides, or the model's default. */
    @Nullable
    Effort effort(Model model) {
        if (kind == Kind.DISABLED) {
            return model.upstream().thinking().least();
        }
        if (effort != null) {
            return effort;
        }
        if (kind == Kind.ABSENT) {
            return model.upstream().thinking().least();
        }
        if (budget == null) {
            return model.effortByDefault();
        }
        return options(model) == null ? ofBudget(budget) : null;
    }

    private static Effort ofBudget(long tokens) {
        if (tokens < LOW_BELOW) {
            return Effort.LOW;
        }
        return tokens < MEDIUM_BELOW ? Effort.MEDIUM : Effort.HIGH;
    }

    /** Returns whether the caller forbids thoughts to a model that cannot do without. */
    boolean cannotBeSilent(Model model) {
        Effort least = model.upstream().thinking().least();
        boolean isSilent =
                least == null || (least == Effort.NONE && !model.upstream().lostSilence());
        return kind == Kind.DISABLED && !isSilent;
    }

    /** Returns whether thoughts are unwanted, so that they may not use up a small maximum. */
    boolean isUnwanted() {
        return kind != Kind.ON && (kind != Kind.ABSENT || effort == null);
    }
}
