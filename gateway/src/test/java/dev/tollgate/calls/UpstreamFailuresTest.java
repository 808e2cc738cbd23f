package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.log.Event;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What an upstream does wrong costs nothing, is said in our own words, and says nothing of the upstream (D2, D18, D48). */
@Timeout(240)
class UpstreamFailuresTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);
    private static final String TOO_LONG = """
            {"error":{"code":400,"status":"INVALID_ARGUMENT","message":"The input token count (1200293) exceeds the maximum number of tokens allowed (1048576)."}}""";
    private static final Tokens SOME = new Tokens(100, 200, 0);

    private static String upstreamKey;
    private static CallServer sandbox;
    private static CallServer gateway;
    private static Customer customer;

    /** In front of another one's sandbox, with a key of the upstream's that must never be seen. */
    @BeforeAll
    static void start() {
        sandbox = CallServer.start();
        upstreamKey = sandbox.sandbox().key();
        gateway = CallServer.start(Map.of(
                "GEMINI_API_KEY",
                upstreamKey,
                "GOOGLE_GEMINI_BASE_URL",
                sandbox.sandbox().baseUrl()));
    }

    /** A refusal is remembered for its key (D24): each test has one of its own. */
    @BeforeEach
    void begin() {
        customer = gateway.customer("10");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        sandbox.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 429, 500, 502, 503, 504})
    void an_upstreams_error_is_ours_and_costs_nothing(int status) {
        sandbox.script(UpstreamScript.answers().status(status, """
                {"error":{"code":%d,"message":"Secret words about projects/acme-prod and %s","status":"SOMETHING"}}""".formatted(status, upstreamKey)));
        try (LogCapture log = new LogCapture()) {
            CallServer.Reply reply = refunded(false);
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.text()).doesNotContain("Secret", "acme", upstreamKey, "127.0.0.1", "gemini");
            assertThat(reply.header("x-should-retry")).isEqualTo(status == 400 ? "false" : "");
            assertThat(log.text()).contains("upstream").doesNotContain(upstreamKey, "acme-prod", "Tell me");
            assertThat(log.about(Event.UPSTREAM_FAILED)).singleElement().satisfies(about -> {
                assertThat(about.account()).isEqualTo(customer.account());
                assertThat(about.channel()).isEqualTo("gemini");
                assertThat(about.model()).startsWith("gemini-");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"html", "reset", "eof", "error_event", "raw_error_tail"})
    void an_upstream_that_breaks_before_it_says_anything_is_a_plain_error(String fault) {
        sandbox.script(UpstreamScript.answers().fault(fault));
        assertError(refunded(false), 503, "upstream_error", "upstream_error");
        assertError(refunded(true), 503, "upstream_error", "upstream_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"html", "reset", "eof", "error_event", "raw_error_tail"})
    void a_stream_that_breaks_in_the_middle_ends_with_an_error_event(String fault) {
        sandbox.script(UpstreamScript.answers()
                .text("Once upon", SOME)
                .text(" a time", SOME)
                .fault(fault));
        CallServer.Reply reply = refunded(true);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).contains("Once upon").contains("\nevent: error\ndata: {\"error\":{");
        assertThat(reply.text()).doesNotContain("[DONE]", "\"usage\"", "credits_consumed");
        JsonNode error = reply.chunks().getLast().get("error");
        assertThat(error.propertyNames()).containsExactlyInAnyOrder("code", "message", "type", "param");
        assertThat(error.get("code").asString()).isEqualTo("upstream_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"html", "reset", "eof", "error_event", "raw_error_tail"})
    void a_json_answer_that_breaks_in_the_middle_is_a_plain_error(String fault) {
        sandbox.script(UpstreamScript.answers().text("Once upon", SOME).fault(fault));
        CallServer.Reply reply = refunded(false);
        assertError(reply, 503, "upstream_error", "upstream_error");
        assertThat(reply.text()).doesNotContain("Once upon");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_prompt_above_the_context_returns_both_sizes_and_costs_nothing(boolean stream) {
        sandbox.script(UpstreamScript.answers().status(400, TOO_LONG));
        int asked = sandbox.asked().size();
        CallServer.Reply reply = refunded(stream, "context_length_exceeded");
        assertError(reply, 400, "context_length_exceeded", "invalid_request_error");
        assertThat(reply.error().get("message").asString())
                .isEqualTo(
                        "This model's maximum context length is 1048576 tokens. However, your request comes to 1200293 tokens."
                                + " Please shorten it.");
        assertThat(sandbox.asked()).hasSize(asked + 1);
    }

    @Test
    void a_prompt_beyond_the_context_is_googles_own_word_at_the_gemini_door() {
        sandbox.script(UpstreamScript.answers().status(400, TOO_LONG));
        CallServer.Reply reply = gateway.send(gateway.request("/v1beta/models/gemini-2.5-pro:generateContent")
                .header("x-goog-api-key", customer.key())
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"contents":[{"parts":[{"text":"Tell me"}]}]}""")));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("status").asString()).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error().at("/details/0/reason").asString()).isEqualTo("context_length_exceeded");
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void an_upstream_that_recovers_is_asked_again_and_only_the_answer_is_charged() {
        sandbox.script(UpstreamScript.answers()
                .status(503)
                .times(2)
                .next()
                .text("Back.")
                .finish("STOP", new Tokens(1000, 100, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("3");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.1");
    }

    @Test
    void a_quota_of_the_upstreams_is_not_the_callers_limit() {
        sandbox.script(UpstreamScript.answers().status(429, """
                {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded",
                 "details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}"""));
        CallServer.Reply reply = refunded(false);
        assertError(reply, 503, "upstream_error", "upstream_error");
        assertThat(reply.header("retry-after")).isEqualTo("34");
        int asked = sandbox.asked().size();
        assertThat(refunded(false).header("retry-after")).isIn("33", "34");
        assertThat(sandbox.asked()).as("asked while the quota rests").hasSize(asked);
        gateway.upstreams().reload(); // lifts the rest, for the other tests
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void a_blocked_prompt_costs_nothing_and_need_not_be_tried_again(boolean stream) {
        sandbox.script(UpstreamScript.answers().event("""
                {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":900000,"totalTokenCount":900000}}"""));
        CallServer.Reply reply = refunded(stream);
        assertError(reply, 503, "upstream_error", "upstream_error");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
    }

    @ParameterizedTest
    @CsvSource({"SAFETY, true", "RECITATION, false", "PROHIBITED_CONTENT, true", "SPII, false"})
    void a_filter_that_leaves_nothing_to_show_is_a_blocked_prompt(String reason, boolean stream) {
        sandbox.script(UpstreamScript.answers().finish(reason, SOME));
        CallServer.Reply reply = refunded(stream);
        assertError(reply, 503, "upstream_error", "upstream_error");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
    }

    @Test
    void a_filter_that_comes_late_leaves_what_was_said_and_charges_it() {
        sandbox.script(UpstreamScript.answers().text("Half of", SOME).finish("SAFETY", new Tokens(1000, 1000, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        JsonNode choice = reply.json().at("/choices/0");
        assertThat(choice.at("/message/content").asString()).isEqualTo("Half of");
        assertThat(choice.at("/message/refusal").isNull()).isTrue();
        assertThat(choice.get("finish_reason").asString()).isEqualTo("content_filter");
        assertThat(choice.get("native_finish_reason").asString()).isEqualTo("SAFETY");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOP", "MALFORMED_FUNCTION_CALL", "OTHER", "SOME_NEW_WORD"})
    void an_end_without_an_answer_is_asked_once_more_and_the_empty_attempt_is_free(String reason) {
        sandbox.script(UpstreamScript.answers()
                .finish(reason, new Tokens(5000, 5000, 0))
                .times(1)
                .next()
                .text("There.")
                .finish("STOP", new Tokens(1000, 100, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.1");
        assertThat(reply.json().at("/usage/prompt_tokens").asInt()).isEqualTo(1000);
    }

    @Test
    void a_call_that_stays_malformed_is_an_error_of_the_upstreams() {
        int asked = sandbox.asked().size();
        sandbox.script(UpstreamScript.answers().finish("MALFORMED_FUNCTION_CALL", SOME));
        assertError(refunded(true), 503, "upstream_error", "upstream_error");
        assertThat(sandbox.asked()).hasSize(asked + 2);
    }

    @Test
    void no_answer_at_all_is_an_error_of_the_upstreams() {
        sandbox.script(
                UpstreamScript.answers().event("{\"responseId\":\"r1\",\"usageMetadata\":{\"promptTokenCount\":9}}"));
        assertError(refunded(false), 503, "upstream_error", "upstream_error");
    }

    @Test
    void nothing_that_cannot_be_reached_is_named() {
        try (CallServer lost = CallServer.start(
                Map.of("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1"),
                "demo.credits",
                "5",
                "timeouts.upstream-connect",
                "1s")) {
            CallServer.Reply reply = lost.chat(CALL.formatted(true));
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.text()).doesNotContain("127.0.0.1", "onnect");
            assertThat(lost.credits().get("balance").asInt()).isEqualTo(5);
            lost.assertBooksAreClosed();
        }
    }

    /** Calls, and sees that all credits are back and the task says that it has failed. */
    private static CallServer.Reply refunded(boolean stream) {
        return refunded(stream, "upstream_error");
    }

    private static CallServer.Reply refunded(boolean stream, String code) {
        JsonNode before = customer.credits();
        CallServer.Reply reply = customer.chat(CALL.formatted(stream));
        JsonNode task = customer.lastTask();
        assertThat(customer.credits()).isEqualTo(before);
        assertThat(task.get("status").asString()).isEqualTo("failed");
        assertThat(task.at("/error/code").asString()).isEqualTo(code);
        assertThat(task.get("credits_consumed").asInt()).isZero();
        assertThat(task.get("held").decimalValue()).isPositive();
        assertThat(task.get("entries")).isEmpty();
        return reply;
    }
}
