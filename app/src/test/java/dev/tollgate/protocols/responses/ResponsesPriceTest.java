package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Documented;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Equal content costs the same and goes to the model in the same form, through Chat Completions and through Responses. */
@Timeout(240)
class ResponsesPriceTest {

    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}";
    private static final String PNG = "data:image/png;base64," + Documented.PNG;

    private static final String CHAT = """
            {"model":"%s","stream":%s,"max_tokens":900,"temperature":0.5,"messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"Look: Grüße"},{"type":"image_url","image_url":{"url":"%s"}}]},
              {"role":"assistant","content":"I look.","tool_calls":[{"id":"call_1","type":"function",
                "function":{"name":"look","arguments":"{\\"a\\":\\"b\\"}"}}]},
              {"role":"tool","tool_call_id":"call_1","content":"seen"}],
             "tools":[{"type":"function","function":{"name":"look","description":"Looks.","parameters":%s}}],
             "include_thoughts":true,"reasoning_effort":"low"}""";

    private static final String RESPONSES = """
            {"model":"%s","stream":%s,"max_output_tokens":900,"temperature":0.5,"instructions":"Be brief.","input":[
              {"role":"user","content":[{"type":"input_text","text":"Look: Grüße"},{"type":"input_image","image_url":"%s"}]},
              {"role":"assistant","content":[{"type":"output_text","text":"I look."}]},
              {"type":"function_call","call_id":"call_1","name":"look","arguments":"{\\"a\\":\\"b\\"}"},
              {"type":"function_call_output","call_id":"call_1","output":"seen"}],
             "tools":[{"type":"function","name":"look","description":"Looks.","parameters":%s}],
             "reasoning":{"effort":"low","summary":"auto"}}""";

    private static final String ADMIN_KEY = "admin-key-of-the-tests";

    private static Gateway gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers()
                .thought("Hm.", new Tokens(1_000, 10, 30))
                .text("A dog.", new Tokens(1_000, 50, 70))
                .finish("STOP", new Tokens(1_234, 567, 89)));
    }

    private JsonNode task(String path, String body) {
        Gateway.Reply reply = gateway.post(path, body, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return customer.lastTask();
    }

    /** @return the task without what each call has of its own */
    private static String money(JsonNode task) {
        return task.get("usage") + " " + task.get("credits_consumed") + " " + task.get("pricing_detail")
                + task.findValues("amount");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_same_content_costs_and_holds_the_same_through_both_doors(boolean streams) {
        for (String model : List.of("gemini-2.5-pro", "gemini-3.5-flash")) {
            JsonNode chat = task("/v1/chat/completions", CHAT.formatted(model, streams, PNG, SCHEMA));
            JsonNode asked = gateway.lastAsked();
            JsonNode responses = task("/v1/responses", RESPONSES.formatted(model, streams, PNG, SCHEMA));
            assertThat(money(responses)).isEqualTo(money(chat)).contains("567");
            assertThat(gateway.lastAsked()).isEqualTo(asked);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3.5-flash"})
    void an_image_in_a_tool_result_is_seen_by_the_model(String model) {
        String body = """
                {"model":"%s","input":[{"role":"user","content":"Look."},
                  {"type":"function_call","call_id":"call_1","name":"look","arguments":"{}"},
                  {"type":"function_call_output","call_id":"call_1","output":[
                    {"type":"input_text","text":"the picture"},{"type":"input_image","image_url":"%s"}]}],
                 "tools":[{"type":"function","name":"look"}]}""";
        task("/v1/responses", body.formatted(model, PNG));
        JsonNode result = gateway.lastAsked().at("/contents/2");
        assertThat(result.findValues("inlineData")).hasSize(1);
        assertThat(result.findValue("mimeType").asString()).isEqualTo("image/png");
        assertThat(result.toString()).contains("the picture");
    }

    @Test
    void calls_without_a_signature_and_thoughts_of_others_do_not_fail_a_call() {
        String body = """
                {"model":"gemini-3.5-flash","input":[{"role":"user","content":"Look."},
                  {"type":"reasoning","id":"rs_x","summary":[],"encrypted_content":"gAAAA of another provider"},
                  {"type":"function_call","call_id":"a","name":"look","arguments":"{}"},
                  {"type":"function_call","call_id":"b","name":"look","arguments":"{}"},
                  {"type":"function_call_output","call_id":"a","output":"1"},
                  {"type":"function_call_output","call_id":"b","output":"2"}],
                 "tools":[{"type":"function","name":"look"}]}""";
        task("/v1/responses", body);
        List<JsonNode> parts =
                gateway.lastAsked().at("/contents/1/parts").valueStream().toList();
        assertThat(parts).hasSize(2);
        assertThat(parts.get(0).has("thoughtSignature")).isTrue();
        assertThat(parts.get(1).has("thoughtSignature")).isFalse();
    }

    @Test
    void a_search_with_functions_is_left_out_if_the_model_cannot_do_both() {
        String body = """
                {"model":"gemini-2.5-pro","input":"Hi","tools":[{"type":"function","name":"look"},{"type":"web_search"}]}""";
        Gateway.Reply reply = gateway.post("/v1/responses", body, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).contains("tools.1");
        assertThat(gateway.lastAsked().toString()).doesNotContain("googleSearch");
    }

    @Test
    void the_tokens_of_an_input_are_counted_for_nothing() {
        Gateway.Reply reply = gateway.post(
                "/v1/responses/input_tokens",
                "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hello there\"}",
                customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("object").asString()).isEqualTo("response.input_tokens");
        assertThat(reply.json().get("input_tokens").asLong()).isPositive();
        assertThat(customer.tasks()).isZero();
        Gateway.Reply estimated = gateway.post(
                "/v1/responses/input_tokens",
                "{\"model\":\"gemini-2.5-pro\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\","
                        + "\"image_url\":\"https://example.org/a.png\"}]}]}",
                customer.key());
        assertThat(estimated.header("x-tollgate-estimated")).isEqualTo("true");
        assertThat(estimated.json().get("input_tokens").asLong()).isGreaterThan(200);
    }

    @Test
    void every_spelling_of_a_calls_id_finds_it() {
        JsonNode task = task("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}");
        String id = task.get("id").asString();
        assertThat(id).startsWith("chatcmpl-");
        for (String prefix : List.of("resp_", "msg_", "task_", "batch_req_")) {
            String spelling = id.replace("chatcmpl-", prefix);
            assertThat(gateway.get("/v1/tasks/" + spelling, customer.key()).json())
                    .isEqualTo(task);
            assertThat(gateway.get("/v1/receipts/" + spelling, customer.key()).status())
                    .isEqualTo(200);
        }
        for (String prefix : List.of("chatcmpl-", "resp_", "msg_", "task_")) {
            String call = "/admin/tasks/" + id.replace("chatcmpl-", prefix);
            assertThat(gateway.get(call, ADMIN_KEY).json().get("id").asString()).isEqualTo(id);
            Gateway.Reply refund =
                    gateway.post(call + "/refunds", "{\"credits\":0.001,\"reason\":\"a test\"}", ADMIN_KEY);
            assertThat(refund.status()).as(refund.text()).isEqualTo(200);
        }
        assertThat(customer.lastTask().get("credits_refunded").decimalValue()).isEqualByComparingTo("0.004");
    }
}
