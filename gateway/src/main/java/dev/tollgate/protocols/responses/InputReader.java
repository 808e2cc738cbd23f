package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.protocols.responses.Item.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code input}. Items without effect on the model are passed over and named (E5). */
final class InputReader {

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
            case "message" -> items.add(one(index).message());
            case "function_call" -> items.add(one(index).call());
            case "custom_tool_call" -> items.add(one(index).customCall());
            case "image_generation_call" -> picture(one(index));
            case "additional_tools" -> json.object(this::toolsMember);
            case "tool_search_output" -> found(one(index));
            case "agent_message" -> items.add(one(index).ofAgent());
            case "mcp_approval_request", "mcp_approval_response" ->
                items.add(one(index).approval(type));
            case "reasoning" -> json.leaveOut();
            case "item_reference" -> items.add(one(index).reference());
            case "compaction", "compaction_summary" -> summary(one(index), false);
            case "context_compaction" -> summary(one(index), true);
            case "compaction_trigger" -> {
                trigger = ResponsesPlaces.NAMES.at(list, index);
                json.skip();
            }
            default -> other(one(index), type);
        }
    }

    private ItemReader one(int index) {
        return new ItemReader(json, tools, contents, ResponsesPlaces.NAMES.at(list, index));
    }

    /** The history is in calls and results of any kind; what else is new is passed over. */
    private void other(ItemReader one, String type) {
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

    private void found(ItemReader one) {
        Item result = one.found();
        if (result != null) {
            items.add(result);
        }
    }

    private void summary(ItemReader one, boolean mayBeEmpty) {
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

    private void picture(ItemReader one) {
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
}
