package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large and compressed bodies: money comes before they are read, and what they take is charged and given back. */
@Timeout(240)
class LargeBodiesTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String GENERATE = "/v1beta/models/gemini-2.5-pro:generateContent";
    private static final String LARGE = "Tell me. ".repeat(20_000);

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        CallServer.await("everything to be given back", () -> gateway.requestBytes() == 0);
        gateway.close();
    }

    private static String call(String path, String text) {
        return path.equals(CHAT)
                ? "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + text + "\"}]}"
                : "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + text + "\"}]}]}";
    }

    /** Sends only the head of the request. */
    private static String announced(String path, String key, String headers) {
        try (RawCall call = RawCall.head(gateway.port(), path, key, headers)) {
            return call.readUntil("\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CHAT,
                "/v1/estimate",
                GENERATE,
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
                "/v1beta/models/gemini-2.5-pro:countTokens"
            })
    void a_caller_without_credits_makes_nothing_large_be_read(String path) {
        Customer poor = gateway.customer("0");

        assertThat(announced(path, poor.key(), "Content-Length: 65537\r\n")).startsWith("HTTP/1.1 402 ");
        assertThat(announced(path, poor.key(), "Content-Length: 65537\r\nExpect: 100-continue\r\n"))
                .startsWith("HTTP/1.1 402 ");
        assertThat(announced(path, poor.key(), "Content-Encoding: gzip\r\nContent-Length: 100\r\n"))
                .startsWith("HTTP/1.1 402 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, GENERATE})
    void a_body_that_becomes_large_on_its_way_is_read_no_further_for_a_caller_without_credits(String path) {
        Customer poor = gateway.customer("0");
        try (RawCall call = RawCall.head(gateway.port(), path, poor.key(), "Transfer-Encoding: chunked\r\n")) {
            call.send("10001\r\n" + " ".repeat(0x10001) + "\r\n");

            assertThat(call.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 402 ");
        }
    }

    @Test
    void a_chunked_body_that_becomes_large_is_read_to_its_end_for_who_can_pay() {
        Customer rich = gateway.customer("100");
        gateway.script(UpstreamScript.says("Read", 10, 10));
        String body = call(CHAT, LARGE);
        try (RawCall call = RawCall.head(gateway.port(), CHAT, rich.key(), "Transfer-Encoding: chunked\r\n")) {
            for (int at = 0; at < body.length(); at += 50_000) {
                String piece = body.substring(at, Math.min(body.length(), at + 50_000));
                call.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
            }
            call.send("0\r\n\r\n");

            assertThat(call.readUntil("Read")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_small_body_of_a_caller_without_credits_is_read_as_ever() {
        Customer poor = gateway.customer("0");

        assertError(poor.chat("{\"model\":1}"), 400, "invalid_request", "invalid_request_error");
        assertError(poor.chat(call(CHAT, "Hi")), 402, "insufficient_credits", "billing_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, GENERATE})
    void a_known_key_replays_at_balance_zero(String path) {
        Customer customer = gateway.customer("100");
        gateway.script(UpstreamScript.says("The first answer", 10, 10));
        byte[] body = call(path, LARGE).getBytes(StandardCharsets.UTF_8);
        CallServer.Reply first = post(path, customer, body, "k", false);
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        setBalance(customer, 0, 0);

        for (boolean isPacked : new boolean[] {false, true}) {
            CallServer.Reply again = post(path, customer, body, "k", isPacked);
            assertThat(again.text()).isEqualTo(first.text());
            assertThat(again.header("idempotent-replayed")).isEqualTo("true");
            assertThat(post(path, customer, body, "another", isPacked).status()).isEqualTo(402);
            body[body.length - 4] ^= 1;
            CallServer.Reply other = post(path, customer, body, "k", isPacked);
            assertThat(other.status()).as(other.text()).isEqualTo(400);
            assertThat(other.text()).contains("Idempotency-Key");
            body[body.length - 4] ^= 1;
        }
    }

    @Test
    void credits_that_running_calls_hold_are_worth_a_second_try() {
        Customer customer = gateway.customer("0");
        setBalance(customer, 0, 1_000_000);
        CallServer.Reply refused = post(CHAT, customer, call(CHAT, LARGE).getBytes(StandardCharsets.UTF_8), "k", false);

        assertError(refused, 402, "insufficient_credits", "billing_error");
        assertThat(refused.header("retry-after")).isEqualTo("1");
    }

    @Test
    void what_a_request_takes_is_charged_until_its_call_is_over_even_where_its_caller_has_left() {
        Customer rich = gateway.customer("100");
        CallServer.await("the calls before", () -> gateway.requestBytes() == 0);
        gateway.script(
                UpstreamScript.answers().text("Half").delay(700).text("whole").finish("STOP"));
        try (RawCall call = rich.chatRaw(call(CHAT, LARGE).replace("false", "true"), "left alone")) {
            call.readUntil("Half");
        }
        CallServer.await("the exchange to end", () -> gateway.openExchanges() == 0);
        assertThat(gateway.calls().open()).isEqualTo(1);

        assertThat(gateway.requestBytes()).isGreaterThan(LARGE.length());
        CallServer.await("the call to end", () -> gateway.calls().open() == 0);
        CallServer.await("its memory", () -> gateway.requestBytes() == 0);
    }

    private static void setBalance(Customer customer, long available, long reserved) {
        gateway.execute("UPDATE account SET balance_micros = " + available + ", reserved_micros = " + reserved
                + ", purchased_micros = consumed_micros + " + (available + reserved) + " WHERE id = '"
                + customer.account() + "'");
    }

    private static CallServer.Reply post(String path, Customer customer, byte[] body, String name, boolean isPacked) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", name)
                .POST(HttpRequest.BodyPublishers.ofByteArray(isPacked ? packed(body) : body));
        return gateway.send(isPacked ? request.header("Content-Encoding", "gzip") : request);
    }

    private static byte[] packed(byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    @Test
    void a_long_prompt_is_counted_only_for_who_can_pay_the_cheapest_call() {
        Customer poor = gateway.customer("0.005");
        String prompt = "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\""
                + "word ".repeat(200_000) + "\"}]}";
        int before = gateway.asked().size();
        CallServer.Reply refused = poor.chat(prompt);
        assertThat(refused.status()).as(refused.text()).isEqualTo(402);
        assertThat(gateway.asked()).hasSize(before);
    }
}
