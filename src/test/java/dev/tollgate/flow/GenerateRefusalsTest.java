package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.KeyOptions;
import dev.tollgate.testing.Gateway.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whoever refuses on a route of the Gemini door does so in Google's shape, before money moves. */
@Timeout(60)
class GenerateRefusalsTest {

    private static final String HI = """
            {"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""";
    private static final String MODEL = "/v1beta/models/gemini-2.5-pro:";

    private static Gateway gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("limits.body-bytes", "1MiB");
        gateway.script(UpstreamScript.says("Hello.", 10, 5));
        customer = gateway.customer("10");
    }

    @AfterAll
    static void stop() {
        assertThat(customer.consumed()).isZero();
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + path));
    }

    private static HttpRequest.Builder post(String path, String body) {
        return to(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    private static Reply send(String path, String body) {
        return gateway.send(post(path, body).header("x-goog-api-key", customer.key()));
    }

    private static Reply ask(String body) {
        return send(MODEL + "generateContent", body);
    }

    private static void assertError(Reply reply, int status, String word, String reason) {
        assertThat(reply.status()).isEqualTo(status);
        assertError(reply.json(), status, word, reason);
    }

    private static void assertError(JsonNode body, int status, String word, String reason) {
        JsonNode error = body.get("error");
        assertThat(error.get("code").asInt()).isEqualTo(status);
        assertThat(error.get("status").asString()).isEqualTo(word);
        assertThat(error.get("message").asString()).isNotEmpty();
        assertThat(error.get("details").get(0).get("reason").asString()).isEqualTo(reason);
    }

    private static void assertInvalid(String body, String field, String message) {
        Reply reply = ask(body);
        assertError(reply, 400, "INVALID_ARGUMENT", "invalid_request");
        assertThat(reply.error().get("message").asString()).contains(message);
        assertThat(reply.error()
                        .path("details")
                        .path(1)
                        .path("fieldViolations")
                        .path(0)
                        .path("field")
                        .asString(""))
                .isEqualTo(field);
    }

    // ---- every route ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1beta/models/gemini-2.5-pro:generateContent",
                "POST /v1/models/gemini-2.5-pro:generateContent",
                "POST /v1/gemini/v1/models/google/gemini-2.5-pro:generateContent",
                "POST /v1/gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
                "POST /v1/models/gemini-2.5-pro:countTokens",
                "POST /v1/models/gemini-2.5-pro:embedContent",
                "POST /v1beta/models/gemini-2.5-pro",
                "GET /v1beta/models",
                "GET /v1beta/models/gemini-2.5-pro",
                "GET /v1/gemini/v1/models"
            })
    void without_a_key_googles_routes_say_so_in_googles_shape(String line) {
        assertError(anonymous(line), 401, "UNAUTHENTICATED", "invalid_api_key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/chat/completions",
                "POST /v1/estimate",
                "POST /estimate",
                "GET /v1/models",
                "GET /v1/models/gemini-2.5-pro",
                "GET /v1/credits",
                "GET /v1/tasks/x",
                "GET /v1/receipts"
            })
    void all_others_keep_the_platforms(String line) {
        Reply reply = anonymous(line);
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.error().get("code").asString()).isEqualTo("invalid_api_key");
        assertThat(reply.error().get("type").asString()).isEqualTo("authentication_error");
    }

    private static Reply anonymous(String line) {
        String[] words = line.split(" ");
        return gateway.send(to(words[1]).method(words[0], BodyPublishers.ofString(words[0].equals("POST") ? HI : "")));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v1beta/cachedContents,404,NOT_FOUND",
        "GET,/v1/gemini/v1beta/files/abc,404,NOT_FOUND",
        "POST,/v1beta,404,NOT_FOUND",
        "DELETE,/v1beta/models/gemini-2.5-pro:generateContent,405,UNIMPLEMENTED",
        "PUT,/v1beta/models,405,UNIMPLEMENTED"
    })
    void unknown_paths_and_methods_under_googles_bases_are_answered_in_its_shape(
            String method, String path, int status, String word) {
        Reply reply = gateway.send(to(path).method(method, BodyPublishers.noBody()));
        assertError(reply, status, word, "invalid_request");
    }

    @Test
    void unknown_paths_elsewhere_keep_the_platforms() {
        for (String path : List.of("/v1/nothing", "/nothing", "/v1/chat")) {
            assertThat(gateway.get(path).error().get("type").asString()).isEqualTo("invalid_request_error");
        }
    }

    @Test
    void a_refusal_of_the_array_form_stands_in_an_array() {
        Reply early = gateway.send(post(MODEL + "streamGenerateContent", HI));
        Reply late = send(MODEL + "streamGenerateContent", "{}");
        assertError(early.json().get(0), 401, "UNAUTHENTICATED", "invalid_api_key");
        assertError(late.json().get(0), 400, "INVALID_ARGUMENT", "invalid_request");
        assertError(send(MODEL + "streamGenerateContent?alt=sse", "{}"), 400, "INVALID_ARGUMENT", "invalid_request");
    }

    // ---- the key ----

    @Test
    void the_key_may_come_as_bearer_too_but_never_in_the_query() {
        Customer other = gateway.customer("1");
        assertThat(gateway.send(post(MODEL + "generateContent", HI).header("Authorization", "Bearer " + other.key()))
                        .status())
                .isEqualTo(200);
        Reply query = gateway.send(post(MODEL + "generateContent?key=" + other.key(), HI));
        Reply both = gateway.send(post(MODEL + "generateContent?key=x", HI).header("x-goog-api-key", other.key()));
        assertError(query, 401, "UNAUTHENTICATED", "invalid_api_key");
        assertThat(query.text()).contains("in the query is not taken").doesNotContain(other.key());
        assertError(both, 401, "UNAUTHENTICATED", "invalid_api_key");
    }

    @Test
    void googles_header_does_not_open_the_other_doors() {
        assertThat(gateway.send(to("/v1/credits").header("x-goog-api-key", customer.key()))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void addresses_rates_and_limits_are_those_of_the_key() {
        Customer elsewhere = gateway.customer("1", KeyOptions.allow("192.0.2.0/24"));
        Customer rated = gateway.customer("1", KeyOptions.perMinute(1));
        Customer limited = gateway.customer("1", KeyOptions.spend(null, "0.001", null));
        Customer poor = gateway.customer("0");

        assertError(of(elsewhere), 403, "PERMISSION_DENIED", "ip_not_allowed");
        assertThat(of(rated).status()).isEqualTo(200);
        Reply tooMany = of(rated);
        assertError(tooMany, 429, "RESOURCE_EXHAUSTED", "rate_limit_exceeded");
        assertThat(tooMany.error().get("details").get(1).get("retryDelay").asString())
                .matches("[0-9.]+s");
        Reply spent = of(limited);
        assertError(spent, 429, "RESOURCE_EXHAUSTED", "spend_limit_exceeded");
        assertThat(spent.error().get("message").asString()).contains("It will reset at");
        Reply broke = of(poor);
        assertError(broke, 402, "FAILED_PRECONDITION", "insufficient_credits");
        assertThat(broke.error().get("message").asString())
                .startsWith("Your credit balance is too low. Please top up.");
    }

    private static Reply of(Customer caller) {
        return gateway.send(post(MODEL + "generateContent", HI).header("x-goog-api-key", caller.key()));
    }

    @Test
    void an_unknown_model_is_a_404() {
        assertError(send("/v1beta/models/gemini-9:generateContent", HI), 404, "NOT_FOUND", "model_not_found");
        assertError(send("/v1beta/models/gemini-9:countTokens", HI), 404, "NOT_FOUND", "model_not_found");
    }

    // ---- the body ----

    @Test
    void a_body_that_is_too_large_or_no_json_is_refused() {
        assertError(ask("[" + " ".repeat(1 << 20) + "]"), 413, "INVALID_ARGUMENT", "invalid_request");
        Reply type = gateway.send(to(MODEL + "generateContent")
                .header("x-goog-api-key", customer.key())
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(HI)));
        assertError(type, 415, "INVALID_ARGUMENT", "invalid_request");
        for (String body :
                List.of("", "[]", "{", "null", "{\"contents\":1}", "{\"contents\":[]}", "{\"contents\":null}")) {
            assertError(ask(body), 400, "INVALID_ARGUMENT", "invalid_request");
        }
        assertInvalid(
                "{\"contents\":[{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":" + "{\"a\":".repeat(70) + "1"
                        + "}".repeat(70) + "}}]}]}",
                "",
                "nested deeper than 64 levels");
        assertInvalid("""
                {"contents":[],"contents":[]}""", "contents", "given twice");
    }

    @Test
    void an_unknown_field_is_refused_in_googles_words() {
        assertInvalid("""
                {"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"foo":1}}""", "generation_config", """
                Invalid JSON payload received. Unknown name "foo" at 'generation_config': Cannot find field.""");
        assertInvalid("""
                {"contents":[{"parts":[{"text":"Hi"}]}],"automaticContinuation":true}""", "", "Unknown name \"automaticContinuation\": Cannot find field.");
        assertInvalid("""
                {"contents":[{"parts":[{"text":"Hi","toolCall":{}}]}]}""", "contents[0].parts[0]", "Unknown name \"toolCall\"");
    }

    @Test
    void a_field_under_both_of_its_spellings_is_refused() {
        assertInvalid("""
                {"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":10,"max_output_tokens":60000}}""", "generation_config.max_output_tokens", "is given twice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"maxOutputTokens\":0|max_output_tokens|at least 1",
                "\"maxOutputTokens\":1.5|max_output_tokens|TYPE_INT32",
                "\"maxOutputTokens\":99999999999|max_output_tokens|TYPE_INT32",
                "\"candidateCount\":0|candidate_count|between 1 and 128",
                "\"candidateCount\":9|candidate_count|at most 8",
                "\"temperature\":2.1|temperature|between 0 and 2",
                "\"temperature\":1e999|temperature|between 0 and 2",
                "\"temperature\":\"hot\"|temperature|TYPE_FLOAT",
                "\"topP\":-0.1|top_p|between 0 and 1",
                "\"seed\":3000000000|seed|TYPE_INT32",
                "\"stopSequences\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]|stop_sequences|at most 5",
                "\"frequencyPenalty\":0.5|frequency_penalty|Penalty is not enabled",
                "\"responseLogprobs\":true|response_logprobs|Logprobs is not enabled",
                "\"responseModalities\":[\"TEXT\",\"IMAGE\"]|response_modalities|only TEXT",
                "\"responseSchema\":{\"type\":\"STRING\"}|response_mime_type|needs 'application/json'",
                "\"thinkingConfig\":{\"thinkingBudget\":0}|thinking_config.thinking_budget|0 is not taken",
                "\"thinkingConfig\":{\"thinkingBudget\":40000}|thinking_config.thinking_budget|40000 is not taken",
                "\"thinkingConfig\":{\"thinkingLevel\":\"low\"}|thinking_config.thinking_level|not supported",
                "\"thinkingConfig\":{\"thinkingLevel\":\"low\",\"thinkingBudget\":200}|thinking_config|only set one"
            })
    void what_the_model_would_refuse_is_refused_before_it_is_asked(String config, String field, String message) {
        int before = gateway.asked().size();
        assertInvalid(
                "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"generationConfig\":{" + config + "}}",
                "generation_config." + field,
                message);
        assertThat(gateway.asked()).hasSize(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"role\":\"system\",\"parts\":[{\"text\":\"x\"}]}|contents[0].role|valid role",
                "{\"role\":\"user\",\"parts\":[]}|contents[0].parts|must not be empty",
                "{\"role\":\"user\",\"parts\":[{}]}|contents[0].parts[0]|required oneof field",
                "{\"parts\":[{\"text\":\"x\",\"functionCall\":{\"name\":\"f\"}}]}|contents[0].parts[0]|already set",
                "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\"}}]}|contents[0]|immediately after a user turn",
                "{\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{}}}]}|contents[0]|after a function call turn",
                "{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"!!\"}}]}|contents[0].parts[0].inline_data.data|Base64",
                "{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"SGVsbG8=\"}}]}|contents[0].parts[0].inline_data|labelled image/png",
                "{\"parts\":[{\"text\":\"x\",\"videoMetadata\":{\"fps\":25}}]}|contents[0].parts[0].video_metadata.fps|at most 24",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"gs://b/x\"}}]}|contents[0].parts[0].file_data.file_uri|not a file in one of the buckets",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"https://generativelanguage.googleapis.com/v1beta/files/x\"}}]}|contents[0].parts[0].file_data.file_uri|Files API, which is not taken",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"files/x\"}}]}|contents[0].parts[0].file_data.file_uri|is not a URL",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"file:///etc/passwd\"}}]}|contents[0].parts[0].file_data.file_uri|neither http nor https",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"http://127.0.0.1/x\"}}]}|contents[0].parts[0].file_data.file_uri|leads to",
                "{\"parts\":[{\"text\":\"x\",\"thoughtSignature\":\"no, not this\"}]}|contents[0].parts[0].thought_signature|Base64"
            })
    void a_conversation_that_gemini_would_refuse_is_refused_with_its_place(
            String content, String field, String message) {
        assertInvalid("{\"contents\":[" + content + "]}", field, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"tools\":[{\"codeExecution\":{}}]|tools[0].code_execution|not available",
                "\"tools\":[{\"urlContext\":{}}]|tools[0].url_context|not available",
                "\"tools\":{\"google_search\":{},\"function_declarations\":[{\"name\":\"f\"}]}|tools|with function calling is unsupported",
                "\"cachedContent\":\"cachedContents/x\"|cached_content|cannot be used here",
                "\"toolConfig\":{\"includeServerSideToolInvocations\":true}|tool_config|not supported",
                "\"systemInstruction\":{\"parts\":[{\"inlineData\":{}}]}|system_instruction|only text"
            })
    void what_a_caller_may_not_reach_is_refused(String member, String field, String message) {
        assertInvalid("{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]," + member + "}", field, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"name":"f","parameters":{"type":"OBJECT"},"parametersJsonSchema":{"type":"object"}} | {} | tools[0].function_declarations[0] | only one of
            {"name":"f"},{"name":"f"} | {} | tools[0].function_declarations[1].name | Duplicate
            {"name":"f"} | {"mode":"any","allowedFunctionNames":["g"]} | tool_config.function_calling_config.allowed_function_names | not among
            {"name":"f"} | {"mode":"auto","allowedFunctionNames":["f"]} | tool_config.function_calling_config.allowed_function_names | only with mode
            ~~ | {"mode":"ANY"} | tool_config.function_calling_config.mode | needs function_declarations
            """)
    void what_gemini_refuses_of_functions_is_refused_before_it_is_asked(
            String declarations, String choice, String field, String message) {
        assertInvalid(
                "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"tools\":[{\"functionDeclarations\":[" + declarations
                        + "]}],\"toolConfig\":{\"functionCallingConfig\":" + choice + "}}",
                field,
                message);
    }

    @Test
    void what_a_model_does_not_take_at_the_other_door_it_does_not_take_here() {
        String functions =
                HI.replace("\"contents\"", "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}],\"contents\"");
        Reply searchOnly = send("/v1beta/models/gemini-3.1-pro:generateContent", functions);
        assertError(searchOnly, 400, "INVALID_ARGUMENT", "invalid_request");
        assertThat(searchOnly.error().get("message").asString()).contains("takes google_search only");
        String json = functions.replace(
                "\"tools\"", "\"generationConfig\":{\"responseMimeType\":\"application/json\"},\"tools\"");
        assertThat(ask(json).error().get("message").asString())
                .isEqualTo("Function calling with a response mime type: 'application/json' is unsupported");
        String trailing = HI.replace("]}]}", "]},{\"role\":\"model\",\"parts\":[{\"text\":\"Sure\"}]}]}");
        assertThat(send("/v1beta/models/gemini-3-pro:generateContent", trailing)
                        .error()
                        .get("message")
                        .asString())
                .contains("the last content must be the user's");
    }

    // ---- browsers ----

    @Test
    void a_browser_may_call_and_see_a_refusal() {
        Reply preflight = gateway.send(to(MODEL + "generateContent")
                .header("Origin", "https://app.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "x-goog-api-key,content-type")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-headers")).contains("x-goog-api-key");
        Reply refused = gateway.send(post(MODEL + "generateContent", HI).header("Origin", "https://app.example"));
        assertThat(refused.header("access-control-allow-origin")).isNotEmpty();
    }
}
