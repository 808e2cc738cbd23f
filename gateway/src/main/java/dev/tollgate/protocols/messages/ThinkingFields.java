package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.ThinkingBudget;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@code thinking} and {@code output_config}: how much the model thinks (E40), and the form of its response (E41). */
final class ThinkingFields {

    private static final List<String> TYPES = List.of("adaptive", "between_tools", "enabled", "disabled");

    private final JsonBody json;
    private ThinkingWish.Kind kind = ThinkingWish.Kind.ABSENT;
    private @Nullable ThinkingBudget budget;
    private boolean omitted;
    private @Nullable Effort effort;
    private @Nullable ObjectNode schema;

    ThinkingFields(JsonBody json) {
        this.json = json;
    }

    /** Returns false if the field is not one of these; it is unread then. */
    boolean take(String name) {
        switch (name) {
            case "thinking" -> json.object(this::thinking);
            case "output_config" -> json.object(this::outputConfig);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void thinking(String member) {
        switch (member) {
            case "type" ->
                kind = json.oneOf(TYPES).equals("disabled") ? ThinkingWish.Kind.DISABLED : ThinkingWish.Kind.ON;
            case "budget_tokens" -> budget = new ThinkingBudget(json.longInteger(0, Integer.MAX_VALUE));
            case "display" -> omitted = json.string().equals("omitted");
            default -> json.ignore();
        }
    }

    private void outputConfig(String member) {
        switch (member) {
            case "effort" -> effort = Effort.of(json.oneOf(Effort.words()));
            case "format" -> json.object(this::format);
            default -> json.ignore();
        }
    }

    private void format(String member) {
        switch (member) {
            case "type" -> json.oneOf(List.of("json_schema"));
            case "schema" -> schema = json.objectTree();
            default -> json.ignore();
        }
    }

    ThinkingWish wish() {
        return new ThinkingWish(kind, budget, omitted, effort);
    }

    ResponseFormat format() {
        return schema == null ? new ResponseFormat.Text() : new ResponseFormat.JsonSchema(null, null, schema, null);
    }
}
