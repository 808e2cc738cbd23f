package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.Utf8Buffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Pieces that a streamed and a whole answer have in common. */
public final class CallJson {

    private CallJson() {}

    /** Members of an element of {@code tool_calls}, without braces. @param input of a custom tool; null for a function */
    public static void writeMembers(Message.ToolCall call, @Nullable String input, Utf8Buffer out) {
        if (call.id() == null) {
            throw new IllegalArgumentException("a tool call without an id");
        }
        out.raw("\"id\":").string(call.id());
        if (input == null) {
            writeFunction(call, out.raw(",\"type\":\"function\",\"function\":"));
        } else {
            out.raw(",\"type\":\"custom\",\"custom\":{\"name\":").string(call.name());
            out.raw(",\"input\":").string(input).raw('}');
        }
        if (call.thoughtSignature() != null) {
            ExtraContent.ofSignature(call.thoughtSignature()).write(out.raw(','));
        }
    }

    /** {@code {name, arguments}}. */
    public static void writeFunction(Message.ToolCall call, Utf8Buffer out) {
        out.raw("{\"name\":").string(call.name());
        out.raw(",\"arguments\":").string(call.arguments()).raw('}');
    }

    static void writeLogprobs(JsonNode tokens, Utf8Buffer out) {
        out.raw("{\"content\":").json(tokens).raw(",\"refusal\":null}");
    }
}
