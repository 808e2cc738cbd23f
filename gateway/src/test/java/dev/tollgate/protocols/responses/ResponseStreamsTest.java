package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.ScriptedServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * What the upstream says, in events of its own, in one chunk, byte by byte, and cut off after each event: every stream keeps the order that OpenAI's
 * helper demands (decision E35), and says the same.
 */
@Timeout(240)
class ResponseStreamsTest {

    private static final String REQUEST = """
            {"model":"gemini-3.5-flash","stream":%s,"input":"Go.","reasoning":{"summary":"auto"},
             "include":["web_search_call.action.sources"],"tools":[
              {"type":"function","name":"look","parameters":{"type":"object","properties":{"at":{"type":"string"}}}},
              {"type":"custom","name":"apply"},
              {"type":"namespace","name":"files","tools":[{"type":"function","name":"read"}]},
              {"type":"web_search"}]}""";

    private static final String CALL = "{\"functionCall\":{\"id\":\"%s\",\"name\":\"%s\",\"args\":%s}}";

    private static ScriptedServer upstream;
    private static CallServer gateway;
    private Customer customer;

    /** Transcripts: the events of one response each, the last with the finish. */
    enum Said {
        TEXT(part("{\"text\":\"Grüße, \"}"), part("{\"text\":\"\\\"you\\\"\\n\\u2028.\"}"), end("STOP")),
        THOUGHTS_AND_TEXT(
                thought("**Plan**\\n\\nOne"),
                thought(" more"),
                thought("**Check**\\n\\nTwo"),
                part("{\"text\":\"Answer.\"}"),
                end("STOP")),
        THOUGHTS_BETWEEN_TEXTS(
                part("{\"text\":\"First.\"}"), thought("Hm."), part("{\"text\":\"Second.\"}"), end("STOP")),
        CALLS(
                thought("Look."),
                part("{\"text\":\"I look.\"}"),
                part(CALL.formatted("u1", "look", "{\"at\":\"ü\"}")),
                part(CALL.formatted("u2", "files__read", "{}")),
                part(CALL.formatted("u3", "apply", "{\"input\":\"a\\nb\"}")),
                end("STOP")),
        ALL_AT_ONCE(whole(
                "{\"text\":\"Hm.\",\"thought\":true},{\"text\":\"Yes.\"}," + CALL.formatted("u1", "look", "{}"),
                "STOP")),
        TEXT_BEHIND_A_CALL(
                part(CALL.formatted("u1", "look", "{}")), part("{\"text\":\"Meanwhile.\"}"), end("MAX_TOKENS")),
        CUT_AT_ITS_LENGTH(part("{\"text\":\"Once upon\"}"), end("MAX_TOKENS")),
        FILTERED(part("{\"text\":\"Once upon\"}"), end("SAFETY")),
        NOTHING_BUT_A_THOUGHT(thought("Hm."), part("{\"text\":\" \"}"), end("STOP")),
        SEARCHED(part("{\"text\":\"It rains in Rome.\"}"), """
                {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","index":0,
                 "groundingMetadata":{"webSearchQueries":["rome weather","rain"],
                  "groundingChunks":[{"web":{"uri":"https://example.org/rome","title":"Rome"}}],
                  "groundingSupports":[{"segment":{"startIndex":0,"endIndex":17,"text":"It rains in Rome."},
                   "groundingChunkIndices":[0]}]}}],
                 "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}}""".replace("\n", ""));

        private final String[] events;

        Said(String... events) {
            this.events = events;
        }
    }

    private static String part(String part) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]},\"index\":0}]}";
    }

    private static String thought(String text) {
        return part("{\"text\":\"" + text + "\",\"thought\":true}");
    }

    private static String end(String reason) {
        return whole("{\"text\":\"\"}", reason);
    }

    private static String whole(String parts, String reason) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + parts + "]},\"finishReason\":\""
                + reason
                + "\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,"
                + "\"totalTokenCount\":15}}";
    }

    @BeforeAll
    static void start() throws IOException {
        upstream = new ScriptedServer();
        gateway = CallServer.start(
                Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()), "models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
    }

    private CallServer.Reply ask(boolean streams, ScriptedServer.Script script) {
        upstream.then(script);
        CallServer.Reply reply = gateway.post("/v1/responses", REQUEST.formatted(streams), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    /** The output in the order of its ids, without the characters that each response has of its own. */
    private static String plain(JsonNode response) {
        String id = response.get("id").asString().substring("resp_".length());
        Comparator<JsonNode> byId =
                Comparator.comparing(item -> item.get("id").asString().replaceAll(".*_", ""));
        return response.get("output")
                        .valueStream()
                        .sorted(byId)
                        .toList()
                        .toString()
                        .replace(id, "ID")
                + response.get("status")
                + response.get("usage")
                + response.get("incomplete_details");
    }

    @ParameterizedTest
    @EnumSource(Said.class)
    void a_response_is_the_same_whatever_pieces_it_comes_in(Said said) {
        String whole =
                plain(ask(false, exchange -> exchange.head().events(said.events).end())
                        .json());
        StringBuilder joined = new StringBuilder();
        for (String event : said.events) {
            joined.append("data: ").append(event).append("\r\n\r\n");
        }
        byte[] bytes = joined.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);

        List<ScriptedServer.Script> cuts = List.of(
                exchange -> {
                    exchange.head();
                    for (String event : said.events) {
                        exchange.events(event);
                    }
                    exchange.end();
                },
                exchange -> exchange.head().chunk(joined.toString()).end(),
                exchange -> {
                    exchange.head();
                    for (byte one : bytes) {
                        exchange.bytes(new byte[] {one});
                    }
                    exchange.end();
                });
        for (ScriptedServer.Script cut : cuts) {
            ResponseEvents events = ResponseEvents.of(ask(true, cut).text());
            assertThat(plain(events.last())).isEqualTo(whole);
        }
    }

    @Test
    void a_search_stands_before_the_text_of_a_whole_response() {
        JsonNode output = ask(
                        false,
                        exchange -> exchange.head().events(Said.SEARCHED.events).end())
                .json()
                .get("output");

        assertThat(output.valueStream().map(item -> item.get("type").asString()))
                .containsExactly("web_search_call", "message");
        assertThat(output.at("/0/action/queries/1").asString()).isEqualTo("rain");
        assertThat(output.at("/1/content/0/annotations/0/title").asString()).isEqualTo("Rome");
    }

    @ParameterizedTest
    @EnumSource(Said.class)
    void a_stream_that_fails_closes_its_items_and_costs_nothing(Said said) {
        BigDecimal before = customer.balance();
        for (int sent = 1; sent < said.events.length; sent++) {
            String[] events = List.of(said.events).subList(0, sent).toArray(new String[0]);
            String text = ask(true, exchange -> exchange.head().events(events).reset())
                    .text();
            ResponseEvents checked = ResponseEvents.of(text);
            assertThat(checked.last().get("status").asString()).isEqualTo("failed");
            assertThat(checked.last().at("/error/code").asString()).isEqualTo("server_error");
            List<String> types = new ArrayList<>(checked.types());
            assertThat(types.get(types.size() - 2)).isEqualTo("error");
            assertThat(types.stream().filter("response.output_item.added"::equals))
                    .hasSameSizeAs(checked.last().get("output").valueStream().toList());
        }
        assertThat(customer.balance()).isEqualByComparingTo(before);
    }
}
