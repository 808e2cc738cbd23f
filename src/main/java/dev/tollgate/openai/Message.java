package dev.tollgate.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of the conversation, by role. {@code index} is its place in the caller's array, for error messages. */
public sealed interface Message {

    int index();

    /** Whether it holds a part that is not text. */
    default boolean hasMedia() {
        return switch (this) {
            case User user -> user.parts().stream().anyMatch(ContentPart.Media.class::isInstance);
            case ToolResult result -> result.parts().stream().anyMatch(ContentPart.Media.class::isInstance);
            case Instruction instruction -> false;
            case Assistant assistant -> !assistant.files().isEmpty();
        };
    }

    /** {@code system} or {@code developer}; they mean the same to Gemini. */
    record Instruction(int index, String text) implements Message {}

    record User(int index, List<ContentPart> parts) implements Message {
        public User {
            parts = List.copyOf(parts);
        }
    }

    /**
     * @param text the content's text parts joined, a refusal included; null where there was none
     * @param toolCalls in the caller's order, a deprecated {@code function_call} included
     * @param thoughtSignature {@code extra_content.google.thought_signature} of the message: it belongs to the text
     * @param files what the model made besides, as {@code images} of its answer showed it
     */
    record Assistant(
            int index,
            @Nullable String text,
            List<ToolCall> toolCalls,
            @Nullable String thoughtSignature,
            List<SentBack> files)
            implements Message {
        public Assistant {
            toolCalls = List.copyOf(toolCalls);
            files = List.copyOf(files);
        }

        public Assistant(
                int index, @Nullable String text, List<ToolCall> toolCalls, @Nullable String thoughtSignature) {
            this(index, text, toolCalls, thoughtSignature, List.of());
        }
    }

    /**
     * A file that the model has made and the caller sends back with its message.
     *
     * @param thoughtSignature {@code extra_content.google.thought_signature} of the element
     */
    record SentBack(ContentPart.Media media, @Nullable String thoughtSignature) {}

    /**
     * @param toolCallId the call it answers; for the deprecated role {@code function} the function's name
     * @param parts text and, by convention, media
     * @param byName whether it has the deprecated role
     */
    record ToolResult(int index, String toolCallId, List<ContentPart> parts, boolean byName) implements Message {
        public ToolResult {
            parts = List.copyOf(parts);
        }

        public ToolResult(int index, String toolCallId, List<ContentPart> parts) {
            this(index, toolCallId, parts, false);
        }

        /** The member that says what it answers. */
        public String answers() {
            return byName ? "name" : "tool_call_id";
        }
    }

    /**
     * @param id the caller's; null only for a deprecated {@code function_call}
     * @param arguments JSON text as it came; the reader has made sure that it is one JSON object
     */
    record ToolCall(
            @Nullable String id,
            String name,
            String arguments,
            @Nullable String thoughtSignature) {}
}
