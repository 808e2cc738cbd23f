package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tools whose input is text, at chat (E9). */
@Timeout(240)
class CustomToolsTest {

    private static final String ASKED = "{\"role\":\"user\",\"content\":\"patch it\"}";
    private static final String TOOL =
            "{\"type\":\"custom\",\"custom\":{\"name\":\"apply_patch\",\"description\":\"Writes.\",\"format\":"
                    + "{\"type\":\"grammar\",\"grammar\":{\"syntax\":\"lark\",\"definition\":\"start: X\"}}}}";
    private static final String FUNCTION = "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
        gateway.script("""
                - match: {}
                  respond: [{event: {candidates: [{content: {role: model, parts: [
                    {functionCall: {name: apply_patch, args: {input: "*** Begin"}}},
                    {functionCall: {name: f, args: {a: 1}}}]}, finishReason: STOP}],
                    usageMetadata: {promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12}}}]
                """);
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Reply chat(String model, boolean stream, String messages, String more) {
        Reply reply = gateway.chat("{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"messages\":[" + messages
                + "],\"tools\":[" + TOOL + "," + FUNCTION + "]" + more + "}");
        return reply;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_call_of_a_custom_tool_has_its_input_as_text(boolean stream) {
        Reply reply = chat("gemini-2.5-pro", stream, ASKED, "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("tools.0.custom.format.grammar");
        List<JsonNode> calls = stream
                ? reply.chunks().stream()
                        .flatMap(
                                chunk -> chunk.at("/choices/0/delta/tool_calls").valueStream())
                        .toList()
                : reply.json().at("/choices/0/message/tool_calls").valueStream().toList();
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0).get("type").asString()).isEqualTo("custom");
        assertThat(calls.get(0).get("custom").toString())
                .isEqualTo("{\"name\":\"apply_patch\",\"input\":\"*** Begin\"}");
        assertThat(calls.get(0).has("function")).isFalse();
        assertThat(calls.get(1).get("function").toString())
                .isEqualTo("{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}");
        JsonNode declared = gateway.lastAsked().at("/tools/0/functionDeclarations/0");
        assertThat(declared.get("description").asString())
                .isEqualTo("Writes.\n\nThe input must follow this grammar:\nstart: X");
        assertThat(declared.at("/parametersJsonSchema/required/0").asString()).isEqualTo("input");
    }

    @Test
    void a_custom_call_and_its_result_go_back() {
        String history = ASKED
                + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"custom\",\"custom\":"
                + "{\"name\":\"apply_patch\",\"input\":\"a \\\"b\\\"\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"done\"}";
        Reply reply = chat("gemini-2.5-pro", false, history, "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked()
                        .at("/contents/1/parts/0/functionCall/args")
                        .toString())
                .isEqualTo("{\"input\":\"a \\\"b\\\"\"}");
        assertThat(gateway.lastAsked()
                        .at("/contents/2/parts/0/functionResponse/name")
                        .asString())
                .isEqualTo("apply_patch");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'custom','custom':{'name':'apply_patch'}}",
                "{'type':'allowed_tools','allowed_tools':{'mode':'required','tools':[{'type':'custom','custom':{'name':'apply_patch'}}]}}"
            })
    void a_choice_may_name_a_custom_tool(String choice) {
        Reply reply = chat("gemini-2.5-pro", false, ASKED, ",\"tool_choice\":" + choice.replace('\'', '"'));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode asked = gateway.lastAsked();
        JsonNode config = asked.at("/toolConfig/functionCallingConfig");
        JsonNode names = config.path("allowedFunctionNames");
        assertThat(config.path("mode").asString("")).isEqualTo("ANY");
        assertThat(
                        names.isMissingNode()
                                ? asked.at("/tools/0/functionDeclarations").size()
                                : names.size())
                .as(asked.toString())
                .isEqualTo(1);
    }

    @Test
    void a_grammar_that_is_too_long_is_refused() {
        String tool = TOOL.replace("start: X", "x".repeat(16 * 1024 + 1));
        Reply reply =
                gateway.chat("{\"model\":\"gemini-2.5-pro\",\"messages\":[" + ASKED + "],\"tools\":[" + tool + "]}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo("tools.0.custom.format.grammar.definition");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/responses"})
    void an_unknown_model_is_named_before_its_tools(String path) {
        String body =
                "{\"tools\":[{\"type\":\"computer\"}],\"model\":\"%s\",\"input\":\"Hi\",\"messages\":[" + ASKED + "]}";
        Reply unknown = gateway.post(path, body.formatted("no-such-model"), CallServer.DEMO_KEY);
        assertThat(unknown.status()).as(unknown.text()).isEqualTo(404);
        assertThat(unknown.text()).contains("no-such-model");
        assertThat(gateway.post(path, body.formatted("gemini-2.5-pro"), CallServer.DEMO_KEY)
                        .text())
                .contains("tools.0.type");
    }
}
