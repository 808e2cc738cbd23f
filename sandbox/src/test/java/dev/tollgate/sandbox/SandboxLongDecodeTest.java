package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A response in several hops, each with the token of the one before. */
class SandboxLongDecodeTest {

    private static final String MODEL = "gemini-4-argon";
    private static final String WORDS = "Write 60 words about 東京";
    private static final String CUT = MODEL + "~finish=CONTINUATION~after=2";
    private static final SandboxClient client = new SandboxClient();

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void hops_add_up_to_the_whole_response() {
        List<JsonNode> whole = client.stream(MODEL, user(WORDS, "")).events();
        List<List<JsonNode>> hops = hops();

        assertThat(hops.size()).isGreaterThan(2);
        assertThat(hops.stream()
                        .flatMap(List::stream)
                        .map(SandboxLongDecodeTest::text)
                        .toList())
                .containsSubsequence(whole.stream()
                        .map(SandboxLongDecodeTest::text)
                        .filter(text -> !text.isEmpty())
                        .toList());
        List<JsonNode> last = hops.removeLast();
        assertThat(reason(last)).isEqualTo("STOP");
        assertThat(last.getLast().at("/candidates/0").has("continuationToken")).isFalse();
        assertThat(hops).allSatisfy(hop -> assertThat(reason(hop)).isEqualTo("CONTINUATION"));
    }

    @Test
    void a_hops_prompt_contains_what_was_generated_before() {
        long prompt = count(hops().getFirst(), "promptTokenCount");
        long generated = 0;
        for (List<JsonNode> hop : hops()) {
            assertThat(count(hop, "promptTokenCount")).isEqualTo(prompt + generated);
            generated += count(hop, "candidatesTokenCount") + count(hop, "thoughtsTokenCount");
            assertThat(count(hop, "totalTokenCount")).isEqualTo(prompt + generated);
        }
        JsonNode whole = client.stream(MODEL, user(WORDS, "")).events().getLast();
        assertThat(generated)
                .isEqualTo(count(List.of(whole), "candidatesTokenCount") + count(List.of(whole), "thoughtsTokenCount"));
    }

