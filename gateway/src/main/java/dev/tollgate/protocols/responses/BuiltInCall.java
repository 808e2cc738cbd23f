package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.protocols.door.ToolNames.Own;
import dev.tollgate.protocols.responses.Item.Content;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call of a tool that a provider runs, or that the caller runs on a provider's schema. To the model it is the call of a function of that name; a result that
 * the item itself has follows it (E12).
 */
final class BuiltInCall {

    private static final List<String> RESULTS = List.of("output", "outputs", "results", "error");

    /** The members that do not say what was called. */
    private static final Set<String> AROUND = Set.of(
            "type",
            "id",
            "call_id",
            "status",
            "name",
            "server_label",
            "execution",
            "created_by",
            "approval_request_id");

    private static final int SUFFIX_CHARS = "_call".length();

    private BuiltInCall() {}

    /** Reads an item. @return nothing for a call that neither has a result nor may get one */
    static List<Item> read(JsonBody json, Place place, String type) {
        int start = json.start();
        ObjectNode item = json.objectTree();
        json.chargeText(start);
        JsonNode result = result(item);
        String callId = word(item, "call_id");
        if (callId == null && result == null) {
            return List.of();
        }
        String id = callId != null ? callId : item.path("id").asString(place.path());
        String own = word(item, "name");
        String name = own == null ? type.substring(0, type.length() - SUFFIX_CHARS) : own;
        Item.Call call = new Item.Call(place, id, new Own(word(item, "server_label"), name), arguments(item, json));
        return result == null
                ? List.of(call)
                : List.of(call, new Item.Result(place, call.callId(), List.of(text(place.path(), result))));
    }

    /** Reads a value as a text: a string as it is, anything else as JSON. */
    static Content text(JsonBody json, String path) {
        int start = json.start();
        JsonNode value = json.tree();
        json.chargeText(start);
        return text(path, value);
    }

    private static Content text(String path, JsonNode value) {
        return new Content(
                path, new ContentPart.Text(value.isString() ? JsonText.of(value) : JsonText.of(value.toString())));
    }

    private static @Nullable JsonNode result(ObjectNode item) {
        for (String member : RESULTS) {
            JsonNode value = item.get(member);
            if (value != null && !value.isNull()) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String word(ObjectNode item, String member) {
        String word = item.path(member).asString("");
        return word.isEmpty() ? null : word;
    }

    private static String arguments(ObjectNode item, JsonBody json) {
        JsonNode arguments = item.path("arguments");
        if (arguments.isObject()) {
            return arguments.toString();
        }
        if (arguments.isString() && json.holdsObject(arguments.stringValue())) {
            return arguments.stringValue();
        }
        ObjectNode rest = item.deepCopy();
        rest.remove(AROUND);
        rest.remove(RESULTS);
        return rest.toString();
    }
}
