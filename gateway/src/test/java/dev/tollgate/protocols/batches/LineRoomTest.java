package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The room that running lines leave to other calls (J12, J13, J18). */
@Timeout(480)
class LineRoomTest {

    private static final String BODY =
            "{\"model\":\"gemini-3.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":1000%s}";

    private CallServer gateway;
    private Customer customer;
    private BatchClient client;

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private void answersAfter(long millis) {
        gateway.script(UpstreamScript.answers().delay(millis).text("Done.").finish("STOP", new Tokens(10, 10, 0)));
    }

    /** Creates a batch. @return its id */
    private String batch(int lines, String more) {
        String input = IntStream.rangeClosed(1, lines)
                .mapToObj(number -> "{\"custom_id\":\"l" + number
                        + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":" + BODY.formatted(more)
                        + "}")
                .collect(Collectors.joining("\n"));
        client = new BatchClient(gateway, customer.key());
        return client.create(input);
    }

    private long running() {
        return gateway.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + customer.account() + "'");
    }

    /** Returns the most that a line at the standard tier costs, in credits. */
    private BigDecimal most() {
        return gateway.post(
                        "/v1/estimate",
                        BODY.formatted(""),
                        gateway.customer("1").key())
                .json()
                .path("data")
                .path("max_credits")
                .decimalValue();
    }

    @Test
    void a_model_begins_with_four_lines_at_once() {
        customer = gateway.customer("100");
        answersAfter(1_500);
        String id = batch(9, "");
        Set<Long> seen = new HashSet<>();
        CallServer.await("the end", () -> {
            seen.add(running());
            return client.hasEnded(id);
        });
        assertThat(seen).contains(4L).allMatch(count -> count <= 4);
        assertThat(client.get(id).path("request_counts").path("completed").asInt())
                .isEqualTo(9);
    }

    /** The customer's batches are those of a key with these limits. */
    private void limit(CallLimits rates) {
        KeyResult.Made made = gateway.createKey(
                customer.account(), KeySettings.named("limited").withRates(rates));
        customer = new Customer(gateway, customer.account(), made.key().id(), made.secret());
    }

    private long ofBatches(String column) {
        return gateway.number("SELECT COALESCE(SUM(" + column
                + "), 0) FROM batch b JOIN job j ON j.id = b.job_id WHERE j.account_id = '" + customer.account() + "'");
    }

    @Test
    void lines_follow_one_another_within_half_of_a_keys_calls() {
        customer = gateway.customer("100");
        limit(new CallLimits(null, null, 4L));
        answersAfter(300);
        batch(8, "");
        Set<Long> seen = new HashSet<>();
        CallServer.await("the end", () -> {
            seen.add(running());
            assertThat(ofBatches("CASE WHEN j.pause IS NULL THEN 0 ELSE 1 END")).isZero();
            return ofBatches("b.completed") == 8;
        });
        assertThat(seen).contains(2L).allMatch(count -> count <= 2);
    }

    /** Beyond its first lines, a batch alone has what comes again each minute. */
    @ParameterizedTest
    @CsvSource({"60, 1000", "60, 10000", "600, 100"})
    @EnabledIf("dev.tollgate.testing.Effort#isLong")
    void a_batch_alone_reaches_the_rate_of_its_key(long requests, long answersAfter) throws InterruptedException {
        customer = gateway.customer("10000");
        limit(new CallLimits(requests, null, null));
        answersAfter(answersAfter);
        batch((int) (3 * requests), "");
        Await.until(Duration.ofMinutes(4), "the first lines", () -> ofBatches("b.completed") > requests);
        long before = ofBatches("b.completed");
        Thread.sleep(60_000); // a rate is measured by the clock
        long made = ofBatches("b.completed") - before;
        System.out.printf("%d requests a minute, answers after %d ms: %d lines%n", requests, answersAfter, made);
        gateway.execute("UPDATE job SET cancel_at = 1");
        CallServer.await("the end", () -> ofBatches("CASE WHEN j.state = 'open' THEN 1 ELSE 0 END") == 0);
        assertThat(made).as("with what was left of its first half").isBetween(requests * 8 / 10, requests * 3 / 2);
    }

    @Test
    void lines_leave_to_a_call_what_one_of_them_holds() {
        BigDecimal most = most();
        customer = gateway.customer(most.multiply(new BigDecimal("3.5")).toPlainString());
        answersAfter(1_500);
        String id = batch(4, ",\"service_tier\":\"default\"");
        Set<Long> seen = new HashSet<>();
        CallServer.await("two lines", () -> running() == 2);
        CallServer.Reply call = customer.chat(BODY.formatted(""));
        assertThat(call.status()).as(call.text()).isEqualTo(200);
        CallServer.await("the end", () -> {
            seen.add(running());
            assertThat(client.get(id).path("paused").isNull()).isTrue();
            return client.hasEnded(id);
        });
        assertThat(seen).allMatch(count -> count <= 2);
        assertThat(client.get(id).path("request_counts").path("completed").asInt())
                .isEqualTo(4);
    }

    @Test
    void on_credits_for_one_line_one_runs_at_a_time() {
        BigDecimal most = most();
        customer = gateway.customer(most.multiply(new BigDecimal("1.9")).toPlainString());
        answersAfter(300);
        String id = batch(3, ",\"service_tier\":\"default\"");
        Set<Long> seen = new HashSet<>();
        CallServer.await("the end", () -> {
            seen.add(running());
            return client.hasEnded(id);
        });
        assertThat(seen).contains(1L).allMatch(count -> count <= 1);
        assertThat(client.get(id).path("request_counts").path("completed").asInt())
                .isEqualTo(3);
    }
}
