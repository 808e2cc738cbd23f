package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The message that a stream of events makes, by a state machine that accepts only the protocol's order: {@code message_start}; blocks numbered from 0,
 * one open at a time, each begun, continued by deltas of its kind and stopped; {@code message_delta}; {@code message_stop}; pings anywhere after the
 * start. Or, after any of these, one {@code error} and nothing else.
 */
final class StreamedMessage {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MARK = "tg1\\.[A-Za-z0-9]{16}";

    private enum Stage {
        BEFORE,
        BETWEEN,
        IN_BLOCK,
        ENDING,
        OVER,
        FAILED
    }

    private final List<String> names = new ArrayList<>();
    private final StringBuilder arguments = new StringBuilder();
    private Stage stage = Stage.BEFORE;
    private ObjectNode message;
    private ObjectNode block;
    private JsonNode end;
    private JsonNode error;
    private int pings;

    /** @param stream whole; throws an {@code AssertionError} for an event in a wrong place */
    static StreamedMessage of(String stream) {
        StreamedMessage read = new StreamedMessage();
        assertThat(stream).doesNotContain("[DONE]").endsWith("\n\n");
        for (String event : stream.split("\n\n")) {
            assertThat(event).matches("event: [a-z_]+\ndata: \\{.*}");
            String name = event.substring("event: ".length(), event.indexOf('\n'));
            JsonNode data = JSON.readTree(event.substring(event.indexOf("\ndata: ") + 7));
            assertThat(data.get("type").asString()).as(event).isEqualTo(name);
            read.names.add(name);
            read.take(name, data);
        }
        assertThat(read.stage).isIn(Stage.OVER, Stage.FAILED);
        return read;
    }

    private void take(String name, JsonNode data) {
        switch (name) {
            case "message_start" -> {
                at(Stage.BEFORE, name);
                message = (ObjectNode) data.get("message");
                assertThat(message.get("content")).isEmpty();
                assertThat(message.get("stop_reason").isNull()).isTrue();
                stage = Stage.BETWEEN;
            }
            case "content_block_start" -> {
                at(Stage.BETWEEN, name);
                assertThat(data.get("index").asInt()).isEqualTo(content().size());
                block = (ObjectNode) data.get("content_block");
                arguments.setLength(0);
                stage = Stage.IN_BLOCK;
            }
            case "content_block_delta" -> {
                at(Stage.IN_BLOCK, name);
                assertThat(data.get("index").asInt()).isEqualTo(content().size());
                delta(data.get("delta"));
            }
            case "content_block_stop" -> {
                at(Stage.IN_BLOCK, name);
                stop();
                assertThat(data.get("index").asInt()).isEqualTo(content().size());
                content().add(block);
                stage = Stage.BETWEEN;
            }
            case "message_delta" -> {
                at(Stage.BETWEEN, name);
                end = data;
                data.get("delta").properties().forEach(it -> message.set(it.getKey(), it.getValue()));
                stage = Stage.ENDING;
            }
            case "message_stop" -> {
                at(Stage.ENDING, name);
                stage = Stage.OVER;
            }
            case "error" -> {
                assertThat(stage).isIn(Stage.BETWEEN, Stage.IN_BLOCK);
                error = data;
                stage = Stage.FAILED;
            }
            case "ping" -> {
                assertThat(stage).isNotIn(Stage.BEFORE, Stage.OVER, Stage.FAILED);
                pings++;
            }
            default -> throw new AssertionError("an event that the protocol does not have: " + name);
        }
    }

    private void at(Stage expected, String name) {
        assertThat(stage).as(name).isEqualTo(expected);
    }

    private ArrayNode content() {
        return (ArrayNode) message.get("content");
    }

    private void delta(JsonNode delta) {
        String type = delta.get("type").asString();
        switch (type) {
            case "text_delta" -> append("text", "text", delta);
            case "thinking_delta" -> {
                append("thinking", "thinking", delta);
                assertThat(block.get("signature").asString()).isEmpty();
            }
            case "signature_delta" -> {
                kind("thinking");
                block.set("signature", delta.get("signature"));
            }
            case "input_json_delta" -> {
                assertThat(block.get("type").asString()).isIn("tool_use", "server_tool_use");
                arguments.append(delta.get("partial_json").asString());
            }
            case "citations_delta" -> {
                kind("text");
                ArrayNode citations =
                        block.has("citations") ? (ArrayNode) block.get("citations") : block.putArray("citations");
                citations.add(delta.get("citation"));
            }
            default -> throw new AssertionError("a delta that the protocol does not have: " + type);
        }
    }

    private void append(String kind, String member, JsonNode delta) {
        kind(kind);
        String piece = delta.get(member).asString();
        assertThat(piece).isNotEmpty();
        block.put(member, block.get(member).asString() + piece);
    }

    private void kind(String expected) {
        assertThat(block.get("type").asString()).isEqualTo(expected);
    }

    private void stop() {
        switch (block.get("type").asString()) {
            case "thinking" -> assertThat(block.get("signature").asString()).matches(MARK);
            case "tool_use", "server_tool_use" -> {
                assertThat(block.get("input")).isEmpty();
                block.set("input", JSON.readTree(arguments.toString()));
            }
            default ->
                assertThat(Set.of("text", "web_search_tool_result"))
                        .contains(block.get("type").asString());
        }
    }

    List<String> names() {
        return names;
    }

    /** The message as it is at the end, without its usage, which the start and the end of a stream have. */
    ObjectNode message() {
        return message;
    }

    /** The usage of {@code message_start}. */
    JsonNode startUsage() {
        return message.get("usage");
    }

    /** {@code message_delta}. */
    JsonNode end() {
        return end;
    }

    JsonNode error() {
        return error;
    }

    int pings() {
        return pings;
    }
}
