package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Today;
import dev.tollgate.testing.VertexCredentials;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Embeddings on the Gemini API, on Vertex AI and on an OpenAI-compatible server (E68). */
@Timeout(240)
class EmbeddingChannelsTest {

    private static final Map<String, String> CATALOGUE = Map.of("TOLLGATE_MODELS_FILE", "models/gemini-all.yaml");

    private static String vector(int dimensions) {
        return IntStream.range(0, dimensions).mapToObj(i -> "0.25").collect(Collectors.joining(","));
    }

    private static CallServer.Reply embed(CallChannels channels, String model, String more) {
        return channels.gateway()
                .post(
                        "/v1/embeddings",
                        "{\"model\":\"" + model + "\"," + more + "}",
                        channels.customer().key());
    }

    @Test
    void an_openai_compatible_server_is_asked_once_for_all_inputs_as_numbers() {
        try (FarServer far = new FarServer(request -> whole(
                        200,
                        "{\"object\":\"list\",\"data\":[{\"index\":1,\"embedding\":[" + vector(128)
                                + "]},{\"index\":0,\"embedding\":[1," + vector(127)
                                + "]}],\"usage\":{\"prompt_tokens\":21,\"total_tokens\":21}}"));
                CallChannels channels = CallChannels.of(
                        "channels: [{id: far, kind: openai, base_url: \"%s/v1\", key: sk-far, models: {gemini-embedding-2: bge}}]"
                                .formatted(far.url()),
                        CATALOGUE)) {
            CallServer.Reply reply = embed(
                    channels,
                    "gemini-embedding-2",
                    "\"input\":[\"a\",\"b\"],\"dimensions\":128,\"encoding_format\":\"float\"");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode data = reply.json().get("data");
            assertThat(data.get(0).get("embedding").get(0).intValue()).isEqualTo(1);
            assertThat(reply.json().get("usage").get("prompt_tokens").intValue())
                    .isEqualTo(21);
            assertThat(reply.json().get("credits_consumed").decimalValue()).isEqualByComparingTo("0.00084");
            FarServer.Request asked = far.requests().getFirst();
            assertThat(asked.path()).isEqualTo("/v1/embeddings");
            assertThat(asked.headers().get("authorization")).isEqualTo("Bearer sk-far");
            assertThat(asked.json().toString())
                    .isEqualTo(
                            "{\"model\":\"bge\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"float\",\"dimensions\":128}");
            channels.gateway().assertBooksAreClosed();
        }
    }

    @Test
    void a_vector_of_another_length_is_no_answer_and_costs_nothing() {
        try (FarServer far = new FarServer(
                        request -> whole(200, "{\"data\":[{\"index\":0,\"embedding\":[" + vector(768) + "]}]}"));
                CallChannels channels = CallChannels.of(
                        "channels: [{id: far, kind: openai, base_url: \"%s/v1\", models: {gemini-embedding-2: bge}}]"
                                .formatted(far.url()),
                        CATALOGUE)) {
            CallServer.Reply reply = embed(channels, "gemini-embedding-2", "\"input\":\"a\"");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(channels.customer().consumed()).isEqualByComparingTo(BigDecimal.ZERO);
        }
    }

    @Test
    void a_report_of_the_gemini_api_is_preferred_to_a_count() {
        try (FarServer far = new FarServer(request -> request.path().endsWith(":countTokens")
                        ? whole(200, "{\"totalTokens\":999}")
                        : whole(
                                200,
                                "{\"embeddings\":[{\"values\":[" + vector(128)
                                        + "]}],\"usageMetadata\":{\"promptTokenCount\":3}}"));
                CallChannels channels = CallChannels.of(
                        "channels: [{id: far, kind: gemini, base_url: \"%s\", key: %s}]"
                                .formatted(far.url(), CallChannels.KEY_A),
                        CATALOGUE)) {
            for (int i = 0; i < 2; i++) {
                CallServer.Reply reply = embed(channels, "gemini-embedding-2", "\"input\":\"abcd\",\"dimensions\":128");
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                assertThat(reply.json().get("usage").get("prompt_tokens").intValue())
                        .isEqualTo(3);
            }
            long counts = far.requests().stream()
                    .filter(it -> it.path().endsWith(":countTokens"))
                    .count();
            assertThat(counts).isZero();
        }
    }

