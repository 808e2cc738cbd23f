package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.sandbox.generation.PromptTokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Everything that can be made to go wrong, in each of the three places where it can be said. */
class SandboxKnobTest {

    private static final String WORDS = "Write 40 words about 東京";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @ParameterizedTest
    @CsvSource({
        "status=400,400,INVALID_ARGUMENT",
        "status=403,403,PERMISSION_DENIED",
        "status=404,404,NOT_FOUND",
        "status=500,500,INTERNAL",
        "status=503,503,UNAVAILABLE",
        "status=504,504,DEADLINE_EXCEEDED",
        "quota=minute,429,RESOURCE_EXHAUSTED",
        "quota=day,429,RESOURCE_EXHAUSTED",
        "quota=capacity,429,RESOURCE_EXHAUSTED"
    })
    void a_status_can_be_asked_for_by_model_by_prompt_and_by_script(String knob, int status, String name) {
        SandboxClient.Reply byModel = client.stream(GEMINI_25 + "~" + knob, user("Hello", ""));
        SandboxClient.Reply byPrompt = client.stream(GEMINI_25, user("Hello [[sandbox: " + knob + "]]", ""));
        client.script("- {match: {text: by script}, knobs: " + knob + "}");
        SandboxClient.Reply byScript = client.stream(GEMINI_25, user("by script", ""));
        client.script("");

        for (SandboxClient.Reply reply : List.of(byModel, byPrompt, byScript)) {
            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.json().path("error").path("status").asString()).isEqualTo(name);
        }
    }

    @Test
    void quotas_of_the_minute_and_of_the_day_differ_by_nothing_but_their_id() {
        SandboxClient.Reply minute = client.ask(GEMINI_3 + "~quota=minute", "Hello");
        SandboxClient.Reply day = client.ask(GEMINI_3 + "~quota=day", "Hello");

        assertThat(minute.text()).contains("GenerateRequestsPerMinutePerProjectPerModel", "\"model\" : \"" + GEMINI_3);
        assertThat(day.text()).isEqualTo(minute.text().replace("PerMinute", "PerDay"));
        assertThat(client.ask(GEMINI_3 + "~quota=capacity", "Hello").text()).doesNotContain("details");
    }

    @Test
    void knobs_count_for_so_many_calls_and_apart_by_id_and_key() {
        String first = "Say: through [[sandbox: status=503 times=2 id=first]]";
        String second = "Say: through [[sandbox: status=503 times=1 id=second]]";

        assertThat(client.ask(GEMINI_25, first).status()).isEqualTo(503);
        assertThat(client.ask(GEMINI_25, second).status()).isEqualTo(503);
        assertThat(client.ask(GEMINI_25, first).status()).isEqualTo(503);
        assertThat(client.ask(GEMINI_25, first).answer()).isEqualTo("through");
        assertThat(client.ask(GEMINI_25, second).answer()).isEqualTo("through");
        assertThat(client.send(client.request("/v1beta/models/" + GEMINI_25 + ":generateContent")
                                .setHeader("x-goog-api-key", "another")
                                .POST(BodyPublishers.ofString(user(second, "")))
                                .build())
                        .status())
                .isEqualTo(503);
    }

    @Test
    void a_knob_that_there_is_not_is_named_and_its_model_too() {
        assertThat(client.ask(GEMINI_25 + "~fire", "Hello").error())
                .startsWith("The sandbox was asked for what it cannot do: there is no knob 'fire', only status, quota");
        assertThat(client.ask(GEMINI_25, "[[sandbox: delay_head=600001]]").error())
                .endsWith("the knob delay_head takes a number of milliseconds from 0 to 600000");
        assertThat(client.ask(GEMINI_25, "[[sandbox: reset=1]]").error()).endsWith("takes nothing behind it");
        assertThat(client.ask("gemini-9~eof", "Hello").status()).isEqualTo(404);
    }

    @Test
    void what_is_said_in_a_prompt_is_not_echoed_and_brackets_of_others_are_left_alone() {
        assertThat(client.ask(GEMINI_25, "Three trees [[sandbox: no_index]]").answer())
                .startsWith("You asked: “Three trees”.");
        assertThat(client.ask(GEMINI_25, "Matrix [[1,2],[3,4]]").answer())
                .startsWith("You asked: “Matrix [[1,2],[3,4]]”.");
    }

    @Test
    void the_model_in_the_answer_is_the_one_without_knobs() {
        assertThat(client.ask(GEMINI_25 + "~no_index", "Hello")
                        .json()
                        .path("modelVersion")
                        .asString())
                .isEqualTo(GEMINI_25);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STOP",
                "MAX_TOKENS",
                "SAFETY",
                "RECITATION",
                "LANGUAGE",
                "OTHER",
                "BLOCKLIST",
                "PROHIBITED_CONTENT",
                "SPII",
                "MALFORMED_FUNCTION_CALL",
                "UNEXPECTED_TOOL_CALL",
                "MISSING_THOUGHT_SIGNATURE",
                "WHATEVER_NEXT"
            })
    void an_answer_ends_for_any_reason_with_a_usage_of_what_was_sent(String reason) {
        List<JsonNode> events =
                client.stream(GEMINI_25 + "~finish=" + reason, user(WORDS, "")).events();

        JsonNode last = events.getLast();
        assertThat(last.path("candidates").path(0).path("finishReason").asString())
                .isEqualTo(reason);
        assertThat(events.subList(0, events.size() - 1))
                .noneMatch(event -> event.path("candidates").path(0).has("finishReason"));
        String text = String.join(
                "",
                events.stream()
                        .map(event -> event.path("candidates")
                                .path(0)
                                .path("content")
                                .path("parts")
                                .path(0)
                                .path("text")
                                .asString(""))
                        .toList());
        assertThat(last.path("usageMetadata").path("candidatesTokenCount").asInt(0))
                .isEqualTo(PromptTokens.ofText(text));
    }

    @Test
    void a_blocked_prompt_has_no_candidates() {
        JsonNode blocked =
                client.ask(GEMINI_25 + "~block=PROHIBITED_CONTENT", "Hello").json();

        assertThat(blocked.path("promptFeedback").path("blockReason").asString())
                .isEqualTo("PROHIBITED_CONTENT");
        assertThat(blocked.has("candidates")).isFalse();
        assertThat(blocked.path("usageMetadata").path("totalTokenCount").asInt())
                .isEqualTo(
                        blocked.path("usageMetadata").path("promptTokenCount").asInt());
    }

    @Test
    void candidates_can_be_missing_empty_or_without_content() {
        assertThat(client.ask(GEMINI_25 + "~candidates=none", "Hello").json().has("candidates"))
                .isFalse();
        assertThat(client.ask(GEMINI_25 + "~candidates=empty", "Hello")
                        .json()
                        .path("candidates")
                        .isEmpty())
                .isTrue();
        JsonNode stopped = client.ask(GEMINI_25 + "~empty_stop", "Hello").candidate();
        assertThat(stopped.path("finishReason").asString()).isEqualTo("STOP");
        assertThat(stopped.path("content").has("parts")).isFalse();
    }

    @Test
    void an_answer_ends_early_without_a_reason_with_an_error_or_broken() {
        assertThat(stream("eof").events())
                .isNotEmpty()
                .noneMatch(event -> event.path("candidates").path(0).has("finishReason"));
        assertThat(stream("eof~after=2").events()).hasSize(2);
        assertThat(stream("error_event~after=2").events())
                .hasSize(3)
                .last()
                .extracting(event -> event.path("error").path("code").asInt())
                .isEqualTo(503);
        assertThat(stream("raw_error_tail").text()).startsWith("data: {").endsWith("}\n");
        assertThatThrownBy(() -> stream("reset")).isInstanceOf(UncheckedIOException.class);
        String cut = raw("reset_mid_event~after=1");
        assertThat(cut).contains("data: {\"candidates\"").doesNotEndWith("0\r\n\r\n");
        assertThat(cut.substring(cut.lastIndexOf("data: "))).doesNotContain("responseId");
    }

    @Test
    void the_last_event_can_come_twice_and_usage_in_fewer_places() {
        List<JsonNode> twice = stream("duplicate_last").events();
        assertThat(twice.getLast()).isEqualTo(twice.get(twice.size() - 2));
        assertThat(stream("usage=none").events()).noneMatch(event -> event.has("usageMetadata"));
        List<JsonNode> last = stream("usage=last").events();
        assertThat(last.subList(0, last.size() - 1)).noneMatch(event -> event.has("usageMetadata"));
        assertThat(last.getLast().has("usageMetadata")).isTrue();
        assertThat(client.ask(GEMINI_25 + "~cached=2", WORDS)
                        .usage()
                        .path("cachedContentTokenCount")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void a_thought_and_the_text_can_share_an_event() {
        List<JsonNode> events = client.stream(
                        GEMINI_25 + "~mixed_parts",
                        user("Say: yes", ",\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}}"))
                .events();

        assertThat(events.get(1)
                        .path("candidates")
                        .path(0)
                        .path("content")
                        .path("parts")
                        .valueStream()
                        .map(part -> part.path("thought").asBoolean(false)))
                .containsExactly(true, false);
    }

    @Test
    void calls_come_as_they_are_wanted() {
        String tool = ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"refresh\"},{\"name\":\"weather\","
                + "\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}]}]";
        String weather = user("Weather in Oslo and Rome", tool);

        assertThat(client.stream(GEMINI_3 + "~calls=together", weather).events())
                .hasSize(2);
        assertThat(client.stream(GEMINI_25 + "~calls=apart", weather).events()).hasSize(3);
        assertThat(client.generate(GEMINI_25 + "~call_ids=on", weather).text()).contains("\"id\"");
        assertThat(client.generate(GEMINI_3 + "~call_ids=off", weather).text()).doesNotContain("\"id\"");
        assertThat(client.generate(GEMINI_3 + "~unsigned", weather).text()).doesNotContain("thoughtSignature");
        assertThat(client.generate(GEMINI_25, user("Please refresh", tool)).text())
                .contains("\"args\" : { }");
        assertThat(client.generate(GEMINI_25 + "~no_args", user("Please refresh", tool))
                        .text())
                .contains("refresh")
                .doesNotContain("\"args\"");
        assertThat(stream("no_index").text()).doesNotContain("\"index\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"one_byte_at_a_time", "split_utf8", "one_write", "trickle=0"})
    void the_way_of_sending_changes_nothing_of_what_is_sent(String knob) {
        assertThat(stream(knob).text())
                .isEqualTo(client.stream(GEMINI_25, user(WORDS, "")).text());
    }

    @Test
    void writes_can_end_inside_each_character() {
        String chunks = raw("split_utf8", "Say: aé東🎉");

        // Each chunk but the last ends with the first byte of a character.
        assertThat(chunks.getBytes(StandardCharsets.ISO_8859_1)).containsSequence(0xC3, '\r', '\n');
        assertThat(chunks.getBytes(StandardCharsets.ISO_8859_1)).containsSequence(0xE6, '\r', '\n');
        assertThat(chunks.getBytes(StandardCharsets.ISO_8859_1)).containsSequence(0xF0, '\r', '\n');
    }

    @Test
    void the_whole_answer_can_be_one_write() {
        String chunks = raw("one_write");

        assertThat(chunks.substring(chunks.indexOf("\r\n\r\n") + 4).split("\r\n", 2)[0])
                .isEqualTo(Integer.toHexString(
                        client.stream(GEMINI_25, user(WORDS, "")).text().getBytes(StandardCharsets.UTF_8).length));
    }

    @Test
    void an_answer_can_be_compressed_piece_by_piece() throws Exception {
        byte[] zipped =
                client.bytes("/v1beta/models/" + GEMINI_25 + "~gzip:streamGenerateContent?alt=sse", user(WORDS, ""));

        String text = new String(
                new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).isEqualTo(client.stream(GEMINI_25, user(WORDS, "")).text());
    }

    @Test
    void answers_wait_before_the_head_before_the_first_event_and_between_events() throws Exception {
        long start = System.nanoTime();
        assertThat(stream("delay_head=120").status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(115));

        try (Socket socket = connect("delay_first=600000", WORDS)) {
            // The head is there although no event is for ten minutes.
            byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200 OK".length());
            assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
        }
        int events = stream("one_write").events().size();
        start = System.nanoTime();
        assertThat(stream("delay_between=20").events()).hasSize(events);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(18L * (events - 1)));
    }

    @Test
    void an_answer_can_stop_in_the_middle_and_stay_open() throws Exception {
        long abandoned = client.sandbox.abandonedAnswers();
        try (Socket socket = connect("hang~after=1", WORDS)) {
            StringBuilder read = new StringBuilder();
            while (read.indexOf("data: {") < 0) {
                read.append((char) socket.getInputStream().read());
            }
            assertThat(client.sandbox.abandonedAnswers()).isEqualTo(abandoned);
        }
        SandboxClient.until(() -> client.sandbox.abandonedAnswers() == abandoned + 1);
    }

    @Test
    void faults_without_a_stream_are_failures_of_the_whole() {
        assertThat(client.ask(GEMINI_25 + "~error_event", WORDS).status()).isEqualTo(503);
        assertThat(client.ask(GEMINI_25 + "~html=504", WORDS).status()).isEqualTo(504);
        assertThat(client.ask(GEMINI_25 + "~html", WORDS).text()).startsWith("<!DOCTYPE html>");
        assertThatThrownBy(() -> client.ask(GEMINI_25 + "~reset_mid_event", WORDS))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(client.ask(GEMINI_25 + "~eof", WORDS).candidate().has("finishReason"))
                .isFalse();
    }

    @Test
    void the_array_form_is_json_however_it_is_sent() {
        String path = "/v1beta/models/" + GEMINI_25 + "~delay_first=1~split_utf8:streamGenerateContent";

        assertThat(client.post(path, user(WORDS, "")).json().isArray()).isTrue();
    }

    @Test
    void a_script_has_a_trickle_and_quotas_too() {
        client.script("""
                - {match: {text: slow}, respond: [{fault: trickle, every_ms: 1}, {event: {candidates: []}}]}
                - {match: {text: poor}, respond: [{status: 429, quota: day}]}
                """);

        assertThat(client.stream(GEMINI_25, user("slow", "")).text()).isEqualTo("data: {\"candidates\":[]}\r\n\r\n");
        assertThat(client.ask(GEMINI_25, "poor").text()).contains("PerDay");
        assertThat(client.post("/sandbox/script", "- {knobs: eof, respond: [{event: {}}]}")
                        .error())
                .isEqualTo("knobs change a generated answer, and this entry brings its own");
        assertThat(client.post("/sandbox/script", "- {knobs: fire}").error()).startsWith("there is no knob 'fire'");
        client.script("");
    }

    private static SandboxClient.Reply stream(String knobs) {
        return client.stream(GEMINI_25 + "~" + knobs, user(WORDS, ""));
    }

    private static String raw(String knobs) {
        return raw(knobs, WORDS);
    }

    private static String raw(String knobs, String text) {
        try (Socket socket = connect(knobs, text)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket connect(String knobs, String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", client.sandbox.port());
        socket.setSoTimeout(60_000);
        byte[] body = user(text, "").getBytes(StandardCharsets.UTF_8);
        String head = "POST /v1beta/models/" + GEMINI_25 + "~" + knobs + ":streamGenerateContent?alt=sse HTTP/1.1\r\n"
                + "host: sandbox\r\nx-goog-api-key: k\r\nconnection: close\r\ncontent-length: " + body.length
                + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
        return socket;
    }
}
