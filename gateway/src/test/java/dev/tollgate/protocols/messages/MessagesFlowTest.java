package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The Messages door, driven over HTTP as Anthropic's clients do: the same admission, hold, charge and task as at the other doors. */
@Timeout(240)
class MessagesFlowTest {

    private static final String THINKS = "\"thinking\":{\"type\":\"adaptive\"},";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String body(String members) {
        return "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":1000," + members
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    private static Reply post(Customer customer, String body) {
        return gateway.post("/v1/messages", body, customer.key());
    }

    private static StreamedMessage stream(Customer customer, String members) {
        Reply reply = post(customer, body("\"stream\":true," + members));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        return StreamedMessage.of(reply.text());
    }

    private static void answersInPieces() {
        gateway.script(UpstreamScript.answers()
                .thought("Let me ", new Tokens(10, 0, 7))
                .thought("think.", new Tokens(10, 0, 7))
                .text("Hello, ", new Tokens(10, 2, 7))
                .text("world.")
                .finish("STOP", new Tokens(10, 5, 7)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/messages", "/v1/messages?beta=true"})
    void a_whole_message_is_charged_and_shows_the_documented_members(String path) {
        answersInPieces();
        Customer customer = gateway.customer("10");

        Reply reply = gateway.post(path, body(""), customer.key());

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String id = reply.header("x-tollgate-task-id");
        assertThat(reply.text()).isEqualTo("""
                {"id":"msg_%s","type":"message","role":"assistant","model":"gemini-2.5-pro","content":[\
                {"type":"text","text":"Hello, world."}],"stop_reason":"end_turn","stop_sequence":null,\
                "stop_details":null,"container":null,"diagnostics":null,"usage":{"input_tokens":10,\
                "cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":12,\
                "output_tokens_details":{"thinking_tokens":7},"server_tool_use":{"web_search_requests":0,\
                "web_fetch_requests":0},"cache_creation":null,"inference_geo":null,"service_tier":"standard",\
                "speed":null},"credits_consumed":0.01,"native_finish_reason":"STOP"}""".formatted(id.substring("chatcmpl-".length())));
        assertThat(reply.header("x-tollgate-model")).isEqualTo("gemini-2.5-pro");
        assertThat(customer.consumed()).isEqualByComparingTo("0.01");
        assertThat(customer.lastTask().get("id").asString()).isEqualTo(id);
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
    }

    @Test
    void a_stream_has_usage_in_both_places_and_no_done() {
        answersInPieces();
        Customer customer = gateway.customer("10");

        StreamedMessage streamed = stream(customer, THINKS);

        assertThat(streamed.names())
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        assertThat(streamed.startUsage().get("input_tokens").asInt()).isEqualTo(10);
        JsonNode usage = streamed.end().get("usage");
        assertThat(usage.get("input_tokens").asInt()).isEqualTo(10);
        assertThat(usage.get("output_tokens").asInt()).isEqualTo(12);
        assertThat(streamed.end().get("credits_consumed").decimalValue()).isEqualTo(customer.consumed());
        assertThat(streamed.end().get("native_finish_reason").asString()).isEqualTo("STOP");
    }

    @Test
    void a_stream_and_a_whole_message_have_the_same_blocks() {
        gateway.script(UpstreamScript.answers()
                .thought("Hm.", new Tokens(10, 0, 7))
                .text("I look. ")
                .call("look", "{\"at\":[1,2.50]}")
                .call("look", "{}")
                .finish("STOP", new Tokens(10, 5, 7)));
        Customer customer = gateway.customer("10");
        String tools = THINKS + "\"tools\":[{\"name\":\"look\",\"input_schema\":{\"type\":\"object\"}}],";

        StreamedMessage streamed = stream(customer, tools);
        Reply reply = post(customer, body(tools));
        ObjectNode whole = (ObjectNode) reply.json();

        assertThat(blocks(streamed.message())).isEqualTo(blocks(whole));
        assertThat(blocks(whole)).containsExactly("thinking", "text", "tool_use", "tool_use");
        assertThat(reply.text()).contains("\"input\":{\"at\":[1,2.5");
        assertThat(whole.at("/content/2/id").asString())
                .startsWith("toolu_")
                .isNotEqualTo(whole.at("/content/3/id").asString());
        assertThat(whole.get("stop_reason").asString()).isEqualTo("tool_use");
        assertThat(streamed.message().get("stop_reason").asString()).isEqualTo("tool_use");
        assertThat(streamed.message().at("/content/0/thinking").asString()).isEqualTo("Hm.");
        assertThat(streamed.end().get("usage")).isEqualTo(usageOfDelta(whole));
    }

    private static List<String> blocks(JsonNode message) {
        return message.get("content")
                .valueStream()
                .map(block -> block.get("type").asString())
                .toList();
    }

    private static JsonNode block(JsonNode message, String type) {
        return message.get("content").get(blocks(message).indexOf(type));
    }

    private static JsonNode usageOfDelta(JsonNode whole) {
        ObjectNode usage = (ObjectNode) whole.get("usage").deepCopy();
        usage.remove(List.of("cache_creation", "inference_geo", "service_tier", "speed"));
        return usage;
    }

    @Test
    void omitted_thoughts_are_blocks_without_text() {
        answersInPieces();
        Customer customer = gateway.customer("10");
        String omitted = "\"thinking\":{\"type\":\"adaptive\",\"display\":\"omitted\"},";

        StreamedMessage streamed = stream(customer, omitted);

        assertThat(streamed.message().at("/content/0/thinking").asString()).isEmpty();
        assertThat(blocks(streamed.message())).containsExactly("thinking", "text");
        assertThat(post(customer, body(omitted))
                        .json()
                        .at("/content/0/thinking")
                        .asString())
                .isEmpty();
        assertThat(blocks(post(customer, body("")).json())).containsExactly("text");
    }

    /** Models, members, and the maximum that is sent for 16 tokens: with room for thoughts that no one asked for, where the model must think. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gemini-2.5-pro   |                                                     | 1040
            gemini-4-argon   |                                                     | 1040
            gemini-4-argon   | "thinking":{"type":"disabled"},                     | 1040
            gemini-4-argon   | "thinking":{"type":"adaptive"},                     | 16
            gemini-4-argon   | "thinking":{"type":"enabled","budget_tokens":2000}, | 16
            gemini-4-argon   | "output_config":{"effort":"low"},                   | 16
            gemini-2.5-flash |                                                     | 16
            gemini-3.5-flash |                                                     | 1040
            """)
    void a_small_maximum_leaves_room_for_unwanted_thoughts(String model, String members, int sent) {
        String text =
                "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
        gateway.script(UpstreamScript.answers()
                .thought("Hm.", new Tokens(10, 0, 300))
                .text(text, new Tokens(10, 16, 300))
                .text(" seventeen", new Tokens(10, 17, 300))
                .finish("STOP", new Tokens(10, 17, 300)));
        Customer customer = gateway.customer("10");
        String body = "{\"model\":\"" + model + "\",\"max_tokens\":16,\"stream\":%s," + (members == null ? "" : members)
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        JsonNode whole = post(customer, body.formatted("false")).json();
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                .isEqualTo(sent);
        if (sent > 16) {
            JsonNode streamed = StreamedMessage.of(
                            post(customer, body.formatted("true")).text())
                    .message();
            for (JsonNode message : List.of(whole, streamed)) {
                assertThat(message.at("/content/0/text").asString()).isEqualTo(text);
                assertThat(message.get("stop_reason").asString()).isEqualTo("max_tokens");
            }
            assertThat(customer.lastTask().get("usage_flags")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"MAX_TOKENS,max_tokens", "SAFETY,refusal", "STOP,end_turn"})
    void the_stop_reason_is_the_protocols_word(String nativeReason, String reason) {
        gateway.script(UpstreamScript.answers().text("Well").finish(nativeReason, new Tokens(10, 5, 0)));
        Customer customer = gateway.customer("10");

        StreamedMessage streamed = stream(customer, "");
        JsonNode whole = post(customer, body("")).json();

        assertThat(streamed.message().get("stop_reason").asString()).isEqualTo(reason);
        assertThat(whole.get("stop_reason").asString()).isEqualTo(reason);
        assertThat(whole.get("stop_sequence").isNull()).isTrue();
        assertThat(whole.get("stop_details").toString())
                .isEqualTo(
                        reason.equals("refusal")
                                ? "{\"type\":\"refusal\",\"category\":null,\"explanation\":null}"
                                : "null");
        assertThat(whole.get("native_finish_reason").asString()).isEqualTo(nativeReason);
    }

    @Test
    void a_failure_within_a_stream_is_an_error_event_and_free() {
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1_000, 1_000, 0))
                .fault("reset"));
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, body("\"stream\":true,"));
        StreamedMessage streamed = StreamedMessage.of(reply.text());

        assertThat(streamed.error().at("/error/type").asString()).isEqualTo("api_error");
        assertThat(streamed.error().at("/error/details/error_code").asString()).isEqualTo("upstream_error");
        assertThat(streamed.error().get("request_id").asString()).isEqualTo(reply.header("x-request-id"));
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void search_results_become_citations_and_blocks_before_a_whole_text() {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"The sky is blue."}]},"index":0,"finishReason":"STOP",
                "groundingMetadata":{"webSearchQueries":["colour of the sky"],"groundingChunks":[{"web":{"uri":"https://a.example/s","title":"Sky"}}],
                "groundingSupports":[{"segment":{"startIndex":4,"endIndex":7,"text":"sky"},"groundingChunkIndices":[0]}]}}],
                "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}}"""));
        Customer customer = gateway.customer("10");
        String search = "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":8}],";

        StreamedMessage streamed = stream(customer, search);
        Reply whole = post(customer, body(search));

        assertThat(gateway.lastAsked().at("/tools/0").has("googleSearch")).isTrue();
        assertThat(blocks(streamed.message())).containsExactly("text", "server_tool_use", "web_search_tool_result");
        assertThat(blocks(whole.json())).containsExactly("server_tool_use", "web_search_tool_result", "text");
        for (JsonNode message : List.of(streamed.message(), whole.json())) {
            assertThat(block(message, "text").get("citations").toString()).isEqualTo("""
                    [{"type":"web_search_result_location","url":"https://a.example/s","title":"Sky","cited_text":"sky",\
                    "encrypted_index":""}]""");
            JsonNode used = block(message, "server_tool_use");
            assertThat(used.at("/input/query").asString()).isEqualTo("colour of the sky");
            JsonNode result = block(message, "web_search_tool_result");
            assertThat(result.at("/content/0/url").asString()).isEqualTo("https://a.example/s");
            assertThat(result.get("tool_use_id")).isEqualTo(used.get("id"));
        }
        assertThat(whole.json().at("/usage/server_tool_use/web_search_requests").asInt())
                .isEqualTo(1);
        assertThat(whole.header("x-tollgate-ignored")).isEqualTo("tools.0.max_uses");
    }
}
