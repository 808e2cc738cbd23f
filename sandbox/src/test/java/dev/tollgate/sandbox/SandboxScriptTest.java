package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.scripting.Step;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Scripted answers, faults, and what the sandbox remembers. */
class SandboxScriptTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String HELLO = user("Hello", "");
    private static final String EVENT =
            "{event: {candidates: [{content: {role: model, parts: [{text: Hi}]}, index: 0}]}}";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    /** It took minutes, on the sandbox's event loop. */
    @ParameterizedTest
    @ValueSource(strings = {"\"", "'"})
    @Timeout(120)
    void a_script_with_a_large_picture_is_read_at_once(String quote) {
        String data = "A".repeat(12 << 20);
        Script script = Script.parse("- respond:\n  - event: {data: " + quote + data + quote + "}\n");
        assertThat(script.entries().getFirst().respond())
                .containsExactly(new Step.Fixed(JSON.createObjectNode().put("data", data)));
    }

    @Test
    void scripted_events_are_sent_as_they_stand() {
        client.script("""
                - match: {model: gemini-3.1-pro-preview, text: weather}
                  respond:
                    - event: {candidates: [{content: {role: model, parts: [{text: "Mostly "}]}, index: 0}]}
                    - event: '{"broken":'
                    - event:
                        candidates: [{content: {role: model, parts: [{text: "cloudy"}]}, finishReason: STOP, index: 0}]
                        usageMetadata: {promptTokenCount: 194, candidatesTokenCount: 229, thoughtsTokenCount: 457, totalTokenCount: 880}
                """);

        String text = client.stream(GEMINI_3, user("Tomorrow weather", "")).text();

        assertThat(text).isEqualTo("""
                        data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Mostly "}]},"index":0}]}

                        data: {"broken":

                        data: {"candidates":[{"content":{"role":"model","parts":[{"text":"cloudy"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":194,"candidatesTokenCount":229,"thoughtsTokenCount":457,"totalTokenCount":880}}

                        """.replace("\n", "\r\n"));
    }

    @Test
    void generate_content_merges_the_scripted_events() {
        client.script("""
                - respond:
                    - event: {candidates: [{content: {role: model, parts: [{text: Why, thought: true}]}, index: 0}], responseId: r}
                    - event: {candidates: [{content: {role: model, parts: [{text: "On"}]}, index: 0}], usageMetadata: {promptTokenCount: 1}}
                    - event: {candidates: [{content: {role: model, parts: [{text: "e"}, {functionCall: {name: f}}]}, index: 0}]}
                    - event: {candidates: [{content: {role: model, parts: [{text: "", thoughtSignature: c2ln}]}, finishReason: STOP, index: 0}], usageMetadata: {promptTokenCount: 2}}
                """);

        JsonNode merged = client.generate(GEMINI_25, HELLO).json();

        assertThat(merged.path("candidates")
                        .path(0)
                        .path("content")
                        .path("parts")
                        .toString())
                .isEqualTo(
                        "[{\"text\":\"Why\",\"thought\":true},{\"text\":\"One\"},{\"functionCall\":{\"name\":\"f\"}},"
                                + "{\"text\":\"\",\"thoughtSignature\":\"c2ln\"}]");
        assertThat(merged.path("usageMetadata").toString()).isEqualTo("{\"promptTokenCount\":2}");
        assertThat(merged.path("responseId").asString()).isEqualTo("r");
    }

    @Test
    void a_merge_never_adds_text_to_a_signed_part() {
        client.script("""
                - respond:
                    - event: {candidates: [{content: {role: model, parts: [{text: A}]}}]}
                    - event: {candidates: [{content: {role: model, parts: [{text: B, thoughtSignature: c2ln}, {text: C}]}}]}
                """);

        assertThat(client.generate(GEMINI_25, HELLO).parts())
                .hasToString("[{\"text\":\"AB\",\"thoughtSignature\":\"c2ln\"}, {\"text\":\"C\"}]");
    }

    @Test
    void the_first_entry_that_fits_answers_and_only_so_many_times() {
        client.script("""
                - {match: {model: gemini-3.1-pro-preview}, respond: [{status: 500}]}
                - {match: {text: Hello}, times: 2, respond: [{status: 503}]}
                - {match: {text: Hello}, times: 1, respond: [{status: 429}]}
                """);

        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(503);
        assertThat(client.stream(GEMINI_25, HELLO).status()).isEqualTo(503);
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(429);
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(200);
        assertThat(client.generate(GEMINI_3, HELLO).status()).isEqualTo(500);
        assertThat(client.ask(GEMINI_25, "Say: bye").answer()).isEqualTo("bye");
    }

    @Test
    void counting_is_scripted_only_by_its_own_name() {
        client.script("""
                - {match: {method: countTokens}, respond: [{event: {totalTokens: 7}}]}
                - {respond: [{status: 500}]}
                """);

        assertThat(client.post("/v1beta/models/" + GEMINI_25 + ":countTokens", HELLO)
                        .json()
                        .path("totalTokens")
                        .asInt())
                .isEqualTo(7);
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(500);
    }

    @Test
    void a_scripted_call_is_checked_except_for_signatures_and_model() {
        client.script("- respond: [" + EVENT + "]");
        String unsigned = """
                {"contents":[{"role":"user","parts":[{"text":"Go"}]},
                 {"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"c2ln"}]},
                 {"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}""";

        assertThat(client.generate(GEMINI_25, "{\"contents\":[],\"nonsense\":1}")
                        .status())
                .isEqualTo(400);
        assertThat(client.generate(GEMINI_3, unsigned).answer()).isEqualTo("Hi");
        assertThat(client.generate("gemini-next", HELLO).answer()).isEqualTo("Hi");
    }

    @ParameterizedTest
    @CsvSource({
        "400,INVALID_ARGUMENT",
        "401,UNAUTHENTICATED",
        "403,PERMISSION_DENIED",
        "404,NOT_FOUND",
        "429,RESOURCE_EXHAUSTED",
        "500,INTERNAL",
        "503,UNAVAILABLE",
        "504,DEADLINE_EXCEEDED"
    })
    void a_status_without_a_body_says_what_google_says(int status, String name) {
        client.script("- respond: [{status: " + status + "}]");

        SandboxClient.Reply reply = client.stream(GEMINI_25, HELLO);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.json().path("error").path("code").asInt()).isEqualTo(status);
        assertThat(reply.json().path("error").path("status").asString()).isEqualTo(name);
        assertThat(reply.error()).isNotEmpty();
    }

    @Test
    void a_quota_error_says_when_to_come_back() {
        client.script("- respond: [{status: 429}]");

        JsonNode details =
                client.generate(GEMINI_25, HELLO).json().path("error").path("details");

        assertThat(details.path(0).path("violations").path(0).path("quotaId").asString())
                .contains("PerMinute");
        assertThat(details.path(2).path("retryDelay").asString()).isEqualTo("34.4s");
    }

    @Test
    void a_status_with_a_body_says_that() {
        client.script("""
                - {times: 1, respond: [{status: 400, body: {error: {message: mine}}}]}
                - {respond: [{status: 502, body: "<html>"}]}
                """);

        assertThat(client.generate(GEMINI_25, HELLO).error()).isEqualTo("mine");
        SandboxClient.Reply page = client.generate(GEMINI_25, HELLO);
        assertThat(page.text()).isEqualTo("<html>");
        assertThat(page.header("content-type")).startsWith("text/html");
    }

    @Test
    void reset_closes_the_connection_before_or_in_the_middle_of_an_answer() {
        client.script("- {times: 1, respond: [{fault: reset}]}\n- respond: [" + EVENT + ", {fault: reset}]");

        assertThatThrownBy(() -> client.stream(GEMINI_25, HELLO)).isInstanceOf(UncheckedIOException.class);
        String raw = rawStream();
        assertThat(raw).contains("data: {\"candidates\"").doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void eof_ends_in_good_order_without_a_reason() {
        client.script("- respond: [" + EVENT + ", {fault: eof}, " + EVENT + "]");

        assertThat(client.stream(GEMINI_25, HELLO).events()).hasSize(1);
        assertThat(client.generate(GEMINI_25, HELLO).candidate().has("finishReason"))
                .isFalse();
    }

    @Test
    void an_error_event_follows_what_was_sent() {
        client.script("- respond: [" + EVENT + ", {fault: error_event}]");

        assertThat(client.stream(GEMINI_25, HELLO)
                        .events()
                        .getLast()
                        .path("error")
                        .path("status")
                        .asString())
                .isEqualTo("UNAVAILABLE");
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(503);
    }

    @Test
    void a_raw_error_tail_is_no_event() {
        client.script("- respond: [" + EVENT + ", {fault: raw_error_tail}]");

        String text = client.stream(GEMINI_25, HELLO).text();

        String tail = text.substring(text.indexOf("\r\n\r\n") + 4);
        assertThat(tail).startsWith("{\n").doesNotContain("data:");
        assertThat(JsonTrees.MAPPER.readTree(tail).path("error").path("code").asInt())
                .isEqualTo(503);
    }

    @Test
    void html_comes_as_a_502_or_as_the_rest_of_a_stream() {
        client.script("- {times: 1, respond: [{fault: html}]}\n- respond: [" + EVENT + ", {fault: html}]");

        SandboxClient.Reply page = client.stream(GEMINI_25, HELLO);
        assertThat(page.status()).isEqualTo(502);
        assertThat(page.text()).startsWith("<!DOCTYPE html>");
        assertThat(client.stream(GEMINI_25, HELLO).text()).startsWith("data: {").endsWith("</html>\n");
    }

    @Test
    void one_byte_at_a_time_changes_only_how_the_answer_is_sent() {
        client.script("");
        String whole = client.stream(GEMINI_25, user("Say: 東京 🎉", "")).text();
        client.script("- respond: [{fault: one_byte_at_a_time}]");

        assertThat(client.stream(GEMINI_25, user("Say: 東京 🎉", "")).text()).isEqualTo(whole);
        assertThat(rawStream()).contains("\r\n1\r\nd\r\n1\r\na\r\n1\r\nt\r\n1\r\na\r\n1\r\n:\r\n");
    }

    @Test
    void a_delay_holds_the_answer_back() {
        client.script("- respond: [{delay_ms: 300}]");

        long start = System.nanoTime();
        SandboxClient.Reply reply = client.stream(GEMINI_25, HELLO);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(290));
        assertThat(reply.events()).isNotEmpty();
    }

    @Test
    void a_pace_stands_before_each_event() {
        client.script("");
        int events = client.stream(GEMINI_25, HELLO).events().size();
        try (SandboxClient paced = new SandboxClient(SandboxOptions.defaults().withPaceMillis(50))) {
            long start = System.nanoTime();
            assertThat(paced.stream(GEMINI_25, HELLO).events()).hasSize(events);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(45L * events));
        }
    }

    @Test
    void a_caller_who_leaves_is_noticed() throws Exception {
        client.script("- respond: [" + EVENT + ", {delay_ms: 600000}]");
        long before = client.sandbox.abandonedAnswers();

        try (Socket socket = connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }

        for (int turn = 0; turn < 2_000 && client.sandbox.abandonedAnswers() == before; turn++) {
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
        assertThat(client.sandbox.abandonedAnswers()).isEqualTo(before + 1);
    }

    @Test
    void the_script_is_replaced_over_http_in_yaml_or_json() {
        SandboxClient.Reply yaml =
                client.post("/sandbox/script", "- respond: [{status: 500}]\n- respond: [{fault: eof}]");
        assertThat(yaml.json().path("entries").asInt()).isEqualTo(2);
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(500);

        assertThat(client.post("/sandbox/script", "[]").json().path("entries").asInt())
                .isZero();
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        respond: []                                  | a script is a list of entries
        - {respond: []}                              | an entry needs something in respond
        - {respond: [{fault: fire}]}                 | unknown fault 'fire'
        - {respond: [{delay_ms: 600001}]}            | delay_ms must be 0 to 600000, not 600001
        - {respond: [{status: 200}]}                 | status must be 400 to 599, not 200
        - {respond: [{event: {}}, {status: 500}]}    | a status cannot follow an event
        - {respond: [{sleep: 1}]}                    | a step has no 'sleep', only fault
        - {respond: [{fault: eof}], times: 0}        | times must be at least 1
        - {respond: [{fault: eof}], matches: {}}     | an entry has no 'matches', only match, times, respond, knobs
        - {match: {model: 5}, respond: [{fault: eof}]} | model must be a string
        - [unclosed                                  | the script is neither YAML nor JSON
        """)
    void a_script_that_makes_no_sense_is_refused_and_changes_nothing(String source, String message) {
        client.script("- respond: [{status: 503}]");

        SandboxClient.Reply reply = client.post("/sandbox/script", source);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).startsWith(message);
        assertThat(client.generate(GEMINI_25, HELLO).status()).isEqualTo(503);
    }

    @Test
    void requests_are_remembered_with_path_headers_and_body() {
        client.script("");
        client.stream(GEMINI_25, user("Remember me", ",\"unknown\":1"));

        SandboxRequest last = client.sandbox.requests().getLast();

        assertThat(last.method()).isEqualTo("POST");
        assertThat(last.path()).isEqualTo("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
        assertThat(last.headers()).containsEntry("x-goog-api-key", "test-key");
        assertThat(last.body().path("unknown").asInt()).isEqualTo(1);
        assertThat(last.toString()).doesNotContain("test-key").doesNotContain("Remember");
    }

    @Test
    void only_so_many_requests_are_remembered() {
        try (SandboxClient small = new SandboxClient(SandboxOptions.defaults().withRequestsMax(2));
                SandboxClient none = new SandboxClient(SandboxOptions.defaults().withRequestsMax(0))) {
            small.ask(GEMINI_25, "one");
            small.ask(GEMINI_25, "two");
            small.ask(GEMINI_3, "three");
            none.ask(GEMINI_3, "three");

            assertThat(small.sandbox.requests())
                    .extracting(request -> GoogleRequest.lastUserText(request.body()))
                    .containsExactly("two", "three");
            assertThat(none.sandbox.requests()).isEmpty();
        }
    }

    @Test
    void the_record_is_bounded_by_bytes_too() {
        RequestRecord record = new RequestRecord(1_000);
        for (int i = 0; i < 100; i++) {
            record.add(new SandboxRequest("POST", "/" + i, java.util.Map.of(), JsonTrees.object()), 1 << 20);
        }

        assertThat(record.list())
                .hasSize(64)
                .last()
                .extracting(SandboxRequest::path)
                .isEqualTo("/99");
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", client.sandbox.port());
        socket.setSoTimeout(60_000);
        byte[] body = user("Say: 東京 🎉", "").getBytes(StandardCharsets.UTF_8);
        String head = "POST /v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse HTTP/1.1\r\nhost: sandbox\r\n"
                + "x-goog-api-key: k\r\nconnection: close\r\ncontent-length: " + body.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
        return socket;
    }

    /** The bytes of an answer with their chunk sizes, up to the end of the connection. */
    private static String rawStream() {
        try (Socket socket = connect();
                InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
