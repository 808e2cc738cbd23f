package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Calls through the Responses door, whole and streamed. */
@Timeout(240)
class ResponsesFlowTest {

    private static final Tokens SOME = new Tokens(100, 20, 7);

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
    }

    private CallServer.Reply call(String members) {
        return gateway.post(
                "/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"" + members + "}", customer.key());
    }

    private ResponseEvents stream(String members) {
        CallServer.Reply reply = call(",\"stream\":true" + members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return ResponseEvents.of(reply.text());
    }

    @Test
    void a_whole_response_has_every_member_and_its_price() {
        gateway.script(UpstreamScript.answers().text("Hello ").text("you.").finish("STOP", SOME));

        CallServer.Reply reply = call(",\"instructions\":\"Be brief.\",\"metadata\":{\"a\":\"b\"},\"temperature\":0.5");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode response = reply.json();
        assertThat(response.propertyNames())
                .containsExactly(
                        "id",
                        "object",
                        "created_at",
                        "completed_at",
                        "status",
                        "background",
                        "error",
                        "incomplete_details",
                        "instructions",
                        "metadata",
                        "model",
                        "output",
                        "previous_response_id",
                        "max_output_tokens",
                        "max_tool_calls",
                        "parallel_tool_calls",
                        "truncation",
                        "temperature",
                        "top_p",
                        "presence_penalty",
                        "frequency_penalty",
                        "top_logprobs",
                        "reasoning",
                        "safety_identifier",
                        "prompt_cache_key",
                        "service_tier",
                        "store",
                        "text",
                        "tool_choice",
                        "tools",
                        "usage",
                        "credits_consumed",
                        "native_finish_reason");
        assertThat(response.get("status").asString()).isEqualTo("completed");
        assertThat(response.get("instructions").asString()).isEqualTo("Be brief.");
        assertThat(response.at("/metadata/a").asString()).isEqualTo("b");
        assertThat(response.get("temperature").asDouble()).isEqualTo(0.5);
        assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo("Hello you.");
        assertThat(response.get("usage").toString())
                .isEqualTo(
                        "{\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},"
                                + "\"output_tokens\":27,\"output_tokens_details\":{\"reasoning_tokens\":7},\"total_tokens\":127}");
        assertThat(response.get("credits_consumed").decimalValue()).isEqualByComparingTo(customer.consumed());
        assertThat(reply.header("x-tollgate-model")).isEqualTo("gemini-2.5-pro");
    }

    @Test
    void a_response_shows_what_was_asked_and_is_kept_so() {
        gateway.script(UpstreamScript.answers().text("{}").finish("STOP", SOME));
        String asked = """
                ,"max_output_tokens":100,"max_tool_calls":3,"parallel_tool_calls":false,"truncation":"auto","temperature":0.5,\
                "top_p":0.25,"presence_penalty":0.5,"frequency_penalty":-1,"reasoning":{"effort":"low","summary":"auto"},\
                "safety_identifier":"\u0122","prompt_cache_key":"k","text":{"verbosity":"low","format":{"type":"json_schema",\
                "name":"n","schema":{"type":"object"}}}""";
        String tools = """
                ,"tools":[{"type":"function","name":"f"},{"type":"function","name":"g","strict":true,"description":"d",\
                "parameters":{"type":"object"}}]""";
        JsonNode response = call(asked).json();

        String shown = response.toString();
        assertThat(shown).contains(asked.substring(0, asked.indexOf(",\"reasoning\"")) + ",\"top_logprobs\":0,");
        assertThat(shown)
                .contains("\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"},\"safety_identifier\":\"\u0122\"")
                .contains("\"prompt_cache_key\":\"k\"")
                .contains(
                        "\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"schema\":{\"type\":\"object\"},"
                                + "\"description\":null,\"strict\":false},\"verbosity\":\"low\"}");
        assertThat(call(tools).text())
                .contains(tools.replace("\"f\"}", "\"f\",\"description\":null,\"parameters\":null,\"strict\":null}"));
        assertThat(gateway.get("/v1/responses/" + response.get("id").asString(), customer.key())
                        .json())
                .isEqualTo(response);
    }

    @Test
    void a_response_shows_what_holds_where_nothing_was_asked() {
        gateway.script(UpstreamScript.answers().text("Hello.").finish("STOP", SOME));
        String otherwise = """
                "max_output_tokens":null,"max_tool_calls":null,"parallel_tool_calls":true,"truncation":"disabled",\
                "temperature":1,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"top_logprobs":0,\
                "reasoning":{"effort":null,"summary":null},"safety_identifier":null,"prompt_cache_key":null""";

        assertThat(call("").text()).contains(otherwise);
        assertThat(stream("").last().toString()).contains(otherwise);
    }

    @Test
    void a_stream_has_the_items_of_the_whole_response() {
        gateway.script(UpstreamScript.answers()
                .thought("**Plan**\n\nThink.", SOME)
                .thought("**Check**\n\nAgain.", SOME)
                .text("Hello ", SOME)
                .text("you.")
                .finish("STOP", SOME));

        ResponseEvents events =
                stream(",\"reasoning\":{\"summary\":\"auto\"},\"include\":[\"reasoning.encrypted_content\"]");

        JsonNode output = events.last().get("output");
        assertThat(output.at("/0/summary").size()).isEqualTo(2);
        assertThat(output.at("/0/encrypted_content").asString()).matches("tg1\\.[A-Za-z0-9]{16}");
        assertThat(events.text()).isEqualTo("Hello you.");
        assertThat(events.last().get("credits_consumed").decimalValue()).isEqualByComparingTo(customer.consumed());
    }

    @Test
    void thoughts_are_hidden_unless_a_summary_is_wanted() {
        gateway.script(
                UpstreamScript.answers().thought("Think.", SOME).text("Hello.").finish("STOP", SOME));
        assertThat(stream("").last().get("output").size()).isEqualTo(1);
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/thinkingConfig/includeThoughts")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void a_call_comes_back_in_its_namespace_and_custom_tools_get_text() {
        String tools = """
                ,"tools":[{"type":"namespace","name":"files","description":"d","tools":[
                  {"type":"function","name":"read","parameters":{"type":"object","properties":{"path":{"type":"string"}}}}]},
                  {"type":"custom","name":"apply","format":{"type":"grammar","syntax":"lark","definition":"start: x"}},
                  {"type":"image_generation"}]""";
        gateway.script(UpstreamScript.answers()
                .call("files__read", "{\"path\":\"a\"}")
                .call("apply", "{\"input\":\"text \\\"x\\\"\"}")
                .finish("STOP", SOME));

        CallServer.Reply reply = call(tools);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("tools.1.format,tools.2");
        for (JsonNode output :
                List.of(reply.json().get("output"), stream(tools).last().get("output"))) {
            assertThat(output.at("/0/type").asString()).isEqualTo("function_call");
            assertThat(output.at("/0/namespace").asString()).isEqualTo("files");
            assertThat(output.at("/0/name").asString()).isEqualTo("read");
            assertThat(output.at("/0/arguments").asString()).isEqualTo("{\"path\":\"a\"}");
            assertThat(output.at("/1/type").asString()).isEqualTo("custom_tool_call");
            assertThat(output.at("/1/input").asString()).isEqualTo("text \"x\"");
        }
    }
}
