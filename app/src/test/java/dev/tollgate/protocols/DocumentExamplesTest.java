package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Documented.JSON;
import static dev.tollgate.testing.Documented.PNG;
import static dev.tollgate.testing.Documented.assertDocumentedCompletion;
import static dev.tollgate.testing.Documented.assertDocumentedStream;
import static dev.tollgate.testing.Documented.assertScientists;
import static dev.tollgate.testing.Documented.assertUnits;
import static dev.tollgate.testing.Documented.curl;
import static dev.tollgate.testing.Documented.finishReason;
import static dev.tollgate.testing.Documented.send;

import dev.tollgate.testing.Gateway;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Every example of S000, S001 and S004 as printed, host and key changed; pictures from the open net by a data URL. */
@Timeout(240)
class DocumentExamplesTest {

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(host -> {
            throw new UnknownHostException(host); // no test asks the open net
        });
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- S000: gemini-2.5-pro ----

    @Test
    void s000_create_chat_completion() {
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, describeImage("data:image/png;base64," + PNG));
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(gateway.lastAsked().at("/contents/0/parts/1/inlineData/data").asString())
                .isEqualTo(PNG);
    }

    @Test
    void s000_multimodal_image_input_that_cannot_be_downloaded_is_refused_and_says_why() {
        Gateway.Reply reply = curl(gateway, describeImage("https://example.com/photo.jpg"));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("code").asString()).isEqualTo("invalid_request");
        assertThat(reply.error().get("param").asString()).startsWith("messages.0.content.1.image_url");
        assertThat(reply.error().get("message").asString()).contains("could not be downloaded");
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
        Gateway.Reply reply = curl(gateway, """
                {"model": "gemini-2.5-pro", "stream": false,
                 "messages": [{"role": "user", "content": "Explain quantum computing in simple terms"}]}""");
        JsonNode answer = assertDocumentedCompletion(reply, "gemini-2.5-pro");
        assertThat(answer.at("/choices/0/message/content").asString())
                .startsWith("Quantum computing uses quantum bits (qubits)");
    }

    @Test
    void s000_response_streaming() {
        Gateway.Reply reply = curl(gateway, """
                {"model": "gemini-2.5-pro", "stream": true,
                 "messages": [{"role": "user", "content": "Explain quantum computing in simple terms"}]}""");
        assertDocumentedStream(reply, "gemini-2.5-pro");
        assertThat(reply.content()).startsWith("Quantum computing");
    }

    @Test
    void s000_function_calling() {
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = send(gateway, "python-requests/2.32.5", """
                {"model": "google/gemini-2.5-pro", "messages": [{"role": "user", "content": "Hi! What do you think about mankind?"}], "max_tokens": 15000}""");
        assertMankind(reply);
    }

    @Test
    void s001_javascript() {
        Gateway.Reply reply = send(gateway, "node", """
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

    // ---- S004: google/gemini-2.5-pro-preview ----

    @Test
    void s004_python() {
        Gateway.Reply reply = send(gateway, "python-requests/2.32.5", """
                {"model": "google/gemini-2.5-pro-preview-05-06", "messages": [{"role": "user", "content": "Hello"}]}""");
        JsonNode answer = assertDocumentedCompletion(reply, "google/gemini-2.5-pro-preview-05-06");
        assertThat(answer.at("/choices/0/message/content").asString())
                .isEqualTo("Hello there! How can I help you today?");
        assertUnits(answer.get("usage"));
    }

    @Test
    void s004_both_ids_name_the_same_model() {
        Gateway.Reply reply = send(gateway, "python-requests/2.32.5", """
                {"model": "google/gemini-2.5-pro-preview", "messages": [{"role": "user", "content": "Hello"}]}""");
        assertDocumentedCompletion(reply, "google/gemini-2.5-pro-preview");
    }
}
