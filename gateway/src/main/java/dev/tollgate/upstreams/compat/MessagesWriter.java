package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Instructions;
import dev.tollgate.base.conversation.MediaTypes;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.TextFiles;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.upstreams.connections.SentPrint;
import dev.tollgate.upstreams.media.MediaLabel;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.media.kinds.MediaType;
import dev.tollgate.upstreams.pool.Replay;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes {@code messages}. Media go inside the request; what a part is, its bytes tell. */
final class MessagesWriter {

    private static final int NULL_LENGTH = "null".length();

    private final JsonGenerator json;
    private final ByteArrayOutputStream out;
    private final SentPrint print;
    private final Replay replay;
    private final Set<String> ignored;
    private final List<ContentPartSlot> slots = new ArrayList<>(0);

    /**
     * @param out what the generator writes to
     * @param replay the signatures that the channel has made
     * @param ignored takes dotted names of what could not be expressed
     */
    MessagesWriter(JsonGenerator json, ByteArrayOutputStream out, SentPrint print, Replay replay, Set<String> ignored) {
        this.json = json;
        this.out = out;
        this.print = print;
        this.replay = replay;
        this.ignored = ignored;
    }

    /** Places of media that have to be downloaded, in the order of the body. */
    List<ContentPartSlot> slots() {
        return List.copyOf(slots);
    }

    void write(List<Message> messages) {
        json.writeArrayPropertyStart("messages");
        int leading = Instructions.leading(messages);
        if (leading == 0) {
            print.end();
        }
        for (int i = 0; i < messages.size(); ) {
            List<Message.Assistant> together = together(messages, i);
            json.writeStartObject();
            switch (messages.get(i)) {
                case Message.Instruction instruction -> writeText("system", instruction.text());
                case Message.User user -> writeUser(user.parts());
                case Message.Assistant assistant -> writeAssistant(together);
                case Message.ToolResult result -> writeResult(result);
            }
            json.writeEndObject();
            i += Math.max(1, together.size());
            if (i >= leading) {
                print.end();
            }
        }
        json.writeEndArray();
    }

    /**
     * The messages of an assistant from here on that have to be one: results follow the message with their calls, and some clients leave
     * another one between (D55).
     */
    private static List<Message.Assistant> together(List<Message> messages, int from) {
        List<Message.Assistant> together = new ArrayList<>();
        boolean calls = false;
        for (int i = from; i < messages.size() && messages.get(i) instanceof Message.Assistant assistant; i++) {
            if (i > from && !calls) {
                break;
            }
            together.add(assistant);
            calls |= !assistant.toolCalls().isEmpty();
        }
        return together;
    }

    private void writeText(String role, JsonText text) {
        json.writeStringProperty("role", role);
        writeText(text);
    }

    private void writeText(JsonText text) {
        json.writeName("content");
        text.write(json);
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
        switch (part) {
            case ContentPart.Text text -> writeTextPart(text.text());
            case ContentPart.Media media -> writeMedia(media);
        }
    }

    private void writeTextPart(JsonText text) {
        json.writeStartObject();
        json.writeStringProperty("type", "text");
        json.writeName("text");
        text.write(json);
        json.writeEndObject();
    }

    private void writeMedia(ContentPart.Media media) {
        switch (media.source()) {
            case ContentPart.Source.Inline inline -> writeInline(media, inline.base64());
            case ContentPart.Source.Remote remote -> {
                keepPlace(media, ContentPartSlot.wanted(media, remote));
                print.add(media, 0);
            }
        }
    }

    /** What a medium is turns out when it is there: until then a null stands for its part. */
    private void keepPlace(ContentPart.Media media, WantedMedium.Remote wanted) {
        json.writeNull();
        json.flush();
        slots.add(new ContentPartSlot(out.size() - NULL_LENGTH, out.size(), media, wanted));
    }

