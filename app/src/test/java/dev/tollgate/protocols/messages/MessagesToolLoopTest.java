package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Documented;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.SigningUpstream;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Long tool loops by a client that gives back tool calls and texts and nothing else, against an upstream that refuses a signature that is missing,
 * altered or in the wrong place (E14).
 */
@Timeout(240)
class MessagesToolLoopTest {

    private static final int STEPS = 20;
    private static final JsonMapper JSON = new JsonMapper();

    private SigningUpstream upstream;
    private Gateway gateway;

    @BeforeEach
    void start() {
        upstream = new SigningUpstream();
        gateway = Gateway.start("gemini.base-url", upstream.url());
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, false, false",
        "gemini-2.5-pro, true, true",
        "gemini-3-pro, false, true",
        "gemini-3-pro, true, false"
    })
    void twenty_steps_need_signatures_from_the_store_alone(String model, boolean streams, boolean thinks) {
        upstream.fresh(STEPS, SigningUpstream.Ids.UNIQUE);

        Loop loop = new Loop(model, streams, thinks);
        loop.run(STEPS / 2);
        gateway.restart();
        loop.run(STEPS);

        assertThat(loop.text).isEqualTo("Done after 20 steps.");
        assertThat(loop.callIds).hasSize(STEPS + STEPS / 5);
        assertThat(upstream.dummies()).isZero();
        assertThat(upstream.refusals()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_signature_in_a_part_of_its_own_comes_back_to_its_own_call(boolean streams) {
        upstream.fresh(6, SigningUpstream.Ids.NONE).signApart();

        Loop loop = new Loop("gemini-3-pro", streams, true);
        loop.run(6);

        assertThat(loop.text).isEqualTo("Done after 6 steps.");
        assertThat(upstream.dummies()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void thinking_of_another_model_is_passed_over_and_images_in_results_are_seen(String model) {
        upstream.fresh(0, SigningUpstream.Ids.UNIQUE);
        Loop loop = new Loop(model, false, true);
        loop.messages.addObject().put("role", "assistant").set("content", JSON.readTree("""
                [{"type":"thinking","thinking":"Hm.","signature":"ErUBCkYIBRgCKkA="},{"type":"redacted_thinking","data":"Em0="},
                {"type":"tool_use","id":"toolu_01","name":"next_step","input":{}}]"""));
        loop.messages.addObject().put("role", "user").set("content", JSON.readTree("""
                [{"type":"tool_result","tool_use_id":"toolu_01","content":[{"type":"text","text":"A picture:"},
                {"type":"image","source":{"type":"base64","media_type":"image/png","data":"%s"}}]}]""".formatted(Documented.PNG)));

        Reply reply = loop.ask();

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String asked = upstream.asked().getLast().get("contents").toString();
        assertThat(asked).contains(Documented.PNG, "A picture:").doesNotContain("Hm.", "ErUB", "toolu_01");
        assertThat(upstream.refusals()).isEmpty();
    }

    private final class Loop {

        private final ArrayNode messages = JSON.createArrayNode();
        private final Set<String> callIds = new HashSet<>();
        private final String model;
        private final boolean streams;
        private final boolean thinks;
        private final String key = gateway.customer("1000").key();
        private int steps;
        private String text = "";

        Loop(String model, boolean streams, boolean thinks) {
            this.model = model;
            this.streams = streams;
            this.thinks = thinks;
            messages.addObject().put("role", "user").put("content", "Do it step by step.");
        }

        void run(int stepsMax) {
            while (text.isEmpty() && steps <= stepsMax) {
                Reply reply = ask();
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                take(streams ? StreamedMessage.of(reply.text()).message() : reply.json());
            }
        }

        private Reply ask() {
            ObjectNode body = JSON.createObjectNode().put("model", model).put("max_tokens", 32_000);
            body.put("stream", streams);
            if (thinks) {
                body.putObject("thinking").put("type", "adaptive");
            }
            body.putArray("tools")
                    .addObject()
                    .put("name", "next_step")
                    .putObject("input_schema")
                    .put("type", "object");
            body.set("messages", messages);
            return gateway.post("/v1/messages", body.toString(), key);
        }

        /** Gives back the calls and texts of a message, and a result for each call with a reminder behind. */
        private void take(JsonNode message) {
            ArrayNode said = JSON.createArrayNode();
            ArrayNode results = JSON.createArrayNode();
            for (JsonNode block : message.get("content")) {
                String type = block.get("type").asString();
                if (type.equals("tool_use")) {
                    callIds.add(block.get("id").asString());
                    said.add(block);
                    results.addObject()
                            .put("type", "tool_result")
                            .put("tool_use_id", block.get("id").asString())
                            .put("content", "done");
                } else if (type.equals("text")) {
                    said.add(block);
                    text = block.get("text").asString();
                }
            }
            if (results.isEmpty()) {
                return;
            }
            text = "";
            steps++;
            messages.addObject().put("role", "assistant").set("content", said);
            messages.addObject().put("role", "user").set("content", results);
        }
    }
}
