package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whatever an upstream reports, the charge makes sense, is never a credit, and its oddity stands in the task (D37, D38, D39). */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class StrangeUsageTest {

    private static final String CALL = """
            {"model":"%s","stream":false,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);
    private static final String TEXT = "x".repeat(4000);

    @Parameter
    Stores stores;

    private static CallServer gateway;
    private static Customer customer;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores);
        customer = gateway.customer("1000");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void missing_usage_is_estimated() {
        assertCounts(reported(null), 315, 1000, 0, "estimated");
    }

    @Test
    void each_estimated_usage_is_logged_once() {
        try (LogCapture log = new LogCapture()) {
            JsonNode odd = reported(null);
            gateway.script(UpstreamScript.says("Short.", 100, 10));
            customer.chat(CALL.formatted("gemini-2.5-pro"));
            assertThat(log.text().lines().filter(line -> line.contains("was corrected")))
                    .containsExactly("task " + odd.get("id").asString()
                            + ": usage reported by channel sandbox was corrected before the charge: estimated");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"promptTokenCount\":\"many\",\"candidatesTokenCount\":true}",
                "{\"promptTokenCount\":\"NaN\",\"candidatesTokenCount\":\"Infinity\"}",
                "{\"promptTokenCount\":null,\"candidatesTokenCount\":null,\"totalTokenCount\":null}",
                "{\"promptTokenCount\":[1],\"candidatesTokenCount\":{\"is\":2}}",
                "{}",
                "null"
            })
    void usage_that_is_no_number_is_estimated(String usage) {
        assertCounts(reported(usage), 315, 1000, 0, "estimated");
    }

    @Test
    void usage_that_comes_after_the_finish_reason_counts() {
        gateway.script(UpstreamScript.answers()
                .text(TEXT)
                .finish("STOP")
                .event("{\"usageMetadata\":{\"promptTokenCount\":700,\"candidatesTokenCount\":800}}"));
        assertThat(customer.chat(CALL.formatted("gemini-2.5-pro")).status()).isEqualTo(200);
        assertCounts(customer.lastTask(), 700, 800, 0);
    }

    @Test
    void zero_for_a_delivered_text_is_estimated() {
        assertCounts(
                reported("{\"promptTokenCount\":0,\"candidatesTokenCount\":0,\"totalTokenCount\":0}"),
                315,
                1000,
                0,
                "estimated");
    }

    @Test
    void negative_usage_is_estimated_and_never_credited() {
        assertCounts(
                reported("{\"promptTokenCount\":-1000000,\"candidatesTokenCount\":-5,\"thoughtsTokenCount\":-7}"),
                315,
                1000,
                0,
                "estimated",
                "clamped");
    }

    @Test
    void a_fraction_is_rounded_up() {
        JsonNode task = reported("{\"promptTokenCount\":10.2,\"candidatesTokenCount\":99.01}");
        assertThat(task.at("/pricing_detail/prompt_tokens").asInt()).isEqualTo(11);
        assertThat(task.at("/pricing_detail/completion_tokens").asInt()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000000000000", "9223372036854775807", "1e300", "99999999999999999999999999"})
    void usage_above_the_calls_limits_is_cut_to_them(String huge) {
        assertCounts(
                reported("{\"promptTokenCount\":%s,\"candidatesTokenCount\":%s}".formatted(huge, huge)),
                1_321,
                65_536,
                0,
                "clamped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"300", "9007199254740993", "9223372036854775807", "1e300"})
    void details_beyond_the_prompt_are_cut_down_to_it_and_the_receipt_can_be_read(String huge) {
        JsonNode task = reported("""
                {"promptTokenCount":262,"candidatesTokenCount":10,"promptTokensDetails":[\
                {"modality":"AUDIO","tokenCount":62},{"modality":"IMAGE","tokenCount":%s}]}""".formatted(huge));
        assertCounts(task, 262, 10, 0, "clamped");
        assertThat(task.at("/usage/prompt_tokens_details/audio_tokens").asLong())
                .isEqualTo(62);
        assertThat(task.at("/usage/prompt_tokens_details/image_tokens").asLong())
                .isEqualTo(200);
        assertThat(task.at("/usage/prompt_tokens_details/text_tokens").asLong()).isZero();
        CallServer.Reply receipt = gateway.get("/v1/receipts/" + task.get("id").asString(), customer.key());
        assertThat(receipt.status()).as(receipt.text()).isEqualTo(200);
        assertThat(receipt.json().at("/counts/prompt_tokens").asLong()).isEqualTo(262);
        assertThat(receipt.json().at("/counts/audio_tokens").asLong()).isEqualTo(62);
    }

    @Test
    void falling_usage_does_not_fall() {
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1000, 2000, 0))
                .text("two ", new Tokens(900, 1000, 0))
                .finish("STOP", new Tokens(10, 5, 0)));
        customer.chat(CALL.formatted("gemini-2.5-pro"));
        assertCounts(customer.lastTask(), 1000, 2000, 0, "clamped");
    }

    @Test
    void repeated_usage_is_cumulative_and_not_added_up() {
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1000, 100, 0))
                .text("two ", new Tokens(1000, 200, 0))
                .finish("STOP", new Tokens(1000, 300, 0)));
        customer.chat(CALL.formatted("gemini-2.5-pro"));
        assertCounts(customer.lastTask(), 1000, 300, 0);
    }

    @Test
    void a_total_that_does_not_add_up_is_noted() {
        assertCounts(
                reported("{\"promptTokenCount\":100,\"candidatesTokenCount\":200,\"totalTokenCount\":999}"),
                100,
                200,
                0,
                "total_mismatch");
    }

    @Test
    void thoughts_are_charged_only_where_the_price_says_so() {
        gateway.script(UpstreamScript.answers()
                .text("Short.", new Tokens(100, 10, 400))
                .finish("STOP", new Tokens(100, 10, 400)));
        JsonNode free = customer.chat(CALL.formatted("gemini-2.5-pro")).json();
        assertThat(free.at("/usage/completion_tokens").asInt()).isEqualTo(10);
        assertThat(free.at("/usage/total_tokens").asInt()).isEqualTo(510);
        assertThat(free.get("credits_consumed").toString()).isEqualTo("0.01");
        JsonNode billed = customer.chat(CALL.formatted("google/gemini-2.5-pro")).json();
        assertThat(billed.at("/usage/completion_tokens").asInt()).isEqualTo(410 * 21);
        assertThat(billed.at("/usage/prompt_tokens").asInt()).isEqualTo(263);
        assertThat(billed.get("credits_consumed").toString()).isEqualTo("0.8873");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "reset", "error_event"})
    void what_follows_a_finish_reason_is_delivered_and_charged(String fault) {
        for (boolean stream : new boolean[] {false, true}) {
            UpstreamScript script = UpstreamScript.answers()
                    .finish("STOP", new Tokens(1000, 0, 0))
                    .event(
                            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"One \"}]},\"finishReason\":\"STOP\"}]}")
                    .text("two.", new Tokens(1000, 1000, 0));
            gateway.script(fault.isEmpty() ? script : script.fault(fault));
            CallServer.Reply reply =
                    customer.chat(CALL.formatted("gemini-2.5-pro").replace("false", "" + stream));
            assertThat(
                            stream
                                    ? reply.content()
                                    : reply.json()
                                            .at("/choices/0/message/content")
                                            .asString())
                    .isEqualTo("One two.");
            assertThat(reply.text()).contains("\"finish_reason\":\"stop\"", "\"credits_consumed\":0.5");
            assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "eof", "error_event", "raw_error_tail", "html"})
    void what_breaks_after_the_finish_reason_changes_nothing(String fault) {
        gateway.script(UpstreamScript.answers()
                .text("Whole.")
                .finish("STOP", new Tokens(1000, 1000, 0))
                .fault(fault));
        CallServer.Reply reply = customer.chat(CALL.formatted("gemini-2.5-pro"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("Whole.");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(customer.lastTask().get("usage_flags")).isEmpty();
    }

    @Test
    void usage_that_never_comes_after_the_finish_reason_is_estimated() {
        gateway.script(UpstreamScript.answers().text(TEXT).finish("STOP").fault("reset"));
        assertThat(customer.chat(CALL.formatted("gemini-2.5-pro")).status()).isEqualTo(200);
        assertCounts(customer.lastTask(), 315, 1000, 0, "estimated");
    }

    @Test
    void a_last_event_without_its_blank_line_counts() {
        gateway.script("""
                - respond:
                    - event: {candidates: [{content: {role: model, parts: [{text: "Whole."}]}, finishReason: STOP}], usageMetadata: {promptTokenCount: 1000, candidatesTokenCount: 1000, totalTokenCount: 2000}}
                    - fault: one_byte_at_a_time
                """);
        CallServer.Reply reply = customer.chat(CALL.formatted("gemini-2.5-pro"));
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
    }

    @Test
    void any_token_costs_at_least_the_minimum_and_none_costs_nothing_less() {
        gateway.script(UpstreamScript.says("a", 1, 1));
        assertThat(customer.chat(CALL.formatted("gemini-2.5-pro"))
                        .json()
                        .get("credits_consumed")
                        .toString())
                .isEqualTo("0.01");
    }

    /** A text of 1,000 tokens by the estimate, and this usage with it. */
    private static JsonNode reported(String usage) {
        String metadata = usage == null ? "" : ",\"usageMetadata\":" + usage;
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"%s"}]},"finishReason":"STOP"}]%s}""".formatted(TEXT, metadata)));
        CallServer.Reply reply = customer.chat(CALL.formatted("gemini-2.5-pro"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode task = customer.lastTask();
        assertThat(task.get("credits_consumed")).isEqualTo(reply.json().get("credits_consumed"));
        assertThat(task.get("credits_consumed").decimalValue()).isPositive();
        return task;
    }

    private static void assertCounts(JsonNode task, long prompt, long completion, long reasoning, String... flags) {
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.at("/pricing_detail/prompt_tokens").asLong()).isEqualTo(prompt);
        assertThat(task.at("/pricing_detail/completion_tokens").asLong()).isEqualTo(completion);
        assertThat(task.at("/pricing_detail/reasoning_tokens").asLong()).isEqualTo(reasoning);
        List<String> told =
                task.get("usage_flags").valueStream().map(JsonNode::asString).toList();
        assertThat(told).containsExactlyInAnyOrder(flags);
    }
}
