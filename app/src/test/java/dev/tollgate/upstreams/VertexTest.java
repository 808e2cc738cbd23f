package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.TestClock;
import dev.tollgate.testing.VertexCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Vertex AI as a channel: a service account's token, express keys, and where its protocol differs (protocol 1.1, 2.1). */
@Timeout(240)
class VertexTest {

    private static final JsonMapper JSON = new JsonMapper();
    private final FarServer vertex = FarServer.saying("from vertex");
    private final FarServer tokens = new FarServer(request -> token(3600));
    private final FarServer spare = FarServer.saying("from the spare");
    private final TestClock clock = new TestClock("2026-11-20T10:00:00Z");
    private int given;
    private Path credentials;

    @BeforeEach
    void write() {
        credentials = VertexCredentials.file(tokens.url());
    }

    @AfterEach
    void close() throws IOException {
        vertex.close();
        tokens.close();
        spare.close();
        Files.delete(credentials);
    }

    private FarServer.Answer token(int seconds) {
        return whole(
                200,
                "{\"access_token\":\"ya29.token-%d\",\"expires_in\":%d,\"token_type\":\"Bearer\"}"
                        .formatted(++given, seconds));
    }

    private String yaml() {
        return """
                channels:
                  - {id: v, kind: vertex, base_url: "%s", location: europe-west4, credentials_file: "%s"}
                  - {id: spare, kind: gemini, base_url: "%s", key: spare-key, priority: 2}
                """.formatted(vertex.url(), credentials, spare.url());
    }

    @Test
    void a_call_goes_below_project_and_location_with_a_token_that_was_got_for_a_signed_claim() throws Exception {
        try (Channels channels = Channels.of(yaml(), clock)) {
            assertThat(channels.text()).isEqualTo("from vertex");
            FarServer.Request call = vertex.requests().getFirst();
            assertThat(call.path())
                    .isEqualTo("/v1/projects/acme-prod/locations/europe-west4/publishers/google/models/gemini-2.5-pro"
                            + ":streamGenerateContent?alt=sse");
            assertThat(call.headers()).containsEntry("authorization", "Bearer ya29.token-1");
            assertThat(call.headers()).doesNotContainKey("x-goog-api-key");
            assertClaim(tokens.requests().getFirst());
        }
    }

