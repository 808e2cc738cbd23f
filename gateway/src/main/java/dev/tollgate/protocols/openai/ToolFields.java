package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the tools and their choice, in the current and in the deprecated form. */
final class ToolFields {

    private final JsonBody json;

    private List<Tool> tools = List.of();
    private List<Tool> functions = List.of();
    private Set<String> custom = Set.of();
    private @Nullable ToolChoiceReader toolChoice;
    private @Nullable ToolChoiceReader functionCall;
    private boolean parallel = true;

    ToolFields(JsonBody json) {
        this.json = json;
    }

    /** @return false if the field does not concern tools; it is unread then */
    boolean take(String name) {
        switch (name) {
            case "tools" -> {
                ToolReader reader = new ToolReader(json);
                tools = reader.tools();
                custom = reader.custom();
            }
            case "functions" -> functions = new ToolReader(json).functions();
            case "parallel_tool_calls" -> parallel = json.bool();
            case "tool_choice" -> toolChoice = new ToolChoiceReader(json).toolChoice();
            case "function_call" -> functionCall = new ToolChoiceReader(json).functionCall();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns the names of the tools whose input is text. */
    Set<String> custom() {
        return custom;
    }

    /** Returns whether the request has the deprecated {@code functions}. */
    boolean areLegacy() {
        return !functions.isEmpty();
    }

    /** Returns whether the caller takes one call at a time. */
    boolean oneCall() {
        return !parallel;
    }

    void checkTogether() {
        if (!tools.isEmpty() && !functions.isEmpty()) {
            throw JsonBody.invalid("functions", "must not be given together with 'tools'.");
        }
        if (toolChoice != null && functionCall != null) {
            throw JsonBody.invalid("function_call", "must not be given together with 'tool_choice'.");
        }
    }

    ToolChoiceReader.Fitted fitted() {
        List<Tool> given = functions.isEmpty() ? tools : functions;
        ToolChoiceReader choice = toolChoice != null ? toolChoice : functionCall;
        return choice == null ? new ToolChoiceReader.Fitted(given, new ToolChoice.Auto()) : choice.fitted(given);
    }
}
