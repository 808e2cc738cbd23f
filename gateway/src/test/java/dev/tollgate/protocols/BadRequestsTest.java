package dev.tollgate.protocols;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.LogCapture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whatever comes in: a clear error, nothing asked of the upstream, nothing charged, no task, nothing secret in the log. */
@Timeout(240)
class BadRequestsTest {

    private static final String PROMPT = "my-secret-prompt-words";

    private static CallServer gateway;
    private static Customer customer;
    private static LogCapture log;

    private JsonNode creditsBefore;
    private long tasksBefore;
    private int askedBefore;

    @BeforeAll
    static void start() {
        log = new LogCapture();
        gateway = CallServer.start("http.access-log", "true");
        customer = gateway.customer("10");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        log.close();
        assertThat(log.text()).isNotEmpty().doesNotContain(customer.key(), CallServer.DEMO_KEY, PROMPT);
    }

    @BeforeEach
    void remember() {
        creditsBefore = customer.credits();
        tasksBefore = customer.tasks();
        askedBefore = gateway.asked().size();
    }

    @AfterEach
    void nothing_has_happened() {
        assertThat(customer.credits()).isEqualTo(creditsBefore);
        assertThat(customer.tasks()).isEqualTo(tasksBefore);
        assertThat(gateway.asked()).hasSize(askedBefore);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "null",
                "[]",
                "\"text\"",
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"my-secret-prompt-words",
                "{\"model\":\"gemini-2.5-pro\" \"messages\":[]}",
                "{model:'gemini-2.5-pro'}",
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"a\u0001b\"}]}",
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[]}{}",
                "{\"model\":\"a\",\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                "my-secret-prompt-words"
            })
    void what_is_no_json_object_is_refused_without_an_excerpt(String body) {
        CallServer.Reply reply = customer.chat(body);
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.text()).doesNotContain(PROMPT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model | 5",
                "model | \"\"",
                "model | {}",
                "messages | \"Hi\"",
                "messages | {}",
                "messages | []",
                "stream | \"true\"",
                "stream | 1",
                "stream_options | true",
                "max_tokens | 0",
                "max_tokens | -1",
                "max_tokens | \"10\"",
                "max_tokens | 1.5",
                "max_completion_tokens | 99999999999999999999",
                "n | 0",
                "n | 129",
                "n | 1.5",
                "stop | 5",
                "stop | [\"a\",\"b\",\"c\",\"d\",\"e\"]",
                "stop | [1]",
                "temperature | 2.1",
                "temperature | -0.1",
                "temperature | \"hot\"",
                "temperature | 1e999",
                "top_p | 1.1",
                "presence_penalty | 3",
                "frequency_penalty | \"x\"",
                "logit_bias | []",
                "logit_bias | {\"1\":101}",
                "logprobs | \"yes\"",
                "top_logprobs | 21",
                "top_logprobs | 5",
                "seed | 1.5",
                "seed | \"1\"",
                "tools | {}",
                "tools | [5]",
                "tools | [{\"type\":\"custom\",\"custom\":{\"name\":\"\"}}]",
                "tools | [{\"type\":\"function\"}]",
                "tools | [{\"type\":\"function\",\"function\":{\"name\":\"\"}}]",
                "tool_choice | \"maybe\"",
                "tool_choice | {\"type\":\"function\",\"function\":{\"name\":\"unknown\"}}",
                "response_format | \"json\"",
                "response_format | {\"type\":\"yaml\"}",
                "response_format | {\"type\":\"json_schema\"}",
                "reasoning_effort | \"huge\"",
                "reasoning_effort | 3",
                "include_thoughts | \"no\"",
                "modalities | [\"audio\"]",
                "metadata | {\"a\":1}",
                "user | 7",
                "store | \"yes\"",
                "functions | [{}]",
                "web_search_options | true",
                "google | 5",
                "google | {\"thinking_config\":{\"thinking_budget\":\"all\"}}",
                "google | {\"cached_content\":\"cachedContents/x\"}",
            })
    void a_wrong_value_names_its_field(String field, String value) {
        ObjectText body = new ObjectText();
        CallServer.Reply reply = customer.chat(body.with(field, value));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).startsWith(field);
        assertThat(reply.error().get("message").asString()).startsWith("'" + field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "messages.0.role | {\"content\":\"Hi\"}",
                "messages.0.role | {\"role\":\"robot\",\"content\":\"Hi\"}",
                "messages.0.content | {\"role\":\"user\"}",
                "messages.0.content | {\"role\":\"user\",\"content\":5}",
                "messages.0.content.0.type | {\"role\":\"user\",\"content\":[{\"type\":\"hologram\"}]}",
                "messages.0.content.0.text | {\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}",
                "messages.0.content.0.image_url | {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"file:///etc/passwd\"}}]}",
                "messages.0.content.0.image_url | {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,%%%\"}}]}",
                "messages.0.content.0.image_url | {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"gs://bucket/file\"}}]}",
                "messages.0.content.0.image_url | {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://169.254.169.254/latest\"}}]}",
                "messages.0.content.0.input_audio | {\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"UklGRg==\",\"format\":\"8track\"}}]}",
                "messages.0.content.0.file | {\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}]}",
                "messages.0.tool_call_id | {\"role\":\"tool\",\"content\":\"x\"}",
            })
    void a_wrong_message_names_its_place(String param, String message) {
        CallServer.Reply reply = customer.chat("""
                {"model":"gemini-2.5-pro","messages":[%s]}""".formatted(message));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).startsWith(param);
        assertThat(reply.error().get("message").asString()).contains(param);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown", "metadata", "messages", "tools", "logit_bias"})
    void ten_thousand_levels_of_nesting_are_refused(String field) {
        CallServer.Reply arrays = customer.chat(new ObjectText().with(field, "[".repeat(10_000) + "]".repeat(10_000)));
        assertError(arrays, 400, "invalid_request", "invalid_request_error");
        CallServer.Reply objects =
                customer.chat(new ObjectText().with(field, "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000)));
        assertError(objects, 400, "invalid_request", "invalid_request_error");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_body_of_a_hundred_megabytes_is_refused_by_its_size(boolean announced) {
        long size = 100L << 20;
        HttpRequest.BodyPublisher endless = HttpRequest.BodyPublishers.ofInputStream(() -> spaces(size));
        CallServer.Reply reply = gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .POST(announced ? HttpRequest.BodyPublishers.fromPublisher(endless, size) : endless));
        assertError(reply, 413, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("message").asString()).contains("32");
    }

    @Test
    void a_small_body_that_unpacks_to_a_hundred_megabytes_is_refused_too() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed) {
            {
                def.setLevel(Deflater.BEST_SPEED);
            }
        }) {
            byte[] spaces = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 100; i++) {
                gzip.write(spaces);
            }
        }
        CallServer.Reply reply = gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(packed.toByteArray())));
        assertError(reply, 413, "invalid_request", "invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/v1/chat/completions, 404, /v1/chat/completions",
        "POST, //v1/chat/completions, 404, /v1/chat/completions",
        "POST, //chat/completions, 404, /chat/completions",
        "POST, /%2fv1/chat/completions, 404, /v1/chat/completions",
        "POST, /v1//responses, 404, /v1/responses",
        "POST, //v1/v1/embeddings, 404, /v1/embeddings",
        "POST, /v1beta/openai/chat/completions, 404, /v1/chat/completions",
        "POST, /v1beta/openai//completions, 404, /v1/completions",
        "GET, /v1beta/openai/models/gemini-2.5-pro, 404, /v1/models/gemini-2.5-pro",
        "POST, /v1/v1/messages, 400, /v1/messages",
        "POST, //v1/messages/count_tokens, 400, /v1/messages/count_tokens",
        "POST, /v1beta/v1beta/models/gemini-2.5-pro:generateContent, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /v1/v1beta/models/gemini-2.5-pro:countTokens, 404, /v1beta/models/gemini-2.5-pro:countTokens",
        "POST, /v1/v1/models/gemini-2.5-pro:generateContent, 404, /v1/models/gemini-2.5-pro:generateContent",
        "DELETE, /v1/v1/chat/completions, 404, /v1/chat/completions",
        "POST, /V1/chat/completions, 404, /v1/chat/completions",
        "POST, /v1/chat/completions/, 404, /v1/chat/completions",
        "POST, /v1/chat/completions/chat/completions, 404, /v1/chat/completions",
        "GET, /v1/chat/completions/models, 404, /v1/models",
        "POST, /v1/responses/responses/, 404, /v1/responses",
        "POST, /v1/messages/v1/messages, 400, /v1/messages",
        "POST, /V1/v1/messages, 400, /v1/messages",
        "GET, /V1/models, 404, /v1/models",
        "GET, /v1/models/, 404, /v1/models",
        "POST, /v1/v1/chat/completions/, 404, /v1/chat/completions",
        "POST, /chat/completions/chat/completions, 404, /v1/chat/completions",
        "POST, /chat/completions/, 404, /chat/completions",
        "POST, /v1/chat/completions/models/gemini-2.5-pro:generateContent, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /v1/chat/completions/v1/messages, 400, /v1/messages",
        "POST, /v1/responses/v1beta/models/gemini-2.5-pro:generateContent, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /V1BETA/models/gemini-2.5-pro:generateContent, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /models/gemini-2.5-pro:countTokens, 404, /v1beta/models/gemini-2.5-pro:countTokens",
        "POST, /v1beta/models/gemini-2.5-pro:generateContent/, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /v1beta/models/gemini-2.5-pro:generateContent/models/gemini-2.5-pro:generateContent, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /v1beta/models/a:generateContent/v1beta/models/gemini-2.5-pro:countTokens, 404, /v1beta/models/gemini-2.5-pro:countTokens",
        "POST, /v1/chat/completions/models/gemini-2.5-pro:generateContent/, 404, /v1beta/models/gemini-2.5-pro:generateContent",
        "POST, /v1beta/models/google/models/a:countTokens/models/gemini-2.5-pro:countTokens, 404, /v1beta/models/gemini-2.5-pro:countTokens",
        "POST, /models/gemini-2.5-pro:generateContent, 404, /v1beta/models/gemini-2.5-pro:generateContent"
    })
    void a_wrong_base_url_is_named_in_the_protocols_form(String method, String path, int status, String right) {
        CallServer.Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString("not a body")));

        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.error().get("message").asString())
                .isEqualTo("Unknown request URL: " + method + " " + path.replace("%2f", "/") + ". The right one is "
                        + right + ": correct the base URL of your program.");
        assertThat(reply.json().has("type")).isEqualTo(right.contains("messages"));
        assertThat(reply.error().has("status")).isEqualTo(right.contains("models/gemini-2.5-pro:"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//admin/accounts",
                "/v1/v1/../admin/accounts",
                "/%2fadmin/accounts",
                "/v1//admin/accounts",
                "/v1/v1/admin/accounts",
                "///v1/models",
                "//dashboard",
                "/v1/v1/nothing"
            })
    void other_paths_with_doubled_parts_stay_unknown(String path) {
        CallServer.Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + CallServer.DEMO_KEY));

        assertThat(reply.status()).as(reply.text()).isEqualTo(404);
        assertThat(reply.text()).doesNotContain("The right one");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/chat/completions, 405",
        "DELETE, /v1/chat/completions, 405",
        "PUT, /v1/models, 405",
        "POST, /v1/credits, 405",
        "GET, /v1/nothing, 404",
        "POST, /v1/chat/completions/, 404",
        "GET, /v2/models, 404",
        "GET, /nothing, 404",
        "GET, /v1/chat/completions%00, 404"
    })
    void an_unknown_path_or_method_is_refused(String method, String path, int status) {
        HttpRequest.Builder request = gateway.request(path)
                .method(method, HttpRequest.BodyPublishers.ofString("{\"prompt\":\"" + PROMPT + "\"}"));
        CallServer.Reply reply = gateway.send(request);
        assertThat(reply.status()).as(reply.text()).isIn(status, 400);
        assertThat(reply.error().get("code").asString()).isEqualTo("invalid_request");
        assertThat(reply.text()).doesNotContain(PROMPT);
    }

    @Test
    void a_refused_key_and_a_refused_body_leave_nothing_in_the_log() {
        String wrong = "sk-" + "ab12".repeat(16);
        CallServer.Reply reply = gateway.post("/v1/chat/completions", "{\"messages\":\"" + PROMPT + "\"}", wrong);
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.text()).doesNotContain("ab12ab12");
        assertThat(log.text()).doesNotContain("ab12ab12");
    }

    private static InputStream spaces(long size) {
        byte[] block = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        return new SequenceInputStream(Collections.enumeration(Collections.nCopies((int) (size >> 20), block).stream()
                .map(bytes -> (InputStream) new ByteArrayInputStream(bytes))
                .toList()));
    }

    /** A good call of which one field is replaced. */
    private static final class ObjectText {

        String with(String field, String value) {
            String model = field.equals("model") ? "" : "\"model\":\"gemini-2.5-pro\",";
            String messages = field.equals("messages")
                    ? ""
                    : "\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}],";
            return "{" + model + messages + "\"" + field + "\":" + value + "}";
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions|messages|'messages':[{'role':'system','content':''},{'role':'user','content':''}]",
                "/v1/chat/completions|messages|'stream':true,'messages':[{'role':'user','content':[{'type':'text','text':''}]}]",
                "/v1/chat/completions|messages|'messages':[{'role':'user','content':''},{'role':'assistant','content':''},{'role':'user','content':''}]",
                "/v1/responses|input|'input':''",
                "/v1/responses|input|'instructions':'','input':[{'role':'user','content':''}]",
                "/v1/responses|input|'stream':true,'input':[{'role':'user','content':[{'type':'input_text','text':''}]}]",
                "/v1/messages|messages|'max_tokens':9,'system':'','messages':[{'role':'user','content':''}]",
                "/v1beta/models/gemini-2.5-pro:generateContent|contents|'contents':[{'parts':[{'text':''},{'text':''}]}],'systemInstruction':{'parts':[{'text':''},{}]}",
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent|contents|'contents':[{'role':'user','parts':[{'text':''}]}]",
                "/v1beta/interactions|input|'input':''",
                "/v1beta/interactions|input|'stream':true,'input':[{'type':'user_input','content':[{'type':'text','text':''}]}]",
                "/v1/estimate|messages|'messages':[{'role':'user','content':''}]",
            })
    void a_prompt_without_a_character_is_refused_before_a_hold(String path, String field, String members) {
        String model = path.contains(":") ? "" : "'model':'gemini-2.5-pro',";
        CallServer.Reply reply = gateway.post(path, ("{" + model + members + "}").replace('\'', '"'), customer.key());

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains(field);
    }
}
