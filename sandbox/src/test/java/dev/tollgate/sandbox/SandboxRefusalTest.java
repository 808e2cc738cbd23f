package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What Google refuses, in its words. */
class SandboxRefusalTest {

    private static final String TOOL = "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}]";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void a_request_without_a_key_is_403() {
        String path = "/v1beta/models/" + GEMINI_25 + ":generateContent?key=good";
        SandboxClient.Reply reply =
                client.send(HttpRequest.newBuilder(java.net.URI.create(client.sandbox.baseUrl() + path))
                        .POST(BodyPublishers.ofString(user("Hello", "")))
                        .build());

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.error()).startsWith("Method doesn't allow unregistered callers");
        assertThat(status(reply)).isEqualTo("PERMISSION_DENIED");
    }

    @Test
    void a_key_that_starts_with_invalid_is_400_with_its_reason() {
        SandboxClient.Reply reply = client.send(client.request("/v1beta/models/" + GEMINI_25 + ":generateContent")
                .setHeader("x-goog-api-key", "invalid-key")
                .POST(BodyPublishers.ofString(user("Hello", "")))
                .build());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo("API key not valid. Please pass a valid API key.");
        JsonNode info = reply.json().path("error").path("details").path(0);
        assertThat(info.path("reason").asString()).isEqualTo("API_KEY_INVALID");
        assertThat(info.path("metadata").path("service").asString()).isEqualTo("generativelanguage.googleapis.com");
    }

    @Test
    void a_text_beyond_the_context_is_400_and_can_be_counted() {
        String call = "/v1beta/models/" + GEMINI_25 + ":";
        String tooLong = user("x".repeat(4 * 1_048_576 + 1), "");

        assertThat(client.post(call + "countTokens", tooLong)
                        .json()
                        .path("totalTokens")
                        .asInt())
                .isEqualTo(1_048_577);
        SandboxClient.Reply reply = client.post(call + "generateContent", tooLong);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(status(reply)).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error())
                .isEqualTo("The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).");
        assertThat(client.post(call + "generateContent", user("x".repeat(4 * 1_048_576), ""))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_unknown_model_is_404_in_the_version_that_was_asked() {
        SandboxClient.Reply reply = client.post("/v1/models/gemini-9:generateContent", user("Hello", ""));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(status(reply)).isEqualTo("NOT_FOUND");
        assertThat(reply.error())
                .isEqualTo(
                        "models/gemini-9 is not found for API version v1, or is not supported for generateContent. Call"
                                + " ListModels to see the list of available models and their supported methods.");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1beta/models/gemini-2.5-pro:embedContent",
        "/v2/models/gemini-2.5-pro:generateContent",
        "/v1beta/models/:generateContent",
        "/elsewhere"
    })
    void an_unknown_path_or_method_is_404(String path) {
        SandboxClient.Reply reply = client.post(path, user("Hello", ""));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(status(reply)).isEqualTo("NOT_FOUND");
    }

    @Test
    void a_refused_stream_without_alt_sse_is_an_error_in_an_array() {
        SandboxClient.Reply reply = client.post("/v1beta/models/" + GEMINI_25 + ":streamGenerateContent", "{}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path(0).path("error").path("code").asInt()).isEqualTo(400);
    }

    @Test
    void an_unknown_field_names_itself_and_its_place_in_snake_case() {
        SandboxClient.Reply reply = client.generate(
                GEMINI_25,
                user("Hello", ",\"generationConfig\":{\"thinkingLevel\":\"LOW\",\"thinkingConfig\":{\"x\":1}}"));

        String first =
                "Invalid JSON payload received. Unknown name \"thinkingLevel\" at 'generation_config': Cannot find"
                        + " field.";
        String second =
                "Invalid JSON payload received. Unknown name \"x\" at 'generation_config.thinking_config': Cannot"
                        + " find field.";
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo(first + "\n" + second);
        JsonNode details = reply.json().path("error").path("details").path(0);
        assertThat(details.path("@type").asString()).isEqualTo("type.googleapis.com/google.rpc.BadRequest");
        assertThat(details.path("fieldViolations").path(0).path("field").asString())
                .isEqualTo("generation_config");
        assertThat(details.path("fieldViolations").path(1).path("description").asString())
                .isEqualTo(second);
    }

    @Test
    void an_unknown_field_of_the_top_level_has_no_place() {
        assertRefused(
                GEMINI_25,
                user("Hello", ",\"messages\":[]"),
                "Invalid JSON payload received. Unknown name \"messages\": Cannot find field.");
    }

    @Test
    void json_schema_words_in_parameters_are_unknown_fields() {
        assertRefused(
                GEMINI_25,
                user("Hello", """
                ,"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT",
                "properties":{"a":{"$ref":"#/$defs/A"}},"additionalProperties":false}}]}]"""),
                "Invalid JSON payload received. Unknown name \"$ref\" at"
                        + " 'tools[0].function_declarations[0].parameters.properties[0].value': Cannot find field.\n"
                        + "Invalid JSON payload received. Unknown name \"additionalProperties\" at"
                        + " 'tools[0].function_declarations[0].parameters': Cannot find field.");
    }

    @Test
    void a_wrong_type_an_unknown_enum_and_a_number_out_of_int32_are_invalid_values() {
        assertRefused(
                GEMINI_25,
                "{\"contents\":[{\"parts\":[{\"text\":5}]}]}",
                "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 5");
        assertRefused(
                GEMINI_3,
                user("Hello", config("\"thinkingConfig\":{\"thinkingLevel\":\"HUGE\"}")),
                "Invalid value at 'generation_config.thinking_config.thinking_level'"
                        + " (type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingLevel), \"HUGE\"");
        assertRefused(
                GEMINI_3,
                user("Hello", config("\"seed\":3000000000")),
                "Invalid value at 'generation_config.seed' (TYPE_INT32), 3000000000");
        assertRefused(
                GEMINI_3,
                user("Hello", config("\"seed\":1e999999999")),
                "Invalid value at 'generation_config.seed' (TYPE_INT32), 1E+999999999");
    }

    @Test
    void what_protocol_buffers_forgive_is_taken() {
        String lenient = """
                {"contents":{"parts":{"text":"What is 2+2?"}},"system_instruction":{"parts":[{"text":"Be brief."}]},
                 "generation_config":{"max_output_tokens":"2000","seed":7.0,"temperature":null,
                  "thinking_config":{"thinking_level":"low","include_thoughts":true}}}""";

        SandboxClient.Reply reply = client.generate(GEMINI_3, lenient);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.answer()).isEqualTo("2 + 2 = 4.");
        assertThat(reply.parts().getFirst().path("thought").asBoolean()).isTrue();
    }

    @Test
    void broken_json_and_a_body_that_is_no_object_are_400() {
        assertThat(client.generate(GEMINI_25, "{\"contents\":").error()).startsWith("Invalid JSON payload received.");
        assertThat(client.generate(GEMINI_25, "{} trailing").status()).isEqualTo(400);
        assertThat(client.generate(GEMINI_25, "[]").error()).startsWith("Invalid JSON payload received.");
        assertThat(client.generate(GEMINI_25, "").status()).isEqualTo(400);
        assertThat(client.generate(GEMINI_25, "[".repeat(10_000)).status()).isEqualTo(400);
    }

    @Test
    void contents_and_parts_must_be_there() {
        assertRefused(GEMINI_25, "{}", "* GenerateContentRequest.contents: contents is not specified");
        assertRefused(GEMINI_25, "{\"contents\":[]}", "* GenerateContentRequest.contents: contents is not specified");
        assertRefused(
                GEMINI_25,
                "{\"contents\":[{\"role\":\"user\",\"parts\":[]}]}",
                "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.");
        assertRefused(
                GEMINI_25,
                "{\"contents\":[{\"parts\":[{\"thought\":true}]}]}",
                "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one initialized"
                        + " field");
        assertRefused(
                GEMINI_25,
                "{\"contents\":[{\"parts\":[{\"text\":\"a\",\"functionCall\":{\"name\":\"f\"}}]}]}",
                "Invalid value at 'contents[0].parts[0]' (oneof), oneof field 'data' is already set. Cannot set"
                        + " 'functionCall'");
    }

    @Test
    void only_user_and_model_are_roles() {
        assertRefused(
                GEMINI_25,
                "{\"contents\":[{\"role\":\"assistant\",\"parts\":[{\"text\":\"a\"}]}]}",
                "Please use a valid role: user, model.");
    }

    @Test
    void calls_and_responses_must_pair_up() {
        String question = "{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]}";
        String call = "{\"functionCall\":{\"name\":\"f\",\"args\":{}}}";
        String response = "{\"functionResponse\":{\"name\":\"f\",\"response\":{\"output\":1}}}";
        String differ =
                "Please ensure that the number of function response parts is equal to the number of function call"
                        + " parts of the function call turn.";

        assertRefused(GEMINI_25, contents(question, model(call + "," + call), userParts(response)), differ);
        assertRefused(GEMINI_25, contents(question, model(call)), differ);
        assertRefused(GEMINI_25, contents(question, model(call), question), differ);
        assertRefused(
                GEMINI_25,
                contents(model(call), userParts(response)),
                "Please ensure that function call turn comes immediately after a user turn or after a function response"
                        + " turn.");
        assertRefused(
                GEMINI_25,
                contents(question, userParts(response)),
                "Please ensure that function response turn comes immediately after a function call turn.");
        assertThat(client.generate(GEMINI_25, contents(question, model(call), userParts(response)))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gemini-2.5-pro         | "presencePenalty":0.5   | Penalty is not enabled for this model
        gemini-3.1-pro-preview | "frequencyPenalty":-1   | Penalty is not enabled for this model
        gemini-2.5-pro         | "presencePenalty":2     | * GenerateContentRequest.generation_config.presence_penalty: presence_penalty must be in the range [-2.0, 2.0).
        gemini-3.1-pro-preview | "candidateCount":2      | Multiple candidates is not enabled for this model
        gemini-2.5-pro         | "candidateCount":9      | * GenerateContentRequest.generation_config.candidate_count: candidate_count must be in the range [1, 8].
        gemini-2.5-pro         | "responseLogprobs":true | Logprobs is not enabled for models/gemini-2.5-pro
        gemini-2.5-pro         | "logprobs":2            | * GenerateContentRequest.generation_config.logprobs: logprobs is only allowed when response_logprobs is true.
        gemini-2.5-pro         | "temperature":2.1       | * GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].
        gemini-2.5-pro         | "topP":1.1              | * GenerateContentRequest.generation_config.top_p: top_p must be in the range [0.0, 1.0].
        gemini-2.5-pro         | "topK":0                | * GenerateContentRequest.generation_config.top_k: top_k must be positive.
        gemini-2.5-pro         | "maxOutputTokens":65537 | Unable to submit request because it has a maxOutputTokens value of 65537 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.
        gemini-2.5-pro         | "maxOutputTokens":0     | Unable to submit request because it has a maxOutputTokens value of 0 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.
        gemini-2.5-pro         | "stopSequences":["a","b","c","d","e","f"] | * GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.
        gemini-2.5-pro         | "responseMimeType":"text/html" | * GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are `text/plain`, `application/json` and `text/x.enum`.
        gemini-2.5-pro         | "responseJsonSchema":{}  | * GenerateContentRequest.generation_config.response_schema: a response schema is only allowed with response_mime_type application/json or text/x.enum.
        gemini-2.5-pro         | "responseModalities":["AUDIO"] | Model does not support the requested response modalities: ["AUDIO"]
        """)
    void a_configuration_that_the_model_does_not_take_is_400(String model, String config, String message) {
        assertRefused(model, user("Hello", config(config)), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gemini-2.5-pro         | "thinkingBudget":0       | Budget 0 is invalid. This model only works in thinking mode.
        gemini-2.5-pro         | "thinkingBudget":100     | The thinking budget 100 is invalid. Please choose a value between 128 and 32768.
        gemini-2.5-pro         | "thinkingBudget":32769   | The thinking budget 32769 is invalid. Please choose a value between 128 and 32768.
        gemini-2.5-flash       | "thinkingBudget":24577   | The thinking budget 24577 is invalid. Please choose a value between 0 and 24576.
        gemini-2.5-pro         | "thinkingLevel":"LOW"    | Thinking level is not supported for this model.
        gemini-3-pro-preview   | "thinkingLevel":"MEDIUM" | Thinking level MEDIUM is not supported for this model. Please retry with other thinking level.
        gemini-3.1-pro-preview | "thinkingLevel":"MINIMAL" | Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.
        gemini-3.1-pro-preview | "thinkingLevel":"LOW","thinkingBudget":200 | You can only set only one of thinking budget and thinking level.
        """)
    void thinking_that_the_model_does_not_take_is_400(String model, String thinking, String message) {
        assertRefused(model, user("Hello", config("\"thinkingConfig\":{" + thinking + "}")), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gemini-2.5-pro         | "presencePenalty":0,"frequencyPenalty":0.0
        gemini-2.5-pro         | "candidateCount":8,"maxOutputTokens":65536,"temperature":2,"topP":1,"seed":-5
        gemini-2.5-pro         | "thinkingConfig":{"thinkingBudget":-1}
        gemini-2.5-flash       | "thinkingConfig":{"thinkingBudget":0}
        gemini-3.1-pro-preview | "thinkingConfig":{"thinkingLevel":"MEDIUM"}
        gemini-3.1-pro-preview | "thinkingConfig":{"thinkingBudget":1024}
        gemini-3-flash-preview | "thinkingConfig":{"thinkingLevel":"minimal"}
        """)
    void the_limits_themselves_are_taken(String model, String config) {
        assertThat(client.generate(model, user("Hello", config(config))).status())
                .isEqualTo(200);
    }

    @Test
    void json_and_tools_exclude_each_other_on_2_5_and_not_on_3() {
        String json = config("\"responseMimeType\":\"application/json\"");
        String search = ",\"tools\":[{\"googleSearch\":{}}]";

        assertRefused(
                GEMINI_25,
                user("Hello", "," + TOOL + json),
                "Function calling with a response mime type: 'application/json' is unsupported");
        assertRefused(
                GEMINI_25,
                user("Hello", search + json),
                "Tool use with a response mime type: 'application/json' is unsupported");
        assertThat(client.generate(GEMINI_3, user("Hello", search + json)).status())
                .isEqualTo(200);
    }

    @Test
    void search_excludes_functions_unless_gemini_3_is_set_otherwise() {
        String both = ",\"tools\":[{\"googleSearch\":{}},{\"functionDeclarations\":[{\"name\":\"f\"}]}]";
        String allowed = ",\"toolConfig\":{\"includeServerSideToolInvocations\":true}";

        assertRefused(GEMINI_25, user("Hello", both + allowed), "Tool use with function calling is unsupported");
        assertRefused(GEMINI_3, user("Hello", both), "Tool use with function calling is unsupported");
        assertThat(client.generate(GEMINI_3, user("Hello", both + allowed)).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"name":"1f"} | * GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name.
        {"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}},"parametersJsonSchema":{"type":"object"}} | * GenerateContentRequest.tools[0].function_declarations[0]: only one of parameters and parameters_json_schema may be set.
        {"name":"f","parameters":{"type":"OBJECT","properties":{}}} | * GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type
        {"name":"f","parametersJsonSchema":{"type":"string"}} | * GenerateContentRequest.tools[0].function_declarations[0].parameters_json_schema: the schema of a function's parameters must be of type object.
        {"name":"f"},{"name":"f"} | Duplicate function declaration found: f
        """)
    void a_bad_declaration_is_400(String declarations, String message) {
        SandboxClient.Reply reply = client.generate(
                GEMINI_25, user("Hello", ",\"tools\":[{\"functionDeclarations\":[" + declarations + "]}]"));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).startsWith(message);
    }

    @Test
    void allowed_names_need_a_mode_that_calls_and_a_declaration() {
        String start = "* GenerateContentRequest.tool_config.function_calling_config.allowed_function_names: ";

        assertRefused(
                GEMINI_25,
                user("Hello", "," + TOOL + choice("\"mode\":\"AUTO\",\"allowedFunctionNames\":[\"f\"]")),
                start
                        + "allowed function names should only be set when the function calling mode is ANY or VALIDATED.");
        assertRefused(
                GEMINI_25,
                user("Hello", "," + TOOL + choice("\"mode\":\"ANY\",\"allowedFunctionNames\":[\"g\"]")),
                start + "`g` is not found in function_declarations.");
        assertRefused(
                GEMINI_25,
                user("Hello", choice("\"mode\":\"ANY\"")),
                "Function calling config is set without function_declarations.");
    }

    @Test
    void inline_data_must_be_base64_of_a_known_type() {
        assertRefused(
                GEMINI_25,
                media("image/png", "not base64!"),
                "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed for \"not"
                        + " base64!\"");
        assertRefused(GEMINI_25, media("image/gif", "AAAA"), "Unsupported MIME type: image/gif");
        assertThat(client.generate(GEMINI_25, media("image/png", "_-8")).status())
                .isEqualTo(200);
    }

    @Test
    void files_of_others_and_caches_which_it_keeps_none_of_are_403() {
        String file = "{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":"
                + "\"https://generativelanguage.googleapis.com/v1beta/files/abc\"}}]}]}";

        SandboxClient.Reply reply = client.generate(GEMINI_25, file);

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.error()).isEqualTo("You do not have permission to access the File abc or it may not exist.");
        assertThat(client.generate(GEMINI_25, user("Hello", ",\"cachedContent\":\"cachedContents/x\""))
                        .status())
                .isEqualTo(403);
        assertThat(client.get("/v1beta/cachedContents").status()).isEqualTo(404);
    }

    @Test
    void a_safety_category_may_be_set_once() {
        String setting = "{\"category\":\"HARM_CATEGORY_HARASSMENT\",\"threshold\":\"BLOCK_NONE\"}";

        assertRefused(
                GEMINI_25,
                user("Hello", ",\"safetySettings\":[" + setting + "," + setting + "]"),
                "* GenerateContentRequest.safety_settings: only one safety setting per category is allowed.");
    }

    @Test
    void a_body_above_100_mb_is_400() {
        SandboxClient.Reply reply = client.send(client.request("/v1beta/models/" + GEMINI_25 + ":generateContent")
                .POST(BodyPublishers.ofByteArray(new byte[(100 << 20) + 1]))
                .build());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo("Request payload size exceeds the limit: 104857600 bytes.");
    }

    private static void assertRefused(String model, String body, String message) {
        SandboxClient.Reply reply = client.generate(model, body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(status(reply)).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error()).isEqualTo(message);
    }

    private static String status(SandboxClient.Reply reply) {
        return reply.json().path("error").path("status").asString();
    }

    private static String config(String members) {
        return ",\"generationConfig\":{" + members + "}";
    }

    private static String choice(String members) {
        return ",\"toolConfig\":{\"functionCallingConfig\":{" + members + "}}";
    }

    private static String media(String mimeType, String data) {
        return "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"%s\",\"data\":\"%s\"}}]}]}"
                .formatted(mimeType, data);
    }

    private static String contents(String... contents) {
        return "{\"contents\":[" + String.join(",", contents) + "]}";
    }

    private static String model(String parts) {
        return "{\"role\":\"model\",\"parts\":[" + parts + "]}";
    }

    private static String userParts(String parts) {
        return "{\"role\":\"user\",\"parts\":[" + parts + "]}";
    }
}
