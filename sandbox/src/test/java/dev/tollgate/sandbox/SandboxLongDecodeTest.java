package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
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

    private static List<List<JsonNode>> hops() {
        List<List<JsonNode>> hops = new ArrayList<>();
        String more = "";
        while (hops.isEmpty() || reason(hops.getLast()).equals("CONTINUATION")) {
            List<JsonNode> events = client.stream(CUT, user(WORDS, more)).events();
            hops.add(events);
            more = ",\"continuationToken\":\""
                    + events.getLast().at("/candidates/0/continuationToken").asString("") + "\"";
        }
        return hops;
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
