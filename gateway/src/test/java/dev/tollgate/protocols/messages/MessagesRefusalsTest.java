package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Refusals at the Messages door, by which agents decide whether to go on, and what depends on the model. */
@Timeout(240)
class MessagesRefusalsTest {

    private static final String TOOL = "\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}";
    private static final String SEARCH = "{\"type\":\"web_search_20260209\",\"name\":\"web_search\"}";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start(
                "models.file", "models/gemini-all.yaml", "messages.models", "claude-*-haiku-*=gemini-2.5-flash");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String body(String model, String members) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":1000," + members
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    private static Reply post(Customer customer, String body) {
        return gateway.post("/v1/messages", body, customer.key());
    }

    private static Reply asked(String model, String members) {
        gateway.script(UpstreamScript.says("Hello.", 10, 5));
        return post(gateway.customer("10"), body(model, members));
    }

    private static JsonNode answered(String model, String members) {
        Reply reply = asked(model, members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    // ---- errors ----

    @Test
    void a_wrong_key_is_an_authentication_error_with_the_request_id() {
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/messages"))
                .header("x-api-key", "sk-nobody-has-this-key")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body("gemini-2.5-pro", ""))));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.text()).isEqualTo("""
                {"type":"error","error":{"type":"authentication_error","message":"The API key is invalid.",\
                "details":{"error_code":"invalid_api_key","param":null}},"request_id":"%s"}""".formatted(reply.header("request-id")));
        assertThat(reply.header("request-id")).isNotEmpty().isEqualTo(reply.header("x-request-id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"thread\":{\"type\":\"continue\"},", "\"previous_message_id\":\"msg_1\","})
    void a_request_with_the_new_turn_alone_is_asked_for_the_whole_conversation(String members) {
        Reply reply = asked("gemini-2.5-pro", members);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/details/error_code").asString()).isEqualTo("thread_unsupported_request");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(reply.json().at("/error/message").asString()).contains("full conversation");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type':'compact_20260112','pause_after_compaction':true,'trigger':{'type':'input_tokens','value':1000} | 4000 | 400",
                "'type':'compact_20260112','pause_after_compaction':true,'trigger':{'type':'input_tokens','value':1000} | 3000 | 200",
                "'type':'compact_20260112','pause_after_compaction':true | 600000 | 400",
                "'type':'compact_20260112','pause_after_compaction':false | 600000 | 200",
                "'type':'clear_tool_uses_20250919','pause_after_compaction':true,'trigger':7 | 4000 | 200"
            })
    void a_pause_with_a_summary_is_refused_for_long_prompts(String edit, int bytes, int status) {
        String edits = "[{\"type\":\"x\"},{" + edit.replace('\'', '"') + "}]";
        Reply reply = post(
                gateway.customer("1000"),
                "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":100,\"context_management\":{\"edits\":" + edits
                        + "},\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(bytes) + "\"}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        if (status == 400) {
            assertThat(reply.json().at("/error/message").asString())
                    .startsWith("'context_management.edits.1' asks for a pause with a summary from ");
        } else {
            assertThat(reply.header("x-tollgate-ignored")).isEqualTo("context_management");
        }
    }

    @Test
    void a_model_of_anthropics_is_a_400_that_names_the_variables_unless_it_is_mapped() {
        Reply unknown = asked("claude-opus-5", "");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.header("x-should-retry")).isEqualTo("false");
        assertThat(unknown.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(unknown.json().at("/error/message").asString())
                .contains("ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL");
        assertThat(asked("nobody-s-model", "").status()).isEqualTo(400);

        Reply mapped = asked("claude-5-haiku-20260801", "");
        assertThat(mapped.json().get("model").asString()).isEqualTo("claude-5-haiku-20260801");
        assertThat(mapped.header("x-tollgate-model")).isEqualTo("gemini-2.5-flash");
    }

    @Test
    void a_blocked_prompt_is_free_and_not_worth_another_try() {
        gateway.script(UpstreamScript.answers().event("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}"));
        Customer customer = gateway.customer("10");
        Reply reply = post(customer, body("gemini-2.5-pro", "\"stream\":true,"));
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("api_error");
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "This model's maximum context length is 1000 tokens. However, your request comes to 1500 tokens. Please shorten it."
                        + "|prompt is too long: 1500 tokens > 1000 maximum",
                "This model's maximum context length is 1000 tokens. However, your request is longer. Please shorten it."
                        + "|prompt is too long: more than the model's maximum of 1000 tokens",
                "Your request is longer than this model's maximum context length. Please shorten it."
                        + "|prompt is too long: more than the model's maximum"
            })
    void a_conversation_that_is_too_long_says_so_in_the_words_that_clients_know(String message, String shown) {
        byte[] body = new MessagesErrors("req_1").render(ApiError.of(ErrorCode.CONTEXT_LENGTH_EXCEEDED, message));
        JsonNode error = new JsonMapper().readTree(new String(body, StandardCharsets.UTF_8));
        assertThat(error.at("/error/message").asString()).isEqualTo(shown);
        assertThat(error.at("/error/type").asString()).isEqualTo("invalid_request_error");
    }

    @Test
    void credits_that_only_running_calls_hold_are_a_429_and_no_credits_a_402() {
        ApiError held =
                ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "Too low.").lacking(new Shortage.OfCredits(9L, 1, 8));
        ApiError shown = new MessagesErrors("req_1").shown(held);
        assertThat(shown.status()).isEqualTo(429);
        assertThat(shown.headers().get("retry-after")).isEqualTo("1");
        Reply none = post(gateway.customer("0"), body("gemini-2.5-pro", ""));
        assertThat(none.status()).isEqualTo(402);
        assertThat(none.json().at("/error/type").asString()).isEqualTo("billing_error");
    }

    @Test
    void the_limits_are_shown_in_both_forms() {
        gateway.script(UpstreamScript.says("Hello.", 10, 5));
        Reply reply = post(gateway.customer("10", CallServer.KeyOptions.perMinute(5)), body("gemini-2.5-pro", ""));
        assertThat(reply.header("anthropic-ratelimit-requests-limit"))
                .isEqualTo("5")
                .isEqualTo(reply.header("x-ratelimit-limit-requests"));
        assertThat(reply.header("anthropic-ratelimit-requests-remaining")).isEqualTo("4");
        assertThat(Instant.parse(reply.header("anthropic-ratelimit-requests-reset")))
                .isAfter(gateway.now().minusSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1/messages/count_tokens", "/v1/models"})
    void a_request_too_many_shows_anthropics_limits(String path) {
        Customer customer = gateway.customer("10", CallServer.KeyOptions.perMinute(1));
        gateway.script(UpstreamScript.says("Hello.", 10, 5));
        post(customer, body("gemini-2.5-pro", ""));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("x-api-key", customer.key())
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json");
        Reply reply = gateway.send(
                path.endsWith("models")
                        ? request.GET()
                        : request.POST(HttpRequest.BodyPublishers.ofString(body("gemini-2.5-pro", ""))));
        if (path.endsWith("count_tokens")) {
            assertThat(reply.header("anthropic-ratelimit-requests-limit")).isEqualTo("600");
            return;
        }
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
        assertThat(reply.header("anthropic-ratelimit-requests-limit")).isEqualTo("1");
        assertThat(reply.header("anthropic-ratelimit-requests-remaining")).isEqualTo("0");
        assertThat(Instant.parse(reply.header("anthropic-ratelimit-requests-reset")))
                .isAfter(gateway.now().minusSeconds(60));
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/messages, 401",
        "GET, /v1/messages, 405",
        "POST, /v1/messages/batches, 404",
        "GET, /v1/models, 401",
        "DELETE, /v1/models, 405",
        "GET, /models/none, 401"
    })
    void an_error_for_anthropics_clients_has_their_form_and_headers_alone(String method, String path, int status) {
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("anthropic-version", "2023-06-01")
                .method(method, HttpRequest.BodyPublishers.noBody()));
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.json().get("type").asString()).isEqualTo("error");
        assertThat(reply.header("request-id"))
                .startsWith("req_")
                .isEqualTo(reply.json().get("request_id").asString());
        assertThat(reply.header("openai-version") + reply.header("openai-processing-ms"))
                .isEmpty();
    }

    // ---- models ----

    @Test
    void an_unknown_model_of_the_list_is_a_404_in_anthropics_form() {
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/models/none"))
                .header("x-api-key", gateway.customer("1").key())
                .header("anthropic-version", "2023-06-01")
                .GET());
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("not_found_error");
        assertThat(reply.json().at("/error/message").asString()).contains("The model 'none' does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic/gemini-2.5-pro", "anthropic/gemini-2.5-pro[1m]"})
    void an_alias_is_repeated_to_its_caller_and_books_have_the_catalogues_id(String alias) {
        gateway.script(UpstreamScript.says("Hello.", 10, 5));
        Customer customer = gateway.customer("10");
        Reply reply = post(customer, body(alias, ""));
        assertThat(reply.json().get("model").asString()).isEqualTo(alias);
        assertThat(reply.header("x-tollgate-model")).isEqualTo("gemini-2.5-pro");
        assertThat(customer.lastTask().toString()).contains("gemini-2.5-pro").doesNotContain("anthropic/");
        assertThat(gateway.get("/v1/receipts", customer.key()).text())
                .contains("gemini-2.5-pro")
                .doesNotContain("anthropic/");
        assertThat(gateway.post(
                                "/v1/chat/completions",
                                "{\"model\":\"" + alias + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                                customer.key())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_prefill_is_continued_or_refused_by_the_model() {
        String prefilled =
                "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"I\"}]}";
        String ofUser = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        gateway.script(UpstreamScript.says(" am.", 10, 5));
        Customer customer = gateway.customer("10");
        assertThat(post(customer, body("gemini-2.5-pro", "").replace(ofUser, prefilled))
                        .status())
                .isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/1/role").asString()).isEqualTo("model");
        Reply refused = post(customer, body("gemini-3.6-flash", "").replace(ofUser, prefilled));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/error/message").asString())
                .isEqualTo("This model does not support assistant message prefill.");
    }

    @Test
    void a_search_with_functions_is_left_out_and_named_if_the_model_cannot_do_both() {
        String both = TOOL + "," + SEARCH + "],";
        assertThat(asked("gemini-2.5-pro", both).header("x-tollgate-ignored")).isEqualTo("tools.1");
        assertThat(gateway.lastAsked().get("tools").toString()).doesNotContain("googleSearch");
        assertThat(asked("gemini-2.5-pro", "\"tools\":[" + SEARCH + "],").status())
                .isEqualTo(200);
        assertThat(gateway.lastAsked().get("tools").toString()).contains("googleSearch");
    }

    // ---- thinking ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gemini-2.5-pro|''|{\"includeThoughts\":true,\"thinkingBudget\":1024}",
                "gemini-2.5-flash|''|{\"includeThoughts\":false,\"thinkingBudget\":0}",
                "gemini-2.5-pro|\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":99999},|{\"includeThoughts\":true,\"thinkingBudget\":32768}",
                "gemini-2.5-pro|\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9},\"output_config\":{\"effort\":\"high\"},"
                        + "|{\"includeThoughts\":true,\"thinkingBudget\":24576}",
                "gemini-3-flash-preview|\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5000},"
                        + "|{\"includeThoughts\":true,\"thinkingLevel\":\"MEDIUM\"}",
                "gemini-3-flash-preview|\"thinking\":{\"type\":\"disabled\"},|{\"includeThoughts\":true,\"thinkingLevel\":\"MINIMAL\"}"
            })
    void thinking_goes_upstream_as_the_model_knows_it(String model, String members, String config) {
        answered(model, members);
        assertThat(gateway.lastAsked().at("/generationConfig/thinkingConfig").toString())
                .isEqualTo(config);
    }

    @Test
    void forbidden_thoughts_of_a_model_that_must_think_are_named() {
        assertThat(asked("gemini-2.5-pro", "\"thinking\":{\"type\":\"disabled\"},")
                        .header("x-tollgate-ignored"))
                .isEqualTo("thinking");
        assertThat(asked("gemini-2.5-flash", "\"thinking\":{\"type\":\"disabled\"},")
                        .header("x-tollgate-ignored"))
                .isEmpty();
    }

    @Test
    void a_schema_is_sent_and_its_response_checked() {
        String schema =
                "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"required\":[\"a\"],"
                        + "\"properties\":{\"a\":{\"type\":\"integer\"}}}}},";
        gateway.script(UpstreamScript.says("{\\\"a\\\":1}".replace("\\", ""), 10, 5));
        Reply fits = post(gateway.customer("10"), body("gemini-2.5-pro", schema));
        assertThat(fits.status()).as(fits.text()).isEqualTo(200);
        assertThat(fits.header("x-tollgate-schema")).isEmpty();
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/responseJsonSchema")
                        .has("properties"))
                .isTrue();
        gateway.script(UpstreamScript.answers().text("[]").finish("STOP", new Tokens(10, 5, 0)));
        assertThat(post(gateway.customer("10"), body("gemini-2.5-pro", schema)).header("x-tollgate-schema"))
                .isEqualTo("mismatch");
    }
}
