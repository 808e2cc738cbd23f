package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Cached contents: made, used, changed, ended. */
class SandboxCacheTest {

    private static final String BOOK = "river ".repeat(1_500); // 9,000 bytes, 2,250 tokens

    private final SettableClock clock = new SettableClock();
    private SandboxClient client;

    @BeforeEach
    void start() {
        client = new SandboxClient(SandboxOptions.defaults().withClock(clock));
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void a_cache_stands_in_front_of_the_request_and_is_counted_within_the_prompt() {
        JsonNode cache = create("\"ttl\":\"600s\",\"displayName\":\"book\"").json();
        assertThat(cache.path("model").asString()).isEqualTo("models/gemini-2.5-pro");
        assertThat(cache.path("displayName").asString()).isEqualTo("book");
        assertThat(cache.path("expireTime").asString()).isEqualTo("2026-11-20T12:10:00Z");
        assertThat(cache.path("usageMetadata").path("totalTokenCount").asInt()).isEqualTo(2_255);

        SandboxClient.Reply reply = client.generate(GEMINI_25, user("What about trees?", cached(cache)));

        assertThat(reply.answer())
                .contains("My instructions are: “Answer from the book”.", "It is message 2 of our conversation.");
        assertThat(reply.usage().path("cachedContentTokenCount").asInt()).isEqualTo(2_255);
        assertThat(reply.usage().path("promptTokenCount").asInt()).isEqualTo(2_260);
        assertThat(reply.usage().path("totalTokenCount").asInt())
                .isEqualTo(2_260
                        + reply.usage().path("candidatesTokenCount").asInt()
                        + reply.usage().path("thoughtsTokenCount").asInt());
        JsonNode count = client.post(
                        "/v1beta/models/" + GEMINI_25 + ":countTokens",
                        "{\"generateContentRequest\":" + user("What about trees?", cached(cache)) + "}")
                .json();
        assertThat(count.path("totalTokens").asInt()).isEqualTo(2_260);
        assertThat(count.path("cachedContentTokenCount").asInt()).isEqualTo(2_255);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        ,"systemInstruction":{"parts":[{"text":"No"}]}
        ,"tools":[{"googleSearch":{}}]
        ,"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}
        """)
    void what_belongs_into_the_cache_may_not_stand_beside_it(String more) {
        JsonNode cache = create("").json();

        assertThat(client.generate(GEMINI_25, user("Hello", cached(cache) + more))
                        .error())
                .startsWith(
                        "CachedContent can not be used with GenerateContent request setting system_instruction, tools");
    }

    @Test
    void a_cache_is_of_one_model_and_of_one_project() {
        JsonNode cache = create("").json();

        assertThat(client.generate(GEMINI_3, user("Hello", cached(cache))).error())
                .isEqualTo("Model used by GenerateContent request (models/gemini-3.1-pro-preview) and CachedContent"
                        + " (models/gemini-2.5-pro) has to be the same.");
        HttpRequest foreign = client.request("/v1beta/" + cache.path("name").asString())
                .setHeader("x-goog-api-key", "another")
                .build();
        assertThat(client.send(foreign).status()).isEqualTo(403);
        assertThat(client.send(foreign).error()).isEqualTo("CachedContent not found (or permission denied)");
    }

    @Test
    void a_cache_ends_by_itself_unless_it_is_given_more_time() {
        JsonNode cache = create("\"ttl\":\"60s\"").json();
        String path = "/v1beta/" + cache.path("name").asString();
        clock.move(Duration.ofSeconds(59));

        JsonNode longer = client.send(client.request(path + "?updateMask=ttl")
                        .method("PATCH", BodyPublishers.ofString("{\"ttl\":\"120s\"}"))
                        .build())
                .json();
        assertThat(longer.path("expireTime").asString()).isEqualTo("2026-11-20T12:02:59Z");
        assertThat(longer.path("updateTime").asString()).isEqualTo("2026-11-20T12:00:59Z");
        assertThat(client.send(client.request(path)
                                .method("PATCH", BodyPublishers.ofString("{\"displayName\":\"x\"}"))
                                .build())
                        .status())
                .isEqualTo(400);
        clock.move(Duration.ofSeconds(119));
        assertThat(client.get(path).status()).isEqualTo(200);
        clock.move(Duration.ofSeconds(1));
        assertThat(client.get(path).status()).isEqualTo(403);
        assertThat(client.get("/v1beta/cachedContents").json().isEmpty()).isTrue();
    }

    @Test
    void a_cache_is_listed_and_deleted() {
        String path = "/v1/" + create("").json().path("name").asString();
        assertThat(client.get("/v1/cachedContents").json().path("cachedContents"))
                .hasSize(1);

        HttpRequest delete = client.request(path).DELETE().build();
        assertThat(client.send(delete).json().isEmpty()).isTrue();
        assertThat(client.send(delete).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"model":"models/gemini-2.5-pro","contents":[{"parts":[{"text":"short"}]}]}   | Cached content is too small. total_token_count=2, min_total_token_count=2048
        {"model":"models/gemini-2.5-flash","contents":[{"parts":[{"text":"short"}]}]} | Cached content is too small. total_token_count=2, min_total_token_count=1024
        {"model":"gemini-2.5-pro"}      | * CreateCachedContentRequest.cached_content.model: unexpected model name format
        {"model":"models/gemini-2.5-pro","ttl":"1h","contents":[{"parts":[{"text":"LONG"}]}]} | Invalid value at 'cached_content.ttl' (type.googleapis.com/google.protobuf.Duration), "1h"
        {"model":"models/gemini-2.5-pro","expireTime":"soon","contents":[{"parts":[{"text":"LONG"}]}]} | Invalid value at 'cached_content.expire_time' (type.googleapis.com/google.protobuf.Timestamp), "soon"
        {"model":"models/gemini-2.5-pro","contents":[{"role":"tool","parts":[{"text":"LONG"}]}]} | Please use a valid role: user, model.
        {"nonsense":1}                  | Invalid JSON payload received. Unknown name "nonsense": Cannot find field.
        """)
    void a_cache_that_cannot_be_is_refused(String body, String message) {
        SandboxClient.Reply reply = client.post("/v1beta/cachedContents", body.replace("LONG", BOOK));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo(message);
    }

    @Test
    void a_cache_of_an_unknown_model_is_404() {
        assertThat(client.post("/v1beta/cachedContents", "{\"model\":\"models/gemini-9\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void caches_are_bounded_by_their_bytes() {
        String large = "{\"model\":\"models/gemini-2.5-pro\",\"contents\":[{\"parts\":[{\"text\":\""
                + "x".repeat(20 << 20) + "\"}]}]}";
        for (int i = 0; i < 3; i++) {
            assertThat(client.post("/v1beta/cachedContents", large).status()).isEqualTo(200);
        }

        assertThat(client.post("/v1beta/cachedContents", large).status()).isEqualTo(429);
        clock.move(Duration.ofHours(1));
        assertThat(client.post("/v1beta/cachedContents", large).status()).isEqualTo(200);
    }

    private SandboxClient.Reply create(String more) {
        return client.post("/v1beta/cachedContents", """
                {"model":"models/gemini-2.5-pro","contents":[{"role":"user","parts":[{"text":"%s"}]}],
                 "systemInstruction":{"parts":[{"text":"Answer from the book"}]}%s}""".formatted(BOOK, more.isEmpty() ? "" : "," + more));
    }

    private static String cached(JsonNode cache) {
        return ",\"cachedContent\":\"" + cache.path("name").asString() + "\"";
    }
}