    @Test
    void a_token_of_another_server_is_refused() {
        SandboxClient.Reply foreign = client.stream(MODEL, user(WORDS, ",\"continuation_token\":\"QUJD\""));
        assertThat(foreign.status()).isEqualTo(400);
        assertThat(foreign.error()).isEqualTo("Invalid continuation token.");
        assertThat(client.stream(MODEL, user(WORDS, ",\"continuationToken\":\"?\""))
                        .error())
                .contains("'continuation_token' (TYPE_BYTES)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 150, 5_000})
    void a_hop_ends_after_so_many_tokens_and_no_word_is_lost(int tokens) {
        String whole = said(client.stream(MODEL, user(WORDS, "")).events());
        List<List<JsonNode>> hops = hops(MODEL + "~hop=" + tokens, user(WORDS, ""));
        assertThat(hops.stream().map(SandboxLongDecodeTest::said).collect(Collectors.joining()))
                .isEqualTo(whole);
        assertThat(hops.size()).isEqualTo(tokens == 5_000 ? 1 : Math.max(2, hops.size()));
        assertThat(hops.subList(1, hops.size()))
                .allSatisfy(hop -> assertThat(output(hop)).isLessThanOrEqualTo(Math.max(tokens, 20)));
    }

    @Test
    void a_hop_has_at_most_65_536_tokens() {
        String text = "Say: " + "word ".repeat(60_000);
        String body = user(text, ",\"generationConfig\":{\"maxOutputTokens\":262144}");
        List<List<JsonNode>> hops = hops(MODEL, body);
        assertThat(hops.size()).isEqualTo(2);
        assertThat(output(hops.getFirst())).isBetween(65_000L, 65_536L);
        assertThat(hops.stream().map(SandboxLongDecodeTest::said).collect(Collectors.joining()))
                .isEqualTo(text.substring(5).strip());
    }

    @Test
    void the_maximum_counts_over_all_hops() {
        String body = user(WORDS, ",\"generationConfig\":{\"maxOutputTokens\":170}");
        List<List<JsonNode>> hops = hops(MODEL + "~hop=50", body);
        assertThat(reason(hops.getLast())).isEqualTo("MAX_TOKENS");
        assertThat(hops.stream().mapToLong(SandboxLongDecodeTest::output).sum()).isEqualTo(170);
    }

    @Test
    void a_response_at_its_maximum_goes_on_with_a_higher_one() {
        String short_ = user(WORDS, ",\"generationConfig\":{\"maxOutputTokens\":170}");
        List<JsonNode> cut = client.stream(MODEL, short_).events();
        String more = ",\"generationConfig\":{\"maxOutputTokens\":5000},\"continuationToken\":\"" + token(cut) + "\"";
        List<JsonNode> rest = client.stream(MODEL, user(WORDS, more)).events();
        assertThat(said(cut) + said(rest))
                .isEqualTo(said(client.stream(MODEL, user(WORDS, "")).events()));
        assertThat(count(rest, "promptTokenCount")).isEqualTo(count(cut, "promptTokenCount") + 170);
    }

    @Test
    void a_checkpoint_gives_what_follows_it() {
        List<JsonNode> events =
                client.stream(MODEL + "~checkpoint=2", user(WORDS, "")).events();
        JsonNode second = events.get(1).at("/candidates/0");
        assertThat(second.has("finishReason")).isFalse();
        String more =
                ",\"continuationToken\":\"" + second.path("continuationToken").asString() + "\"";
        for (int times = 0; times < 2; times++) {
            List<JsonNode> rest =
                    client.stream(MODEL + "~checkpoint=2", user(WORDS, more)).events();
            assertThat(said(events.subList(0, 2)) + said(rest)).isEqualTo(said(events));
        }
    }

    @Test
    void a_token_is_for_its_request_model_and_key_alone() {
        String token = token(client.stream(CUT, user(WORDS, "")).events());
        String more = ",\"continuationToken\":\"" + token + "\"";
        assertThat(client.stream(CUT, user(WORDS, more)).status()).isEqualTo(200);
        assertThat(client.stream(CUT, user(WORDS, more.replace('/', '_').replace('+', '-')))
                        .status())
                .isEqualTo(200);
        assertThat(client.stream(CUT, user("Write 61 words", more)).error()).isEqualTo("Invalid continuation token.");
        assertThat(client.stream(CUT.replace("argon", "carbon"), user(WORDS, more))
                        .status())
                .isEqualTo(400);
        String altered = Base64.getEncoder().encodeToString("sandbox hop 1 9 9 00".getBytes(UTF_8));
        assertThat(client.stream(CUT, user(WORDS, more.replace(token, altered))).status())
                .isEqualTo(400);
        HttpRequest.Builder foreign = client.request("/v1beta/models/" + CUT + ":streamGenerateContent?alt=sse")
                .setHeader("x-goog-api-key", "another");
        assertThat(client.send(foreign.POST(HttpRequest.BodyPublishers.ofString(user(WORDS, more)))
                                .build())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_hop_fails_breaks_or_repeats_its_token_as_asked() {
        assertThat(secondHop("hop_error=2:503").status()).isEqualTo(503);
        assertThat(secondHop("hop_error=3:503").status()).isEqualTo(200);

        List<JsonNode> same = secondHop("hop_same=2 hop_cached=90").events();
        assertThat(token(same)).isEqualTo(firstToken("hop_same=2 hop_cached=90"));
        assertThat(count(same, "cachedContentTokenCount")).isEqualTo(count(same, "promptTokenCount") * 90 / 100);
        assertThatThrownBy(() -> secondHop("hop_drop=2:1")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void a_hop_of_thoughts_alone_is_shown_where_thoughts_are() {
        String body = user(WORDS + " [[sandbox: hop=60 hop_think=2]]", "");
        List<List<JsonNode>> hops = hops(MODEL, body);
        List<JsonNode> hidden = hops.get(1);
        assertThat(said(hidden)).isEmpty();
        assertThat(count(hidden, "candidatesTokenCount")).isZero();
        assertThat(output(hidden)).isBetween(40L, 60L);
        assertThat(said(hops.get(2))).isNotEmpty();
        assertThat(hops.stream().mapToLong(SandboxLongDecodeTest::output).sum())
                .isEqualTo(output(client.stream(MODEL, body.replace("hop=60 hop_think=2", "hop=5000"))
                        .events()));
        List<JsonNode> shown = hops(
                        MODEL,
                        user(
                                WORDS + " [[sandbox: hop=60 hop_think=2]]",
                                ",\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}}"))
                .get(1);
        assertThat(shown.stream().map(event -> event.at("/candidates/0/content/parts/0")))
                .anyMatch(part -> part.path("thought").asBoolean(false)
                        && !part.path("text").asString("").isEmpty());
    }

    private static SandboxClient.Reply secondHop(String knobs) {
        String more = ",\"continuationToken\":\"" + firstToken(knobs) + "\"";
        return client.stream(MODEL, user(WORDS + " [[sandbox: hop=60 " + knobs + "]]", more));
    }

    private static String firstToken(String knobs) {
        return token(client.stream(MODEL, user(WORDS + " [[sandbox: hop=60 " + knobs + "]]", ""))
                .events());
    }

    @Test
    void a_whole_long_response_is_for_clients_that_follow() {
        String body = user(WORDS, ",\"generationConfig\":{\"maxOutputTokens\":32769}");
        assertThat(client.generate(MODEL, body).error()).contains("only supported by streamGenerateContent");
        assertThat(client.generate(MODEL, body.replace("32769", "32768")).status())
                .isEqualTo(200);
        HttpRequest.Builder sdk = client.request("/v1beta/models/" + MODEL + ":generateContent")
                .header("x-goog-api-client", "google-genai-sdk/3.3.0 gl-node/v22");
        assertThat(client.send(sdk.POST(HttpRequest.BodyPublishers.ofString(body))
                                .build())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void vertex_decodes_long_at_v1beta1_alone() {
        String body = user(WORDS, ",\"generationConfig\":{\"maxOutputTokens\":65537}");
        String path = "/v1beta1/publishers/google/models/" + MODEL + ":streamGenerateContent?alt=sse";
        assertThat(client.post(path, body).status()).isEqualTo(200);
        assertThat(client.post(path.replace("v1beta1", "v1"), body).error()).contains("65537");
    }

    private static List<List<JsonNode>> hops() {
        return hops(CUT, user(WORDS, ""));
    }

    private static List<List<JsonNode>> hops(String model, String body) {
        List<List<JsonNode>> hops = new ArrayList<>();
        String more = "";
        while (hops.isEmpty() || reason(hops.getLast()).equals("CONTINUATION")) {
            List<JsonNode> events = client.stream(model, body.substring(0, body.length() - 1) + more + "}")
                    .events();
            hops.add(events);
            more = ",\"continuationToken\":\"" + token(events) + "\"";
        }
        return hops;
    }

    private static String token(List<JsonNode> hop) {
        return hop.getLast().at("/candidates/0/continuationToken").asString("");
    }

    private static String said(List<JsonNode> hop) {
        return hop.stream().map(SandboxLongDecodeTest::text).collect(Collectors.joining());
    }

    private static long output(List<JsonNode> hop) {
        return count(hop, "candidatesTokenCount") + count(hop, "thoughtsTokenCount");
    }

    private static String reason(List<JsonNode> hop) {
        return hop.getLast().at("/candidates/0/finishReason").asString("");
    }

    private static String text(JsonNode event) {
        return event.at("/candidates/0/content/parts/0/text").asString("");
    }

    private static long count(List<JsonNode> hop, String name) {
        return hop.getLast().path("usageMetadata").path(name).asLong(0);
    }
}
