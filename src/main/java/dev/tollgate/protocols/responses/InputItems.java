package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.calls.kept.KeptResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The input of a kept response as a list of items. An item that came without an id is given one. */
record InputItems(List<ObjectNode> items) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static InputItems of(KeptResponse response) {
        JsonNode input = ApiJson.MAPPER.readTree(response.input());
        List<ObjectNode> items = new ArrayList<>();
        if (input.isString()) {
            items.add(message(NODES.objectNode().put("role", "user").set("content", input)));
        } else {
            for (JsonNode item : input) {
                if (item instanceof ObjectNode object) {
                    items.add(object.has("role") ? message(object) : object);
                }
            }
        }
        String chars = KeptIds.chars(response.id());
        for (int i = 0; i < items.size(); i++) {
            ObjectNode item = items.get(i);
            if (!item.path("id").isString()) {
                item.put("id", (item.has("role") ? "msg_" : "item_") + chars + "_i" + i);
            }
        }
        return new InputItems(items);
    }

    /** Returns a message in its full form: callers may leave its type out and write a text as a string. */
    private static ObjectNode message(ObjectNode item) {
        item.put("type", "message");
        if (!item.has("status")) {
            item.put("status", "completed");
        }
        JsonNode content = item.path("content");
        if (content.isString()) {
            boolean isAnswer = item.path("role").asString("").equals("assistant");
            ObjectNode part = NODES.objectNode()
                    .put("type", isAnswer ? "output_text" : "input_text")
                    .put("text", content.stringValue());
            if (isAnswer) {
                part.putArray("annotations");
            }
            item.putArray("content").add(part);
        }
        return item;
    }

    /**
     * Returns a page of the list.
     *
     * @param after the id of the item before the page; null begins
     * @throws dev.tollgate.base.error.ApiException 400 if there is no such item
     */
    byte[] page(int limit, boolean ascending, @Nullable String after) {
        List<ObjectNode> ordered = ascending ? items : items.reversed();
        int from = 0;
        if (after != null) {
            while (from < ordered.size()
                    && !ordered.get(from).path("id").asString("").equals(after)) {
                from++;
            }
            if (from++ == ordered.size()) {
                throw ApiError.invalid(
                                "after",
                                "'after' must be the id of an item of the list, got " + Shown.quoted(after) + ".")
                        .asException();
            }
        }
        List<ObjectNode> shown = ordered.subList(from, Math.min(ordered.size(), from + limit));
        ObjectNode list = NODES.objectNode().put("object", "list");
        ArrayNode data = list.putArray("data");
        shown.forEach(data::add);
        list.set(
                "first_id",
                shown.isEmpty() ? NODES.nullNode() : shown.getFirst().get("id"));
        list.set("last_id", shown.isEmpty() ? NODES.nullNode() : shown.getLast().get("id"));
        list.put("has_more", from + shown.size() < ordered.size());
        return ApiJson.MAPPER.writeValueAsBytes(list);
    }
}
