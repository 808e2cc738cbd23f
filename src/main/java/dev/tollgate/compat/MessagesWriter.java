package dev.tollgate.compat;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.media.MediaType;
import dev.tollgate.openai.ContentPart;
import dev.tollgate.openai.Message;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes {@code messages}. Media go inside the request; what a part is, its bytes tell. */
final class MessagesWriter {

    /** What a label may say of sounds that are sent. */
    private static final Map<MediaType, String> SOUNDS =
            Map.of(MediaType.WAV, " audio/wav", MediaType.MP3, " audio/mp3 audio/mpeg");

    private final JsonGenerator json;
    private final Set<String> ignored;

    /** @param ignored takes dotted names of what could not be expressed */
    MessagesWriter(JsonGenerator json, Set<String> ignored) {
        this.json = json;
        this.ignored = ignored;
    }

    /** Text that UTF-8 can carry: half a surrogate pair becomes a question mark. */
    static String wellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text)
                ? text
                : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    void write(List<Message> messages) {
        json.writeArrayPropertyStart("messages");
        for (Message message : messages) {
            json.writeStartObject();
            switch (message) {
                case Message.Instruction instruction -> writeText("system", instruction.text());
                case Message.User user -> writeUser(user.parts());
                case Message.Assistant assistant -> writeAssistant(assistant);
                case Message.ToolResult result -> writeResult(result);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeText(String role, String text) {
        json.writeStringProperty("role", role);
        json.writeStringProperty("content", wellFormed(text));
    }

    /** Text alone is a string, which every server takes. */
    private void writeUser(List<ContentPart> parts) {
        if (parts.size() == 1 && parts.getFirst() instanceof ContentPart.Text text) {
            writeText("user", text.text());
            return;
        }
        json.writeStringProperty("role", "user");
        json.writeArrayPropertyStart("content");
        parts.forEach(this::writePart);
        json.writeEndArray();
    }

    private void writePart(ContentPart part) {
        json.writeStartObject();
        switch (part) {
            case ContentPart.Text text -> writeTextPart(text.text());
            case ContentPart.Media media -> writeMedia(media);
        }
        json.writeEndObject();
    }

    private void writeTextPart(String text) {
        json.writeStringProperty("type", "text");
        json.writeStringProperty("text", wellFormed(text));
    }

    private void writeMedia(ContentPart.Media media) {
        if (!(media.source() instanceof ContentPart.Source.Inline inline)) {
            throw refuse(media, "cannot be fetched for this model at the moment; send it as a data URL.");
        }
        String said = media.mimeType();
        MediaType type = MediaType.sniff(head(inline.base64()));
        noteIgnored(media, type);
        if (type == null && said != null && said.startsWith("text/")) {
            byte[] text = Base64.getDecoder().decode(inline.base64());
            writeTextPart(new String(text, StandardCharsets.UTF_8));
            return;
        }
        switch (type) {
            case PNG, JPEG, WEBP, GIF -> writeImage(media, type, inline.base64());
            case WAV -> writeAudio("wav", inline.base64());
            case MP3 -> writeAudio("mp3", inline.base64());
            case PDF -> writeDocument(inline.base64());
            case null, default -> throw refuse(media, "is of a type that this model does not take at the moment.");
        }
    }

    private void noteIgnored(ContentPart.Media media, @Nullable MediaType type) {
        boolean isImage = type != null && type.kind() == MediaType.Kind.IMAGE;
        ignoreIf(media.detail() != null && !isImage, media.param() + ".detail");
        boolean isSound = media.param().endsWith(".input_audio") && type != null;
        ignoreIf(isSound && !SOUNDS.getOrDefault(type, "").contains(" " + media.mimeType()), media.param() + ".format");
        String part = media.param().substring(0, media.param().lastIndexOf('.'));
        ignoreIf(media.video() != null, part + ".video_metadata");
    }

    private void ignoreIf(boolean isWithoutEffect, String field) {
        if (isWithoutEffect) {
            ignored.add(field);
        }
    }

    private static byte[] head(String base64) {
        int chars = Math.min(base64.length(), (MediaType.HEAD_BYTES + 2) / 3 * 4);
        return Base64.getDecoder().decode(base64.substring(0, chars));
    }

    private void writeImage(ContentPart.Media media, MediaType type, String base64) {
        json.writeStringProperty("type", "image_url");
        json.writeObjectPropertyStart("image_url");
        json.writeStringProperty("url", "data:" + type.mimeType() + ";base64," + base64);
        if (media.detail() != null) {
            json.writeStringProperty("detail", media.detail());
        }
        json.writeEndObject();
    }

    private void writeAudio(String format, String base64) {
        json.writeStringProperty("type", "input_audio");
        json.writeObjectPropertyStart("input_audio");
        json.writeStringProperty("data", base64);
        json.writeStringProperty("format", format);
        json.writeEndObject();
    }

    private void writeDocument(String base64) {
        json.writeStringProperty("type", "file");
        json.writeObjectPropertyStart("file");
        json.writeStringProperty("filename", "document.pdf");
        json.writeStringProperty("file_data", "data:application/pdf;base64," + base64);
        json.writeEndObject();
    }

    /** Signatures are Google's and stay here. */
    private void writeAssistant(Message.Assistant message) {
        String path = "messages." + message.index();
        ignoreIf(message.thoughtSignature() != null, path + ".extra_content");
        ignoreIf(!message.files().isEmpty(), path + ".images");
        json.writeStringProperty("role", "assistant");
        if (message.text() == null && !message.toolCalls().isEmpty()) {
            json.writeNullProperty("content");
        } else {
            json.writeStringProperty("content", wellFormed(Objects.requireNonNullElse(message.text(), "")));
        }
        if (!message.toolCalls().isEmpty()) {
            json.writeArrayPropertyStart("tool_calls");
            for (int i = 0; i < message.toolCalls().size(); i++) {
                writeCall(message.toolCalls().get(i), path, i);
            }
            json.writeEndArray();
        }
    }

    /** A deprecated {@code function_call} has no id, its result names the function; its signature is the message's. */
    private void writeCall(Message.ToolCall call, String message, int index) {
        String owner = call.id() == null ? message : message + ".tool_calls." + index;
        ignoreIf(call.thoughtSignature() != null, owner + ".extra_content");
        json.writeStartObject();
        json.writeStringProperty("id", id(call.id(), call.name()));
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("arguments", wellFormed(call.arguments()));
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String id(@Nullable String id, String name) {
        return id == null || id.isEmpty() ? name : id;
    }

    private void writeResult(Message.ToolResult result) {
        json.writeStringProperty("role", "tool");
        json.writeStringProperty("tool_call_id", result.toolCallId());
        json.writeStringProperty(
                "content",
                result.parts().stream().map(MessagesWriter::resultText).collect(Collectors.joining("\n")));
    }

    private static String resultText(ContentPart part) {
        return switch (part) {
            case ContentPart.Text text -> wellFormed(text.text());
            case ContentPart.Media media ->
                throw refuse(media, "cannot stand in a tool's result for this model at the moment.");
        };
    }

    private static ApiException refuse(ContentPart.Media part, String why) {
        return ApiError.invalid(part.param(), "'" + part.param() + "' " + why).asException();
    }
}