    private void assertClaim(FarServer.Request request) throws GeneralSecurityException {
        assertThat(request.path()).isEqualTo("/token");
        assertThat(request.headers()).containsEntry("content-type", "application/x-www-form-urlencoded");
        String form = URLDecoder.decode(request.body(), StandardCharsets.UTF_8);
        String grant = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=";
        assertThat(form).startsWith(grant);
        String[] jwt = form.substring(grant.length()).split("\\.");
        assertThat(decoded(jwt[0]).toString()).isEqualTo("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"kid-1\"}");
        JsonNode claims = decoded(jwt[1]);
        assertThat(claims.get("iss").asString()).isEqualTo("tollgate@acme-prod.iam.gserviceaccount.com");
        assertThat(claims.get("aud").asString()).isEqualTo(tokens.url() + "/token");
        assertThat(claims.get("scope").asString()).isEqualTo("https://www.googleapis.com/auth/cloud-platform");
        assertThat(claims.get("iat").asLong()).isEqualTo(clock.instant().getEpochSecond());
        assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(3600);
        Signature check = Signature.getInstance("SHA256withRSA");
        check.initVerify(VertexCredentials.KEYS.getPublic());
        check.update((jwt[0] + "." + jwt[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(check.verify(Base64.getUrlDecoder().decode(jwt[2]))).isTrue();
    }

    private static JsonNode decoded(String part) {
        return JSON.readTree(Base64.getUrlDecoder().decode(part));
    }

    @Test
    void calls_at_the_same_time_wait_for_one_token() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        tokens.script(request -> {
            goOn.join();
            return token(3600);
        });
        try (Channels channels = Channels.of(yaml(), clock)) {
            List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(channels.customer().chatAside(Channels.CALL.formatted(i % 2 == 0)));
            }
            Gateway.await(
                    "the calls", () -> channels.status("v").get("in_flight").asInt() == 10);
            goOn.complete(null);
            calls.forEach(call -> assertThat(call.join().text()).contains("from vertex"));
            assertThat(tokens.asked()).isEqualTo(1);
        }
    }

    @Test
    void a_token_is_kept_and_renewed_before_it_ends() {
        try (Channels channels = Channels.of(yaml(), clock)) {
            channels.text();
            clock.goOn(Duration.ofMinutes(54));
            channels.text();
            assertThat(tokens.asked()).isEqualTo(1);
            clock.goOn(Duration.ofMinutes(2));
            channels.text();
            assertThat(vertex.requests().getLast().headers()).containsEntry("authorization", "Bearer ya29.token-1");
            Gateway.await("the next token", () -> tokens.asked() == 2);
            Gateway.await("its use", () -> {
                channels.text();
                return vertex.requests()
                        .getLast()
                        .headers()
                        .get("authorization")
                        .equals("Bearer ya29.token-2");
            });
            clock.goOn(Duration.ofHours(3));
            channels.text();
            assertThat(vertex.requests().getLast().headers()).containsEntry("authorization", "Bearer ya29.token-3");
        }
    }

    @Test
    void a_token_that_is_refused_before_its_time_is_replaced_within_the_call() {
        try (Channels channels =
                Channels.of(yaml().replace(", priority: 2", ", priority: 2, models: [gemini-3-pro]"), clock)) {
            channels.text();
            clock.goOn(Duration.ofMinutes(10));
            vertex.script(request -> request.headers().get("authorization").endsWith("token-1")
                    ? whole(401, "{\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\",\"message\":\"expired\"}}")
                    : gemini("with a new token"));
            assertThat(channels.text()).isEqualTo("with a new token");
            assertThat(tokens.asked()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 | {"error":"invalid_grant","error_description":"Invalid JWT Signature for acme-prod"} | misconfigured
            401 | {"error":"invalid_client"}                                                          | misconfigured
            503 | <html>                                                                              | unavailable
            200 | {"access_token":""}                                                                 | unavailable
            200 | {"access_token":"line\\nbreak"}                                                     | unavailable
            """)
    void without_a_token_the_next_channel_is_asked(int status, String body, String kind) {
        tokens.script(whole(status, body));
        try (Channels channels = Channels.of(yaml(), clock);
                LogCapture log = new LogCapture()) {
            assertThat(channels.text()).isEqualTo("from the spare");
            assertThat(vertex.asked()).isZero();
            assertThat(channels.status("v").at("/last_error/kind").asString()).isEqualTo(kind);
            assertThat(log.text()).doesNotContain("acme-prod", "PRIVATE");
        }
    }

    @Test
    void a_token_of_endless_length_is_no_token() {
        tokens.script(whole(200, "{\"access_token\":\"" + "x".repeat(100_000) + "\"}"));
        try (Channels channels = Channels.of(yaml(), clock)) {
            assertThat(channels.text()).isEqualTo("from the spare");
        }
    }

    @Test
    void in_express_mode_a_key_suffices() {
        String yaml = "channels: [{id: v, kind: vertex, base_url: \"%s\", key: express-key}]".formatted(vertex.url());
        try (Channels channels = Channels.of(yaml)) {
            assertThat(channels.text()).isEqualTo("from vertex");
            FarServer.Request call = vertex.requests().getFirst();
            assertThat(call.path())
                    .isEqualTo("/v1beta1/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
            assertThat(call.headers()).containsEntry("x-goog-api-key", "express-key");
        }
    }

    @Test
    void usage_that_comes_on_the_last_chunk_alone_is_what_is_charged() {
        vertex.script(
                FarServer.events(
                        "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"one \"}]}}],\"usageMetadata\":{\"trafficType\":\"ON_DEMAND\"},\"createTime\":\"2026-11-20T10:00:00Z\"}",
                        "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"two\"}]}}],\"usageMetadata\":{\"trafficType\":\"ON_DEMAND\"}}",
                        "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":1000,\"candidatesTokenCount\":100,\"totalTokenCount\":1100,\"trafficType\":\"ON_DEMAND\"}}"));
        try (Channels channels = Channels.of(yaml(), clock)) {
            Gateway.Reply reply = channels.stream();
            assertThat(reply.content()).isEqualTo("one two");
            assertThat(reply.text()).contains("\"credits_consumed\":0.1");
            assertThat(channels.customer().lastTask().get("usage_flags")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void ids_of_calls_that_it_is_not_known_to_have_made_stay_here(String model) {
        String body = """
                {"model":"%s","stream":false,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"q":{"type":"string"}}}}}],
                 "messages":[{"role":"user","content":"Hi"},
                 {"role":"assistant","content":null,"tool_calls":[{"id":"fc-1","type":"function","function":{"name":"f","arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"fc-1","content":"fine"}]}""".formatted(model);
        try (Channels channels = Channels.of(yaml(), clock)) {
            Gateway.Reply reply = channels.customer().chat(body);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(vertex.requests()
                            .getFirst()
                            .json()
                            .at("/contents/1/parts/0/functionCall")
                            .has("id"))
                    .isFalse();
            assertThat(vertex.requests()
                            .getFirst()
                            .json()
                            .at("/contents/2/parts/0/functionResponse")
                            .has("id"))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void ids_of_calls_that_it_is_not_known_to_have_made_stay_here_at_the_Gemini_door_too(String model) {
        String body = """
                {"contents":[{"role":"user","parts":[{"text":"Hi"}]},
                {"role":"model","parts":[{"functionCall":{"id":"fc-1","name":"f","args":{"id":"mine"}},"thoughtSignature":"c2ln"}]},
                {"role":"user","parts":[{"functionResponse":{"id":"fc-1","name":"f","response":{"id":"mine"}}}]}],
                "tools":[{"functionDeclarations":[{"name":"f"}]}]}""";
        try (Channels channels = Channels.of(yaml(), clock)) {
            Gateway.Reply reply = channels.gateway()
                    .post(
                            "/v1beta/models/" + model + ":generateContent",
                            body,
                            channels.customer().key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode contents = vertex.requests().getFirst().json().get("contents");
            assertThat(contents.at("/1/parts/0/functionCall").has("id")).isFalse();
            assertThat(contents.at("/2/parts/0/functionResponse").has("id")).isFalse();
            assertThat(contents.at("/1/parts/0/functionCall/args/id").asString())
                    .as("an argument of that name is none")
                    .isEqualTo("mine");
            assertThat(contents.at("/2/parts/0/functionResponse/response/id").asString())
                    .isEqualTo("mine");
        }
    }

    @Test
    void neither_token_nor_key_nor_project_is_in_any_answer_or_log() {
        vertex.script(
                whole(403, "{\"error\":{\"code\":403,\"message\":\"ya29.token-1 may not use projects/acme-prod\"}}"));
        spare.script(whole(500, "ya29.token-1 spare-key"));
        try (LogCapture log = new LogCapture();
                Channels channels = Channels.of(yaml(), clock)) {
            Gateway.Reply reply = channels.call();
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.text() + channels.admin().text() + log.text())
                    .doesNotContain(
                            "ya29", "acme-prod", "spare-key", "PRIVATE KEY", VertexCredentials.PEM.substring(40, 80));
        } catch (UncheckedIOException e) {
            throw new AssertionError(e);
        }
    }
}
