package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Base64;
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

/** What happens where credits or a spend limit cover only a part of an answer, and how a long one's hold grows (D31, D32, D46). */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class PartialBalanceTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""";

    @Parameter
    Stores stores;

    private static CallServer gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void a_long_answer_grows_its_hold_and_is_charged_exactly() {
        Customer customer = gateway.customer("100");
        gateway.script(longAnswer(120));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.content()).isEqualTo(piece().repeat(120));
        JsonNode last = reply.chunks().getLast();
        assertThat(last.at("/usage/completion_tokens").asInt()).isEqualTo(12_000);
        assertThat(last.get("credits_consumed").toString()).isEqualTo("5.4");
        JsonNode task = customer.lastTask();
        assertThat(task.get("held").decimalValue()).isBetween(new BigDecimal("5.4"), new BigDecimal("9.2"));
        assertThat(task.get("entries")).hasSize(1);
        assertThat(reply.header("x-tollgate-max-tokens")).isEmpty();
    }

    @Test
    void an_answer_without_reported_usage_grows_its_hold_by_its_bytes() {
        Customer customer = gateway.customer("100");
        UpstreamScript script = UpstreamScript.answers();
        for (int i = 0; i < 40; i++) {
            script.text("é".repeat(100));
        }
        gateway.script(script.finish("STOP"));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.content()).isEqualTo("é".repeat(4000));
        assertThat(reply.chunks().getLast().at("/usage/completion_tokens").asInt())
                .isEqualTo(2000);
        assertThat(customer.lastTask().get("usage_flags").get(0).asString()).isEqualTo("estimated");
    }

    @Test
    void an_answer_as_long_as_the_model_can_make_it_takes_no_more_than_that() {
        Customer customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(100_000))
                .text("y".repeat(100_000))
                .text("end", new Tokens(70, 65_000, 0))
                .finish("STOP", new Tokens(70, 65_536, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.content()).hasSize(200_003);
        assertThat(reply.chunks().getLast().get("credits_consumed").toString()).isEqualTo("29.49");
        JsonNode task = customer.lastTask();
        assertThat(task.get("entries").size()).isLessThan(25);
        assertThat(task.get("usage_flags")).isEmpty();
    }

    @Test
    void what_a_report_covers_does_not_depend_on_how_its_chunks_came() {
        String reported = """
                {"candidates":[{"index":0,"content":{"parts":[{"text":"One "}]}}],\
                "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1,"totalTokenCount":11}}""";
        String unreported =
                "{\"candidates\":[{\"index\":0,\"content\":{\"parts\":[{\"text\":\"" + "x".repeat(2_000) + "\"}]}}]}";
        gateway.script(UpstreamScript.answers()
                .raw(reported + "\n\ndata: " + unreported)
                .finish("STOP"));
        CallServer.Reply atOnce = gateway.customer("0.5").chat(CALL.formatted(true));
        gateway.script(UpstreamScript.answers()
                .raw(reported)
                .delay(100)
                .raw(unreported)
                .finish("STOP"));
        CallServer.Reply apart = gateway.customer("0.5").chat(CALL.formatted(true));
        assertThat(atOnce.content()).hasSizeBetween(1_000, 1_200); // a token a byte: half of it is covered
        assertThat(atOnce.content()).isEqualTo(apart.content());
        assertThat(atOnce.chunks().getLast().get("credits_consumed"))
                .isEqualTo(apart.chunks().getLast().get("credits_consumed"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_balance_for_a_part_shrinks_the_call_and_says_so(boolean stream) {
        Customer customer = gateway.customer("0.5");
        gateway.script(longAnswer(120));
        CallServer.Reply reply = customer.chat(CALL.formatted(stream));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        int shrunk = Integer.parseInt(reply.header("x-tollgate-max-tokens"));
        assertThat(shrunk).isBetween(1_000, 1_140);
        JsonNode task = customer.lastTask();
        assertThat(task.get("max_tokens_applied").asInt()).isEqualTo(shrunk);
        assertCut(customer, reply, stream, "CREDITS_EXHAUSTED");
        assertThat(customer.balance()).as("the hold is charged whole").isEqualByComparingTo("0");
        assertThat(task.at("/pricing_detail/exact").decimalValue())
                .as("what is printed comes to the hold, once it is rounded down")
                .isBetween(new BigDecimal("0.5095"), new BigDecimal("0.5099")); // a token is 0.00045
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_hold_is_charged_whole_where_no_usage_was_reported_too(boolean stream) {
        Customer customer = gateway.customer("0.5");
        gateway.script(unreported());
        String prompt = "Tell me. ".repeat(200); // held for by its bytes, estimated at a quarter of them
        CallServer.Reply reply = customer.chat(CALL.formatted(stream).replace("Tell me", prompt));
        int shrunk = Integer.parseInt(reply.header("x-tollgate-max-tokens"));
        assertCut(customer, reply, stream, "CREDITS_EXHAUSTED");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
        JsonNode task = customer.lastTask();
        assertThat(task.get("usage_flags").valueStream().map(JsonNode::asString))
                .containsExactly("estimated");
        assertThat(task.at("/pricing_detail/hold_charged").asBoolean()).isTrue();
        String content = stream
                ? reply.content()
                : reply.json().at("/choices/0/message/content").asString();
        assertThat(content).startsWith("x".repeat(200) + "y");
        assertThat(content.length()).as("unreported, each byte counts").isBetween(shrunk - 1, shrunk + 200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void uncounted_media_are_not_charged_by_their_upper_bound(boolean stream) {
        Customer customer =
                gateway.customer("60.5"); // a video of unknown length is held for as the whole context, 59.77
        gateway.script(unreported());
        CallServer.Reply reply = customer.chat(withMedium("https://www.youtube.com/watch?v=abcdefghijk", stream));
        assertThat(reply.header("x-tollgate-max-tokens")).isNotEmpty();
        assertCut(customer, reply, stream, "CREDITS_EXHAUSTED");
        JsonNode detail = customer.lastTask().get("pricing_detail");
        assertThat(detail.path("hold_charged").asBoolean(false)).isFalse();
        assertThat(customer.consumed())
                .isEqualByComparingTo(detail.get("exact").decimalValue().setScale(2, RoundingMode.FLOOR));
        assertThat(customer.consumed()).isLessThan(BigDecimal.ONE);
        assertThat(customer.balance()).isEqualByComparingTo(new BigDecimal("60.5").subtract(customer.consumed()));
    }

    @Test
    void a_hold_is_charged_whole_where_its_media_were_counted_beforehand() {
        Customer customer = gateway.customer("0.2"); // a picture is held for as 4,128 tokens, 0.23
        gateway.script(unreported());
        String picture = Base64.getEncoder().encodeToString(MediaSamples.BY_TYPE.get("image/png"));
        CallServer.Reply reply = customer.chat(withMedium("data:image/png;base64," + picture, true));
        assertCut(customer, reply, true, "CREDITS_EXHAUSTED");
        assertThat(customer.consumed()).isEqualByComparingTo("0.2");
        assertThat(customer.lastTask().at("/pricing_detail/hold_charged").asBoolean())
                .isTrue();
    }

    @Test
    void an_upstream_that_passes_the_callers_maximum_is_cut_there_and_what_else_was_held_returns() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(4_000), new Tokens(262, 1_000, 0))
                .finish("STOP", new Tokens(262, 1_000, 0)));
        String picture = Base64.getEncoder().encodeToString(MediaSamples.BY_TYPE.get("image/png"));
        String call = withMedium("data:image/png;base64," + picture, true);
        CallServer.Reply reply = customer.chat(call.replace("\"stream\"", "\"max_tokens\":700,\"stream\""));
        assertThat(reply.header("x-tollgate-max-tokens")).isNotEmpty();
        assertThat(reply.chunks().getLast().at("/usage/completion_tokens").asInt())
                .isEqualTo(700);
        assertThat(customer.consumed()).isEqualByComparingTo("0.32"); // 262 x 57 + 700 x 450, cut down
    }

    @Test
    void a_shrunk_call_whose_answer_is_short_is_a_normal_one() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.says("Short.", 70, 10));
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        assertThat(reply.header("x-tollgate-max-tokens")).isNotEmpty();
        assertThat(reply.json().at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(customer.consumed()).isEqualByComparingTo("0.01");
    }

    @Test
    void a_shrunk_maximum_is_not_sent_upstream_where_thoughts_are_free() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.says("Short.", 70, 10));
        customer.chat(CALL.formatted(false));
        assertThat(gateway.lastAsked().at("/generationConfig").has("maxOutputTokens"))
                .isFalse();
    }

    @Test
    void a_shrunk_maximum_is_sent_upstream_where_thoughts_are_billed() {
        Customer customer = gateway.customer("2");
        gateway.script(UpstreamScript.says("Short.", 70, 10));
        CallServer.Reply reply = customer.chat("""
                {"model":"google/gemini-2.5-pro","max_tokens":15000,"messages":[{"role":"user","content":"Tell me"}]}""");
        int shrunk = Integer.parseInt(reply.header("x-tollgate-max-tokens"));
        assertThat(shrunk).isBetween(900, 952);
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                .isEqualTo(shrunk);
        assertThat(customer.lastTask().get("max_tokens_applied").asInt()).isEqualTo(shrunk);
    }

    @Test
    void credits_that_run_out_in_the_middle_cut_the_answer_at_the_last_of_them() {
        Customer customer = gateway.customer("2");
        gateway.script(longAnswer(120));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.header("x-tollgate-max-tokens")).isEmpty();
        assertCut(customer, reply, true, "CREDITS_EXHAUSTED");
        assertThat(customer.balance()).isEqualByComparingTo("0");
        assertThat(reply.content().length()).isBetween(4_000 * 4, 4_460 * 4);
    }

    @Test
    void a_spend_limit_that_is_reached_in_the_middle_cuts_the_answer_too() {
        Customer customer = gateway.customer("100", KeyOptions.spend(null, "2", null));
        gateway.script(longAnswer(120));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertCut(customer, reply, true, "SPEND_LIMIT");
        assertThat(customer.consumed()).isEqualByComparingTo("2");
        assertError(customer.chat(CALL.formatted(true)), 402, "spend_limit_exceeded", "billing_error");
    }

    @Test
    void a_call_that_a_spend_limit_shrinks_says_that_it_was_the_limit() {
        Customer customer = gateway.customer("100", KeyOptions.spend("0.5", null, null));
        gateway.script(longAnswer(120));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.header("x-tollgate-max-tokens")).isNotEmpty();
        assertCut(customer, reply, true, "SPEND_LIMIT");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    @Test
    void an_answer_in_one_piece_that_the_balance_covers_is_not_cut() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.answers()
                .text(piece().repeat(9), new Tokens(70, 900, 0))
                .finish("STOP", new Tokens(70, 900, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        assertThat(reply.json().at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.4");
    }

    @Test
    void a_prompt_that_turns_out_larger_than_what_is_left_ends_a_shrunk_answer() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(2_500, 100, 0))
                .delay(50)
                .event("{\"usageMetadata\":{\"promptTokenCount\":9500,\"candidatesTokenCount\":100}}")
                .delay(50)
                .text("two", new Tokens(9500, 200, 0))
                .finish("STOP", new Tokens(9500, 200, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(true).replace("Tell me", "x".repeat(10_000)));
        assertThat(reply.header("x-tollgate-max-tokens"))
                .as("held for by its count")
                .isNotEmpty();
        assertThat(reply.content()).isEqualTo("One ");
        assertCut(customer, reply, true, "CREDITS_EXHAUSTED");
        assertThat(customer.lastTask().get("usage_flags").valueStream().map(JsonNode::asString))
                .containsExactly("shortfall");
    }

    @Test
    void text_is_cut_between_two_characters() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.answers()
                .text("日本語🦉".repeat(1000), new Tokens(70, 5000, 0))
                .finish("STOP", new Tokens(70, 5000, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertCut(customer, reply, true, "CREDITS_EXHAUSTED");
        assertThat("日本語🦉".repeat(1000)).startsWith(reply.content());
        assertThat(reply.content().codePointCount(0, reply.content().length())).isBetween(700, 1000);
        assertThat(Character.isHighSurrogate(
                        reply.content().charAt(reply.content().length() - 1)))
                .isFalse();
    }

    @Test
    void a_tool_call_that_is_not_covered_is_not_delivered() {
        Customer customer = gateway.customer("0.5");
        gateway.script(UpstreamScript.answers()
                .text("I will look.", new Tokens(70, 100, 0))
                .event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"location":"Tokyo"}}}]}}],
                         "usageMetadata":{"promptTokenCount":70,"candidatesTokenCount":9000}}""")
                .finish("STOP", new Tokens(70, 9000, 0)));
        CallServer.Reply reply = customer.chat("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Tell me"}],
                 "tools":[{"type":"function","function":{"name":"get_weather"}}]}""");
        JsonNode choice = reply.json().at("/choices/0");
        assertThat(choice.at("/message/content").asString()).isEqualTo("I will look.");
        assertThat(choice.get("message").has("tool_calls")).isFalse();
        assertThat(choice.get("finish_reason").asString()).isEqualTo("length");
        assertThat(choice.get("native_finish_reason").asString()).isEqualTo("CREDITS_EXHAUSTED");
        assertThat(customer.consumed()).isLessThanOrEqualTo(new BigDecimal("0.5"));
    }

    @Test
    void less_than_the_least_output_is_refused() {
        Customer customer = gateway.customer("0.1");
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        assertError(reply, 402, "insufficient_credits", "billing_error");
        assertThat(reply.error().get("message").asString()).contains("0.11").contains("0.1 are available");
    }

    @Test
    void a_small_maximum_of_the_callers_needs_few_credits() {
        Customer customer = gateway.customer("0.02");
        gateway.script(UpstreamScript.answers().text("Ten.").finish("MAX_TOKENS", new Tokens(10, 10, 0)));
        CallServer.Reply reply = customer.chat("""
                {"model":"gemini-2.5-pro","stream":false,"max_tokens":10,"messages":[{"role":"user","content":"Tell me"}]}""");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().at("/choices/0/finish_reason").asString()).isEqualTo("length");
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asInt())
                .isEqualTo(10);
    }

    @Test
    void thoughts_that_are_billed_never_cost_more_than_was_held() {
        Customer customer = gateway.customer("2");
        UpstreamScript script = UpstreamScript.answers();
        for (int i = 1; i <= 30; i++) {
            script.text(piece(), new Tokens(70, 50L * i, 60L * i));
        }
        gateway.script(script.finish("STOP", new Tokens(70, 1500, 1800)));
        CallServer.Reply reply = customer.chat("""
                {"model":"google/gemini-2.5-pro","max_tokens":15000,"stream":true,"messages":[{"role":"user","content":"Tell me"}]}""");
        assertCut(customer, reply, true, "CREDITS_EXHAUSTED");
    }

    private static String piece() {
        return "lorem ipsum dolor ".repeat(22) + "end ";
    }

    /** Pieces of 400 bytes and 100 tokens each. */
    private static UpstreamScript longAnswer(int pieces) {
        UpstreamScript script = UpstreamScript.answers();
        for (int i = 1; i <= pieces; i++) {
            script.text(piece(), new Tokens(70, 100L * i, 0));
        }
        return script.finish("STOP", new Tokens(70, 100L * pieces, 0));
    }

    private static UpstreamScript unreported() {
        return UpstreamScript.answers()
                .text("x".repeat(200))
                .text("y".repeat(20_000))
                .finish("STOP");
    }

    private static String withMedium(String url, boolean stream) {
        return """
                {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":[{"type":"text","text":"Tell me"},
                  {"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(stream, url);
    }

    /** A cut response ends like one at its maximum length, and costs the printed amount: never more than the balance. */
    private static void assertCut(Customer customer, CallServer.Reply reply, boolean stream, String nativeReason) {
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        JsonNode choice;
        JsonNode last;
        if (stream) {
            assertThat(reply.data().getLast()).isEqualTo("[DONE]");
            last = reply.chunks().getLast();
            choice = reply.chunks().stream()
                    .map(chunk -> chunk.at("/choices/0"))
                    .filter(it -> it.path("finish_reason").isString())
                    .findFirst()
                    .orElseThrow();
        } else {
            last = reply.json();
            choice = last.at("/choices/0");
        }
        assertThat(choice.get("finish_reason").asString()).isEqualTo("length");
        assertThat(choice.get("native_finish_reason").asString()).isEqualTo(nativeReason);
        assertThat(last.get("usage").isObject()).isTrue();
        assertThat(last.get("credits_consumed").decimalValue()).isEqualByComparingTo(customer.consumed());
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo(customer.consumed());
        assertThat(customer.balance()).isNotNegative();
    }
}