    @Test
    void a_vector_of_a_truncated_text_is_an_error_and_free() {
        try (FarServer far = new FarServer(request -> whole(
                        200,
                        "{\"embeddings\":[{\"values\":[" + vector(128)
                                + "]}],\"truncated\":true,\"usageMetadata\":{\"promptTokenCount\":3}}"));
                CallChannels channels = CallChannels.of(geminiAt(far), CATALOGUE)) {
            CallServer.Reply reply = embed(channels, "gemini-embedding-2", "\"input\":\"abcd\",\"dimensions\":128");
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.error().get("code").asString()).isEqualTo("context_length_exceeded");
            assertThat(channels.customer().consumed()).isEqualByComparingTo(BigDecimal.ZERO);
            assertThat(embed(channels, "gemini-embedding-2-preview", "\"input\":\"a\"")
                            .error()
                            .get("message")
                            .asString())
                    .endsWith("'gemini-embedding-2' is on sale.");
        }
    }

    private static String geminiAt(FarServer far) {
        return "channels: [{id: far, kind: gemini, base_url: \"%s\", key: %s}]"
                .formatted(far.url(), CallChannels.KEY_A);
    }

    private static String inputs(int count) {
        return "\"input\":["
                + IntStream.range(0, count).mapToObj(i -> "\"t" + i + "\"").collect(Collectors.joining(","))
                + "],\"dimensions\":128";
    }

    /** Google's answer to a batch: the first number of each vector is its input's. */
    private static FarServer.Answer batch(FarServer.Request request) {
        return whole(
                200,
                request.json()
                        .get("requests")
                        .valueStream()
                        .map(it -> it.at("/content/parts/0/text").stringValue().substring(1))
                        .map(number -> "{\"values\":[" + number + "," + vector(127) + "]}")
                        .collect(Collectors.joining(",", "{\"embeddings\":[", "]}")));
    }

    @Test
    void at_most_four_requests_of_a_call_run_at_the_same_time() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (FarServer far = new FarServer(request -> {
                    if (request.path().endsWith(":countTokens")) {
                        return whole(200, "{\"totalTokens\":1000}");
                    }
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    CallServer.await("four requests at the same time", () -> most.get() >= 4);
                    LockSupport.parkNanos(150_000_000); // a fifth would come in this time
                    running.decrementAndGet();
                    return batch(request);
                });
                CallChannels channels = CallChannels.of(geminiAt(far), CATALOGUE)) {
            CallServer.Reply reply = embed(channels, "gemini-embedding-2", inputs(1_150));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(most.get()).isEqualTo(4);
            JsonNode data = reply.json().get("data");
            for (int i = 0; i < 1_150; i++) {
                assertThat(data.get(i).get("embedding").get(0).intValue()).isEqualTo(i);
            }
            assertThat(reply.json().get("usage").get("prompt_tokens").intValue())
                    .isEqualTo(1_000);
        }
    }

    @Test
    void a_part_that_fails_is_retried_with_the_whole_call_on_another_channel() {
        try (FarServer broken =
                        new FarServer(request -> request.body().contains("t150") ? whole(500, "{}") : batch(request));
                FarServer good = new FarServer(request -> request.path().endsWith(":countTokens")
                        ? whole(200, "{\"totalTokens\":1000}")
                        : batch(request));
                CallChannels channels = CallChannels.of(CallChannels.firstAndSecond(broken, good), CATALOGUE)) {
            CallServer.Reply reply = embed(channels, "gemini-embedding-2", inputs(250));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.json().get("data").size()).isEqualTo(250);
            assertThat(good.requests().stream()
                            .filter(it -> it.path().endsWith(":batchEmbedContents"))
                            .count())
                    .isEqualTo(3);
            channels.gateway().assertBooksAreClosed();
        }
    }

    @Test
    void a_model_that_the_provider_does_not_know_rests_and_costs_nothing() {
        String unknown =
                "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"models/gemini-embedding-2 is not found\"}}";
        try (FarServer far = new FarServer(request -> whole(404, unknown));
                CallChannels channels = CallChannels.of(geminiAt(far), CATALOGUE);
                LogCapture log = new LogCapture()) {
            assertThat(embed(channels, "gemini-embedding-2", inputs(1)).status())
                    .isEqualTo(503);
            assertThat(log.text()).contains("ALARM: channel far rejected its key, project or model name");
            assertThat(channels.customer().consumed()).isEqualByComparingTo(BigDecimal.ZERO);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-embedding-001", "gemini-embedding-2"})
    void vertex_ai_is_asked_for_one_content_at_a_time_and_reports_its_tokens(String model) throws Exception {
        Vertx vertx = Vertx.vertx();
        FarServer tokens = new FarServer(request ->
                whole(200, "{\"access_token\":\"ya29.token\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"));
        Path credentials = VertexCredentials.file(tokens.url());
        Sandbox sandbox = Sandbox.start(vertx, SandboxOptions.defaults().withClock(Today::instant))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        try (tokens;
                CallChannels channels = CallChannels.of(
                        "channels: [{id: v, kind: vertex, base_url: \"%s\", location: europe-west4, credentials_file: \"%s\"}]"
                                .formatted(sandbox.baseUrl(), credentials),
                        CATALOGUE)) {
            CallServer.Reply reply = embed(
                    channels,
                    model,
                    "\"input\":[\"one\",\"two words\",\"three\",\"four\",\"five\",\"six\"],\"dimensions\":128");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.json().get("data").size()).isEqualTo(6);
            assertThat(reply.json().get("usage").get("prompt_tokens").intValue())
                    .isEqualTo(9);
            String method = model.equals("gemini-embedding-001") ? ":predict" : ":embedContent";
            assertThat(sandbox.requests().stream()
                            .filter(it -> it.path().endsWith(method))
                            .count())
                    .isEqualTo(6);
            CallServer.Reply tooLong = embed(channels, model, "\"input\":\"" + "word ".repeat(7_000) + "\"");
            assertThat(tooLong.status()).isEqualTo(400);
            assertThat(tooLong.error().get("param").stringValue()).isEqualTo("input");
            channels.gateway().assertBooksAreClosed();
        } finally {
            sandbox.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }
}
