package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Message.ToolCall;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.protocols.door.CustomTool;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one call of an assistant's message in the history. */
final class ToolCallReader {

    private final JsonBody json;
    private final int message;

    private @Nullable String id;
    private @Nullable String name;
    private @Nullable String arguments;
    private @Nullable String thoughtSignature;
    private @Nullable String type;
    private @Nullable String customName;
    private @Nullable String input;
    private boolean hasCustom;

    ToolCallReader(JsonBody json, int message) {
        this.json = json;
        this.message = message;
    }

    /** An element of {@code tool_calls}, at this index; a missing type is taken for {@code function}. */
    ToolCall toolCall(int index) {
        json.object(this::member);
        boolean isCustom = "custom".equals(type);
        if (hasCustom && !isCustom) {
            json.ignored(json.memberPath("custom"));
        }
        return new ToolCall(
                ChatPlaces.NAMES.at("messages", message).at("tool_calls", index),
                json.given(id, "id"),
                isCustom ? json.given(customName, "custom.name") : json.given(name, "function.name"),
                isCustom ? json.given(input, "custom.input") : json.given(arguments, "function.arguments"),
                thoughtSignature);
    }

    private void member(String member) {
        switch (member) {
            case "id" -> id = json.nonEmptyString();
            case "type" -> type = json.oneOf(List.of("function", "custom"));
            case "function" -> json.object(this::function);
            case "custom" -> {
                hasCustom = true;
                json.object(this::custom);
            }
            case "extra_content" -> thoughtSignature = thoughtSignature(json);
            default -> json.ignore();
        }
    }

    /** The deprecated {@code function_call} of a message. */
    ToolCall functionCall() {
        json.object(this::function);
        return new ToolCall(
                ChatPlaces.CALLER.at("messages", message),
                null,
                json.given(name, "name"),
                json.given(arguments, "arguments"),
                null);
    }

    private void function(String member) {
        switch (member) {
            case "name" -> name = json.nonEmptyString();
            case "arguments" -> arguments = arguments();
            default -> json.ignore();
        }
    }

    private void custom(String member) {
        switch (member) {
            case "name" -> customName = json.nonEmptyString();
            case "input" -> input = CustomTool.arguments(json.string());
            default -> json.ignore();
        }
    }

    /** D21: what was cut off in an earlier turn cannot be sent; nothing at all stands for no arguments. */
    private String arguments() {
        String text = json.string();
        if (text.isBlank()) {
            return "{}";
        }
        if (!json.holdsObject(text)) {
            throw json.invalid("must hold one complete JSON object; the call in message " + message + " does not.");
        }
        return text;
    }

    /** {@code extra_content.google.thought_signature}; what else we sent there comes back without effect. */
    static @Nullable String thoughtSignature(JsonBody json) {
        var found = new Object() {
            @Nullable
            String signature;
        };
        json.object(vendor -> {
            if (!vendor.equals("google")) {
                json.ignore();
                return;
            }
            json.object(member -> {
                if (member.equals("thought_signature")) {
                    found.signature = json.string();
                } else {
                    json.ignore();
                }
            });
        });
        return found.signature;
    }
}
