package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.protocols.door.CustomTool;
import dev.tollgate.protocols.door.ToolNames.Own;
import dev.tollgate.protocols.responses.Item.Content;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one item of {@code input}, of the kind that is asked for. Used once. */
final class ItemReader {

    private static final List<String> ROLES = List.of("user", "assistant", "system", "developer");

    /** The place of the item, as refusals name it. */
    final Place place;

    private final JsonBody json;
    private final ToolsReader tools;
    private final ContentReader contents;
    private @Nullable String role;
    private @Nullable List<Content> content;
    private @Nullable String callId;
    private @Nullable String id;
    private @Nullable String status;
    private @Nullable String name;
    private @Nullable String namespace;
    private @Nullable String arguments;
    private ContentPart.@Nullable Media result;
    private @Nullable String signature;
    private @Nullable JsonText sealed;

    ItemReader(JsonBody json, ToolsReader tools, ContentReader contents, Place place) {
        this.json = json;
        this.tools = tools;
        this.contents = contents;
        this.place = place;
    }

    Item message() {
        json.object(this::messageMember);
        if (role == null && content == null && id != null) {
            return new Item.Reference(place, id); // whose type may be left out
        }
        if (role == null) {
            throw json.required("role");
        }
        if (content == null) {
            throw json.required("content");
        }
        return switch (role) {
            case "user" -> new Item.User(place, content);
            case "assistant" -> new Item.Assistant(place, content);
            default -> new Item.Instruction(place, content);
        };
    }

    private void messageMember(String member) {
        switch (member) {
            case "role" -> role = json.oneOf(ROLES);
            case "content" -> content = contents.content();
            case "id" -> id = word();
            case "type", "status", "phase" -> json.skipWord();
            default -> json.ignore();
        }
    }

    private @Nullable String word() {
        String word = json.word();
        json.skipWord();
        return word;
    }

    Item call() {
        json.object(member -> {
            if (member.equals("arguments")) {
                arguments = arguments();
            } else {
                callMember(member);
            }
        });
        return call("arguments");
    }

    /** D21: what was cut off in an earlier turn cannot be sent; nothing at all stands for no arguments. */
    private String arguments() {
        String text = json.string();
        if (text.isBlank()) {
            return "{}";
        }
        if (!json.holdsObject(text)) {
            throw json.invalid("must hold one complete JSON object.");
        }
        return text;
    }

    Item customCall() {
        json.object(member -> {
            if (member.equals("input")) {
                arguments = CustomTool.arguments(json.string());
            } else {
                callMember(member);
            }
        });
        return call("input");
    }

    private void callMember(String member) {
        switch (member) {
            case "call_id" -> callId = json.nonEmptyString();
            case "name" -> name = json.nonEmptyString();
            case "namespace" -> namespace = json.string();
            case "type", "id", "status" -> json.skipWord();
            default -> json.ignore();
        }
    }

    private Item call(String member) {
        if (callId == null) {
            throw json.required("call_id");
        }
        if (name == null) {
            throw json.required("name");
        }
        if (arguments == null) {
            throw json.required(member);
        }
        return new Item.Call(
                place, callId, new Own(namespace == null || namespace.isEmpty() ? null : namespace, name), arguments);
    }

    /** Returns null for a picture that was not made: it has no result. */
    @Nullable
    Item picture() {
        json.object(member -> {
            switch (member) {
                case "result" -> result = contents.picture();
                case "extra_content" -> json.object(this::extraMember);
                case "type", "id", "status" -> json.skipWord();
                case "output_format", "size", "quality", "background" -> json.leaveOut(); // facts of the picture
                default -> json.ignore();
            }
        });
        return result == null ? null : new Item.Picture(place, new Message.SentBack(place, result, signature));
    }

    private void extraMember(String member) {
        if (member.equals("google")) {
            json.object(this::extraMember);
        } else if (member.equals("thought_signature")) {
            signature = json.string();
        } else {
            json.ignore();
        }
    }

    /** Returns what only the maker of a summary can read; null if there is none. */
    @Nullable
    JsonText sealed() {
        json.object(member -> {
            switch (member) {
                case "encrypted_content" -> {
                    if (json.isString()) {
                        sealed = json.text();
                    } else {
                        json.leaveOut();
                    }
                }
                case "type", "id" -> json.skipWord();
                default -> json.ignore();
            }
        });
        return sealed;
    }

    Item reference() {
        json.object(member -> {
            switch (member) {
                case "id" -> callId = json.nonEmptyString();
                case "type" -> json.skipWord();
                default -> json.ignore();
            }
        });
        if (callId == null) {
            throw json.required("id");
        }
        return new Item.Reference(place, callId);
    }

    /** Returns a result without a call, such as a scheduled task's, as a text of the user. */
    Item result(String type) {
        json.object(member -> {
            switch (member) {
                case "call_id" -> callId = json.nonEmptyString();
                case "output" -> content = output(type);
                case "id" -> id = json.string();
                case "status" -> status = json.string();
                case "type", "name" -> json.skipWord();
                default -> json.ignore();
            }
        });
        if (content == null) {
            content = type.equals("apply_patch_call_output") && status != null
                    ? List.of(new Content(place.path(), new ContentPart.Text(status)))
                    : List.of();
        }
        String answered = callId == null && type.equals("local_shell_call_output") ? id : callId;
        return answered == null ? new Item.User(place, content) : new Item.Result(place, answered, content);
    }

    private List<Content> output(String type) {
        return switch (type) {
            case "function_call_output", "custom_tool_call_output" -> contents.content();
            case "computer_call_output" -> contents.onePart();
            default -> List.of(BuiltInCall.text(json, json.path()));
        };
    }

    /** Declares the tools that a search has found. @return the result; null for a search that the provider ran */
    @Nullable
    Item found() {
        json.object(member -> {
            switch (member) {
                case "call_id" -> callId = json.nonEmptyString();
                case "tools" -> tools.additional();
                case "type", "id", "status", "execution" -> json.skipWord();
                default -> json.ignore();
            }
        });
        Content text = new Content(place.path(), new ContentPart.Text("The tools that were found can be called."));
        return callId == null ? null : new Item.Result(place, callId, List.of(text));
    }

    Item ofAgent() {
        List<Content> said = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of("", ""));
        json.object(member -> {
            switch (member) {
                case "author" -> names.set(0, " from " + json.string());
                case "recipient" -> names.set(1, " to " + json.string());
                case "content" -> said.addAll(contents.content());
                case "type", "id", "status" -> json.skipWord();
                default -> json.ignore();
            }
        });
        String head = "Message" + String.join("", names) + ":";
        said.addFirst(new Content(place.path(), new ContentPart.Text(head)));
        return new Item.User(place, said);
    }

    /** A provider's question whether it may call a tool, or the answer, as it came. */
    Item approval(String type) {
        List<Content> text = List.of(BuiltInCall.text(json, place.path()));
        return type.endsWith("_response") ? new Item.User(place, text) : new Item.Assistant(place, text);
    }
}
