package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Message.Assistant;
import dev.tollgate.base.conversation.Message.Instruction;
import dev.tollgate.base.conversation.Message.SentBack;
import dev.tollgate.base.conversation.Message.ToolCall;
import dev.tollgate.base.conversation.Message.ToolResult;
import dev.tollgate.base.conversation.Message.User;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.BillingLine;
import dev.tollgate.protocols.openai.PartReader.Part;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message. The role may stand behind the content, so that what a role may hold is checked at the end.
 *
 * <p>Several text parts become one text, joined by a newline, where the role has only text.
 */
final class MessageReader {

    private static final List<String> USER_TYPES = List.of("text", "image_url", "input_audio", "file", "video_url");
    private static final List<String> ROLES = List.of("system", "developer", "user", "assistant", "tool", "function");

    private final JsonBody json;
    private final PartReader partReader;
    private final int index;
    private final Place place;
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<SentBack> files = new ArrayList<>(0);

    private int images;
    private @Nullable String role;
    private @Nullable List<Part> content;
    private @Nullable JsonText refusal;
    private @Nullable String name;
    private @Nullable String toolCallId;
    private @Nullable String thoughtSignature;
    private @Nullable ToolCall legacyCall;

    MessageReader(JsonBody json, PartReader partReader, int index) {
        this.json = json;
        this.partReader = partReader;
        this.index = index;
        this.place = ChatPlaces.NAMES.at("messages", index);
    }

    Message read() {
        json.object(this::member);
        return switch (json.given(role, "role")) {
            case "system", "developer" -> instruction();
            case "user" -> user();
            case "assistant" -> assistant();
            case "tool" -> toolResult();
            default -> functionResult();
        };
    }

    private void member(String member) {
        switch (member) {
            case "role" -> role = json.oneOf(ROLES);
            case "content" -> content = content();
            case "refusal" -> refusal = json.text();
            case "name" -> name = json.string();
            case "tool_call_id" -> toolCallId = json.nonEmptyString();
            case "tool_calls" -> json.array(json.limits().messagesMax(), this::toolCall);
            case "images" -> json.array(json.limits().mediaMax(), this::file);
            case "function_call" -> legacyCall = new ToolCallReader(json, index).functionCall();
            case "extra_content" -> thoughtSignature = ToolCallReader.thoughtSignature(json);
            default -> json.ignore();
        }
    }

    private List<Part> content() {
        if (json.isString()) {
            return List.of(new Part("text", "", new ContentPart.Text(json.text())));
        }
        if (!json.isArray()) {
            throw json.refuse("a string or an array of parts");
        }
        return partReader.parts();
    }

    private void toolCall() {
        calls.add(new ToolCallReader(json, index).toolCall(calls.size()));
    }

    private void file() {
        SentBack file = partReader.sentBack(place.at("images", images++));
        if (file != null) {
            files.add(file);
        }
    }

    private Message instruction() {
        ignoreName();
        ignoreAssistantOnly();
        ignoreToolCallId();
        List<Part> parts = withoutBilling(required());
        return new Instruction(place, textOf(parts, List.of("text")));
    }

    /** A part that is left empty goes, too. */
    private List<Part> withoutBilling(List<Part> parts) {
        List<Part> left = new ArrayList<>(parts.size());
        for (Part part : parts) {
            JsonText given = part.content() instanceof ContentPart.Text it ? it.text() : JsonText.EMPTY;
            String path = part.path().isEmpty() ? json.memberPath("content") : part.path();
            JsonText text = BillingLine.without(given, path, json::ignored);
            if (text == given) {
                left.add(part);
            } else if (!text.isEmpty()) {
                left.add(new Part(part.type(), part.path(), new ContentPart.Text(text)));
            }
        }
        return left;
    }

    private Message user() {
        ignoreName();
        ignoreAssistantOnly();
        ignoreToolCallId();
        return new User(place, partsOf(required()));
    }

