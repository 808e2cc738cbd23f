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
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code input}. Items without effect on the model are passed over and named (E5). */
final class InputReader {

    private static final List<String> ROLES = List.of("user", "assistant", "system", "developer");

    private final JsonBody json;
    private final ToolsReader tools;
    private final String list;
    private final ContentReader contents;
    private final List<Item> items = new ArrayList<>();
    private @Nullable Place trigger;
    private int count;

    /** @param list the member of the body that has the items, as refusals name it */
    InputReader(JsonBody json, ToolsReader tools, String list) {
        this.json = json;
        this.tools = tools;
        this.list = list;
        this.contents = new ContentReader(json);
    }

    /** Returns the place of the item that asks for a compaction; null if none does. */
    @Nullable
    Place trigger() {
        return trigger;
    }

    /** Returns what goes to the model. */
    List<Item> items() {
        return items;
    }

    void input() {
        if (json.isString()) {
            if (json.text().isEmpty()) {
                throw json.invalid("must not be empty.");
            }
            Content text = new Content(list, new ContentPart.Text(json.text()));
            items.add(new Item.User(ResponsesPlaces.NAMES.at(list), List.of(text)));
            return;
        }
        if (!json.isArray()) {
            throw json.refuse("a string or an array of items");
        }
        json.array(json.limits().messagesMax(), this::item);
        if (count == 0) {
            throw JsonBody.invalid("input", "must have at least 1 item.");
        }
    }

    /**
     * Reads the output of a kept response.
     *
     * @return an entry for each item, null for those that do not go to the model, by the number in its id: a search stands before its turn
     */
    SortedMap<Integer, @Nullable Item> output() {
        SortedMap<Integer, @Nullable Item> output = new TreeMap<>();
        json.array(json.limits().messagesMax(), () -> {
            int before = items.size();
            KeptIds.ItemId id = json.isObject() ? KeptIds.item(String.valueOf(json.ahead("id"))) : null;
            int index = id == null ? count : id.index();
            item();
            output.put(index, items.size() > before ? items.getLast() : null);
        });
        return output;
    }

    private void item() {
        if (!json.isObject()) {
            throw json.refuse("an object");
        }
        if (trigger != null) {
            throw JsonBody.invalid(trigger.path(), "must be the last item of 'input'.");
        }
        int index = count++;
        String given = json.ahead("type", "role", "content");
        String type = given == null ? "message" : given;
        switch (type) {
            case "message" -> items.add(new OneItem(index).message());
            case "function_call" -> items.add(new OneItem(index).call());
            case "custom_tool_call" -> items.add(new OneItem(index).customCall());
            case "image_generation_call" -> picture(new OneItem(index));
            case "additional_tools" -> json.object(this::toolsMember);
            case "tool_search_output" -> found(new OneItem(index));
            case "agent_message" -> items.add(new OneItem(index).ofAgent());
            case "mcp_approval_request", "mcp_approval_response" -> items.add(new OneItem(index).approval(type));
            case "reasoning" -> json.leaveOut();
            case "item_reference" -> items.add(new OneItem(index).reference());
            case "compaction", "compaction_summary" -> summary(new OneItem(index), false);
            case "context_compaction" -> summary(new OneItem(index), true);
            case "compaction_trigger" -> {
                trigger = ResponsesPlaces.NAMES.at(list, index);
                json.skip();
            }
            default -> other(new OneItem(index), type);
        }
    }

    /** The history is in calls and results of any kind; what else is new is passed over. */
    private void other(OneItem one, String type) {
        if (type.endsWith("_output")) {
            items.add(one.result(type));
            return;
        }
        if (!type.endsWith("_call")) {
            json.ignore();
            return;
        }
        int start = json.start();
        List<Item> read = BuiltInCall.read(json, one.place, type);
        items.addAll(read);
        if (read.isEmpty()) {
            json.ignored(json.path());
            json.leaveOut(start);
        }
    }

    private void found(OneItem one) {
        Item result = one.found();
        if (result != null) {
            items.add(result);
        }
    }

    private void summary(OneItem one, boolean mayBeEmpty) {
        int start = json.start();
        JsonText sealed = one.sealed();
        if (sealed != null && Summaries.isOurs(sealed)) {
            items.add(new Item.Summary(one.place, sealed, JsonText.EMPTY));
        } else if (sealed == null && mayBeEmpty) {
            json.ignored(json.path());
            json.leaveOut(start);
        } else {
            throw Summaries.foreign(one.place.path());
        }
    }

    private void picture(OneItem one) {
        Item picture = one.picture();
        if (picture != null) {
            items.add(picture);
        }
    }

    private void toolsMember(String member) {
        switch (member) {
            case "tools" -> tools.additional();
            case "type", "role", "id" -> json.skipWord();
            default -> json.ignore();
        }
    }

    private final class OneItem {

        private final Place place;
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

        OneItem(int index) {
            this.place = ResponsesPlaces.NAMES.at(list, index);
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
                    place,
                    callId,
                    new Own(namespace == null || namespace.isEmpty() ? null : namespace, name),
                    arguments);
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
}
