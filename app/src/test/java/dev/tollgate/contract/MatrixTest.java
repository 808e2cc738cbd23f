package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tollgate.contract.ForeignClient.Lacks;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each client that others wrote is asked the same, and has to hear the same. A test is a row of the matrix, its cells are clients, plain and streamed. */
@Order(3)
class MatrixTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PERSON = """
            {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},\
            "required":["name","age"],"additionalProperties":false}""";

    private static HandServer host;
    private static Gateway gateway;
    private static final Map<ForeignClient, ForeignClient.Driver> DRIVERS = new EnumMap<>(ForeignClient.class);

    @BeforeAll
    static void start() {
        host = new HandServer(MatrixTest::serve);
        gateway = Gateway.start("media.allow", "127.0.0.1:" + host.port());
        for (ForeignClient client : ForeignClient.asked()) {
            DRIVERS.put(client, client.driver(gateway));
        }
    }

    @AfterAll
    static void stop() {
        DRIVERS.values().forEach(ForeignClient.Driver::close);
        gateway.close();
        host.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    static Stream<Arguments> cells() {
        return ForeignClient.asked().stream()
                .flatMap(client -> Stream.of(arguments(client, false), arguments(client, true)));
    }

    private static Said ask(ForeignClient client, Question question) {
        return DRIVERS.get(client).ask(Gateway.DEMO_KEY, question);
    }

    /** What the client took for an answer. */
    private static Said answer(ForeignClient client, Question question) {
        Said said = ask(client, question);
        assertThat(said.failure()).isNull();
        return said;
    }

    // ---- text, several turns ----

    @ParameterizedTest
    @MethodSource("cells")
    void a_text_comes_whole_with_its_end_and_its_usage(ForeignClient client, boolean streams) {
        Said said = answer(client, Question.to("gemini-2.5-pro", streams).user("Say: héllo 世界 🎉"));

        assertThat(said.text()).isEqualTo("héllo 世界 🎉");
        assertThat(said.finish()).isEqualTo("stop");
        assertThat(said.totalTokens()).isPositive();
        assertThat(said.calls()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void a_conversation_is_sent_on_in_order(ForeignClient client, boolean streams) {
        Question first =
                Question.to("gemini-3.1-pro", streams).system("Be brief.").user("Say: one");
        Said one = answer(client, first);

        Said two = answer(client, first.assistant(one).user("Say: two"));

        assertThat(List.of(one.text(), two.text())).containsExactly("one", "two");
        JsonNode asked = gateway.lastAsked();
        assertThat(asked.at("/systemInstruction/parts/0/text").asString()).isEqualTo("Be brief.");
        assertThat(asked.get("contents")
                        .valueStream()
                        .map(content -> content.get("role").asString() + ": "
                                + content.at("/parts/0/text").asString()))
                .containsExactly("user: Say: one", "model: one", "user: Say: two");
    }

    // ---- tools ----

    @ParameterizedTest
    @MethodSource("cells")
    void one_call_goes_out_and_its_result_comes_back(ForeignClient client, boolean streams) {
        assertCalls(client, Question.to("gemini-3-pro", streams).user("What is the weather in Oslo?"), "Oslo");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void parallel_calls_go_out_and_their_results_come_back(ForeignClient client, boolean streams) {
        assertCalls(
                client,
                Question.to("gemini-3-pro", streams).user("What is the weather in Oslo and Bergen?"),
                "Oslo",
                "Bergen");
    }

    private static void assertCalls(ForeignClient client, Question question, String... cities) {
        Question asking = question.tool(Question.WEATHER);
        Said calling = answer(client, asking);
        Question answered = asking.assistant(calling);
        for (Question.Call call : calling.calls()) {
            answered = answered.result(call, "sunny in " + city(call));
        }
        Said said = answer(client, answered);

        assertThat(calling.finish()).isEqualTo("tool_calls");
        assertThat(calling.calls()).extracting(MatrixTest::city).containsExactly(cities);
        assertThat(calling.calls()).extracting(Question.Call::id).doesNotHaveDuplicates();
        assertThat(said.finish()).isEqualTo("stop");
        assertThat(said.calls()).isEmpty();
        for (String city : cities) {
            assertThat(said.text()).contains("get_weather says sunny in " + city);
        }
    }

    private static String city(Question.Call call) {
        return JSON.readTree(call.arguments()).get("city").asString();
    }

    // ---- structured output ----

    @ParameterizedTest
    @MethodSource("cells")
    void an_answer_follows_the_schema(ForeignClient client, boolean streams) {
        Said said = answer(
                client,
                Question.to("gemini-2.5-pro", streams).user("Invent a person").schema(PERSON));

        JsonNode person = JSON.readTree(said.text());
        assertThat(person.propertyNames()).containsExactlyInAnyOrder("name", "age");
        assertThat(person.get("age").isIntegralNumber()).isTrue();
    }

    // ---- media ----

    /** The kinds of media, each with the first bytes that it has. */
    enum Medium {
        IMAGE("image/png", "\u0089PNG\r\n\u001a\n................"),
        PDF("application/pdf", "%PDF-1.7\n1 0 obj<<>>endobj\n"),
        SOUND("audio/wav", "RIFF....WAVEfmt ................"),
        VIDEO("video/mp4", "....ftypisom....................");

        private final String type;
        private final byte[] bytes;

        Medium(String type, String latin1) {
            this.type = type;
            this.bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        }

        String dataUrl() {
            return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
        }
    }

    static Stream<Arguments> media() {
        return cells().flatMap(cell ->
                Stream.of(Medium.values()).map(medium -> arguments(cell.get()[0], medium, cell.get()[1])));
    }

    @ParameterizedTest
    @MethodSource("media")
    void each_kind_of_media_goes_as_a_data_url(ForeignClient client, Medium medium, boolean streams) {
        assertSeen(medium, ask(client, shown(streams, medium.dataUrl())));
    }

    @ParameterizedTest
    @MethodSource("media")
    void each_kind_of_media_is_downloaded_from_its_url(ForeignClient client, Medium medium, boolean streams) {
        Said said = ask(client, shown(streams, host.url() + "/" + medium));

        if (client.has(Lacks.URLS)) {
            assertSeen(medium, said);
        } else {
            assertThat(said.failure().text()).contains("not allowed");
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void a_url_with_nothing_behind_it_is_an_error_that_says_so(ForeignClient client, boolean streams) {
        Said said = ask(client, shown(streams, host.url() + "/nothing"));

        if (client.has(Lacks.URLS)) {
            assertRefused(said, 400, "404");
        } else {
            assertThat(said.failure().text()).contains("not allowed");
        }
    }

    private static void assertSeen(Medium medium, Said said) {
        assertThat(said.failure()).isNull();
        assertThat(said.text()).contains(medium.type);
        JsonNode shown = gateway.lastAsked()
                .at("/contents/0/parts")
                .valueStream()
                .filter(part -> part.has("inlineData"))
                .findFirst()
                .orElseThrow()
                .get("inlineData");
        assertThat(shown.get("mimeType").asString()).isEqualTo(medium.type);
        assertThat(Base64.getDecoder().decode(shown.get("data").asString())).isEqualTo(medium.bytes);
    }

    private static Question shown(boolean streams, String url) {
        return Question.to("gemini-2.5-pro", streams).user("What is this?", url);
    }

    /** Has a file of each kind, under a name that says nothing. */
    private static void serve(HandServer.Request request, OutputStream out) throws IOException {
        for (Medium medium : Medium.values()) {
            if (request.target().equals("/" + medium)) {
                HandServer.reply(out, 200, "Content-Type: " + medium.type + "\r\n", medium.bytes);
                return;
            }
        }
        HandServer.reply(out, 404, "", "");
    }

    // ---- search ----

    @ParameterizedTest
    @MethodSource("cells")
    void search_comes_with_its_sources(ForeignClient client, boolean streams) {
        Said said = answer(
                client,
                Question.to("gemini-3.1-pro", streams)
                        .user("Tomorrow weather forecast for Shanghai")
                        .searching());

        assertThat(gateway.lastAsked().at("/tools/0").has("googleSearch")).isTrue();
        assertThat(said.finish()).isEqualTo("stop");
        if (client.has(Lacks.SOURCES)) {
            assertThat(said.sources()).isNotEmpty().allSatisfy(url -> assertThat(url)
                    .startsWith("https://"));
        }
    }

    // ---- reasoning ----

    @ParameterizedTest
    @MethodSource("cells")
    void reasoning_is_shown_in_addition_to_the_text(ForeignClient client, boolean streams) {
        Said said = answer(
                client,
                Question.to("gemini-3.1-pro", streams)
                        .user("How many prime numbers are there below 100?")
                        .effort("high"));

        assertThat(said.thoughts()).isNotEmpty();
        assertThat(said.text()).isNotEmpty().doesNotContain(said.thoughts());
    }

    @ParameterizedTest
    @MethodSource("cells")
    void reasoning_that_is_not_asked_for_is_not_shown(ForeignClient client, boolean streams) {
        Said said = answer(client, Question.to("google/gemini-2.5-pro", streams).user("Say: yes"));

        assertThat(said.thoughts()).isEmpty();
        assertThat(said.text()).isEqualTo("yes");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void reasoning_that_a_model_cannot_leave_off_is_not_left_off_silently(ForeignClient client, boolean streams) {
        if (client.has(Lacks.NO_EFFORT)) {
            Said said = ask(
                    client, Question.to("gemini-3.1-pro", streams).user("Hi").effort("none"));

            assertRefused(said, 400, "reasoning_effort");
        }
    }

    // ---- ends ----

    @ParameterizedTest
    @MethodSource("cells")
    void an_answer_that_is_too_long_is_cut_and_says_so(ForeignClient client, boolean streams) {
        Said said = answer(
                client,
                Question.to("google/gemini-2.5-pro", streams)
                        .user("Write 2000 words about rivers")
                        .tokensMax(1000));

        assertThat(said.finish()).isEqualTo("length");
        assertThat(said.text()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void a_filter_that_comes_late_leaves_what_was_said(ForeignClient client, boolean streams) {
        gateway.script(UpstreamScript.answers()
                .text("Half of", new Tokens(1000, 100, 0))
                .finish("SAFETY", new Tokens(1000, 100, 0)));

        Said said = answer(client, Question.to("gemini-2.5-pro", streams).user(Prompts.LONG));

        assertThat(said.finish()).isEqualTo("content_filter");
        assertThat(said.text()).isEqualTo("Half of");
        assertThat(said.totalTokens()).isEqualTo(1100);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void a_blocked_prompt_is_an_error_that_costs_nothing(ForeignClient client, boolean streams) {
        String before = gateway.credits().toString();

        Said said = ask(
                client,
                Question.to("gemini-2.5-pro", streams).user(client + " " + streams + " [[sandbox: block=SAFETY]]"));

        assertRefused(said, 503, code(client, "upstream_error"));
        assertThat(gateway.credits()).hasToString(before);
    }

    // ---- errors ----

    @ParameterizedTest
    @MethodSource("cells")
    void each_error_has_its_status_and_its_code(ForeignClient client, boolean streams) {
        Callers callers = new Callers(gateway);
        Question question = Question.to("gemini-2.5-pro", streams).user("Hi");
        String once = callers.once();
        DRIVERS.get(client).ask(once, question);

        assertRefused(
                refused(
                        client,
                        Gateway.DEMO_KEY,
                        Question.to("gemini-3.1-pro", streams).user("Hi").tool(Question.WEATHER)),
                400,
                "tools");
        assertRefused(refused(client, "sk-nobody", question), 401, code(client, "invalid_api_key"));
        assertRefused(refused(client, callers.poor(), question), 402, "top up");
        assertRefused(refused(client, callers.fromElsewhere(), question), 403, code(client, "ip_not_allowed"));
        assertRefused(
                refused(
                        client,
                        Gateway.DEMO_KEY,
                        Question.to("gemini-9", streams).user("Hi")),
                404,
                "gemini-9");
        assertRefused(refused(client, once, question), 429, code(client, "rate_limit_exceeded"));
        assertRefused(DRIVERS.get(client).ask(callers.thrifty(), question), 402, "spend limit");
        gateway.script(Scripts.status(503));
        assertRefused(ask(client, question), 503, code(client, "upstream_error"));
    }

    private static Said refused(ForeignClient client, String key, Question question) {
        int askedBefore = gateway.asked().size();
        Said said = DRIVERS.get(client).ask(key, question);
        assertThat(gateway.asked()).hasSize(askedBefore);
        return said;
    }

    /** Where the client shows it. */
    private static String code(ForeignClient client, String code) {
        return client.has(Lacks.CODES) ? code : "";
    }

    private static void assertRefused(Said said, int status, String text) {
        assertThat(said.failure()).as("%s", said).isNotNull();
        assertThat(said.failure().status()).as("%s", said).isEqualTo(status);
        assertThat(said.failure().text()).contains(text);
        assertThat(said.text()).isEmpty();
    }

    static Stream<Arguments> faults() {
        return ForeignClient.asked().stream()
                .flatMap(client -> Stream.of("error_event", "raw_error_tail", "reset", "eof", "html")
                        .map(fault -> arguments(client, fault)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_failure_in_the_middle_of_a_stream_is_never_taken_for_an_end(ForeignClient client, String fault) {
        gateway.script(Scripts.brokenAfter("Half of", fault));
        String before = gateway.credits().toString();

        Said said = ask(client, Question.to("gemini-2.5-pro", true).user("Hi"));

        assertThat(said.text()).isEqualTo("Half of");
        assertThat(said.finish()).isNull();
        assertThat(gateway.credits()).hasToString(before);
        if (client.has(Lacks.LATE_ERRORS)) {
            assertThat(said.failure()).isNotNull();
            assertThat(said.failure().text()).contains(client.has(Lacks.LATE_WORDS) ? "upstream provider" : "");
        }
    }

    // ---- leaving ----

    @ParameterizedTest
    @MethodSource("dev.tollgate.contract.ForeignClient#asked")
    void a_client_that_leaves_ends_the_upstreams_work(ForeignClient client) {
        gateway.script(Scripts.silentAfter("Once upon"));
        long abandonedBefore = gateway.sandbox().abandonedAnswers();

        DRIVERS.get(client)
                .leave(Gateway.DEMO_KEY, Question.to("gemini-2.5-pro", true).user("A long story"));

        Eventually.hold(() -> assertThat(gateway.sandbox().abandonedAnswers()).isEqualTo(abandonedBefore + 1));
        Eventually.hold(() ->
                assertThat(gateway.credits().get("reserved").decimalValue()).isZero());
    }
}
