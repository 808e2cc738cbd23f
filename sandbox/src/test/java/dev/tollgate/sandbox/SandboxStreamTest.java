package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.generation.PromptTokens;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The shape of answers: order of events, usage, ends. */
class SandboxStreamTest {

    private static final String THOUGHTS = ",\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}}";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void a_stream_has_thoughts_then_text_then_an_empty_last_event_with_the_reason() {
        SandboxClient.Reply reply =
                client.stream(GEMINI_25, user("Explain quantum computing in simple terms", THOUGHTS));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
        assertThat(reply.text()).endsWith("\r\n\r\n").doesNotContain("[DONE]").doesNotContain("event:");
        List<JsonNode> parts =
                reply.events().stream().map(SandboxStreamTest::part).toList();
        assertThat(parts).hasSizeGreaterThan(6);
        assertThat(parts.subList(0, 2)).allMatch(part -> part.path("thought").asBoolean(false));
        assertThat(parts.subList(2, parts.size())).noneMatch(part -> part.has("thought"));
        JsonNode last = reply.events().getLast();
        assertThat(part(last).toString()).isEqualTo("{\"text\":\"\"}");
        assertThat(candidate(last).path("finishReason").asString()).isEqualTo("STOP");
        assertThat(reply.events().subList(0, parts.size() - 1))
                .noneMatch(event -> candidate(event).has("finishReason"));
    }

    @Test
    void all_events_of_a_stream_have_one_response_id_and_the_model() {
        List<JsonNode> events =
                client.stream(GEMINI_3, user("Hi, introduce yourself", "")).events();

        assertThat(events)
                .extracting(event -> event.path("responseId").asString())
                .containsOnly(events.getFirst().path("responseId").asString());
        assertThat(events)
                .extracting(event -> event.path("modelVersion").asString())
                .containsOnly(GEMINI_3);
    }

    @Test
    void usage_stands_on_every_event_grows_and_adds_up() {
        List<JsonNode> events = client.stream(GEMINI_25, user("Explain relativity in simple terms", THOUGHTS))
                .events();

        int before = 0;
        for (JsonNode event : events) {
            JsonNode usage = event.path("usageMetadata");
            int sum = count(usage, "promptTokenCount")
                    + count(usage, "candidatesTokenCount")
                    + count(usage, "thoughtsTokenCount")
                    + count(usage, "toolUsePromptTokenCount");
            assertThat(usage.path("totalTokenCount").asInt()).isEqualTo(sum).isGreaterThanOrEqualTo(before);
            before = sum;
        }
        assertThat(events.getFirst().path("usageMetadata").has("candidatesTokenCount"))
                .isFalse();
    }

    @Test
    void visible_tokens_are_a_quarter_of_the_bytes_whether_streamed_or_whole() {
        String body = user("Say: Grüße aus Köln – 東京 🎉 and more of the same", "");

        SandboxClient.Reply whole = client.generate(GEMINI_25, body);
        List<JsonNode> events = client.stream(GEMINI_25, body).events();

        assertThat(whole.answer()).isEqualTo("Grüße aus Köln – 東京 🎉 and more of the same");
        assertThat(count(whole.usage(), "candidatesTokenCount")).isEqualTo(PromptTokens.ofText(whole.answer()));
        assertThat(events.getLast().path("usageMetadata")).isEqualTo(whole.usage());
        StringBuilder joined = new StringBuilder();
        events.forEach(event -> joined.append(JsonTrees.text(part(event), "text")));
        assertThat(joined.toString()).isEqualTo(whole.answer());
    }

    @Test
    void a_long_text_has_at_most_a_thousand_events() {
        String text = "word ".repeat(29_000) + "end";

        List<JsonNode> events =
                client.stream(GEMINI_25, user("Say: " + text, "")).events();

        assertThat(events).hasSizeBetween(100, 1_000);
        StringBuilder joined = new StringBuilder();
        events.forEach(event -> joined.append(JsonTrees.text(part(event), "text")));
        assertThat(joined.toString()).isEqualTo(text);
    }

    @Test
    void the_prompt_is_counted_by_modality() {
        String image = """
                {"contents":[{"parts":[{"text":"12345678"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}]}""";

        JsonNode usage = client.generate(GEMINI_25, image).usage();

        assertThat(usage.path("promptTokensDetails").toString())
                .isEqualTo("[{\"modality\":\"TEXT\",\"tokenCount\":2},{\"modality\":\"IMAGE\",\"tokenCount\":258}]");
        assertThat(count(usage, "promptTokenCount")).isEqualTo(260);
    }

    @Test
    void count_tokens_agrees_with_the_usage_of_the_answer() {
        String body = user("How many tokens is this?", "");

        JsonNode counted = client.post("/v1beta/models/" + GEMINI_25 + ":countTokens", body)
                .json();
        JsonNode wrapped = client.post(
                        "/v1/models/" + GEMINI_25 + ":countTokens",
                        "{\"generateContentRequest\":{\"model\":\"models/" + GEMINI_25 + "\"," + body.substring(1)
                                + "}")
                .json();

        assertThat(counted.path("totalTokens").asInt())
                .isEqualTo(count(client.generate(GEMINI_25, body).usage(), "promptTokenCount"));
        assertThat(wrapped).isEqualTo(counted);
    }

    @Test
    void without_alt_sse_a_stream_is_one_json_array() {
        SandboxClient.Reply reply =
                client.post("/v1beta/models/" + GEMINI_25 + ":streamGenerateContent", user("Hello", ""));

        assertThat(reply.json().isArray()).isTrue();
        assertThat(List.copyOf(reply.json().values()))
                .isEqualTo(client.stream(GEMINI_25, user("Hello", "")).events());
    }

