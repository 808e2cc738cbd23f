package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stream of the Responses door, checked event by event against what OpenAI's own helper demands (decision E35). A stream that was cut off is checked
 * as far as it goes.
 */
final class ResponseEvents {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> TERMINAL = Set.of("response.completed", "response.incomplete", "response.failed");
    private static final String PART = ".content_part.";

    private final List<JsonNode> events = new ArrayList<>();
    private final List<JsonNode> done = new ArrayList<>();
    private final Map<String, Item> open = new HashMap<>();
    private final Set<String> ids = new HashSet<>();
    private final Set<String> callIds = new HashSet<>();
    private int announced;
    private int heartbeats;
    private String responseId;
    private JsonNode last;

    /** An item that is announced and not done. */
    private static final class Item {
        private final JsonNode added;
        private final StringBuilder text = new StringBuilder();
        private JsonNode part;
        private int parts;
        private String written;

        Item(JsonNode added) {
            this.added = added;
        }
    }

    private ResponseEvents() {}

    /** Checks whole events of a stream; what follows the last blank line is left out. */
    static ResponseEvents of(String sse) {
        ResponseEvents checked = new ResponseEvents();
        assertThat(sse).doesNotContain("[DONE]");
        int from = 0;
        for (int end = sse.indexOf("\n\n"); end >= 0; end = sse.indexOf("\n\n", from)) {
            checked.event(sse.substring(from, end));
            from = end + 2;
        }
        return checked;
    }

    private void event(String sent) {
        String text = sent;
        while (text.startsWith(":")) {
            heartbeats++;
            text = text.substring(text.indexOf('\n') + 1);
        }
        String[] lines = text.split("\n");
        assertThat(lines).as(text).hasSize(2);
        JsonNode event = JSON.readTree(lines[1].substring("data: ".length()));
        String type = event.get("type").asString();
        assertThat(lines[0]).isEqualTo("event: " + type);
        assertThat(last).as("nothing follows the end: " + text).isNull();
        assertThat(event.get("sequence_number").asInt()).isEqualTo(events.size());
        events.add(event);
        if (event.has("response")) {
            response(type, event.get("response"));
        } else if (type.equals("error")) {
            error(event);
        } else {
            assertThat(events.size()).as("created and in_progress come first").isGreaterThan(2);
            item(type, event);
        }
    }

    private void response(String type, JsonNode response) {
        String id = response.get("id").asString();
        assertThat(id).matches("resp_[0-9]{23}[A-Za-z0-9]{8}");
        assertThat(responseId == null || responseId.equals(id)).isTrue();
        responseId = id;
        assertThat(response.get("instructions").isNull()).isTrue();
        assertThat(response.get("tools").isEmpty()).isTrue();
        switch (events.size()) {
            case 1 -> assertThat(type).isEqualTo("response.created");
            case 2 -> assertThat(type).isEqualTo("response.in_progress");
            default -> {
                if (type.equals("response.in_progress")) {
                    assertThat(announced).as("items before a heartbeat").isZero();
                    heartbeats++;
                } else {
                    end(type, response);
                }
            }
        }
    }

    private void end(String type, JsonNode response) {
        assertThat(TERMINAL).contains(type);
        assertThat(type).isEqualTo("response." + response.get("status").asString());
        assertThat(open).as("each item is done before the end").isEmpty();
        assertThat(response.get("output").valueStream().toList()).isEqualTo(done);
        last = response;
    }

    private static void error(JsonNode event) {
        for (String member : List.of("code", "message", "param")) {
            assertThat(event.get("error").get(member)).isEqualTo(event.get(member));
        }
        assertThat(event.get("error").get("type").asString()).isNotEmpty();
    }

