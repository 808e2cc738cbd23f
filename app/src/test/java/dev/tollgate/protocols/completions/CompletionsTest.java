package dev.tollgate.protocols.completions;

import static dev.tollgate.testing.Asserts.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code POST /v1/completions}, against the sandbox and with OpenAI's own client for Java (E71). */
@Timeout(240)
class CompletionsTest {

    private static final String PICTURE =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Here:\"},{\"inlineData\":"
                    + "{\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgoA\"}}]},\"finishReason\":\"STOP\"}],"
                    + "\"usageMetadata\":{\"promptTokenCount\":4,\"candidatesTokenCount\":500,\"totalTokenCount\":504}}";

    private static Gateway gateway;

    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void begin() {
        customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers()
                .thought("Hm, a story.", new Tokens(4, 0, 200))
                .text("Once upon ")
                .text("a time")
                .finish("STOP", new Tokens(4, 500, 200)));
    }

    private static String body(String model, String more) {
        return "{\"model\":\"" + model + "\",\"prompt\":\"Tell a story\"" + more + "}";
    }

    private Reply complete(String more) {
        return gateway.post("/v1/completions", body("gemini-2.5-pro", more), customer.key());
    }

    private CompletionCreateParams.Builder ask() {
        return CompletionCreateParams.builder()
                .model("gemini-2.5-pro")
                .prompt("Tell a story")
                .maxTokens(5_000);
    }

    /** The client's validation takes the null that OpenAI itself sends in chunks for a fault. */
    private OpenAIClient client(boolean validates) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(customer.key())
                .responseValidation(validates)
                .maxRetries(0)
                .build();
    }

    @Test
    void openais_client_reads_a_completion() {
        OpenAIClient client = client(true);
        try {
            Completion whole = client.completions().create(ask().build());

            assertThat(whole.choices()).singleElement().satisfies(choice -> {
                assertThat(choice.text()).isEqualTo("Once upon a time");
                assertThat(choice.finishReason()).isEqualTo(CompletionChoice.FinishReason.STOP);
                assertThat(choice.logprobs()).isEmpty();
            });
            assertThat(whole.usage().orElseThrow().completionTokens()).isEqualTo(500);
        } finally {
            client.close();
        }
    }

    @Test
    void openais_client_reads_a_stream() {
        OpenAIClient client = client(false);
        try (StreamResponse<Completion> stream = client.completions().createStreaming(ask().build())) {
            List<Completion> chunks = stream.stream().toList();

            assertThat(chunks.stream()
                            .flatMap(it -> it.choices().stream())
                            .map(CompletionChoice::text)
                            .collect(Collectors.joining()))
                    .isEqualTo("Once upon a time");
            assertThat(chunks.getLast().usage().orElseThrow().completionTokens())
                    .isEqualTo(500);
        } finally {
            client.close();
        }
    }

    @Test
    void a_completion_is_charged_as_chats_and_recorded_under_its_door() {
        Reply reply = complete("");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode json = reply.json();
        Reply chat = customer.chat(
                "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Tell a story\"}]}");

        assertThat(json.get("object").asString()).isEqualTo("text_completion");
        assertThat(json.get("credits_consumed")).isEqualTo(chat.json().get("credits_consumed"));
        assertThat(json.get("usage")).isEqualTo(chat.json().get("usage"));
        assertThat(json.get("id").asString()).isEqualTo(reply.header("x-tollgate-task-id"));
        assertThat(gateway.text(
                        "SELECT door FROM call WHERE id = '" + json.get("id").asString() + "'"))
                .isEqualTo("completions");
        assertThat(json.toString()).doesNotContain("Hm, a story.");
    }

    @Test
    void a_stream_ends_with_the_charge_and_done() {
        Reply reply = complete(",\"stream\":true");

        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        assertThat(reply.data().getLast()).isEqualTo("[DONE]");
        assertThat(reply.text()).doesNotContain("Hm, a story.");
        JsonNode last = reply.chunks().getLast();
        assertThat(last.get("choices").isEmpty()).isTrue();
        assertThat(customer.consumed())
                .isEqualByComparingTo(last.get("credits_consumed").decimalValue());
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-pro, 65536", "google/gemini-2.5-pro, 512"})
    void without_max_tokens_chats_default_applies(String model, long expected) {
        Reply reply = gateway.post("/v1/completions", body(model, ""), customer.key());

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asLong(65_536))
                .isEqualTo(expected);
    }

    @Test
    void thoughts_are_asked_for_to_keep_the_stream_open() {
        complete(",\"stream\":true");

        assertThat(gateway.lastAsked()
                        .at("/generationConfig/thinkingConfig/includeThoughts")
                        .asBoolean(false))
                .isTrue();
    }

    @Test
    void the_same_idempotency_key_and_body_are_charged_once() {
        List<Reply> replies = List.of(once(), once());

        assertThat(replies.getLast().text()).isEqualTo(replies.getFirst().text());
        assertThat(replies.getFirst().data().getLast()).isEqualTo("[DONE]");
        assertThat(replies.getLast().header("idempotent-replayed")).isEqualTo("true");
        assertThat(customer.tasks()).isEqualTo(1);
    }

    private Reply once() {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/completions"))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "once")
                .POST(HttpRequest.BodyPublishers.ofString(body("gemini-2.5-pro", ",\"stream\":true"))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_picture_fails_the_call_free_of_charge(boolean stream) {
        gateway.script(UpstreamScript.answers().event(PICTURE));

        Reply reply = complete(",\"stream\":" + stream);

        assertThat(reply.status()).isEqualTo(stream ? 200 : 400);
        assertThat(reply.text()).contains("\"param\":\"model\"").contains("/v1/chat/completions");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void a_field_that_cannot_be_served_is_refused_in_openais_form() {
        Reply reply = complete(",\"echo\":true");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo("echo");
        assertThat(reply.error().get("type").asString()).isEqualTo("invalid_request_error");
        assertThat(customer.tasks()).isZero();
    }

    @Test
    void the_path_works_without_its_version() {
        assertThat(gateway.post("/completions", body("gemini-2.5-pro", ""), customer.key())
                        .status())
                .isEqualTo(200);
    }
}