    @Test
    void thoughts_are_hidden_unless_asked_for_but_always_counted() {
        SandboxClient.Reply reply = client.ask(GEMINI_25, "What is 2+2?");

        assertThat(reply.parts()).noneMatch(part -> part.has("thought"));
        assertThat(reply.answer()).isEqualTo("2 + 2 = 4.");
        assertThat(count(reply.usage(), "thoughtsTokenCount")).isPositive();
    }

    @Test
    void more_effort_thinks_longer() {
        assertThat(thoughts(GEMINI_3, "\"thinkingLevel\":\"LOW\""))
                .isLessThan(thoughts(GEMINI_3, "\"thinkingLevel\":\"HIGH\""));
        assertThat(thoughts(GEMINI_25, "\"thinkingBudget\":1024"))
                .isLessThan(thoughts(GEMINI_25, "\"thinkingBudget\":24576"));
        assertThat(thoughts("gemini-2.5-flash", "\"thinkingBudget\":0")).isZero();
        assertThat(thoughts(GEMINI_25, "\"thinkingBudget\":128")).isLessThanOrEqualTo(128);
    }

    @Test
    void a_maximum_that_the_thoughts_eat_leaves_no_content_at_all() {
        SandboxClient.Reply reply =
                client.generate(GEMINI_25, user("Hello", ",\"generationConfig\":{\"maxOutputTokens\":20}"));

        assertThat(reply.candidate().toString())
                .isEqualTo("{\"content\":{\"role\":\"model\"},\"index\":0,\"finishReason\":\"MAX_TOKENS\"}");
        assertThat(reply.usage().has("candidatesTokenCount")).isFalse();
        assertThat(count(reply.usage(), "thoughtsTokenCount")).isEqualTo(20);
    }

    @Test
    void a_maximum_cuts_the_text_between_two_characters() {
        String config = ",\"generationConfig\":{\"maxOutputTokens\":5,\"thinkingConfig\":{\"thinkingBudget\":0}}";

        SandboxClient.Reply reply = client.generate("gemini-2.5-flash", user("Say: 東京東京東京東京東京東京東京", config));

        assertThat(reply.answer()).isEqualTo("東京東京東京");
        assertThat(reply.candidate().path("finishReason").asString()).isEqualTo("MAX_TOKENS");
        assertThat(count(reply.usage(), "candidatesTokenCount")).isEqualTo(5);
    }

    @Test
    void a_stop_sequence_ends_the_text_before_it() {
        SandboxClient.Reply reply = client.generate(
                GEMINI_25,
                user("Say: one two three four", ",\"generationConfig\":{\"stopSequences\":[\"four\",\"three\"]}"));

        assertThat(reply.parts().getFirst().path("text").asString()).isEqualTo("one two ");
        assertThat(reply.candidate().path("finishReason").asString()).isEqualTo("STOP");
    }

    @Test
    void several_candidates_alternate_with_their_index() {
        String body = user("Tell me something", ",\"generationConfig\":{\"candidateCount\":3}");

        List<JsonNode> events = client.stream(GEMINI_25, body).events();
        SandboxClient.Reply whole = client.generate(GEMINI_25, body);

        assertThat(events.subList(0, 3))
                .extracting(event -> candidate(event).path("index").asInt())
                .containsExactly(0, 1, 2);
        assertThat(events.stream().filter(event -> candidate(event).has("finishReason")))
                .hasSize(3);
        assertThat(whole.json().path("candidates").valueStream().map(each -> each.path("index")
                        .asInt()))
                .containsExactly(0, 1, 2);
        assertThat(events.getLast().path("usageMetadata")).isEqualTo(whole.usage());
        int visible = whole.json()
                .path("candidates")
                .valueStream()
                .mapToInt(each -> PromptTokens.ofText(GoogleRequest.textOf(each.path("content"))))
                .sum();
        assertThat(count(whole.usage(), "candidatesTokenCount")).isEqualTo(visible);
    }

    @Test
    void gemini_3_signs_the_end_of_a_text() {
        List<JsonNode> events = client.stream(GEMINI_3, user("Hello", "")).events();

        assertThat(part(events.getLast()).path("text").asString()).isEmpty();
        assertThat(part(events.getLast()).path("thoughtSignature").asString()).isBase64();
        SandboxClient.Reply whole = client.ask(GEMINI_3, "Hello");
        assertThat(whole.parts()).hasSize(1);
        assertThat(whole.parts().getFirst().has("thoughtSignature")).isTrue();
    }

    @Test
    void the_same_request_gets_the_same_bytes_and_another_seed_another_id() {
        String body = user("Tell me about rivers", THOUGHTS);
        try (SandboxClient again = new SandboxClient();
                SandboxClient other =
                        new SandboxClient(SandboxOptions.defaults().withSeed(2))) {
            String first = client.stream(GEMINI_3, body).text();

            assertThat(client.stream(GEMINI_3, body).text()).isEqualTo(first);
            assertThat(again.stream(GEMINI_3, body).text()).isEqualTo(first);
            assertThat(other.stream(GEMINI_3, body).text()).isNotEqualTo(first);
        }
    }

    private static int thoughts(String model, String thinking) {
        String config = ",\"generationConfig\":{\"thinkingConfig\":{" + thinking + "}}";
        return count(
                client.generate(model, user("Tell me about rivers", config)).usage(), "thoughtsTokenCount");
    }

    private static JsonNode candidate(JsonNode event) {
        return event.path("candidates").path(0);
    }

    private static JsonNode part(JsonNode event) {
        return candidate(event).path("content").path("parts").path(0);
    }

    private static int count(JsonNode usage, String name) {
        return usage.path(name).asInt(0);
    }
}
