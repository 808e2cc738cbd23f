package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Documented.JSON;
import static dev.tollgate.testing.Documented.PNG;
import static dev.tollgate.testing.Documented.assertDocumentedCompletion;
import static dev.tollgate.testing.Documented.assertDocumentedStream;
import static dev.tollgate.testing.Documented.assertGrounded;
import static dev.tollgate.testing.Documented.assertScientists;
import static dev.tollgate.testing.Documented.curl;

import dev.tollgate.testing.Gateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Every example of S002 and S003 as printed, host and key changed; pictures and papers from the open net by a data URL. */
@Timeout(240)
class DocumentExamplesOfGemini3Test {

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

    // ---- S002: gemini-3-pro ----

    @Test
    void s002_create_chat_completion() {
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
                {
                    "model": "gemini-3-pro",
                    "messages": [
                      { "role": "user", "content": "Bitcoin price today" }
                    ],
                    "tools": [{ "type": "function", "function": { "name": "googleSearch" } }]
                  }""");
        assertDocumentedStream(reply, "gemini-3-pro");
        assertGrounded(gateway, reply, "Bitcoin trades");
    }

    @Test
    void s002_structured_output() {
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
                {
                "model": "gemini-3.1-pro",
                "messages": [
                { "role": "user", "content": "Tomorrow weather forecast for Shanghai" }
                ],
                "tools": [{ "type": "function", "function": { "name": "googleSearch" } }]
                }""");
        assertDocumentedStream(reply, "gemini-3.1-pro-preview");
        assertGrounded(gateway, reply, "The forecast for Shanghai");
    }

    @Test
    void s003_response_has_price_and_details() {
        Gateway.Reply reply = curl(gateway, """
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
        Gateway.Reply reply = curl(gateway, """
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
}
