package dev.tollgate.http;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Callers with habits of their own at the edge of the whole program, and what they pay. */
@Timeout(240)
class EdgeFlowTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"max_tokens":10000,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);
    private static final int FOREVER = 60_000;

    private static Gateway gateway;

    /** However slow the machine is, the end of what is sent comes in time here. */
    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Surroundings.REAL.with(it -> it.waits = it.waits.withHalfClose(Duration.ofMinutes(5))),
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "timeouts.drain",
                "0ms");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- half-closed ----

    @Test
    void who_has_said_all_gets_its_whole_answer_and_pays_for_it() {
        gateway.script(UpstreamScript.answers()
                .delay(300) // an end that comes after the answer's beginning is a departure
                .text("One ")
                .delay(100)
                .text("two.")
                .finish("STOP", new Tokens(1000, 1000, 0))
                .times(2));
        for (boolean stream : new boolean[] {true, false}) {
            Customer customer = gateway.customer("10");
            try (RawCall call = customer.chatRaw(CALL.formatted(stream)).shutOutput()) {
                assertThat(call.readToEnd()).contains(stream ? "[DONE]" : "\"One two.\"", "\"credits_consumed\":0.5");
            }
            assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
            assertThat(customer.consumed()).isEqualByComparingTo("0.5");
        }
    }

    @Test
    void who_only_seemed_to_have_said_all_is_noticed_by_a_write_that_fails_and_pays_for_what_was_reported() {
        Customer customer = gateway.customer("10");
        long abandoned = gateway.sandbox().abandonedAnswers();
        int asked = gateway.asked().size();
        UpstreamScript script = UpstreamScript.answers().delay(200);
        for (int i = 1; i <= 40; i++) {
            script = script.text("word ", new Tokens(1000, 10L * i, 0)).delay(50);
        }
        gateway.script(script.delay(FOREVER).finish("STOP", new Tokens(1000, 9000, 0)));
        try (RawCall call = customer.chatRaw(CALL.formatted(true))) {
            Gateway.await("the question", () -> gateway.asked().size() > asked);
        }
        Gateway.await("the upstream's end", () -> gateway.sandbox().abandonedAnswers() > abandoned);
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(customer.consumed()).isPositive().isLessThan(new java.math.BigDecimal("1"));
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo(customer.consumed());
    }

    /** A missing reader is not noticed here: the response is one write, and the first write succeeds. */
    @Test
    void a_whole_answer_that_was_written_for_who_only_seemed_to_have_said_all_is_charged() {
        Customer customer = gateway.customer("10");
        int asked = gateway.asked().size();
        gateway.script(UpstreamScript.answers().delay(200).text("Done.").finish("STOP", new Tokens(1000, 1000, 0)));
        try (RawCall call = customer.chatRaw(CALL.formatted(false))) {
            Gateway.await("the question", () -> gateway.asked().size() > asked);
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    // ---- sent ahead ----

    @Test
    void requests_sent_ahead_that_read_the_database_are_answered_in_order() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("Hello", 10, 10));
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            all.append(get("/v1/credits", customer.key())).append(get("/v1/models/number-" + i, customer.key()));
            if (i % 50 == 0) {
                String body = CALL.formatted(i % 100 == 0);
                all.append(get("/v1/models", "sk-nobody"))
                        .append("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                + customer.key() + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            }
        }
        all.append(get("/v1/models/the-last", customer.key()));
        try (RawCall call = RawCall.sending(gateway.app().port(), all.toString())) {
            String answers = call.readUntil("the-last");
            Matcher number = Pattern.compile("number-(\\d+)").matcher(answers);
            for (int i = 0; i < 150; i++) {
                assertThat(number.find()).as("the answer to %d", i).isTrue();
                assertThat(number.group(1)).isEqualTo(Integer.toString(i));
            }
            assertThat(Pattern.compile("HTTP/1.1 200").matcher(answers).results())
                    .as("credits and answers")
                    .hasSize(153);
            assertThat(Pattern.compile("HTTP/1.1 401").matcher(answers).results())
                    .hasSize(3);
        }
        assertThat(customer.tasks()).isEqualTo(3);
        customer.lastTask();
    }

    private static String get(String path, String key) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n\r\n";
    }

    // ---- keys tried out ----

    @Test
    void guessing_keys_slows_neither_the_operator_nor_a_customer_at_that_address() {
        try (Gateway tried = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))) {
            Customer customer = tried.customer("10");
            for (int i = 0; i < 300; i++) {
                String path = i % 2 == 0 ? "/admin/channels" : "/v1/models";
                String key = i % 2 == 0 ? "admin-key-guessed-" + i : "sk-" + "0".repeat(60) + i;
                assertThat(tried.get(path, key).status()).as(path).isEqualTo(401);
            }
            for (String path : new String[] {"/admin/channels", "/v1/models"}) {
                for (String key : new String[] {"admin-key-of-the-testz", "sk-" + "a".repeat(64)}) {
                    if (path.startsWith("/admin") || key.startsWith("sk-")) {
                        Gateway.Reply refused = tried.get(path, key);
                        assertThat(refused.status()).as(path + " " + key).isEqualTo(429);
                        assertThat(refused.error().get("code").asString()).isEqualTo("rate_limit_exceeded");
                        assertThat(Integer.parseInt(refused.header("retry-after")))
                                .isBetween(1, 60);
                    }
                }
            }
            assertThat(tried.get("/admin/channels", ADMIN_KEY).status()).isEqualTo(200);
            assertThat(tried.get("/v1/models", customer.key()).status()).isEqualTo(200);
            assertThat(tried.customer("1").credits().get("balance").asInt())
                    .as("a key that is new")
                    .isEqualTo(1);
        }
    }
}