    private void item(String type, JsonNode event) {
        int index = event.get("output_index").asInt();
        if (type.equals("response.output_item.added")) {
            assertThat(index).isEqualTo(announced++);
            JsonNode added = event.get("item");
            String id = added.get("id").asString();
            assertThat(id).matches("(msg|rs|fc|ctc|ws|ig|cmp)_" + responseId.substring(5) + "_" + index);
            assertThat(ids.add(id)).isTrue();
            if (!added.get("type").asString().equals("compaction")) {
                assertThat(added.get("status").asString()).isEqualTo("in_progress");
            }
            open.put(id, new Item(added));
            return;
        }
        boolean isDone = type.equals("response.output_item.done");
        String id = isDone
                ? event.get("item").get("id").asString()
                : event.get("item_id").asString();
        Item item = open.get(id);
        assertThat(item).as(type + " of an open item").isNotNull();
        assertThat(id).endsWith("_" + index);
        if (isDone) {
            done(item, event.get("item"));
            open.remove(id);
        } else {
            within(item, type, event);
        }
    }

    private void within(Item item, String type, JsonNode event) {
        if (type.contains(PART) || type.contains("summary_part")) {
            part(item, type, event);
        } else if (type.endsWith(".delta")) {
            boolean needsPart = type.contains("text");
            assertThat(item.part != null).as("a part before its text").isEqualTo(needsPart);
            item.text.append(event.get("delta").asString());
        } else if (type.endsWith(".done")) {
            JsonNode whole = type.contains("text") ? event.get("text") : argument(event);
            assertThat(whole.asString()).isEqualTo(item.text.toString());
            item.written = whole.asString();
        } else {
            assertThat(type)
                    .isIn(
                            "response.output_text.annotation.added",
                            "response.web_search_call.in_progress",
                            "response.web_search_call.searching",
                            "response.web_search_call.completed",
                            "response.image_generation_call.in_progress",
                            "response.image_generation_call.generating",
                            "response.image_generation_call.completed");
        }
    }

    private static JsonNode argument(JsonNode event) {
        return event.has("arguments") ? event.get("arguments") : event.get("input");
    }

    private static void part(Item item, String type, JsonNode event) {
        JsonNode part = event.get("part");
        if (type.endsWith("added")) {
            assertThat(item.part).as("one part at a time").isNull();
            int index = event.path(type.contains(PART) ? "content_index" : "summary_index")
                    .asInt(-1);
            assertThat(index).isEqualTo(item.parts++);
            item.part = part;
            item.text.setLength(0);
        } else {
            assertThat(part.get("text").asString()).isEqualTo(item.written);
            assertThat(part.get("type")).isEqualTo(item.part.get("type"));
            item.part = null;
        }
    }

    private void done(Item item, JsonNode whole) {
        assertThat(item.part).as("the part is done before its item").isNull();
        assertThat(whole.get("id")).isEqualTo(item.added.get("id"));
        assertThat(whole.get("type")).isEqualTo(item.added.get("type"));
        switch (whole.get("type").asString()) {
            case "message" -> {
                assertThat(whole.get("content").size()).isEqualTo(1);
                assertThat(whole.at("/content/0/text").asString()).isEqualTo(item.written);
            }
            case "reasoning" -> assertThat(whole.get("summary").size()).isEqualTo(item.parts);
            case "web_search_call", "image_generation_call" ->
                assertThat(whole.get("status").asString()).isEqualTo("completed");
            case "compaction" -> assertThat(whole).isEqualTo(item.added);
            default -> {
                assertThat(argument(whole).asString()).isEqualTo(item.written);
                assertThat(callIds.add(whole.get("call_id").asString())).isTrue();
            }
        }
        done.add(whole);
    }

    /** The events in order, heartbeats included. */
    List<String> types() {
        return events.stream().map(event -> event.get("type").asString()).toList();
    }

    List<JsonNode> events() {
        return events;
    }

    /** The comments and the repeated {@code response.in_progress}. */
    int heartbeats() {
        return heartbeats;
    }

    /** The object of the last event; fails if the stream has no end. */
    JsonNode last() {
        assertThat(last).as("an end behind " + types()).isNotNull();
        return last;
    }

    boolean isOver() {
        return last != null;
    }

    /** The texts of all messages, joined. */
    String text() {
        StringBuilder text = new StringBuilder();
        done.forEach(item -> text.append(item.at("/content/0/text").asString("")));
        return text.toString();
    }
}
