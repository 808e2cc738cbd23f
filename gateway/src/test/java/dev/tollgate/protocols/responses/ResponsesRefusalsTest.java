package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.RawCall;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Refusals of the Responses door, with the statuses upon which agents stop, wait or shorten their history (decisions E18, E19). */
@Timeout(240)
class ResponsesRefusalsTest {

    private static final String TOO_LONG =
            "{\"error\":{\"code\":400,\"message\":\"The input token count (1200000) exceeds the maximum"
                    + " number of tokens allowed (1048576).\",\"status\":\"INVALID_ARGUMENT\"}}";

    private static final String INVALID =
            "{\"error\":{\"code\":400,\"message\":\"Something is not supported.\",\"status\":\"INVALID_ARGUMENT\"}}";

    private static FarServer upstream;
    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        upstream = FarServer.saying("Hello.");
        gateway = CallServer.start(
                Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()), "models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
        upstream.script(FarServer.gemini("Hello."));
    }

    private CallServer.Reply call(boolean streams) {
        return gateway.post(
                "/v1/responses",
                "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\",\"stream\":" + streams + "}",
                customer.key());
    }

    private void assertNothingIsCharged() {
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    @Test
    void codex_gets_a_spent_limit_in_the_words_that_it_shows() {
        Customer spent = gateway.customer("100", KeyOptions.spend("0.000001", null, null));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/responses"))
                .header("authorization", "Bearer " + spent.key())
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\",\"stream\":true}"));
        List<CallServer.Reply> others = Stream.of("opencode", "pi", "codexbar", "")
                .map(name -> gateway.send(request.setHeader("originator", name)))
                .toList();
        List<CallServer.Reply> codexes = Stream.of("codex_exec", "codex_cli_rs", "codex-tui", "Codex Desktop")
                .map(name -> gateway.send(request.setHeader("originator", name)))
                .toList();

        for (CallServer.Reply reply :
                Stream.concat(others.stream(), codexes.stream()).toList()) {
            assertThat(reply.error().get("code").asString()).isEqualTo("spend_limit_exceeded");
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
        }
        for (CallServer.Reply other : others) {
            assertThat(other.status()).isEqualTo(402);
            assertThat(other.error().get("type").asString()).isEqualTo("billing_error");
            assertThat(other.header("x-codex-promo-message")).isEmpty();
        }
        for (CallServer.Reply codex : codexes) {
            assertThat(codex.status()).isEqualTo(429);
            assertThat(codex.error().get("type").asString()).isEqualTo("usage_limit_reached");
            assertThat(codex.header("x-codex-promo-message") + ".")
                    .startsWith("The call is too large for the key's hourly spend limit of ")
                    .isEqualTo(codex.error().get("message").asString());
        }
    }

    /** Sends a GET with some headers, and returns the head of the response. */
    private String get(String path, String... headers) {
        String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
        try (RawCall call = RawCall.sending(gateway.port(), head)) {
            return call.readUntil("}}");
        }
    }

    @Test
    void a_websocket_gets_a_426_with_or_without_a_proxy() {
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        for (String path : List.of("/v1/responses", "/responses")) {
            for (String answer : List.of(get(path, "Connection: Upgrade", "Upgrade: websocket", key), get(path, key))) {
                assertThat(answer).startsWith("HTTP/1.1 426 ");
                assertThat(answer)
                        .contains("upgrade: HTTP/1.1\r\n", "connection: upgrade\r\n", "connection: close\r\n")
                        .contains("\"message\":\"WebSocket is not served here. Use POST /v1/responses.\"");
            }
            assertThat(get(path, "Accept: */*")).startsWith("HTTP/1.1 405 ");
        }
        assertThat(get("/v1/chat/completions", key)).startsWith("HTTP/1.1 405 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00a0", "\u3000", "\u200b", "\"", "。", " and more"})
    void a_key_with_what_was_pasted_behind_it_is_told(String behind) {
        String key = gateway.customer("1").key() + behind;
        for (String header : List.of("Authorization: Bearer ", "x-api-key: ", "x-goog-api-key: ")) {
            String path = header.startsWith("x-goog") ? "/v1beta/models" : "/v1/models";
            assertThat(get(path, header + key))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("The API key has a character that no key has");
        }
    }

    @Test
    void a_key_of_another_service_is_named() {
        assertThat(get("/v1/models", "Authorization: Bearer eyJhbGciOi.x.y", "chatgpt-account-id: a"))
                .startsWith("HTTP/1.1 401 ")
                .contains("x-should-retry: false")
                .contains("This is a sign-in token of ChatGPT, not an API key of this server."
                        + " Run 'codex login --with-api-key' or set env_key in the provider.");
        assertThat(get("/v1/models", "Authorization: Bearer eyJhbGciOi.x.y"))
                .contains("The API key must start with 'sk-'.");
        assertThat(get("/v1beta/models", "x-goog-api-key: AIzaSyA"))
                .startsWith("HTTP/1.1 401 ")
                .contains("This is a key of Google");
        assertThat(get("/v1/models", "x-api-key: sk-ant-api03-x"))
                .startsWith("HTTP/1.1 401 ")
                .contains("This is a key of Anthropic", "Set ANTHROPIC_AUTH_TOKEN");
    }

    @Test
    void a_prompt_that_is_too_long_fails_within_the_stream_each_time() {
        upstream.script(FarServer.whole(400, TOO_LONG));
        for (int i = 0; i < 2; i++) {
            CallServer.Reply reply = call(true);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode failed = ResponseEvents.of(reply.text()).last();
            assertThat(failed.get("status").asString()).isEqualTo("failed");
            assertThat(failed.at("/error/code").asString()).isEqualTo("context_length_exceeded");
        }
        CallServer.Reply whole = call(false);
        assertThat(whole.status()).isEqualTo(400);
        assertThat(whole.json().at("/error/code").asString()).isEqualTo("context_length_exceeded");
        assertNothingIsCharged();
    }

    @Test
    void a_request_that_the_upstream_refuses_ends_an_agent() {
        upstream.script(FarServer.whole(400, INVALID));
        for (boolean streams : new boolean[] {true, true, false}) {
            CallServer.Reply reply = call(streams);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json().at("/error/code").asString()).isEqualTo("upstream_error");
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
        }
        assertNothingIsCharged();
    }

    @Test
    void a_prompt_that_the_upstream_blocks_ends_an_agent() {
        upstream.script(FarServer.events("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},"
                + "\"usageMetadata\":{\"promptTokenCount\":5,\"totalTokenCount\":5}}"));
        CallServer.Reply reply = call(true);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/error/code").asString()).isEqualTo("upstream_error");
        assertNothingIsCharged();
    }

    @Test
    void an_upstream_that_is_down_is_worth_another_try() {
        upstream.script(FarServer.whole(503, "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}"));
        CallServer.Reply reply = call(true);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("x-should-retry")).isNotEqualTo("false");
    }

    @Test
    void credits_that_another_call_holds_are_worth_another_try() throws Exception {
        Customer poor = gateway.customer("5");
        String body = "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\",\"max_output_tokens\":200}";
        java.util.concurrent.CountDownLatch asked = new java.util.concurrent.CountDownLatch(1);
        upstream.script(request -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return FarServer.gemini("Hello.");
        });
        java.util.concurrent.CompletableFuture<CallServer.Reply> running = poor.chatAside(
                "{\"model\":\"gemini-3.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        poor.awaitHold();

        CallServer.Reply held = gateway.post("/v1/responses", body, poor.key());

        assertThat(held.status()).as(held.text()).isEqualTo(429);
        assertThat(held.header("retry-after")).isEqualTo("1");
        assertThat(held.json().at("/error/code").asString()).isEqualTo("insufficient_credits");
        asked.countDown();
        running.get();
        Customer empty = gateway.customer("0.000001");
        assertThat(gateway.post("/v1/responses", body, empty.key()).status()).isEqualTo(402);
    }

    @Test
    void what_needs_kept_responses_is_refused_by_name() {
        for (String member : new String[] {
            "\"previous_response_id\":\"resp_1\"",
            "\"conversation\":\"conv_1\"",
            "\"prompt\":{\"id\":\"pmpt_1\"}",
            "\"background\":true,\"stream\":true"
        }) {
            CallServer.Reply reply = gateway.post(
                    "/v1/responses",
                    "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\"," + member + "}",
                    customer.key());
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json().at("/error/param").asString()).isEqualTo(member.split("\"")[1]);
        }
    }
}