    private Message assistant() {
        ignoreName();
        ignoreToolCallId();
        List<JsonText> texts = new ArrayList<>(2);
        if (content != null) {
            List<Part> words = withoutImages(content);
            if (!words.isEmpty()) {
                texts.add(textOf(words, List.of("text", "refusal")));
            }
        }
        if (refusal != null) {
            texts.add(refusal);
        }
        JsonText text = texts.isEmpty() ? null : json.joined(texts);
        if (legacyCall != null) {
            return withLegacyCall(text, legacyCall);
        }
        return new Assistant(place, text, calls, signatureOfText(), files);
    }

    /** Takes images among the parts as the model's, as LangChain and the AI SDK send them back (Y14). @return the other parts */
    private List<Part> withoutImages(List<Part> parts) {
        List<Part> others = new ArrayList<>(parts.size());
        for (Part part : parts) {
            if (part.type().equals("image_url") && part.content() instanceof ContentPart.Media media) {
                files.add(new SentBack(media.place(), media, null));
            } else {
                others.add(part);
            }
        }
        return others;
    }

    /** The deprecated form has no place for the call's signature: where there is no text, the message's is the call's. */
    private Assistant withLegacyCall(@Nullable JsonText text, ToolCall call) {
        boolean isOfCall = text == null || text.isEmpty();
        Place caller = calls.isEmpty() ? call.place() : place;
        calls.add(new ToolCall(call.place(), null, call.name(), call.arguments(), isOfCall ? thoughtSignature : null));
        return new Assistant(caller, text, calls, isOfCall ? null : signatureOfText(), files);
    }

    /** Some clients copy a call's signature onto the message, where it would be taken for the text's (protocol 2.4, rule 9). */
    private @Nullable String signatureOfText() {
        String signature = thoughtSignature;
        boolean isOfCall =
                signature != null && calls.stream().anyMatch(call -> signature.equals(call.thoughtSignature()));
        return isOfCall ? null : signature;
    }

    private Message toolResult() {
        ignoreName();
        ignoreAssistantOnly();
        return new ToolResult(place, json.given(toolCallId, "tool_call_id"), partsOf(required()));
    }

    /** The deprecated role: it names the function instead of the call. */
    private Message functionResult() {
        ignoreAssistantOnly();
        ignoreToolCallId();
        String its = json.given(name, "name");
        JsonText text = content == null ? JsonText.EMPTY : textOf(content, List.of("text"));
        return new ToolResult(ChatPlaces.RESULT.at("messages", index), its, List.of(new ContentPart.Text(text)));
    }

    private List<Part> required() {
        return json.given(content, "content");
    }

    private JsonText textOf(List<Part> parts, List<String> types) {
        checkTypes(parts, types);
        if (parts.size() == 1 && parts.getFirst().content() instanceof ContentPart.Text only) {
            return only.text();
        }
        return json.joined(parts.stream()
                .map(part -> ((ContentPart.Text) part.content()).text())
                .toList());
    }

    private static List<ContentPart> partsOf(List<Part> parts) {
        checkTypes(parts, USER_TYPES);
        List<ContentPart> contents = new ArrayList<>(parts.size());
        for (Part part : parts) {
            contents.add(part.content());
        }
        return contents;
    }

    private static void checkTypes(List<Part> parts, List<String> types) {
        for (Part part : parts) {
            if (!types.contains(part.type())) {
                throw JsonBody.invalid(
                        part.path() + ".type",
                        "must be " + MessageText.list(types) + " in a message of this role, got "
                                + MessageText.quoted(part.type()) + ".");
            }
        }
    }

    private void ignoreName() {
        ignoreIf(name != null, "name");
    }

    private void ignoreToolCallId() {
        ignoreIf(toolCallId != null, "tool_call_id");
    }

    private void ignoreAssistantOnly() {
        ignoreIf(!calls.isEmpty(), "tool_calls");
        ignoreIf(!files.isEmpty(), "images");
        ignoreIf(legacyCall != null, "function_call");
        ignoreIf(refusal != null, "refusal");
        ignoreIf(thoughtSignature != null, "extra_content");
    }

    private void ignoreIf(boolean isGiven, String member) {
        if (isGiven) {
            json.ignored(json.memberPath(member));
        }
    }
}
