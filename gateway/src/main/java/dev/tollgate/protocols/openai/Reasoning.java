package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.ThinkingBudget;
import org.jspecify.annotations.Nullable;

/**
 * OpenRouter's object {@code reasoning}, or its older {@code include_reasoning}: how much a model thinks, and whether its thoughts are shown. They are,
 * unless the caller says otherwise. Its programs read the thoughts in {@code reasoning}, too.
 *
 * @param effort null without one, and if a budget decides
 * @param budget null without one
 * @param exclude null if the caller does not say
 * @param field the field that says how much is thought; null if none does
 * @param shownField the field that says whether thoughts are shown
 */
public record Reasoning(
        @Nullable Effort effort,
        @Nullable ThinkingBudget budget,
        @Nullable Boolean exclude,
        @Nullable String field,
        String shownField) {

    static final String FIELD = "reasoning";
    static final String INCLUDE = "include_reasoning";

    private static final String EFFORT = FIELD + ".effort";
    private static final String BUDGET = FIELD + ".max_tokens";
    private static final String ENABLED = FIELD + ".enabled";
    private static final String EXCLUDE = FIELD + ".exclude";

    /** Joins the object and the older word. Both are null without them. */
    static @Nullable Reasoning of(@Nullable Reasoning object, @Nullable Boolean include) {
        if (include == null) {
            return object;
        }
        if (object == null) {
            return new Reasoning(null, null, !include, null, INCLUDE);
        }
        if (include.equals(object.exclude)) {
            throw JsonBody.invalid(INCLUDE, "contradicts '" + EXCLUDE + "'.");
        }
        return include ? object : new Reasoning(object.effort, object.budget, true, object.field, INCLUDE);
    }

    /** Returns whether the thoughts are shown if nothing else in the body says so. */
    boolean shows() {
        return exclude == null ? effort != Effort.NONE && (budget == null || budget.tokens() > 0) : !exclude;
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
            String field = effort != null ? EFFORT : budget != null ? BUDGET : null;
            if (Boolean.FALSE.equals(enabled)) {
                if (field != null && effort != Effort.NONE) {
                    throw JsonBody.invalid(ENABLED, "contradicts '" + field + "'.");
                }
                effort = Effort.NONE;
                field = field == null ? ENABLED : field;
            }
            String shown = field == null ? enabled == null ? FIELD : ENABLED : field;
            return new Reasoning(effort, budget, exclude, field, exclude == null ? shown : EXCLUDE);
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
