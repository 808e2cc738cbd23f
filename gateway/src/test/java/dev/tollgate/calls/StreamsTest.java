package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What every stream promises, whatever was asked (guarantees S-02, S-03, S-06). */
@Timeout(240)
class StreamsTest {

    private static final Tokens SOME = new Tokens(100, 20, 0);
    private static final long LONG_MILLIS = 30_000;

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("timeouts.drain", "0ms");
        customer = gateway.customer("1000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"stream_options\":null",
                ",\"stream_options\":{}",
                ",\"stream_options\":{\"include_usage\":true}",
                ",\"max_tokens\":30",
                ",\"include_thoughts\":false"
            })
    void usage_comes_exactly_once_right_before_done_whether_it_was_asked_for_or_not(String more) {
        gateway.script(UpstreamScript.answers()
                .text("Hel", SOME)
                .text("lo", SOME)
                .text("", SOME)
                .finish("STOP", SOME));
        CallServer.Reply reply = customer.chat(body(more));
        assertThat(reply.content()).isEqualTo("Hello");
        List<JsonNode> chunks = reply.chunks();
        assertThat(chunks.stream().filter(chunk -> chunk.has("usage"))).hasSize(1);
        assertThat(chunks.getLast().get("usage").get("prompt_tokens").asInt()).isEqualTo(100);
        assertThat(chunks.getLast().get("choices").isEmpty()).isTrue();
        assertThat(reply.data().getLast()).isEqualTo("[DONE]");
        assertThat(reply.data().stream().filter("[DONE]"::equals)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"n\":2"})
    void a_stream_without_usage_ends_with_its_finish_reasons(String more) {
        gateway.script(UpstreamScript.answers().text("Hello", SOME).finish("STOP", SOME));
        CallServer.Reply reply = customer.chat(body(",\"stream_options\":{\"include_usage\":false}"));
        assertThat(reply.content()).isEqualTo("Hello");
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(reply.text()).doesNotContain("usage", "credits_consumed").endsWith("data: [DONE]\n\n");
        CallServer.Reply completion = gateway.post(
                "/v1/completions",
                "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Hi\",\"stream\":true,\"stream_options\":{\"include_usage\":false}"
                        + more + "}",
                customer.key());
        assertThat(completion.text())
                .doesNotContain("usage", "credits_consumed")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void a_chunk_leaves_before_the_upstream_has_said_the_next() {
        gateway.script(UpstreamScript.answers()
                .text("one ", SOME)
                .text("two ", SOME)
                .delay(LONG_MILLIS)
                .text("three", SOME)
                .finish("STOP", SOME));
        try (RawCall call = customer.chatRaw(body(""))) {
            String seen = call.readUntil("two ");
            assertThat(seen).contains("one ").doesNotContain("three");
        }
    }

    @Test
    void nothing_on_the_way_is_invited_to_hold_a_stream_back() {
        gateway.script(UpstreamScript.says("Hello.", 100, 20));
        CallServer.Reply reply = gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .header("Accept-Encoding", "gzip, deflate, br")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body(""))));
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(reply.header("x-accel-buffering")).isEqualTo("no");
        assertThat(reply.header("cache-control")).contains("no-cache");
        assertThat(reply.header("content-encoding")).isEmpty();
        assertThat(reply.content()).isEqualTo("Hello.");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void text_that_carries_a_signature_is_text_like_any_other(boolean stream) {
        gateway.script(UpstreamScript.answers()
                .event(part("{\"text\":\"One \",\"thoughtSignature\":\"QUJD\"}"))
                .event(part("{\"text\":\"two \"}"))
                .event(part("{\"text\":\"three\",\"thoughtSignature\":\"REVG\"}"))
                .event(part("{\"text\":\"\",\"thoughtSignature\":\"R0hJ\"}"))
                .finish("STOP", SOME));
        CallServer.Reply reply = customer.chat(body("").replace("\"stream\":true", "\"stream\":" + stream));
        String text = stream
                ? reply.content()
                : reply.json().at("/choices/0/message/content").asString();
        assertThat(text).isEqualTo("One two three");
        assertThat(reply.text()).contains("\"thought_signature\":\"R0hJ\"");
    }

    private static String part(String part) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]}}]}";
    }

    private static String body(String more) {
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                + Prompts.LONG + "\"}]" + more + "}";
    }
}
