package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.ThinkingBudget;
import org.jspecify.annotations.Nullable;

/**
 * OpenRouter's object {@code reasoning}: how much a model thinks, and whether its thoughts are shown. Its programs read the thoughts in {@code
 * reasoning}, too.
 *
 * @param effort null without one, and if a budget decides
 * @param budget null without one
 * @param exclude null if the caller does not say
 */
public record Reasoning(
        @Nullable Effort effort,
        @Nullable ThinkingBudget budget,
        @Nullable Boolean exclude) {

    static final String FIELD = "reasoning";

    private static final String EFFORT = FIELD + ".effort";
    private static final String BUDGET = FIELD + ".max_tokens";

    /** Returns the field that says how much is thought; null if none does. */
    @Nullable
    String field() {
        if (budget != null) {
            return BUDGET;
        }
        return effort == null ? null : EFFORT;
    }

    /** Reads the object. A reader serves one body. */
    static final class Reader {

        private final JsonBody json;
        private @Nullable Effort effort;
        private @Nullable ThinkingBudget budget;
        private @Nullable Boolean enabled;
        private @Nullable Boolean exclude;

        Reader(JsonBody json) {
            this.json = json;
        }

        Reasoning read() {
            json.object(this::member);
            if (effort != null && budget != null) {
                throw JsonBody.invalid(EFFORT, "must not be given together with '" + BUDGET + "'.");
            }
            if (Boolean.FALSE.equals(enabled)) {
                if (budget != null || effort != null && effort != Effort.NONE) {
                    throw JsonBody.invalid(
                            FIELD + ".enabled", "contradicts '" + (budget != null ? BUDGET : EFFORT) + "'.");
                }
                effort = Effort.NONE;
            }
            return new Reasoning(effort, budget, exclude);
        }

        private void member(String name) {
            switch (name) {
                case "effort" -> effort = Effort.of(json.oneOf(Effort.words()));
                case "max_tokens" -> budget = new ThinkingBudget(json.longInteger(0, Integer.MAX_VALUE));
                case "enabled" -> enabled = json.bool();
                case "exclude" -> exclude = json.bool();
                default -> json.ignore();
            }
        }
    }
}
