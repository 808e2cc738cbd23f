package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A body with all members, changed at random: a request or a 400 in the caller's names comes of it. {@code -Dtest.rounds} sets how many. */
class InteractionsReaderFuzzTest {

    private static final int ROUNDS = Integer.getInteger("test.rounds", 8_000);
    private static final JsonMapper JSON = new JsonMapper();

    private static final String WHOLE = """
            {"model":"m","system_instruction":"Be brief.","stream":true,"store":true,"background":false,"labels":{"a":"b"},
            "service_tier":"flex","safety_settings":[{"type":"harassment","threshold":"off"}],"previous_interaction_id":null,
            "input":[{"type":"text","text":"Hi"},{"type":"image","mime_type":"image/png","data":"aW1hZ2U=","resolution":"low"},
            {"type":"user_input","content":[{"type":"document","uri":"https://example.org/a.pdf"}]},
            {"type":"thought","signature":"c2ln","summary":[{"type":"text","text":"Hm"}]},
            {"type":"model_output","content":[{"type":"text","text":"I look.","annotations":[]},
            {"type":"audio","mime_type":"audio/wav","data":"UklGRg=="}]},
            {"type":"google_search_call","id":"s","arguments":{"queries":["q"]}},{"type":"google_search_result","call_id":"s","result":[]},
            {"type":"code_execution_call","id":"e","arguments":{"language":"python","code":"1"}},
            {"type":"code_execution_result","call_id":"e","result":"1","is_error":false},
            {"type":"function_call","id":"c","name":"f","arguments":{"a":[1,2.5,null]}},
            {"type":"function_result","call_id":"c","name":"f","is_error":true,
            "result":[{"type":"text","text":"x"},{"type":"image","mime_type":"image/png","data":"aW1hZ2U="}]}],
            "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}},{"type":"google_search"},
            {"type":"url_context"},{"type":"code_execution"},{"type":"google_maps","latitude":1,"longitude":2,"enable_widget":true}],
            "generation_config":{"temperature":1.0,"top_p":0.5,"seed":7,"max_output_tokens":100,"stop_sequences":["x"],
            "thinking_level":"low","thinking_summaries":"auto","tool_choice":{"allowed_tools":{"mode":"any","tools":["f"]}},
            "image_config":{"aspect_ratio":"1:1","image_size":"1K"},"speech_config":[{"voice":"Kore","speaker":"A","language":"en"}]},
            "response_format":[{"type":"text","mime_type":"application/json","schema":{"type":"object"}},
            {"type":"image","aspect_ratio":"1:1","delivery":"inline"},{"type":"audio"}],"response_modalities":["text"]}""";

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "1.5",
            "\"\"",
            "\"text\"",
            "\"image\"",
            "\"thought\"",
            "\"function_call\"",
            "\"function_result\"",
            "\"model_output\"",
            "\"https://example.org\"",
            "\"\\ud83d\"",
            "[]",
            "{}",
            "[[]]",
            "[null]",
            "[{}]",
            "{\"text\":\"x\"}",
            "{\"type\":\"text\",\"text\":\"x\"}",
            "{\"allowed_tools\":7}",
            "{\"speakers\":[{\"voice\":1}]}");

    @Test
    void a_changed_body_gives_a_request_or_a_refusal_in_the_callers_names() {
        int[] read = {0};
        Randomly.run(ROUNDS, random -> {
            JsonNode tree = JSON.readTree(WHOLE);
            for (int change = random.nextInt(3); change >= 0; change--) {
                change(tree, random);
            }
            try {
                byte[] body = tree.toString().getBytes(StandardCharsets.UTF_8);
                InteractionRequest request = InteractionsReader.read(body, ReadLimits.DEFAULT, Lease.FREE, true);
                if (request.isWhole()) {
                    assertThat(request.whole().contents().isEmpty()).isFalse();
                    read[0]++;
                }
            } catch (ApiException refusal) {
                assertThat(refusal.error().status()).isEqualTo(400);
                String said = refusal.error().param() + " " + refusal.error().message();
                assertThat(said)
                        .doesNotContain(
                                "contents[",
                                "GenerateContent",
                                "inline_data",
                                "file_data",
                                "function_declarations",
                                "_json_schema");
            }
        });
        assertThat(read[0]).as("some bodies are good").isGreaterThan(ROUNDS / 100);
    }

    /** Replaces, removes or renames one value somewhere. */
    private static void change(JsonNode tree, Random random) {
        List<JsonNode> places = new ArrayList<>();
        collect(tree, places);
        JsonNode place = places.get(random.nextInt(places.size()));
        JsonNode value = JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
        if (place instanceof ObjectNode object) {
            String name = List.copyOf(object.propertyNames()).get(random.nextInt(object.size()));
            switch (random.nextInt(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "_", object.remove(name));
                default -> object.set(name, value);
            }
        } else if (place instanceof ArrayNode array) {
            int at = random.nextInt(array.size());
            switch (random.nextInt(3)) {
                case 0 -> array.remove(at);
                case 1 -> array.insert(at, array.get(random.nextInt(array.size())));
                default -> array.set(at, value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> places) {
        if (node.isContainer() && !node.isEmpty()) {
            places.add(node);
            node.values().forEach(child -> collect(child, places));
        }
    }
}
