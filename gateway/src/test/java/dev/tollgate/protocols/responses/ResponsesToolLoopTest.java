package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.SigningUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Twenty steps with a tool: the thought signatures come from the store alone (decision E14). The upstream refuses every other one. */
@Timeout(240)
class ResponsesToolLoopTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int STEPS = 20;

    private final SigningUpstream upstream = new SigningUpstream();
    private CallChannels channels;
    private Customer customer;

    @BeforeEach
    void start() {
        channels = CallChannels.of(CallChannels.one(upstream.url()));
        customer = channels.customer();
    }

    @AfterEach
    void stop() {
        channels.close();
        upstream.close();
    }

    /** @param reasoning whether thoughts are shown, and their items sent back */
    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, UNIQUE, true, true",
        "gemini-2.5-pro, NONE, false, false",
        "gemini-3-pro, UNIQUE, true, false",
        "gemini-3-pro, NONE, false, true",
        "gemini-3-pro, SAME, true, true"
    })
    void twenty_steps_bring_each_signature_back_to_its_call(
            String model, SigningUpstream.Ids ids, boolean streams, boolean reasoning) {
        upstream.fresh(STEPS, ids);
        ArrayNode input = JSON.createArrayNode();
        input.addObject().put("role", "user").put("content", "Go.");
        for (int step = 0; step <= STEPS; step++) {
            JsonNode output = ask(model, input, streams, reasoning);
            ArrayNode results = JSON.createArrayNode();
            for (JsonNode item : output) {
                if (reasoning || !item.get("type").asString().equals("reasoning")) {
                    input.add(item);
                }
                if (item.get("type").asString().equals("function_call")) {
                    results.addObject()
                            .put("type", "function_call_output")
                            .put("call_id", item.get("call_id").asString())
                            .put("output", "done");
                }
            }
            assertThat(results.isEmpty()).isEqualTo(step == STEPS);
            results.forEach(input::add);
        }
        assertThat(upstream.refusals()).isEmpty();
        assertThat(upstream.dummies()).isZero();
        JsonNode last = upstream.asked().getLast().get("contents");
        assertThat(last.findValues("thoughtSignature")).hasSize(STEPS);
    }

    private JsonNode ask(String model, ArrayNode input, boolean streams, boolean reasoning) {
        ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", streams);
        body.set("input", input);
        if (reasoning) {
            body.putObject("reasoning").put("summary", "auto");
            body.putArray("include").add("reasoning.encrypted_content");
        }
        body.putArray("tools").addObject().put("type", "function").put("name", "next_step");
        CallServer.Reply reply = channels.gateway().post("/v1/responses", body.toString(), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode response = streams ? ResponseEvents.of(reply.text()).last() : reply.json();
        return response.get("output");
    }
}
