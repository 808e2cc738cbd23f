package dev.tollgate.base.conversation;

import dev.tollgate.base.json.JsonText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message of the conversation, by role. */
public sealed interface Message {

    /** The heading of a summary that takes the place of earlier messages (E73, E74). */
    JsonText SUMMARY = JsonText.of("Summary of the conversation so far:");

    Place place();

    /** Returns whether the message has a part that is not text. */
    default boolean hasMedia() {
        return switch (this) {
            case User user -> ContentPart.hasMedia(user.parts());
            case ToolResult result -> ContentPart.hasMedia(result.parts());
            case Instruction instruction -> false;
            case Assistant assistant -> !assistant.files().isEmpty();
        };
    }

    /** Returns whether the message has no character, file, call or result. */
    default boolean isEmpty() {
        return switch (this) {
            case User user ->
                user.parts().stream()
                        .allMatch(part -> part instanceof ContentPart.Text text
                                && text.text().isEmpty());
            case ToolResult result -> false;
            case Instruction instruction -> instruction.text().isEmpty();
            case Assistant assistant ->
                (assistant.text() == null || assistant.text().isEmpty())
                        && assistant.toolCalls().isEmpty()
                        && assistant.files().isEmpty();
        };
    }

    /** Returns the length of its texts and arguments as they came. */
    default long textLength() {
        return switch (this) {
            case User user -> ContentPart.textLength(user.parts());
            case ToolResult result -> ContentPart.textLength(result.parts());
            case Instruction instruction -> instruction.text().length();
            case Assistant assistant -> {
                long length = assistant.text() == null ? 0 : assistant.text().length();
                for (ToolCall call : assistant.toolCalls()) {
                    length += call.arguments().length();
                }
                yield length;
            }
        };
    }

    /** The operator's words to the model. */
    record Instruction(Place place, JsonText text) implements Message {

        public Instruction(Place place, String text) {
            this(place, JsonText.of(text));
        }
    }

    /** @param isInstruction whether it is a later text of the operator's, so that the user's turn goes on (E11) */
    record User(Place place, List<ContentPart> parts, boolean isInstruction) implements Message {
        public User {
            parts = List.copyOf(parts);
        }

        public User(Place place, List<ContentPart> parts) {
            this(place, parts, false);
        }
    }

    /**
     * @param text text parts joined, a refusal included; null where there was none
     * @param toolCalls in the caller's order
     * @param thoughtSignature the message's: it belongs to the text
     * @param files what the model made besides, as its answer showed it
     */
    record Assistant(
            Place place,
            @Nullable JsonText text,
            List<ToolCall> toolCalls,
            @Nullable String thoughtSignature,
            List<SentBack> files)
            implements Message {
        public Assistant {
            toolCalls = List.copyOf(toolCalls);
            files = List.copyOf(files);
        }

        public Assistant(
                Place place, @Nullable String text, List<ToolCall> toolCalls, @Nullable String thoughtSignature) {
            this(place, text == null ? null : JsonText.of(text), toolCalls, thoughtSignature, List.of());
        }
    }

    /**
     * A file that the model has made and the caller sends back with its message.
     *
     * @param thoughtSignature the file's own
     */
    record SentBack(
            Place place, ContentPart.Media media, @Nullable String thoughtSignature) {}

    /**
     * @param toolCallId the call it answers; the function's name where the caller knows calls by their names only
     * @param parts text and, by convention, media
     */
    record ToolResult(Place place, String toolCallId, List<ContentPart> parts) implements Message {
        public ToolResult {
            parts = List.copyOf(parts);
        }
    }

    /**
     * @param id the caller's; null only where the caller knows calls by their names
     * @param arguments JSON text as it came; the reader has made sure that it is one JSON object
     */
    record ToolCall(
            Place place,
            @Nullable String id,
            String name,
            String arguments,
            @Nullable String thoughtSignature) {

        /** Makes a call that a model has just requested. */
        public ToolCall(@Nullable String id, String name, String arguments, @Nullable String thoughtSignature) {
            this(Place.NONE, id, name, arguments, thoughtSignature);
        }

        /** Returns the key by which a result names the call. A form without ids has results that name the function. */
        public String key() {
            return id == null ? name : id;
        }
    }
}
