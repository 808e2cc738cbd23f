package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.RunningServer.Reply;
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
@Timeout(240)
class GenerateRefusalsTest {

    private static final String HI = """
            {"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""";
    private static final String MODEL = "/v1beta/models/gemini-2.5-pro:";

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("limits.body-bytes", "1MiB");
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
        "GET,/v1beta/tunedModels,404,NOT_FOUND",
        "GET,/v1/gemini/v1beta/voices,404,NOT_FOUND",
        "POST,/v1beta,404,NOT_FOUND",
        "DELETE,/v1beta/models/gemini-2.5-pro:generateContent,405,UNIMPLEMENTED",
        "PUT,/v1beta/models,405,UNIMPLEMENTED"
    })
    void unknown_paths_and_methods_under_googles_bases_are_answered_in_its_shape(
            String method, String path, int status, String word) {
        Reply reply = gateway.send(to(path).method(method, BodyPublishers.noBody()));
        assertError(reply, status, word, "invalid_request");
    }

    /** Google also takes the file itself, or a form with it, which its clients never send. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/upload/v1beta/files",
                "/upload/v1/files",
                "/v1/gemini/upload/v1beta/files",
                "/v1/gemini/upload/v1/files"
            })
    void an_upload_at_once_is_refused_in_googles_shape_and_says_how_files_are_sent(String path) {
        for (String type : List.of("application/json", "image/png")) {
            Reply reply = gateway.send(to(path + "?uploadType=resumable")
                    .header("x-goog-api-key", customer.key())
                    .header("X-Goog-Upload-Protocol", "raw")
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofString("{\"file\":{}}")));
            assertError(reply, 400, "INVALID_ARGUMENT", "invalid_request");
            assertThat(reply.text()).contains("X-Goog-Upload-Protocol: resumable");
        }
        assertError(anonymous("POST " + path), 401, "UNAUTHENTICATED", "invalid_api_key");
        assertError(anonymous("GET " + path), 405, "UNIMPLEMENTED", "invalid_request");
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
        assertThat(query.text()).contains("in the query is not accepted").doesNotContain(other.key());
        assertError(both, 401, "UNAUTHENTICATED", "invalid_api_key");
    }

    @Test
    void googles_header_does_not_open_the_other_doors() {
        assertThat(gateway.send(to("/v1/credits").header("x-goog-api-key", customer.key()))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void addresses_rates_and_limits_come_from_the_key() {
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
        assertError(spent, 402, "FAILED_PRECONDITION", "spend_limit_exceeded");
        assertThat(spent.text())
                .contains("google.rpc.QuotaFailure\"", "\"quotaId\":\"SpendLimit")
                .doesNotContain("RetryInfo");
        assertThat(spent.error().get("message").asString()).endsWith(", more than the whole limit.");
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
                "\"responseModalities\":[\"TEXT\",\"IMAGE\"]|response_modalities|makes no images",
                "\"responseSchema\":{\"type\":\"STRING\"}|response_mime_type|needs 'application/json'",
                "\"topK\":0|top_k|at least 1",
                "\"topK\":1.5|top_k|TYPE_INT32",
                "\"stopSequences\":[\"\"]|stop_sequences|must not be empty",
                "\"responseMimeType\":\"text/html\"|response_mime_type|allowed mimetypes",
                "\"thinkingConfig\":{\"thinkingLevel\":\"FOO\"}|thinking_config.thinking_level|TYPE_ENUM",
                "\"mediaResolution\":\"LOW\"|media_resolution|TYPE_ENUM",
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
                "{\"parts\":[{\"text\":\"x\",\"mediaResolution\":{\"level\":\"MEDIA_RESOLUTION_LOW\"}}]}|contents[0].parts[0].media_resolution|not supported by this model",
                "{\"parts\":[{\"text\":\"x\",\"mediaResolution\":{\"level\":\"FOO\"}}]}|contents[0].parts[0].media_resolution.level|TYPE_ENUM",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"gs://b/x\"}}]}|contents[0].parts[0].file_data.file_uri|not a file in one of the buckets",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"https://generativelanguage.googleapis.com/v1beta/files/x\"}}]}|contents[0].parts[0].file_data.file_uri|Files API, which is not supported",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"files/x\"}}]}|contents[0].parts[0].file_data.file_uri|is not a URL",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"file:///etc/passwd\"}}]}|contents[0].parts[0].file_data.file_uri|neither http nor https",
                "{\"parts\":[{\"fileData\":{\"fileUri\":\"http://127.0.0.1/x\"}}]}|contents[0].parts[0].file_data.file_uri|could not be reached at a public address",
                "{\"parts\":[{\"text\":\"x\",\"thoughtSignature\":\"no, not this\"}]}|contents[0].parts[0].thought_signature|Base64",
                "{\"parts\":[{\"text\":\"x\",\"thoughtSignature\":\"AUDIO\"}]}|contents[0].parts[0].thought_signature|Base64"
            })
    void a_conversation_that_gemini_would_refuse_is_refused_with_its_place(
            String content, String field, String message) {
        assertInvalid("{\"contents\":[" + content + "]}", field, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"tools\":[{\"computerUse\":{}}]|tools[0].computer_use|not available",
                "\"tools\":[{\"fileSearch\":{}}]|tools[0].file_search|Send the files with the request",
                "\"tools\":{\"google_search\":{},\"function_declarations\":[{\"name\":\"f\"}]}|tools|with function calling is unsupported",
                "\"cachedContent\":\"cachedContents/x\"|cached_content|must be the name of cached contents of this server",
                "\"toolConfig\":{\"includeServerSideToolInvocations\":true}|tool_config|not supported",
                "\"systemInstruction\":{\"parts\":[{\"inlineData\":{}}]}|system_instruction|only text",
                "\"tools\":[{\"googleSearch\":{\"foo\":1}}]|tools[0].google_search|Unknown name",
                "\"tools\":[{\"googleSearch\":{\"searchTypes\":1}}]|tools[0].google_search.search_types|a message",
                "\"safetySettings\":[{\"category\":\"MOOD\"}]|safety_settings[0].category|TYPE_ENUM",
                "\"safetySettings\":[{\"threshold\":\"LOW\"}]|safety_settings[0].threshold|TYPE_ENUM",
                "\"safetySettings\":[{\"threshold\":\"OFF\"},{\"threshold\":\"OFF\"}]|safety_settings|one safety setting per category"
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
            ~~ | {} | tool_config.function_calling_config | without function_declarations
            ~~ | {"mode":"NONE"} | tool_config.function_calling_config | without function_declarations
            {"name":"f"} | {"mode":"SOMETIMES"} | tool_config.function_calling_config.mode | TYPE_ENUM
            {"name":"1a"} | {} | tools[0].function_declarations[0].name | Invalid function name
            {} | {} | tools[0].function_declarations[0].name | Invalid function name
            {"name":"f","response":{"type":"STRING"},"responseJsonSchema":{}} | {} | tools[0].function_declarations[0] | only one of response
            {"name":"f","response":{"$ref":"#/x"}} | {} | tools[0].function_declarations[0].response | Unknown name "$ref"
            {"name":"f","parametersJsonSchema":{"type":"string"}} | {} | tools[0].function_declarations[0].parameters_json_schema | of type object
            {"name":"f","parametersJsonSchema":true} | {} | tools[0].function_declarations[0].parameters_json_schema | of type object
            """)
    void what_gemini_refuses_of_functions_is_refused_before_it_is_asked(
            String declarations, String choice, String field, String message) {
        assertInvalid(
                "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"tools\":[{\"functionDeclarations\":[" + declarations
                        + "]}],\"toolConfig\":{\"functionCallingConfig\":" + choice + "}}",
                field,
                message);
    }

    private static final String DECLARED =
            "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"parameters%s\":%s}]}]";
    private static final String FORMAT =
            "\"generationConfig\":{\"responseMimeType\":\"application/json\",\"response%sSchema\":%s}";

    /** A schema of Google's own kind, where in it the mistake is, what is said of it: as parameters and as the answer's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"$ref":"#/x"} | ~~ | Unknown name "$ref"
            {"type":"OBJECT","properties":{"a":{"$ref":"#/x"}}} | .properties[0].value | Unknown name "$ref"
            {"type":"OBJECT","properties":{"a":{"type":"STRING"}},"additionalProperties":false} | ~~ | Unknown name "additionalProperties"
            {"type":["string","null"]} | .type | TYPE_ENUM
            {"type":"FOO"} | .type | TYPE_ENUM
            {"type":"OBJECT"} | .properties | non-empty for OBJECT
            {"type":"OBJECT","properties":[]} | .properties | a message
            {"type":"OBJECT","properties":{"a":1}} | .properties[0].value | a message
            {"type":"object","properties":{"a":{"type":"array"}}} | .properties[0].value.items | missing field
            {"type":"ARRAY","items":{"type":"ARRAY"}} | .items.items | missing field
            {"type":"OBJECT","properties":{"a":{"anyOf":[{"type":"STRING"},{"type":"OBJECT"}]}}} | .properties[0].value.any_of[1].properties | non-empty
            {"type":"INTEGER","enum":["1"]} | .enum | only allowed for STRING
            {"type":"STRING","enum":[1]} | .enum[0] | TYPE_STRING
            {"type":"STRING","format":"email"} | .format | only date-time and enum
            {"type":"STRING","maxLength":true} | .max_length | TYPE_INT64
            {"type":"NUMBER","minimum":1e999} | .minimum | TYPE_FLOAT
            {"type":"STRING","nullable":"yes"} | .nullable | TYPE_BOOL
            {"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a","b"]} | .required[1] | not defined
            """)
    void a_schema_that_gemini_refuses_is_refused_with_its_place(String schema, String at, String message) {
        assertInvalid(
                HI.replace("{\"contents\"", "{" + DECLARED.formatted("", schema) + ",\"contents\""),
                "tools[0].function_declarations[0].parameters" + at,
                message);
        assertInvalid(
                HI.replace("{\"contents\"", "{" + FORMAT.formatted("", schema) + ",\"contents\""),
                "generation_config.response_schema" + at,
                message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"type":"object","properties":{"a":{"$ref":"#/nowhere"}}} | leads nowhere
            {"type":"object","properties":{"a":{"$ref":"https://x.example/"}}} | leads nowhere
            {"type":"object","properties":{"a":{"$ref":"#/$defs/b","type":"string"}},"$defs":{"b":{"type":"string"}}} | no other fields
            {"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]} | cyclic
            """)
    void a_reference_that_gemini_refuses_is_refused(String schema, String message) {
        assertInvalid(
                HI.replace("{\"contents\"", "{" + DECLARED.formatted("JsonSchema", schema) + ",\"contents\""),
                "tools[0].function_declarations[0].parameters_json_schema",
                message);
        assertInvalid(
                HI.replace("{\"contents\"", "{" + FORMAT.formatted("Json", schema) + ",\"contents\""),
                "generation_config.response_json_schema",
                message);
    }

    /** Each leads to the next one twice: 2^80 ways. */
    @Test
    void references_that_branch_are_followed_once_each() {
        StringBuilder defs = new StringBuilder();
        for (int i = 0; i < 80; i++) {
            String next = "{\"$ref\":\"#/$defs/" + (i + 1) + "\"}";
            defs.append('"')
                    .append(i)
                    .append("\":{\"properties\":{\"a\":" + next + ",\"b\":" + next + "},\"required\":[\"a\",\"b\"]},");
        }
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/0\"}},\"required\":[\"a\"],\"$defs\":{"
                        + defs + "\"80\":{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}}}";
        assertInvalid(
                HI.replace("{\"contents\"", "{" + DECLARED.formatted("JsonSchema", schema) + ",\"contents\""),
                "tools[0].function_declarations[0].parameters_json_schema",
                "cyclic");
    }

    /** A model's turn with calls of f and g, and what comes back. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"name":"f"} | {"name":"g"} | user | {"name":"f","response":{}} | {"name":"g"} | contents[2].parts[1].function_response.response | response is required
            {"name":"f"} | {"name":"g"} | user | {"name":"g","response":{}} | {"name":"f","response":{}} | contents[2] | in their order
            {"name":"f","id":"1"} | {"name":"g","id":"2"} | user | {"name":"g","id":"1","response":{}} | {"name":"f","id":"2","response":{}} | contents[2] | `g` answers `f`
            {"name":"f","id":"1"} | {"name":"g","id":"2"} | user | {"name":"f","id":"1","response":{}} | {"name":"f","id":"1","response":{}} | contents[2] | with the id `1`
            {"name":"f","id":"1"} | {"name":"g","id":"2"} | user | {"name":"f","id":"1","response":{}} | {"name":"g","id":"3","response":{}} | contents[2] | with the id `3`
            {"name":"f"} | {"name":"g"} | user | {"name":"f","response":{}} | {"name":"g","response":{"a":[{"$ref":"#/$defs/A"}]}} | contents[2].parts[1].function_response.response | The referenced name `#/$defs/A` in function_response.response does not match to a display_name in the function_response.parts.
            {"name":"f"} | {"name":"g"} | user | {"name":"f","response":{"\\u0024ref":{}}} | {"name":"g","response":{}} | contents[2].parts[0].function_response.response | does not match to a display_name
            {"name":"f"} | {"name":"g"} | model | {"name":"f","response":{}} | {"name":"g","response":{}} | contents[2] | immediately after a function call turn
            """)
    void results_that_gemini_would_refuse_are_refused_with_their_place(
            String call, String other, String role, String result, String otherResult, String field, String message) {
        assertInvalid(
                "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]},{\"role\":\"model\",\"parts\":[{\"functionCall\":"
                        + call
                        + "},{\"functionCall\":" + other + "}]},{\"role\":\"" + role
                        + "\",\"parts\":[{\"functionResponse\":" + result + "},{\"functionResponse\":" + otherResult
                        + "}]}]}",
                field,
                message);
    }

    /** Gemini fetches them itself, ten of them in a request. */
    @Test
    void an_eleventh_youtube_video_is_refused_at_both_doors() {
        String native11 = ",{\"fileData\":{\"fileUri\":\"https://youtu.be/x\"}}".repeat(11);
        assertInvalid(
                HI.replace("{\"text\":\"Hi\"}", "{\"text\":\"Hi\"}" + native11),
                "contents[0].parts[11].file_data.file_uri",
                "10 YouTube videos");
        String chat11 = ",{\"type\":\"video_url\",\"video_url\":{\"url\":\"https://youtu.be/x\"}}".repeat(11);
        Reply chat = customer.chat("{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"Hi\"}" + chat11 + "]}]}");
        assertThat(chat.status()).isEqualTo(400);
        assertThat(chat.error().get("param").asString()).isEqualTo("messages.0.content.11.video_url");
        assertThat(chat.error().get("message").asString()).contains("10 YouTube videos");
    }

    @Test
    void contents_that_gemini_would_not_count_are_refused_too() {
        for (String wrong :
                List.of("\"role\":\"system\",\"parts\":[{\"text\":\"x\"}]", "\"parts\":[]", "\"parts\":[{}]")) {
            Reply reply = send(MODEL + "countTokens", "{\"contents\":[{" + wrong + "}]}");
            assertError(reply, 400, "INVALID_ARGUMENT", "invalid_request");
            assertThat(reply.text()).contains("contents[0].");
        }
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
        for (int budget : new int[] {0, 100, 40_000}) {
            Reply elder = send(
                    "/v1beta/models/gemini-3-pro:generateContent",
                    HI.replace(
                            "{\"contents\"",
                            "{\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":" + budget
                                    + "}},\"contents\""));
            assertThat(elder.error().get("message").asString()).contains(budget + " is not taken");
            Reply chat = customer.chat(
                    "{\"model\":\"gemini-3-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"extra_body\":{\"google\":{"
                            + "\"thinking_config\":{\"thinking_budget\":" + budget + "}}}}");
            assertThat(chat.status()).isEqualTo(400);
            assertThat(chat.error().get("param").asString()).isEqualTo("google.thinking_config.thinking_budget");
        }
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
