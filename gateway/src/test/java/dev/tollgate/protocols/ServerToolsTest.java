package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.FarServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Search together with functions, if the catalogue allows both: parts of the upstream's own tools are sent back, and no caller sees them (protocol
 * 4.4).
 */
@Timeout(240)
class ServerToolsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String TOOL_CALL =
            "{\"toolCall\":{\"id\":\"t1\",\"toolType\":\"GOOGLE_SEARCH_WEB\",\"args\":{\"q\":\"x\"}},\"thoughtSignature\":\"Zmlyc3Q=\"}";
    private static final String TOOL_RESPONSE =
            "{\"toolResponse\":{\"id\":\"t1\",\"toolType\":\"GOOGLE_SEARCH_WEB\",\"response\":{\"a\":[1.5]}}}";
    private static final String FUNCTION = "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}";
    private static final String SEARCH = "{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}";

    private static FarServer.Answer answers(String parts) {
        return FarServer.events(
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + TOOL_CALL
                        + "]},\"index\":0}],\"modelVersion\":\"far\"}",
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + parts + "]},\"index\":0}]}",
                FarServer.geminiEnd(10, 5));
    }

    private static CallChannels channels(FarServer far) {
        try (InputStream catalogue = ServerToolsTest.class.getResourceAsStream("/models.yaml")) {
            String yaml = new String(Objects.requireNonNull(catalogue).readAllBytes(), StandardCharsets.UTF_8);
            Path file = Files.createTempFile("models", ".yaml");
            Files.writeString(file, yaml.replace("together: false", "together: true"));
            return CallChannels.of(CallChannels.one(far.url()), Map.of("TOLLGATE_MODELS_FILE", file.toString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String request(boolean stream, String messages, String tools) {
        return "{\"model\":\"gemini-3-pro\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}" + messages + "],\"tools\":[" + tools + "]}";
    }

    private static String history(JsonNode call) {
        return ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":" + call.get("id")
                + ",\"type\":\"function\",\"function\":" + call.get("function")
                + "}]},{\"role\":\"tool\",\"tool_call_id\":"
                + call.get("id") + ",\"content\":\"one\"}";
    }

    private static JsonNode call(CallServer.Reply reply, boolean stream) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).doesNotContain("GOOGLE_SEARCH_WEB");
        return stream
                ? reply.chunks().stream()
                        .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                        .filter(JsonNode::isObject)
                        .findFirst()
                        .orElseThrow()
                : reply.json().at("/choices/0/message/tool_calls/0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_the_upstreams_own_tools_said_goes_back_before_the_call(boolean stream) {
        try (FarServer far = new FarServer(
                        request -> answers(
                                TOOL_RESPONSE
                                        + ",{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}},\"thoughtSignature\":\"c2Vjb25k\"}"));
                CallChannels channels = channels(far)) {
            String tools = FUNCTION + "," + SEARCH;
            JsonNode call = call(channels.customer().chat(request(stream, "", tools)), stream);

            channels.customer().chat(request(stream, history(call), tools));

            JsonNode sent = far.requests().getLast().json();
            assertThat(sent.at("/toolConfig/includeServerSideToolInvocations").asBoolean())
                    .isTrue();
            assertThat(sent.at("/contents/1/parts"))
                    .isEqualTo(
                            JSON.readTree(
                                    "[" + TOOL_CALL + "," + TOOL_RESPONSE
                                            + ",{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}},\"thoughtSignature\":\"c2Vjb25k\"}]"));

            channels.customer().chat(request(stream, history(call), FUNCTION));

            assertThat(far.requests().getLast().json().at("/contents/1/parts"))
                    .as("without a search the upstream does not know such parts")
                    .isEqualTo(
                            JSON.readTree(
                                    "[{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}},\"thoughtSignature\":\"c2Vjb25k\"}]"));
        }
    }

    @Test
    void a_call_that_was_not_signed_keeps_what_stood_before_it() {
        try (FarServer far = new FarServer(request -> answers("{\"functionCall\":{\"name\":\"f\"}}"));
                CallChannels channels = channels(far)) {
            String tools = FUNCTION + "," + SEARCH;
            JsonNode call = call(channels.customer().chat(request(false, "", tools)), false);

            channels.customer().chat(request(false, history(call), tools));

            assertThat(far.requests().getLast().json().at("/contents/1/parts"))
                    .isEqualTo(
                            JSON.readTree(
                                    "[" + TOOL_CALL
                                            + ",{\"functionCall\":{\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"skip_thought_signature_validator\"}]"));
        }
    }

    @Test
    void an_account_that_is_not_the_callers_has_nothing_to_put_back() {
        try (FarServer far = new FarServer(request -> answers("{\"functionCall\":{\"name\":\"f\"}}"));
                CallChannels channels = channels(far)) {
            String tools = FUNCTION + "," + SEARCH;
            JsonNode call = call(channels.customer().chat(request(false, "", tools)), false);

            channels.gateway().customer("10").chat(request(false, history(call), tools));

            assertThat(far.requests().getLast().body()).doesNotContain("GOOGLE_SEARCH_WEB");
        }
    }
}
