package dev.tollgate.app;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The server's clock jumps forward and back across hours and days (D47): no customer gains or loses by it. */
@Timeout(120)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ClockJumpsTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro",%s"stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""";
    private static final String SHORT = CALL.formatted("\"max_tokens\":1000,", false);
    private static final Instant MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z");
    private static final List<Duration> JUMPS = List.of(
            Duration.ofMillis(1),
            Duration.ofMillis(-1),
            Duration.ofHours(1),
            Duration.ofHours(-1),
            Duration.ofDays(1),
            Duration.ofDays(-1));
    private static final int STEPS = 60;

    @Parameter
    Stores stores;

    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = Gateway.startOn(stores);
        gateway.setNow(MIDNIGHT);
        gateway.script(UpstreamScript.says("Done.", 100, 1000)); // 0.45 credits
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void no_window_is_ever_past_its_limit_and_the_statement_keeps_its_order() {
        long seed = Effort.seed("clock.seed");
        System.out.println("seed " + seed);
        Customer customer = gateway.customer("1000", KeyOptions.spend("2", "5", "40"));
        Random random = new Random(seed);
        List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
        Instant now = MIDNIGHT;
        for (int i = 0; i < STEPS; i++) {
            now = now.plus(JUMPS.get(random.nextInt(JUMPS.size())));
            gateway.setNow(now);
            boolean bounded = random.nextBoolean();
            gateway.script(bounded ? UpstreamScript.says("Done.", 100, 1000) : growing());
            calls.add(customer.chatAside(bounded ? SHORT : CALL.formatted("", true)));
            // Between its arrival and its hold a clock that jumps is found by the check of the books.
            gateway.await(
                    "each call is held or refused",
                    () -> gateway.number("SELECT COUNT(*) FROM call") + refused(calls) >= calls.size());
            assertThat(pastLimits(customer)).as("seed " + seed).isZero();
            if (random.nextInt(3) == 0) {
                calls.get(random.nextInt(calls.size())).join();
            }
        }
        assertThat(calls.stream().map(call -> call.join().status())).contains(200, 429);
        assertThat(pastLimits(customer)).as("seed " + seed).isZero();
        assertThat(gateway.number("SELECT COUNT(*) FROM spend_window WHERE charged_micros > 0 AND key_id = '"
                        + customer.keyId() + "'"))
                .as("windows that were charged in")
                .isGreaterThan(2);
        assertStatementIsInOrder(customer, now);
    }

    private static long refused(List<CompletableFuture<Gateway.Reply>> calls) {
        return calls.stream()
                .filter(call -> call.isDone() && call.join().status() != 200)
                .count();
    }

    /** Up to 2.7 credits: more than an hour has, in holds that are taken on the way. */
    private static UpstreamScript growing() {
        return UpstreamScript.answers()
                .text("One ", new Tokens(100, 2_000, 0))
                .text("two ", new Tokens(100, 4_000, 0))
                .text("three", new Tokens(100, 6_000, 0))
                .finish("STOP", new Tokens(100, 6_000, 0));
    }

    private long pastLimits(Customer customer) {
        return gateway.number("SELECT COUNT(*) FROM spend_window WHERE key_id = '" + customer.keyId()
                + "' AND charged_micros + held_micros > CASE kind WHEN 'hour' THEN 2000000"
                + " WHEN 'day' THEN 5000000 ELSE 40000000 END");
    }

    private void assertStatementIsInOrder(Customer customer, Instant last) {
        List<String> all = statement(customer);
        List<Long> sequences = all.stream()
                .skip(1)
                .limit(all.size() - 2)
                .map(line -> Long.parseLong(line.split(",")[1]))
                .toList();
        assertThat(sequences).isNotEmpty().isSorted().doesNotHaveDuplicates();
        assertThat(all.getLast().split(",")[6]).isEqualTo(customer.balance().toPlainString());
        for (Instant cut : List.of(MIDNIGHT.minusSeconds(3600), MIDNIGHT, last)) {
            List<String> before = statement(customer, "--to", cut.toString());
            List<String> after = statement(customer, "--from", cut.toString());
            List<String> joined = new ArrayList<>(before.subList(0, before.size() - 1));
            joined.addAll(after.subList(1, after.size()));
            assertThat(joined).as("cut at " + cut).isEqualTo(all);
        }
    }

    private List<String> statement(Customer customer, String... more) {
        List<String> arguments = new ArrayList<>(List.of("ledger", "statement", "--account", customer.account()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--data", gateway.data().toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                arguments.toArray(String[]::new), gateway.environment(), new PrintWriter(out), new PrintWriter(err));
        assertThat(code).as(err.toString()).isZero();
        return out.toString().lines().toList();
    }

    @Test
    void a_full_hour_is_as_full_when_the_clock_comes_back_to_it() {
        Customer customer = gateway.customer("1000", KeyOptions.spend("0.5", null, null));
        gateway.setNow(MIDNIGHT.minusSeconds(3));
        assertThat(customer.chat(SHORT).status()).isEqualTo(200);
        gateway.setNow(MIDNIGHT);
        assertThat(customer.chat(SHORT).status()).isEqualTo(200);
        gateway.setNow(MIDNIGHT.minusMillis(1_500));
        Gateway.Reply refused = customer.chat(SHORT);
        assertError(refused, 429, "spend_limit_exceeded", "billing_error");
        assertThat(refused.error().get("message").asString()).contains("hourly", "It will reset at " + MIDNIGHT);
        assertThat(refused.header("retry-after")).isEqualTo("2");
        gateway.setNow(MIDNIGHT.plusSeconds(3_600));
        assertThat(customer.chat(SHORT).status()).isEqualTo(200);
        assertThat(customer.consumed()).isEqualByComparingTo("1.35");
    }

    @Test
    void a_stream_over_an_edge_grows_and_is_charged_in_the_window_that_it_began_in() {
        Customer customer = gateway.customer("1000", KeyOptions.spend("3", "4", null));
        UpstreamScript script = UpstreamScript.answers().text("One ", new Tokens(100, 3_500, 0));
        gateway.script(script.delay(300)
                .text("two ", new Tokens(100, 6_000, 0))
                .text("three", new Tokens(100, 9_000, 0))
                .finish("STOP", new Tokens(100, 9_000, 0)));
        gateway.setNow(MIDNIGHT.minusMillis(1));
        try (RawCall call = customer.chatRaw(CALL.formatted("", true))) {
            call.readUntil("One ");
            gateway.setNow(MIDNIGHT);
            assertThat(call.readUntil("[DONE]")).contains("\"native_finish_reason\":\"SPEND_LIMIT\"");
        }
        assertThat(charged(customer, "hour", MIDNIGHT.minusSeconds(3_600))).isEqualTo(3_000_000);
        assertThat(charged(customer, "day", MIDNIGHT.minus(Duration.ofDays(1)))).isEqualTo(3_000_000);
        gateway.script(UpstreamScript.says("Done.", 100, 1000));
        assertThat(customer.chat(SHORT).status()).isEqualTo(200);
        assertThat(charged(customer, "hour", MIDNIGHT)).isEqualTo(450_000);
        assertThat(charged(customer, "day", MIDNIGHT)).isEqualTo(450_000);
    }

    private long charged(Customer customer, String kind, Instant startsAt) {
        return gateway.number("SELECT COALESCE(SUM(charged_micros), 0) FROM spend_window WHERE key_id = '"
                + customer.keyId() + "' AND kind = '" + kind + "' AND starts_at = " + startsAt.toEpochMilli());
    }

    @Test
    void a_refusal_is_remembered_for_a_minute_of_its_own_whatever_the_clock_says() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers().status(400));
        int asked = gateway.asked().size();
        Gateway.Reply first = customer.chat(SHORT);
        for (Instant now : List.of(MIDNIGHT.plus(Duration.ofDays(1)), MIDNIGHT.minus(Duration.ofDays(1)))) {
            gateway.setNow(now);
            assertThat(customer.chat(SHORT).text()).isEqualTo(first.text());
        }
        assertThat(gateway.asked()).hasSize(asked + 1);
    }
}
