package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.SteppedUpstream;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A running call sees the current state of its key: its hold stays, and each extension is decided again (D54). */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class RunningCallTest {

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""";

    /** 4,096 tokens, and the prompt's 71 at most. */
    private static final String FIRST_HOLD = "1.84";

    /** Long enough for something of it to be covered. */
    private static final String BEYOND = "beyond ".repeat(2_000);

    @Parameter
    Stores stores;

    private SteppedUpstream upstream;
    private CallServer gateway;

    @BeforeEach
    void start() {
        upstream = new SteppedUpstream();
        gateway = CallServer.startOn(stores, upstream.environment());
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
    }

    private static Long micros(String credits) {
        return credits == null
                ? null
                : Long.valueOf(new BigDecimal(credits).movePointRight(6).longValueExact());
    }

    static void setTotal(CallServer gateway, Customer customer, String credits) {
        set(gateway, customer, old -> new SpendLimits(old.hourMicros(), old.dayMicros(), micros(credits)));
    }

    private static void set(CallServer gateway, Customer customer, UnaryOperator<SpendLimits> change) {
        try {
            gateway.setKey(customer.keyId(), settings -> settings.withSpend(change.apply(settings.spend())));
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    static void disable(CallServer gateway, Customer customer) {
        try {
            gateway.disableKey(customer.keyId());
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    private void say(RawCall call, String text, long tokens) {
        upstream.says(text, tokens);
        call.readUntil(text);
    }

    private static void assertCut(String answer, String nativeReason) {
        assertThat(answer)
                .contains("\"finish_reason\":\"length\"")
                .contains("\"native_finish_reason\":\"" + nativeReason + "\"");
    }

    private static void assertConsumed(Customer customer, String credits) {
        CallServer.await(
                "the charge",
                () -> customer.credits().get("reserved").decimalValue().signum() == 0);
        assertThat(customer.consumed()).isEqualByComparingTo(credits);
    }

    // ---- limits ----

    @Test
    void a_limit_that_is_set_while_it_runs_holds() {
        Customer customer = gateway.customer("100");
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 500);
            setTotal(gateway, customer, "5");
            say(call, "Two.", 9_000);
            upstream.says(BEYOND, 60_000);
            assertCut(call.readUntil("[DONE]"), "SPEND_LIMIT");
        }
        assertConsumed(customer, "5");
    }

    @Test
    void what_was_held_before_a_limit_was_lowered_stays_held_and_no_more_comes() {
        Customer customer = gateway.customer("100");
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 500);
            setTotal(gateway, customer, "0.5");
            say(call, "Two.", 4_000);
            upstream.says(BEYOND, 6_000);
            assertCut(call.readUntil("[DONE]"), "SPEND_LIMIT");
        }
        assertConsumed(customer, FIRST_HOLD);
    }

    @Test
    void a_limit_that_is_raised_helps_after_a_growth_was_refused_ahead() {
        Customer customer = gateway.customer("100", KeyOptions.spend(null, null, FIRST_HOLD));
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 4_000); // short of what is held: more is asked for, and refused
            say(call, "Two.", 4_010);
            setTotal(gateway, customer, null);
            say(call, "Three.", 6_000);
            upstream.ends(6_000);
            assertThat(call.readUntil("[DONE]")).contains("\"finish_reason\":\"stop\"");
        }
        assertConsumed(customer, "2.7");
    }

    @Test
    void a_balance_that_is_topped_up_helps_after_a_growth_was_refused_ahead() {
        Customer customer = gateway.customer(FIRST_HOLD);
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 4_000);
            say(call, "Two.", 4_010);
            gateway.grant(customer.account(), 10_000_000);
            say(call, "Three.", 6_000);
            upstream.ends(6_000);
            assertThat(call.readUntil("[DONE]")).contains("\"finish_reason\":\"stop\"");
        }
        assertConsumed(customer, "2.7");
    }

    @Test
    void a_call_that_was_shrunk_when_it_was_let_in_stays_so() {
        Customer customer = gateway.customer("100", KeyOptions.spend(null, null, "0.5"));
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 500);
            setTotal(gateway, customer, null);
            upstream.says(BEYOND, 6_000);
            assertCut(call.readUntil("[DONE]"), "SPEND_LIMIT");
        }
        assertConsumed(customer, "0.5");
    }

    @Test
    void an_hour_that_ends_during_a_call_still_limits_it() {
        Customer customer = gateway.customer("100");
        gateway.setNow(Instant.parse("2026-11-20T12:59:50Z"));
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 500);
            set(gateway, customer, old -> new SpendLimits(micros("3"), old.dayMicros(), old.totalMicros()));
            gateway.setNow(Instant.parse("2026-11-20T13:00:10Z"));
            say(call, "Two.", 5_000);
            upstream.says(BEYOND, 20_000);
            assertCut(call.readUntil("[DONE]"), "SPEND_LIMIT");
        }
        assertConsumed(customer, "3");
        assertThat(charged("12:00")).isEqualTo(3_000_000);
        assertThat(charged("13:00")).isZero();
    }

    private long charged(String hour) {
        long start = Instant.parse("2026-11-20T" + hour + ":00Z").toEpochMilli();
        return gateway.number(
                "SELECT COALESCE(SUM(charged_micros), 0) FROM spend_window WHERE kind = 'hour' AND starts_at = "
                        + start);
    }

    @Test
    void limits_apply_as_of_the_reservation_and_not_before_the_upload() throws IOException {
        Customer customer = gateway.customer("100");
        byte[] body = STREAM.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + customer.key()
                                    + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: "
                                    + body.length
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            readUntil(socket.getInputStream(), "100 Continue\r\n\r\n"); // it has been let in
            setTotal(gateway, customer, "0.01");
            out.write(body);
            assertThat(readUntil(socket.getInputStream(), "\r\n\r\n")).startsWith("HTTP/1.1 402");
        }
        assertThat(customer.tasks()).isZero();
    }

    private static String readUntil(InputStream in, String text) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(text) < 0) {
            int next = in.read();
            assertThat(next).as(all.toString()).isNotNegative();
            all.append((char) next);
        }
        return all.toString();
    }

    // ---- keys ----

    @Test
    void a_key_that_is_disabled_gets_no_growth_and_keeps_what_is_held() {
        Customer customer = gateway.customer("100");
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 500);
            disable(gateway, customer);
            say(call, "Two.", 4_000);
            upstream.says(BEYOND, 6_000);
            assertCut(call.readUntil("[DONE]"), "KEY_DISABLED");
        }
        CallServer.await(
                "the end",
                () -> gateway.number("SELECT reserved_micros FROM account WHERE id = '" + customer.account() + "'")
                        == 0);
        assertThat(gateway.number("SELECT consumed_micros FROM account WHERE id = '" + customer.account() + "'"))
                .isEqualTo(1_840_000);
        assertError(customer.chat(STREAM), 401, "invalid_api_key", "authentication_error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions",
                "/v1beta/models/gemini-2.5-pro:generateContent",
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"
            })
    void whole_answers_and_the_Gemini_door_say_so_too(String path) {
        Customer customer = gateway.customer("100");
        String body = path.startsWith("/v1/")
                ? STREAM.replace("true", "false")
                : "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Tell me\"}]}]}";
        CompletableFuture<CallServer.Reply> reply =
                CompletableFuture.supplyAsync(() -> gateway.post(path, body, customer.key()));
        CallServer.await(
                "the call",
                () -> customer.credits().get("reserved").decimalValue().signum() > 0);
        disable(gateway, customer);
        upstream.says("One.", 500);
        upstream.says(BEYOND, 6_000);
        String text = reply.join().text();
        assertThat(text).contains("One.");
        if (path.startsWith("/v1/")) {
            assertCut(text, "KEY_DISABLED");
        } else {
            assertThat(text).contains("\"finishReason\":\"MAX_TOKENS\"").contains("\"finishMessage\":\"KEY_DISABLED\"");
        }
        assertThat(text).containsPattern("\"credits_consumed\":1\\.8[45]"); // the Gemini door counts one content more
    }

    @Test
    void a_key_that_expires_gets_no_growth() {
        Customer customer = gateway.customer("100");
        Instant now = Instant.parse("2026-11-20T12:00:00Z");
        gateway.setNow(now);
        gateway.execute("UPDATE api_key SET expires_at = " + now.plusSeconds(60).toEpochMilli() + " WHERE id = '"
                + customer.keyId() + "'");
        gateway.restart();
        try (RawCall call = customer.chatRaw(STREAM)) {
            say(call, "One.", 500);
            gateway.setNow(now.plusSeconds(59));
            say(call, "Two.", 5_000);
            gateway.setNow(now.plusSeconds(60));
            upstream.says(BEYOND, 60_000);
            assertCut(call.readUntil("[DONE]"), "KEY_DISABLED");
        }
        JsonNode task = customerTask(customer);
        assertThat(task.get("held").decimalValue())
                .as("grown once, and charged whole")
                .isEqualByComparingTo(task.get("credits_consumed").decimalValue())
                .isGreaterThan(new BigDecimal("2.25"));
    }

    /** The key is no good any more: another of the account's is. */
    private JsonNode customerTask(Customer customer) {
        try {
            String other = gateway.createKey(customer.account(), KeyOptions.NONE.choice())
                    .secret();
            return new Customer(gateway, customer.account(), customer.keyId(), other).lastTask();
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }
}
