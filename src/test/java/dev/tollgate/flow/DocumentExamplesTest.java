package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Gateway;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every example of the five documents as printed, host and key changed; pictures from the open net by a data URL. */
class DocumentExamplesTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private static final String PDF =
            "JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2c+PgplbmRvYmoKdHJhaWxlcgo8PC9Sb290IDEgMCBSPj4KJSVFT0YK";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- S000: gemini-2.5-pro ----

    @Test
    void s000_create_chat_completion() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-2.5-pro",
                "messages": [
                {
                "role": "user",
                "content": "Explain quantum computing in simple terms"
                }
                ]
                }""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(reply.content()).contains("qubits");
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/thinkingConfig/thinkingBudget")
                        .asInt())
                .isEqualTo(24576);
    }

    @Test
    void s000_text_message() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-2.5-pro", "messages": [
                {
                "role": "user",
                "content": "What is the meaning of life?"
                }
                ]}""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(reply.content()).contains("42");
    }

    @Test
    void s000_image_message() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-2.5-pro", "messages": [
                {
                "role": "user",
                "content": [
                { "type": "text", "text": "What's in this image?" },
                { "type": "image_url", "image_url": { "url": "data:image/png;base64,%s" } }
                ]
                }
                ]}""".formatted(PNG));
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(reply.content()).contains("image/png");
    }

    @Test
    void s000_multimodal_image_input() {
        Gateway.Reply reply = curl(describeImage("data:image/png;base64," + PNG));
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(gateway.lastAsked().at("/contents/0/parts/1/inlineData/data").asString())
                .isEqualTo(PNG);
    }

    @Test
    void s000_multimodal_image_input_from_the_open_net_is_refused_with_a_way_out() {
        Gateway.Reply reply = curl(describeImage("https://example.com/photo.jpg"));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("code").asString()).isEqualTo("invalid_request");
        assertThat(reply.error().get("param").asString()).startsWith("messages.0.content.1.image_url");
        assertThat(reply.error().get("message").asString()).contains("data URL");
    }

    private static String describeImage(String url) {
        return """
                {
                "model": "gemini-2.5-pro",
                "messages": [
                {
                "role": "user",
                "content": [
                { "type": "text", "text": "Describe this image in detail" },
                { "type": "image_url", "image_url": { "url": "%s" } }
                ]
                }
                ]
                }""".formatted(url);
    }

    @Test
    void s000_response_non_streaming() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-2.5-pro", "stream": false,
                 "messages": [{"role": "user", "content": "Explain quantum computing in simple terms"}]}""");
        JsonNode answer = assertDocumentedCompletion(reply, "gemini-2.5-pro");
        assertThat(answer.at("/choices/0/message/content").asString())
                .startsWith("Quantum computing uses quantum bits (qubits)");
    }

    @Test
    void s000_response_streaming() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-2.5-pro", "stream": true,
                 "messages": [{"role": "user", "content": "Explain quantum computing in simple terms"}]}""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(reply.content()).startsWith("Quantum computing");
    }

    @Test
    void s000_function_calling() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-2.5-pro",
                "messages": [
                { "role": "user", "content": "What is the weather in Tokyo?" }
                ],
                "tools": [
                {
                "type": "function",
                "function": {
                "name": "get_weather",
                "description": "Get the current weather for a location",
                "parameters": {
                "type": "object",
                "properties": {
                "location": { "type": "string", "description": "City name" }
                },
                "required": ["location"]
                }
                }
                }
                ]
                }""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        JsonNode call = reply.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .findFirst()
                .orElseThrow();
        assertThat(call.get("index").asInt()).isZero();
        assertThat(call.get("id").asString()).isNotEmpty();
        assertThat(call.get("type").asString()).isEqualTo("function");
        assertThat(call.at("/function/name").asString()).isEqualTo("get_weather");
        JsonNode arguments = JSON.readTree(call.at("/function/arguments").asString());
        assertThat(arguments.get("location").asString()).isEqualTo("Tokyo");
        assertThat(finishReason(reply)).isEqualTo("tool_calls");
    }

    @Test
    void s000_structured_output() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-2.5-pro",
                "messages": [
                { "role": "user", "content": "List 3 famous scientists" }
                ],
                "response_format": {
                "type": "json_schema",
                "json_schema": {
                "name": "scientists",
                "schema": {
                "type": "object",
                "properties": {
                "scientists": {
                "type": "array",
                "items": {
                "type": "object",
                "properties": {
                "name": { "type": "string" },
                "field": { "type": "string" }
                }
                }
                }
                }
                }
                }
                }
                }""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertScientists(JSON.readTree(reply.content()).get("scientists"));
    }

    @Test
    void s000_low_reasoning_effort() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-2.5-pro",
                "messages": [
                { "role": "user", "content": "What is 2+2?" }
                ],
                "reasoning_effort": "low"
                }""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(reply.content()).contains("4");
        JsonNode thinking = gateway.lastAsked().at("/generationConfig/thinkingConfig");
        assertThat(thinking.get("thinkingBudget").asInt()).isEqualTo(1024);
        assertThat(thinking.get("includeThoughts").asBoolean()).isTrue();
    }

    // ---- S001: google/gemini-2.5-pro ----

    @Test
    void s001_python() {
        Gateway.Reply reply = send("python-requests/2.32.5", """
                {"model": "google/gemini-2.5-pro", "messages": [{"role": "user", "content": "Hi! What do you think about mankind?"}], "max_tokens": 15000}""");
        assertMankind(reply);
    }

    @Test
    void s001_javascript() {
        Gateway.Reply reply = send("node", """
                {"model":"google/gemini-2.5-pro","messages":[{"role":"user","content":"Hi! What do you think about mankind?"}],"max_tokens":15000}""");
        assertMankind(reply);
    }

    @Test
    void s001_answers_on_the_path_without_a_version_too() {
        HttpRequest.Builder request = gateway.request("/chat/completions")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"model":"google/gemini-2.5-pro","messages":[{"role":"user","content":"Hi! What do you think about mankind?"}],"max_tokens":15000}"""));
        assertMankind(gateway.send(request));
    }

    private static void assertMankind(Gateway.Reply reply) {
        JsonNode answer = assertDocumentedCompletion(reply, "google/gemini-2.5-pro");
        assertThat(answer.at("/choices/0/message/content").asString()).contains("duality");
        assertThat(answer.at("/choices/0").has("logprobs")).isTrue();
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                .isEqualTo(15000);
        assertUnits(answer.get("usage"));
    }

    // ---- S002: gemini-3-pro ----

    @Test
    void s002_create_chat_completion() {
        Gateway.Reply reply = curl("""
                {
                    "model": "gemini-3-pro",
                    "messages": [
                      { "role": "user", "content": "Explain relativity in simple terms" }
                    ]
                  }""");
        assertDocumentedStream(reply, "gemini-3-pro");
        assertThat(reply.content()).startsWith("Relativity has two parts");
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/thinkingConfig/thinkingLevel")
                        .asString())
                .isEqualTo("HIGH");
    }

    @Test
    void s002_multimodal_message() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-3-pro", "messages": [{
                  "role": "user",
                  "content": [
                    { "type": "text", "text": "What does this document say?" },
                    { "type": "image_url", "image_url": { "url": "data:application/pdf;base64,%s" } }
                  ]
                }]}""".formatted(PDF));
        assertDocumentedStream(reply, "gemini-3-pro");
        assertThat(reply.content()).contains("application/pdf");
    }

    @Test
    void s002_google_search_grounding() {
        Gateway.Reply reply = curl("""
                {
                    "model": "gemini-3-pro",
                    "messages": [
                      { "role": "user", "content": "Bitcoin price today" }
                    ],
                    "tools": [{ "type": "function", "function": { "name": "googleSearch" } }]
                  }""");
        assertDocumentedStream(reply, "gemini-3-pro");
        assertGrounded(reply, "Bitcoin trades");
    }

    @Test
    void s002_structured_output() {
        Gateway.Reply reply = curl("""
                {
                    "model": "gemini-3-pro",
                    "messages": [
                      { "role": "user", "content": "List 3 famous scientists" }
                    ],
                    "response_format": {
                      "type": "json_schema",
                      "json_schema": {
                        "name": "scientists",
                        "strict": true,
                        "schema": {
                          "type": "object",
                          "properties": {
                            "list": {
                              "type": "array",
                              "items": {
                                "type": "object",
                                "properties": {
                                  "name": { "type": "string" },
                                  "field": { "type": "string" }
                                },
                                "required": ["name", "field"]
                              }
                            }
                          },
                          "required": ["list"]
                        }
                      }
                    }
                  }""");
        assertDocumentedStream(reply, "gemini-3-pro");
        assertScientists(JSON.readTree(reply.content()).get("list"));
    }

    // ---- S003: gemini-3.1-pro ----

    @Test
    void s003_create_chat_completion() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-3.1-pro",
                "messages": [
                { "role": "user", "content": "Hi, introduce yourself" }
                ]
                }""");
        assertDocumentedStream(reply, "gemini-3.1-pro-preview");
        assertThat(reply.content()).contains("Gemini");
    }

    @Test
    void s003_multimodal_message() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-3.1-pro", "messages": [{
                "role": "user",
                "content": [
                { "type": "text", "text": "What is in this image?" },
                { "type": "image_url", "image_url": { "url": "data:image/png;base64,%s" } }
                ]
                }]}""".formatted(PNG));
        assertDocumentedStream(reply, "gemini-3.1-pro-preview");
        assertThat(reply.content()).contains("image/png");
    }

    @Test
    void s003_google_search_grounding() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-3.1-pro",
                "messages": [
                { "role": "user", "content": "Tomorrow weather forecast for Shanghai" }
                ],
                "tools": [{ "type": "function", "function": { "name": "googleSearch" } }]
                }""");
        assertDocumentedStream(reply, "gemini-3.1-pro-preview");
        assertGrounded(reply, "The forecast for Shanghai");
    }

    @Test
    void s003_response_has_price_and_details() {
        Gateway.Reply reply = curl("""
                {"model": "gemini-3.1-pro", "stream": false,
                "messages": [
                { "role": "user", "content": "Tomorrow weather forecast for Shanghai" }
                ],
                "tools": [{ "type": "function", "function": { "name": "googleSearch" } }]
                }""");
        JsonNode answer = assertDocumentedCompletion(reply, "gemini-3.1-pro-preview");
        JsonNode details = answer.at("/usage/completion_tokens_details");
        assertThat(details.propertyNames()).contains("reasoning_tokens", "audio_tokens", "text_tokens");
        assertThat(answer.at("/usage/total_tokens").asInt())
                .isEqualTo(answer.at("/usage/prompt_tokens").asInt()
                        + answer.at("/usage/completion_tokens").asInt()
                        + details.get("reasoning_tokens").asInt());
        assertThat(answer.get("credits_consumed").decimalValue()).isPositive();
        assertThat(answer.at("/choices/0/message/annotations")).isNotEmpty();
    }

    @Test
    void s003_low_reasoning_effort() {
        Gateway.Reply reply = curl("""
                {
                "model": "gemini-3.1-pro",
                "messages": [
                { "role": "user", "content": "What is the square root of 100?" }
                ],
                "reasoning_effort": "low"
                }""");
        assertDocumentedStream(reply, "gemini-3.1-pro-preview");
        assertThat(reply.content()).contains("10");
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/thinkingConfig/thinkingLevel")
                        .asString())
                .isEqualTo("LOW");
    }

    // ---- S004: google/gemini-2.5-pro-preview ----

    @Test
    void s004_python() {
        Gateway.Reply reply = send("python-requests/2.32.5", """
                {"model": "google/gemini-2.5-pro-preview-05-06", "messages": [{"role": "user", "content": "Hello"}]}""");
        JsonNode answer = assertDocumentedCompletion(reply, "google/gemini-2.5-pro-preview-05-06");
        assertThat(answer.at("/choices/0/message/content").asString())
                .isEqualTo("Hello there! How can I help you today?");
        assertUnits(answer.get("usage"));
    }

    @Test
    void s004_both_ids_name_the_same_model() {
        Gateway.Reply reply = send("python-requests/2.32.5", """
                {"model": "google/gemini-2.5-pro-preview", "messages": [{"role": "user", "content": "Hello"}]}""");
        assertDocumentedCompletion(reply, "google/gemini-2.5-pro-preview");
    }

    // ---- what the documents show ----

    /** As curl sends it: any type is welcome, nothing is said of streams. */
    private static Gateway.Reply curl(String body) {
        return send("curl/8.14.1", body);
    }

    private static Gateway.Reply send(String agent, String body) {
        return gateway.send(gateway.request("/v1/chat/completions")
                .header("Accept", "*/*")
                .header("User-Agent", agent)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static void assertDocumentedStream(Gateway.Reply reply, String model) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        assertThat(reply.data().getLast()).isEqualTo("[DONE]");
        List<JsonNode> chunks = reply.chunks();
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.get("id").asString()).matches("chatcmpl-\\d{23}[A-Za-z0-9]{8}");
            assertThat(chunk.get("id")).isEqualTo(chunks.getFirst().get("id"));
            assertThat(chunk.get("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.get("model").asString()).isEqualTo(model);
            assertThat(chunk.has("error")).isFalse();
        });
        JsonNode first = chunks.getFirst().at("/choices/0/delta");
        assertThat(first.get("role").asString()).isEqualTo("assistant");
        assertThat(first.has("content")).isTrue();
        assertThat(chunks.getLast().get("choices")).isEmpty();
        assertUsage(chunks.getLast().get("usage"));
        assertThat(chunks.getLast().get("credits_consumed").decimalValue()).isPositive();
    }

    private static JsonNode assertDocumentedCompletion(Gateway.Reply reply, String model) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("application/json");
        JsonNode answer = reply.json();
        assertThat(answer.get("id").asString()).matches("chatcmpl-\\d{23}[A-Za-z0-9]{8}");
        assertThat(answer.get("object").asString()).isEqualTo("chat.completion");
        assertThat(answer.get("created").asLong()).isPositive();
        assertThat(answer.get("model").asString()).isEqualTo(model);
        assertThat(answer.at("/choices/0/index").asInt()).isZero();
        assertThat(answer.at("/choices/0/message/role").asString()).isEqualTo("assistant");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertUsage(answer.get("usage"));
        return answer;
    }

    private static void assertUsage(JsonNode usage) {
        assertThat(usage.get("prompt_tokens").asInt()).isPositive();
        assertThat(usage.get("completion_tokens").asInt()).isPositive();
        assertThat(usage.get("total_tokens").asInt())
                .isGreaterThanOrEqualTo(usage.get("prompt_tokens").asInt()
                        + usage.get("completion_tokens").asInt());
    }

    private static void assertUnits(JsonNode usage) {
        assertThat(usage.get("total_tokens").asInt())
                .isEqualTo(usage.get("prompt_tokens").asInt()
                        + usage.get("completion_tokens").asInt());
        assertThat(usage.get("completion_tokens").asInt() % 21).isZero();
        assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asInt())
                .isPositive();
    }

    private static String finishReason(Gateway.Reply reply) {
        return reply.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/finish_reason").asString(""))
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private static void assertGrounded(Gateway.Reply reply, String text) {
        assertThat(reply.content()).startsWith(text);
        assertThat(gateway.lastAsked().at("/tools/0").has("googleSearch")).isTrue();
        List<JsonNode> citations = reply.chunks().stream()
                .map(chunk -> chunk.at("/choices/0/delta/annotations"))
                .filter(JsonNode::isArray)
                .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
                .toList();
        assertThat(citations).hasSize(2);
        String content = reply.content();
        JsonNode second = citations.get(1).get("url_citation");
        String cited = content.substring(
                content.offsetByCodePoints(0, second.get("start_index").asInt()),
                content.offsetByCodePoints(0, second.get("end_index").asInt()));
        assertThat(cited).as("whole sentences, counted in code points").matches("\\p{Lu}.*\\.");
        assertThat(second.get("url").asString()).startsWith("https://");
    }

    private static void assertScientists(JsonNode list) {
        assertThat(list).hasSize(3);
        assertThat(list).allSatisfy(scientist -> {
            assertThat(scientist.get("name").isString()).isTrue();
            assertThat(scientist.get("field").isString()).isTrue();
        });
    }
}
