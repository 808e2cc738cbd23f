package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Reserve, settle, give back: what a call's caller sees of it, and what it costs to leave (D18, D19, D31, D34, D35). */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class MoneyFlowTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);
    private static final String STREAM = CALL.formatted(true);
    private static final String JSON = CALL.formatted(false);
    private static final long FOREVER = 600_000;

    @Parameter
    Stores stores;

    private static Gateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores, "timeouts.drain", "0ms");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- hold, settle ----

    @Test
    void what_a_call_leaves_behind_is_written_once_and_never_changed() {
        Customer customer = gateway.customer("10");
        try (Gateway.Fault _ = gateway.fault("UPDATE", "call", "1 = 1")) {
            gateway.script(UpstreamScript.answers().delay(100).text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
            assertThat(customer.chat(STREAM).text()).contains("[DONE]");
            gateway.script(UpstreamScript.answers().delay(100).status(500));
            assertThat(customer.chat(STREAM).text()).doesNotContain("[DONE]");
            gateway.script(UpstreamScript.answers()
                    .text("One ", new Tokens(1000, 1000, 0))
                    .delay(FOREVER));
            try (RawCall call = customer.chatRaw(STREAM)) {
                call.readUntil("One ");
                customer.awaitHold();
                String id = gateway.text("SELECT id FROM open_hold WHERE account_id = '" + customer.account() + "'");
                JsonNode running =
                        gateway.get("/v1/tasks/" + id, customer.key()).json();
                assertThat(running.get("status").asString()).isEqualTo("processing");
                assertThat(running.get("entries")).isEmpty();
                assertThat(running.get("held").decimalValue())
                        .isEqualByComparingTo(customer.credits().get("reserved").decimalValue());
            }
            assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        }
    }

    @Test
    void a_running_call_holds_credits_and_charges_less() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers().delay(300).text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        CompletableFuture<Gateway.Reply> running = customer.chatAside(JSON);
        customer.awaitHold();
        JsonNode during = customer.credits();
        Gateway.Reply reply = running.join();
        JsonNode after = customer.credits();
        assertThat(during.get("reserved").decimalValue()).isEqualByComparingTo("1.91");
        assertThat(during.get("balance").decimalValue()).isEqualByComparingTo("8.09");
        assertThat(during.get("total_consumed").asInt()).isZero();
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(after.get("reserved").asInt()).isZero();
        assertThat(after.get("balance").decimalValue()).isEqualByComparingTo("9.5");
        assertThat(after.get("total_consumed").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(after.get("total_purchased").decimalValue()).isEqualByComparingTo("10");
    }

    @Test
    void a_tasks_lines_add_up_to_its_charge() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("Done.", 1000, 1000));
        customer.chat(JSON);
        JsonNode task = customer.lastTask();
        assertThat(task.get("entries")
                        .valueStream()
                        .map(entry -> entry.get("kind").asString() + " "
                                + entry.get("amount").toString()))
                .containsExactly("charge 0.5");
        assertThat(task.get("held").toString()).isEqualTo("1.91");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(task.get("usage_flags")).isEmpty();
        assertThat(task.get("max_tokens_applied").isNull()).isTrue();
    }

    @Test
    void a_task_is_processing_while_its_call_runs() {
        Customer customer = gateway.customer("10");
        gateway.script(
                UpstreamScript.answers().text("One").delay(300).text("Two").finish("STOP"));
        try (RawCall call = customer.chatRaw(STREAM)) {
            String seen = call.readUntil("One");
            String id = seen.substring(seen.indexOf("chatcmpl-"), seen.indexOf("chatcmpl-") + 40);
            JsonNode task = gateway.get("/v1/tasks/" + id, customer.key()).json();
            assertThat(task.get("status").asString()).isEqualTo("processing");
            assertThat(task.get("completed_at").isNull()).isTrue();
            assertThat(task.get("output").isNull()).isTrue();
            call.readUntil("[DONE]");
            JsonNode done = gateway.get("/v1/tasks/" + id, customer.key()).json();
            assertThat(done.get("status").asString())
                    .as("the charge is durable before [DONE] leaves")
                    .isEqualTo("completed");
        }
    }

    // ---- two calls, money for one ----

    @Test
    void with_credits_for_one_the_second_concurrent_call_must_wait() {
        Customer customer = gateway.customer("1");
        gateway.script(UpstreamScript.answers().delay(400).text("Done.").finish("STOP", new Tokens(100, 100, 0)));
        CompletableFuture<Gateway.Reply> first = customer.chatAside(JSON);
        customer.awaitHold();
        Gateway.Reply second = customer.chat(JSON);
        assertError(second, 402, "insufficient_credits", "billing_error");
        assertThat(second.error().get("message").asString())
                .startsWith("Your credit balance is too low. Please top up.")
                .contains("held by running calls")
                .doesNotContain("will reset at");
        assertThat(second.header("retry-after")).isEqualTo("1");
        assertThat(second.header("x-should-retry")).isEmpty();
        assertThat(first.join().status()).isEqualTo(200);
        assertThat(customer.chat(JSON).status()).isEqualTo(200);
    }

    @Test
    void with_a_limit_for_one_the_second_concurrent_call_must_wait() {
        Customer customer = gateway.customer("100", KeyOptions.spend(null, null, "1"));
        gateway.script(UpstreamScript.answers().delay(400).text("Done.").finish("STOP", new Tokens(100, 100, 0)));
        CompletableFuture<Gateway.Reply> first = customer.chatAside(JSON);
        customer.awaitHold();
        Gateway.Reply second = customer.chat(JSON);
        assertError(second, 429, "spend_limit_exceeded", "billing_error");
        assertThat(second.error().get("message").asString())
                .contains("held by running calls")
                .doesNotContain("will reset at");
        assertThat(second.header("retry-after")).isEqualTo("1");
        assertThat(second.header("x-should-retry")).isEmpty();
        assertThat(first.join().status()).isEqualTo(200);
        assertThat(customer.chat(JSON).status()).isEqualTo(200);
    }

    /** Each asks for less than the least that a call is cut down to, so it is held for whole or not at all. */
    @Test
    void many_calls_at_once_never_spend_more_than_there_is() {
        Customer customer = gateway.customer("1");
        gateway.script(UpstreamScript.answers().delay(50).text("Done.").finish("STOP", new Tokens(100, 200, 0)));
        List<CompletableFuture<Gateway.Reply>> calls = IntStream.range(0, 40)
                .mapToObj(i ->
                        customer.chatAside("""
                        {"model":"gemini-2.5-pro","stream":%s,"max_tokens":200,
                        "messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG).formatted(i % 2 == 0)))
                .toList();
        List<Gateway.Reply> replies =
                calls.stream().map(CompletableFuture::join).toList();
        assertThat(replies).allSatisfy(reply -> assertThat(reply.status()).isIn(200, 402));
        long answered = replies.stream().filter(reply -> reply.status() == 200).count();
        assertThat(answered).isPositive();
        assertThat(customer.tasks()).isEqualTo(answered);
        assertThat(customer.balance()).isNotNegative();
        assertThat(customer.consumed()).isEqualByComparingTo(BigDecimal.valueOf(9 * answered, 2));
    }

    // ---- callers who leave ----

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_leaves_before_the_upstream_speaks_pays_nothing(boolean stream) {
        Customer customer = gateway.customer("10");
        long abandoned = gateway.sandbox().abandonedAnswers();
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.answers().delay(FOREVER).text("Late."));
        try (RawCall call = customer.chatRaw(CALL.formatted(stream))) {
            Gateway.await("the question", () -> gateway.asked().size() > asked);
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(task.get("credits_consumed").asInt()).isZero();
        assertThat(customer.balance()).isEqualByComparingTo("10");
        Gateway.await("the upstream's end", () -> gateway.sandbox().abandonedAnswers() > abandoned);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_breaks_the_connection_off_before_the_upstream_speaks_has_left(boolean stream) {
        Customer customer = gateway.customer("10");
        long abandoned = gateway.sandbox().abandonedAnswers();
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.answers().delay(FOREVER).text("Late."));
        RawCall call = customer.chatRaw(CALL.formatted(stream));
        Gateway.await("the question", () -> gateway.asked().size() > asked);
        call.reset();
        Gateway.await("the upstream's end", () -> gateway.sandbox().abandonedAnswers() > abandoned);
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void who_leaves_in_the_middle_pays_for_what_was_reported() {
        Customer customer = gateway.customer("10");
        long abandoned = gateway.sandbox().abandonedAnswers();
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1000, 500, 0))
                .text("two ", new Tokens(1000, 1000, 0))
                .delay(FOREVER)
                .finish("STOP", new Tokens(1000, 9000, 0)));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("two ");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(task.get("usage_flags")).isEmpty();
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
        Gateway.await("the upstream's end", () -> gateway.sandbox().abandonedAnswers() > abandoned);
    }

    @Test
    void who_leaves_where_nothing_was_reported_pays_an_estimate() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(2000))
                .text("end")
                .delay(FOREVER)
                .finish("STOP"));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("end");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(task.at("/pricing_detail/completion_tokens").asInt()).isEqualTo(501);
        assertThat(task.at("/pricing_detail/prompt_tokens").asInt()).isEqualTo(315);
        assertThat(task.get("usage_flags").valueStream().map(JsonNode::asString))
                .containsExactly("estimated");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.24");
    }

    @Test
    void a_json_caller_who_leaves_pays_like_a_streaming_one() {
        Customer customer = gateway.customer("10");
        int asked = gateway.asked().size();
        long abandoned = gateway.sandbox().abandonedAnswers();
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1000, 1000, 0))
                .delay(500)
                .text("two ", new Tokens(1000, 1000, 0))
                .delay(FOREVER));
        try (RawCall call = customer.chatRaw(JSON)) {
            Gateway.await("the question", () -> gateway.asked().size() > asked);
            awaitBytesFromUpstream(customer);
        }
        customer.lastTask();
        assertThat(customer.consumed()).as("both left at the same point").isEqualByComparingTo("1");
        assertThat(Calls.count(
                        gateway::number,
                        "ending = 'cancelled' AND charged_micros = 500000" + " AND account_id = '" + customer.account()
                                + "'"))
                .isEqualTo(2);
        Gateway.await("the upstream's end", () -> gateway.sandbox().abandonedAnswers() > abandoned + 1);
    }

    /** Nothing tells a JSON caller's progress, but a second call of the same script that streams is as far. */
    private static void awaitBytesFromUpstream(Customer customer) {
        try (RawCall beside = customer.chatRaw(STREAM)) {
            beside.readUntil("two ");
        }
        Gateway.await(
                "the other call's end",
                () -> gateway.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + customer.account() + "'")
                        == 1);
    }

    @Test
    void who_leaves_after_the_finish_reason_has_had_a_whole_answer() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers().event("""
                        {"candidates":[{"content":{"parts":[{"text":"All of it"}]},"finishReason":"STOP"}],
                         "usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":1000}}""").delay(FOREVER));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("All of it");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.5");
    }

    @Test
    void leaving_after_a_finish_reason_completes_an_answer_that_goes_on() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers().event("""
                        {"candidates":[{"content":{"parts":[{"text":"One "}]},"finishReason":"STOP"}],
                         "usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":10}}""").event("""
                        {"candidates":[{"content":{"parts":[{"text":"two "}]}}],
                         "usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":1000}}""").delay(FOREVER));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("two ");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.5");
    }

    @Test
    void who_leaves_after_done_changes_nothing() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("Done.", 1000, 1000));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("[DONE]");
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    @Test
    void the_charge_of_who_leaves_is_never_above_the_hold() {
        Customer customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1_000_000, 10, 0))
                .delay(FOREVER));
        try (RawCall call = customer.chatRaw(STREAM.replace("\"stream\"", "\"max_tokens\":1000,\"stream\""))) {
            call.readUntil("One ");
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        assertThat(customer.consumed())
                .as("the prompt is believed up to its bytes")
                .isEqualByComparingTo("0.07"); // 1,321 tokens, and 10
    }

    // ---- crash, stop ----

    @Test
    void a_crash_frees_the_hold_fails_the_task_and_charges_nothing() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("Done.", 1000, 1000));
        customer.chat(JSON);
        gateway.script(
                UpstreamScript.answers().text("One ", new Tokens(1000, 1000, 0)).delay(FOREVER));
        try (RawCall call = customer.chatRaw(STREAM)) {
            String seen = call.readUntil("One ");
            String id = seen.substring(seen.indexOf("chatcmpl-"), seen.indexOf("chatcmpl-") + 40);
            gateway.writeWhatRides();
            try (Gateway after = gateway.crashed()) {
                after.assertBooksAreClosed();
                JsonNode task = after.get("/v1/tasks/" + id, customer.key()).json();
                assertThat(task.get("status").asString()).isEqualTo("failed");
                assertThat(task.at("/error/code").asString()).isEqualTo("internal_error");
                assertThat(task.get("entries")).isEmpty();
                assertThat(task.get("held").toString()).isEqualTo("1.91");
                JsonNode credits =
                        after.get("/v1/credits", customer.key()).json().get("data");
                assertThat(credits.get("balance").decimalValue()).isEqualByComparingTo("9.5");
                assertThat(credits.get("reserved").asInt()).isZero();
                assertThat(credits.get("total_consumed").decimalValue()).isEqualByComparingTo("0.5");
            }
        }
        customer.lastTask();
    }

    @Test
    void a_stop_ends_open_streams_with_an_error_event_and_gives_everything_back() {
        try (Gateway stopping = Gateway.startOn(stores, "timeouts.drain", "0ms")) {
            Customer customer = stopping.customer("10");
            stopping.script(UpstreamScript.answers()
                    .text("One ", new Tokens(1000, 1000, 0))
                    .delay(FOREVER));
            try (RawCall call = customer.chatRaw(STREAM)) {
                call.readUntil("One ");
                stopping.restart();
                String all = call.readUntil("event: error");
                assertThat(all).doesNotContain("[DONE]", "\"usage\"");
            }
            assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
            assertThat(customer.balance()).isEqualByComparingTo("10");
            stopping.script(UpstreamScript.says("Again.", 1000, 1000));
            assertThat(customer.chat(JSON).json().get("credits_consumed").toString())
                    .isEqualTo("0.5");
            stopping.assertBooksAreClosed();
        }
    }
}
