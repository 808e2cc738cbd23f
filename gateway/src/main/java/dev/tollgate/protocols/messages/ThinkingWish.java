package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.models.Model;
import dev.tollgate.models.ThinkingBudget;
import org.jspecify.annotations.Nullable;

/**
 * How much the model is to think (E39, E40).
 *
 * @param budget of {@code enabled}; null otherwise
 * @param omitted whether the thoughts' text is left out of the response
 * @param effort {@code output_config.effort}, which decides if it is given; null if it is not
 */
record ThinkingWish(
        Kind kind,
        @Nullable ThinkingBudget budget,
        boolean omitted,
        @Nullable Effort effort) {

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
        return kind == Kind.ON && effort == null && budget != null ? budget.options(model) : null;
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
        return budget.effort(model);
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
