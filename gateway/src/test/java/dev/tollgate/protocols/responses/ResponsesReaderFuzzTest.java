package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Random bodies of known and unknown words: whatever comes, a request or a 400 comes of it. {@code -Dtest.rounds} sets how many. */
class ResponsesReaderFuzzTest {

    private static final int ROUNDS = Integer.getInteger("test.rounds", 20_000);

    private static final List<String> MEMBERS = List.of(
            "model",
            "input",
            "instructions",
            "tools",
            "tool_choice",
            "text",
            "format",
            "reasoning",
            "effort",
            "summary",
            "include",
            "metadata",
            "stream",
            "store",
            "type",
            "role",
            "content",
            "call_id",
            "name",
            "namespace",
            "arguments",
            "output",
            "parameters",
            "strict",
            "definition",
            "schema",
            "image_url",
            "url",
            "detail",
            "file_data",
            "filename",
            "input_audio",
            "data",
            "mode",
            "id",
            "status",
            "action",
            "max_output_tokens",
            "top_logprobs",
            "temperature",
            "previous_response_id",
            "service_tier",
            "async",
            "description",
            "grammar",
            "x");

    private static final List<String> WORDS = List.of(
            "message",
            "function_call",
            "function_call_output",
            "custom_tool_call",
            "custom_tool_call_output",
            "reasoning",
            "additional_tools",
            "item_reference",
            "web_search_call",
            "user",
            "assistant",
            "system",
            "developer",
            "function",
            "custom",
            "namespace",
            "web_search",
            "mcp",
            "allowed_tools",
            "auto",
            "none",
            "required",
            "input_text",
            "output_text",
            "input_image",
            "input_file",
            "input_audio",
            "refusal",
            "json_schema",
            "text",
            "m",
            "c1",
            "c2",
            "f",
            "{}",
            "{\"a\":1}",
            "",
            "data:image/png;base64,iVBORw0K",
            "https://example.org/a.png",
            "functions",
            "wav",
            "high",
            "reasoning.encrypted_content");

    @Test
    void random_bodies_give_a_request_or_a_refusal_and_nothing_else() {
        int[] read = {0};
        Randomly.run(ROUNDS, random -> {
            byte[] body = body(random);
            try {
                OpenRequest request = ResponsesReader.read(body, ReadLimits.DEFAULT, Lease.FREE, true, false);
                if (request.isWhole()) {
                    assertThat(request.whole().conversation().messages()).isNotEmpty();
                    read[0]++;
                }
            } catch (ApiException refusal) {
                assertThat(refusal.error().status()).isEqualTo(400);
                assertThat(refusal.error().message()).isNotEmpty();
            }
        });
        assertThat(read[0]).as("some bodies are good").isGreaterThan(ROUNDS / 100);
    }

    private static byte[] body(Random random) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", "m");
        if (random.nextInt(4) > 0) {
            ArrayNode input = body.putArray("input");
            for (int i = random.nextInt(6); i >= 0; i--) {
                input.add(item(random));
            }
        } else {
            body.set("input", value(random, 3));
        }
        if (random.nextInt(3) == 0) {
            ArrayNode tools = body.putArray("tools");
            for (int i = random.nextInt(4); i > 0; i--) {
                tools.add(tool(random));
            }
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            body.set(pick(random, MEMBERS), value(random, 3));
        }
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /** Mostly as it should be, in any order of its members. */
    private static ObjectNode item(Random random) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        if (random.nextBoolean()) {
            item.put("type", pick(random, WORDS.subList(0, 9)));
        }
        item.put("role", pick(random, WORDS.subList(9, 13)));
        if (random.nextInt(4) > 0) {
            item.put("content", Randomly.text(random, 8, false));
        } else {
            item.set("content", value(random, 2));
        }
        item.put("call_id", "c" + random.nextInt(3))
                .put("name", "f")
                .put("arguments", "{}")
                .put("input", "x");
        for (int i = random.nextInt(3); i > 0; i--) {
            item.set(pick(random, MEMBERS), value(random, 2));
        }
        return item;
    }

    private static ObjectNode tool(Random random) {
        ObjectNode tool = JsonNodeFactory.instance.objectNode();
        tool.put("name", Randomly.text(random, 80, false)).put("type", pick(random, WORDS.subList(13, 18)));
        if (random.nextInt(3) == 0) {
            tool.putArray("tools")
                    .add(JsonNodeFactory.instance
                            .objectNode()
                            .put("type", "function")
                            .put("name", "n"));
        }
        return tool;
    }

    private static JsonNode value(Random random, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(depth == 0 ? 5 : 8)) {
            case 0 -> nodes.nullNode();
            case 1 -> nodes.booleanNode(random.nextBoolean());
            case 2 -> nodes.numberNode(random.nextInt(5) - 1);
            case 3 -> nodes.stringNode(Randomly.text(random, 6, false));
            case 4 -> nodes.stringNode(pick(random, WORDS));
            case 5 -> {
                ArrayNode array = nodes.arrayNode();
                for (int i = random.nextInt(3); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = nodes.objectNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    object.set(pick(random, MEMBERS), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String pick(Random random, List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
