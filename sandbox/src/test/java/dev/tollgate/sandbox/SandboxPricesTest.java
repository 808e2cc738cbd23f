package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The factors of an answer's price apart from its tokens: tier, cache and searches. */
class SandboxPricesTest {

    private static final String SEARCH = ",\"tools\":[{\"googleSearch\":{}}]";
    private static final String VERTEX = "/v1/projects/p/locations/%s/publishers/google/models/" + GEMINI_3;
    private static final SandboxClient client = new SandboxClient();

    @AfterAll
    static void stop() {
        client.close();
    }

    // ---- tiers ----

    @ParameterizedTest
    @CsvSource({"flex,flex", "PRIORITY,priority", "standard,standard"})
    void the_tier_that_is_asked_for_is_granted(String asked, String granted) {
        SandboxClient.Reply reply = client.stream(GEMINI_3, user("Hello", ",\"serviceTier\":\"" + asked + "\""));
        assertThat(reply.header("x-gemini-service-tier")).isEqualTo(granted);
        assertThat(reply.events()).allSatisfy(event -> assertThat(
                        event.at("/usageMetadata/serviceTier").asString())
                .isEqualTo(granted));
    }

    @Test
    void without_a_tier_only_the_header_names_it() {
        SandboxClient.Reply reply = client.ask(GEMINI_3, "Hello");
        assertThat(reply.header("x-gemini-service-tier")).isEqualTo("standard");
        assertThat(reply.usage().has("serviceTier")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"standard,standard", "priority,priority", "none,''"})
    void a_knob_grants_another_tier_or_tells_none(String knob, String granted) {
        SandboxClient.Reply reply =
                client.generate(GEMINI_3 + "~tier=" + knob, user("Hello", ",\"serviceTier\":\"flex\""));
        assertThat(reply.header("x-gemini-service-tier")).isEqualTo(granted);
        assertThat(reply.usage().path("serviceTier").asString("")).isEqualTo(granted);
    }

    @ParameterizedTest
    @CsvSource({"global,flex,ON_DEMAND_FLEX", "global,priority,ON_DEMAND_PRIORITY", "europe-west4,priority,ON_DEMAND"})
    void vertex_grants_a_tier_on_the_global_endpoint_alone(String location, String asked, String traffic) {
        SandboxClient.Reply reply =
                client.send(client.request(VERTEX.formatted(location) + ":streamGenerateContent?alt=sse")
                        .header("X-Vertex-AI-LLM-Shared-Request-Type", asked)
                        .POST(BodyPublishers.ofString(user("Write 40 words", "")))
                        .build());
        assertThat(reply.events()).hasSizeGreaterThan(1).allSatisfy(event -> assertThat(
                        event.at("/usageMetadata/trafficType").asString())
                .isEqualTo(traffic));
    }

    @Test
    void vertex_may_tell_no_tier() {
        SandboxClient.Reply reply =
                client.post(VERTEX.formatted("global") + "~tier=none:generateContent", user("Hello", ""));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.usage().has("trafficType")).isFalse();
    }

    // ---- the cache ----

    private static int cached(String model, String conversation) {
        SandboxClient.Reply reply = client.generate(model, "{\"contents\":[" + conversation + "]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.usage().path("cachedContentTokenCount").asInt(0);
    }

    private static String turn(String role, String text) {
        return "{\"role\":\"" + role + "\",\"parts\":[{\"text\":\"" + text + "\"}]}";
    }

    @Test
    void the_common_beginning_of_two_prompts_is_cached_in_blocks() {
        String model = GEMINI_25 + "~implicit_cache";
        String long3000 = turn("user", "a".repeat(4 * 3_000));
        assertThat(cached(model, long3000)).isZero();
        assertThat(cached(model, long3000)).isEqualTo(2_048);
        String more = long3000 + "," + turn("model", "Fine.") + "," + turn("user", "b".repeat(4 * 3_000));
        assertThat(cached(model, more)).isEqualTo(2_048);
        assertThat(cached(model, more)).isEqualTo(5_120);
        assertThat(cached(model, turn("user", "c".repeat(4 * 3_000)))).isZero();
        assertThat(cached("gemini-2.5-flash~implicit_cache", more)).isZero();
    }

    @Test
    void a_beginning_below_the_minimum_is_not_cached() {
        String conversation = turn("user", "d".repeat(4 * 4_095));
        cached(GEMINI_3 + "~implicit_cache", conversation);
        assertThat(cached(GEMINI_3 + "~implicit_cache", conversation)).isZero();
        assertThat(cached(GEMINI_3 + "~implicit_cache=1024", conversation)).isEqualTo(3_072);
    }

    @Test
    void a_cached_beginning_tells_its_audio() {
        String audio = Base64.getEncoder().encodeToString(new byte[640 * 2_000]);
        String conversation = "{\"role\":\"user\",\"parts\":[{\"text\":\"" + "e".repeat(4 * 1_000)
                + "\"},{\"inlineData\":{\"mimeType\":\"audio/mp3\",\"data\":\"" + audio
                + "\"}},{\"text\":\"What is said?\"}]}";
        String body = "{\"contents\":[" + conversation + "]}";
        client.generate(GEMINI_25 + "~implicit_cache", body);
        JsonNode usage = client.generate(GEMINI_25 + "~implicit_cache", body).usage();
        assertThat(usage.path("cachedContentTokenCount").asInt()).isEqualTo(2_048);
        assertThat(usage.path("cacheTokensDetails"))
                .hasToString(
                        "[{\"modality\":\"TEXT\",\"tokenCount\":1000},{\"modality\":\"AUDIO\",\"tokenCount\":1048}]");
    }

    @Test
    void a_knob_says_how_much_of_the_cached_is_audio() {
        String words = "Four words of text. ".repeat(10);
        assertThat(client.ask(GEMINI_25 + "~cached=30~cached_audio=20", words)
                        .usage()
                        .path("cacheTokensDetails"))
                .hasToString("[{\"modality\":\"TEXT\",\"tokenCount\":10},{\"modality\":\"AUDIO\",\"tokenCount\":20}]");
        JsonNode untold =
                client.ask(GEMINI_25 + "~cached=30~cached_audio=untold", words).usage();
        assertThat(untold.path("cachedContentTokenCount").asInt()).isEqualTo(30);
        assertThat(untold.has("cacheTokensDetails")).isFalse();
    }

    // ---- searches ----

    @ParameterizedTest
    @CsvSource({"3,3", "0,0"})
    void an_answer_names_as_many_searches_as_a_knob_says(int knob, int queries) {
        JsonNode grounding = client.generate(GEMINI_3 + "~searches=" + knob, user("Bitcoin", SEARCH))
                .candidate()
                .path("groundingMetadata");
        assertThat(grounding.path("groundingChunks").isEmpty()).isFalse();
        assertThat(List.copyOf(grounding.path("webSearchQueries").values()))
                .hasSize(queries)
                .doesNotHaveDuplicates();
    }
}
