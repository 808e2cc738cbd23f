package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot change is not asked for again (D24). */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class RepeatedRefusalsTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"%s"}]}""";
    private static final Tokens SOME = new Tokens(1000, 1000, 0);

    @Parameter
    Stores stores;

    private static CallServer gateway;

    private Customer customer;
    private int askedBefore;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void begin() {
        customer = gateway.customer("10");
        askedBefore = gateway.asked().size();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_blocked_prompt_is_blocked_again_without_asking_or_reserving(boolean stream) {
        block();
        CallServer.Reply first = customer.chat(CALL.formatted(stream, "blocked"));
        for (int i = 0; i < 5; i++) {
            CallServer.Reply again = customer.chat(CALL.formatted(stream, "blocked"));
            assertError(again, 503, "upstream_error", "upstream_error");
            assertThat(again.text()).isEqualTo(first.text());
            assertThat(again.header("x-should-retry")).isEqualTo("false");
        }
        assertThat(gateway.asked()).hasSize(askedBefore + 1);
        assertThat(customer.tasks()).isEqualTo(1);
    }

    @Test
    void what_the_upstream_finds_wrong_with_a_request_is_remembered() {
        gateway.script(UpstreamScript.answers().status(400));
        CallServer.Reply first = customer.chat(CALL.formatted(true, "wrong"));
        assertThat(first.header("x-should-retry")).isEqualTo("false");
        assertThat(customer.chat(CALL.formatted(true, "wrong")).text()).isEqualTo(first.text());
        assertThat(gateway.asked()).hasSize(askedBefore + 1);
    }

    @Test
    void a_request_that_is_too_long_is_not_sent_again() {
        gateway.script(UpstreamScript.answers().status(400, """
                {"error":{"code":400,"status":"INVALID_ARGUMENT","message":"The input token count (1200293) exceeds the maximum number of tokens allowed (1048576)."}}"""));
        CallServer.Reply first = customer.chat(CALL.formatted(true, "long"));
        assertError(first, 400, "context_length_exceeded", "invalid_request_error");
        assertThat(customer.chat(CALL.formatted(true, "long")).text()).isEqualTo(first.text());
        assertThat(gateway.asked()).hasSize(askedBefore + 1);
    }

    @Test
    void another_body_and_another_key_are_asked_for() {
        block();
        customer.chat(CALL.formatted(true, "one"));
        customer.chat(CALL.formatted(true, "two"));
        gateway.customer("10").chat(CALL.formatted(true, "one"));
        assertThat(gateway.asked()).hasSize(askedBefore + 3);
    }

    @Test
    void a_failure_that_may_pass_is_not_remembered() {
        gateway.script(UpstreamScript.answers().status(503));
        assertThat(customer.chat(CALL.formatted(true, "passes")).status()).isEqualTo(503);
        gateway.script(UpstreamScript.says("Better", 1000, 1000));
        assertThat(customer.chat(CALL.formatted(true, "passes")).content()).isEqualTo("Better");
    }

    @Test
    void a_refusal_under_an_idempotency_key_is_remembered_and_frees_the_key() {
        block();
        CallServer.Reply first = customer.chat(CALL.formatted(true, "keyed"), "k");
        assertError(first, 503, "upstream_error", "upstream_error");
        assertThat(first.header("x-tollgate-task-id")).isNotEmpty();
        CallServer.Reply again = customer.chat(CALL.formatted(true, "keyed"), "k");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(customer.chat(CALL.formatted(true, "keyed")).text()).isEqualTo(first.text());
        assertThat(gateway.asked()).hasSize(askedBefore + 1);
        gateway.script(UpstreamScript.says("Different", 1000, 1000));
        assertThat(customer.chat(CALL.formatted(true, "another body"), "k").content())
                .isEqualTo("Different");
    }

    @Test
    void a_refusal_of_ours_for_money_is_not_remembered() {
        gateway.script(UpstreamScript.answers().text("Yes", SOME).finish("STOP", SOME));
        Customer poor = gateway.customer("0.000001");
        assertThat(poor.chat(CALL.formatted(true, "money")).status()).isEqualTo(402);
        gateway.grant(poor.account(), 10_000_000);
        assertThat(poor.chat(CALL.formatted(true, "money")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void after_a_spent_limit_is_raised_the_same_call_is_served(boolean streams) {
        gateway.script(UpstreamScript.answers().text("Yes", SOME).finish("STOP", SOME));
        Customer limited = gateway.customer("10", CallServer.KeyOptions.spend(null, null, "0.000001"));
        String call = CALL.formatted(streams, "limit");
        assertThat(limited.chat(call).status()).isEqualTo(402);
        assertThat(limited.chat(call, "k").status()).isEqualTo(402);
        assertThat(limited.chat(call, "k").text()).contains("spend_limit_exceeded");
        gateway.setKey(limited.keyId(), settings -> settings.withSpend(new SpendLimits(null, null, 5_000_000L)));
        assertThat(limited.chat(call, "k").status()).isEqualTo(200);
        assertThat(limited.chat(call).status()).isEqualTo(200);
    }

    private static void block() {
        gateway.script(UpstreamScript.answers().event("""
                {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12}}"""));
    }
}