    private void writeInline(ContentPart.Media media, String base64) {
        String said = media.mimeType();
        MediaType type = MediaLabel.sniff(head(base64), said);
        PartFrame frame = PartFrame.of(type, media.detail());
        ignored.addAll(PartFrame.ignored(media, type));
        if (frame != null) {
            json.writeRawValue(frame.before());
            json.writeRaw(base64);
            print.add(media, base64.length());
            json.writeRaw(frame.after());
        } else if (type == null && said != null && MediaTypes.textType(said) != null) {
            String text = TextFiles.read(Base64.getDecoder().decode(base64));
            if (text == null) {
                throw ContentPartSlot.refuse(media, TextFiles.UNREADABLE);
            }
            writeTextPart(JsonText.of(text));
        } else {
            throw ContentPartSlot.refuse(media, "is of a type that this model does not take at the moment.");
        }
    }

    private void ignoreIf(boolean isWithoutEffect, Place place, Member member) {
        if (isWithoutEffect) {
            ignored.add(place.path(member));
        }
    }

    private static byte[] head(String base64) {
        int chars = Math.min(base64.length(), (MediaType.HEAD_BYTES + 2) / 3 * 4);
        return Base64.getDecoder().decode(base64.substring(0, chars));
    }

    /** Only a server that has made signatures gets them back: others may refuse a field that they do not know. */
    private void writeAssistant(List<Message.Assistant> messages) {
        String signature = null;
        for (Message.Assistant message : messages) {
            String own = replay.ownSignature(message);
            signature = own == null ? signature : own;
            ignoreIf(message.thoughtSignature() != null && own == null, message.place(), Member.EXTRAS);
            ignoreIf(!message.files().isEmpty(), message.place(), Member.FILES);
        }
        boolean calls =
                messages.stream().anyMatch(message -> !message.toolCalls().isEmpty());
        List<JsonText> texts = messages.stream()
                .map(Message.Assistant::text)
                .filter(Objects::nonNull)
                .toList();
        json.writeStringProperty("role", "assistant");
        if (texts.isEmpty() && calls) {
            json.writeNullProperty("content");
        } else {
            writeText(JsonText.concatenated(texts));
        }
        if (calls) {
            json.writeArrayPropertyStart("tool_calls");
            for (Message.Assistant message : messages) {
                for (int i = 0; i < message.toolCalls().size(); i++) {
                    writeCall(message.toolCalls().get(i), i == 0);
                }
            }
            json.writeEndArray();
        }
        writeSignature(signature);
    }

    /** Writes a call. Without an id it gets its name as its id, and so does its result. */
    private void writeCall(Message.ToolCall call, boolean first) {
        String signature = replay.ownSignature(call, first);
        ignoreIf(call.thoughtSignature() != null && signature == null, call.place(), Member.EXTRAS);
        json.writeStartObject();
        json.writeStringProperty("id", id(call.id(), call.name()));
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("arguments", call.arguments());
        json.writeEndObject();
        writeSignature(signature);
        json.writeEndObject();
    }

    /** Writes a signature as Google's own compatible endpoint does (protocol 2.4, rule 9). */
    private void writeSignature(@Nullable String signature) {
        if (signature != null) {
            json.writeObjectPropertyStart("extra_content");
            json.writeObjectPropertyStart("google");
            json.writeStringProperty("thought_signature", signature);
            json.writeEndObject();
            json.writeEndObject();
        }
    }

    private static String id(@Nullable String id, String name) {
        return id == null || id.isEmpty() ? name : id;
    }

    private void writeResult(Message.ToolResult result) {
        json.writeStringProperty("role", "tool");
        json.writeStringProperty("tool_call_id", result.toolCallId());
        writeText(JsonText.joined(
                result.parts().stream().map(MessagesWriter::resultText).toList()));
    }

    private static JsonText resultText(ContentPart part) {
        return switch (part) {
            case ContentPart.Text text -> text.text();
            case ContentPart.Media media ->
                throw ContentPartSlot.refuse(media, "cannot stand in a tool's result for this model at the moment.");
        };
    }
}
