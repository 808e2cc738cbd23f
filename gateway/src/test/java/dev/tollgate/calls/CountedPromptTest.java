package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Where the bound of a prompt's bytes is not covered, the upstream's own count may be (D31). */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class CountedPromptTest {

    /** 40,000 bytes: a bound of 40,064 tokens, 2.28 credits; the sandbox counts a quarter of it, 0.57. */
    private static final String LONG = "word ".repeat(8_000);

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
    void a_balance_that_covers_the_counted_prompt_but_not_its_bytes_gets_an_answer() {
        Customer customer = gateway.customer("1");
        CallServer.Reply reply = customer.chat(call(LONG));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(Long.parseLong(reply.header("x-tollgate-max-tokens"))).isGreaterThanOrEqualTo(256);
        assertThat(counts()).isPositive();
    }

    @Test
    void a_spend_limit_is_measured_by_the_count_too() {
        Customer customer = gateway.customer("100", KeyOptions.spend("1", null, null));
        assertThat(customer.chat(call(LONG)).status()).isEqualTo(200);
    }

    @Test
    void a_prompt_that_counts_more_than_the_context_is_refused_before_it_is_sent() {
        Customer customer = gateway.customer("1");
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 1048577}}]
                """);
        CallServer.Reply reply = customer.chat(call(LONG));
        assertError(reply, 400, "context_length_exceeded", "invalid_request_error");
        assertThat(reply.error().get("message").asString()).contains("1048576 tokens", "1048577 tokens");
        assertThat(gateway.asked().getLast().path()).endsWith(":countTokens");
        String path = "/v1beta/models/gemini-2.5-pro:generateContent";
        String body = "{\"contents\":[{\"parts\":[{\"text\":\"" + LONG + "\"}]}]}";
        CallServer.Reply own = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("x-goog-api-key", customer.key())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        assertThat(own.status()).isEqualTo(400);
        assertThat(own.error().get("message").asString())
                .isEqualTo("The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).");
        assertThat(customer.tasks()).isZero();
        gateway.script("[]");
    }

    @Test
    void a_balance_that_does_not_cover_the_count_either_is_refused() {
        Customer customer = gateway.customer("0.5");
        assertError(customer.chat(call(LONG)), 402, "insufficient_credits", "billing_error");
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void without_any_balance_nothing_is_counted() {
        Customer customer = gateway.customer("0");
        long before = counts();
        assertError(customer.chat(call(LONG)), 402, "insufficient_credits", "billing_error");
        assertThat(counts()).isEqualTo(before);
    }

    @Test
    void a_call_whose_bytes_are_covered_is_not_counted() {
        Customer customer = gateway.customer("1");
        long before = counts();
        assertThat(customer.chat(call("Hi")).status()).isEqualTo(200);
        assertThat(counts()).isEqualTo(before);
    }

    @Test
    void where_counting_fails_the_bound_of_the_bytes_stands() {
        Customer customer = gateway.customer("1");
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{status: 500}]
                """);
        assertError(customer.chat(call(LONG)), 402, "insufficient_credits", "billing_error");
        gateway.script("[]");
    }

    @Test
    void a_count_that_was_too_low_is_charged_in_full_where_the_balance_allows() {
        Customer customer = gateway.customer("1");
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 10}}]
                """);
        CallServer.Reply reply = customer.chat(call(LONG));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(customer.consumed()).isGreaterThan(new BigDecimal("0.5"));
        gateway.script("[]");
    }

    private static long counts() {
        return gateway.asked().stream()
                .filter(asked -> asked.path().endsWith(":countTokens"))
                .count();
    }

    private static String call(String text) {
        return """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"%s"}]}""".formatted(text);
    }
}
