package dev.tollgate.protocols.batches;

import static dev.tollgate.protocols.batches.DrivenBatch.MODEL;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.jobs.TryEnd;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** How a batch ends in each of its states, and what becomes of lines that their provider refuses. */
@Timeout(120)
class BatchEndsTest {

    private static final String BODY = DrivenBatch.chat(MODEL, "Hi", ",\"max_tokens\":1000");
    private static final Duration DAY = Duration.ofDays(1);

    private static Gateway gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", Gateway.ADMIN_KEY));
        gateway.setNow(gateway.now());
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("1000");
        gateway.script(DrivenBatch.answer(0));
    }

    private static void later(Duration time) {
        gateway.setNow(gateway.now().plus(time));
    }

    private DrivenBatch batch(int lines) {
        return DrivenBatch.of(gateway, customer, lines, BODY);
    }

    private DrivenBatch midway(int answered, int waiting) {
        return DrivenBatch.midway(gateway, customer, answered, waiting, BODY);
    }

    private void disable(boolean isDisabled) {
        Gateway.Reply reply = gateway.send(
                "PATCH",
                "/admin/keys/" + customer.keyId(),
                "{\"disabled\":" + isDisabled + ",\"reason\":\"a test\"}",
                Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private long holds() {
        return gateway.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + customer.account() + "'");
    }

    /** Each line stands in one of both files, in order. */
    private static void assertWhole(DrivenBatch batch, int lines, String code) {
        List<JsonNode> errors = batch.errors();
        assertThat(errors).allSatisfy(line -> {
            assertThat(line.path("error").path("code").asString()).isEqualTo(code);
            assertThat(line.path("response").isNull()).isTrue();
        });
        List<Integer> answered = numbers(batch.answers());
        List<Integer> others = numbers(errors);
        assertThat(answered).isSorted();
        assertThat(others).isSorted();
        assertThat(IntStream.concat(ints(answered), ints(others)).sorted().boxed())
                .isEqualTo(IntStream.rangeClosed(1, lines).boxed().toList());
        batch.assertAddsUp();
    }

    private static IntStream ints(List<Integer> all) {
        return all.stream().mapToInt(Integer::intValue);
    }

    private static List<Integer> numbers(List<JsonNode> lines) {
        return lines.stream()
                .map(each -> Integer.valueOf(each.path("custom_id").asString().substring(1)))
                .toList();
    }

    private void assertEnds(DrivenBatch batch, String status) {
        assertThat(batch.ended().path("status").asString()).isEqualTo(status);
        assertThat(holds()).isZero();
    }

    // ---- cancel ----

    @Test
    void lines_that_run_at_a_cancel_are_answered_and_charged() {
        gateway.script(DrivenBatch.answer(1_500));
        DrivenBatch batch = batch(12);
        Gateway.await("a hold", () -> holds() > 0);
        JsonNode cancelling = batch.cancel().json();
        assertThat(cancelling.path("status").asString()).isEqualTo("cancelling");
        assertThat(batch.cancel().json()).isEqualTo(batch.get());
        assertEnds(batch, "cancelled");
        assertThat(batch.count("completed")).isBetween(1, 4);
        assertWhole(batch, 12, "batch_cancelled");
        assertThat(batch.cancel().json()).as("again, after its end").isEqualTo(batch.get());
    }

    /** Nor do polls. The account has its credits back. */
    @Test
    void a_refund_of_a_line_changes_no_sum_of_its_batch() {
        DrivenBatch batch = batch(3);
        assertEnds(batch, "completed");
        JsonNode before = batch.get();
        String task =
                batch.answers().getFirst().path("response").path("request_id").asString();
        String refund = "{\"credits\":0.001,\"reason\":\"a test\"}";
        Gateway.Reply reply = gateway.send("POST", "/admin/tasks/" + task + "/refunds", refund, Gateway.ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(batch.get()).isEqualTo(before);
        batch.assertAddsUp();
        assertThat(customer.balance())
                .isEqualByComparingTo(new BigDecimal("1000.001").subtract(batch.credits("credits_consumed")));
    }

    @Test
    void a_cancel_ends_a_batch_whose_lines_wait() {
        DrivenBatch batch = midway(3, 5);
        batch.cancel();
        assertEnds(batch, "cancelled");
        assertWhole(batch, 8, "batch_cancelled");
        assertThat(batch.count("completed")).isEqualTo(3);
    }

    @Test
    void a_cancel_ends_a_pause() {
        customer = gateway.customer("0.4");
        DrivenBatch batch = batch(3);
        batch.awaitPause("credits");
        JsonNode cancelled = batch.cancel().json();
        assertThat(cancelled.path("status").asString()).isIn("cancelling", "cancelled");
        assertEnds(batch, "cancelled");
        assertThat(batch.get().path("paused").isNull()).isTrue();
        assertWhole(batch, 3, "batch_cancelled");
    }

    @Test
    void a_cancel_ends_a_batch_whose_lines_are_checked() {
        DrivenBatch batch = batch(20_000);
        batch.cancel();
        assertEnds(batch, "cancelled");
        assertThat(batch.count("completed")).isLessThanOrEqualTo(4);
    }

    // ---- the deadline ----

    @Test
    void lines_that_run_at_the_deadline_are_answered_and_charged() {
        gateway.script(DrivenBatch.answer(1_500));
        DrivenBatch batch = batch(12);
        Gateway.await("a hold", () -> holds() > 0);
        later(DAY);
        assertEnds(batch, "expired");
        assertThat(batch.count("completed")).isBetween(1, 5);
        assertWhole(batch, 12, "batch_expired");
    }

    @Test
    void lines_that_wait_at_the_deadline_expire() {
        DrivenBatch batch = midway(3, 5);
        later(DAY);
        assertEnds(batch, "expired");
        assertWhole(batch, 8, "batch_expired");
        assertThat(batch.count("completed")).isEqualTo(3);
    }

    @Test
    void a_pause_ends_at_the_deadline() {
        customer = gateway.customer("0.4");
        DrivenBatch batch = batch(3);
        batch.awaitPause("credits");
        later(DAY);
        assertEnds(batch, "expired");
        assertWhole(batch, 3, "batch_expired");
    }

    @Test
    void a_batch_that_is_checked_at_the_deadline_expires() {
        DrivenBatch batch = batch(20_000);
        assertThat(batch.get().path("status").asString()).isEqualTo("validating");
        later(DAY);
        assertEnds(batch, "expired");
        assertThat(batch.count("completed")).isLessThanOrEqualTo(4);
    }

    // ---- what providers refuse ----

    private long due(DrivenBatch batch) {
        return gateway.number("SELECT COALESCE(MIN(due_at), 0) FROM job_line WHERE state = 'waiting' AND job_id = '"
                + batch.job() + "'");
    }

    /** One line of a model whose provider has refused no other line. */
    private DrivenBatch alone(String model) {
        return DrivenBatch.of(gateway, customer, 1, BODY.replace(MODEL, model));
    }

    /** Waits for the next try of the only line to fail. @return how long it waits then */
    private Duration tried(DrivenBatch batch, long before) {
        Gateway.await("a try", () -> due(batch) > before);
        Duration wait = Duration.between(gateway.now(), Instant.ofEpochMilli(due(batch)));
        gateway.setNow(Instant.ofEpochMilli(due(batch) + 1));
        return wait;
    }

    @Test
    void a_line_that_its_provider_refuses_waits_longer_each_time_until_the_deadline() {
        gateway.script(DrivenBatch.busy());
        DrivenBatch batch = alone("gemini-2.5-flash");
        long due = 0;
        for (int seconds : new int[] {10, 60, 300, 900, 3_600, 3_600, 3_600}) {
            long before = due;
            Duration wait = tried(batch, before);
            assertThat(wait.toMillis()).isBetween(seconds * 800L, seconds * 1_200L);
            due = gateway.now().toEpochMilli() - 1;
        }
        assertThat(gateway.number("SELECT tries FROM job_line WHERE line = 1 AND job_id = '" + batch.job() + "'"))
                .isZero();
        gateway.script(DrivenBatch.answer(0));
        later(Duration.ofHours(2));
        assertEnds(batch, "completed");
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE account_id = '" + customer.account() + "'"))
                .as("tries that leave no call")
                .isEqualTo(1);
    }

    /** The provider's 429 is no rate of ours: the line waits, and the batch does not pause for it. */
    @Test
    void a_line_that_its_providers_rate_refuses_is_made_again() {
        gateway.script(
                UpstreamScript.answers()
                        .status(
                                429,
                                "{\"error\":{\"code\":429,\"message\":\"Quota exceeded.\",\"status\":\"RESOURCE_EXHAUSTED\"}}"));
        DrivenBatch batch = alone("gemini-3.1-pro");
        assertThat(tried(batch, 0).toMillis()).isBetween(8_000L, 12_000L);
        assertThat(batch.get().path("paused").isNull()).isTrue();
        gateway.script(DrivenBatch.answer(0));
        later(Duration.ofMinutes(10));
        assertEnds(batch, "completed");
        assertThat(batch.answers()).hasSize(1);
        batch.assertAddsUp();
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE account_id = '" + customer.account() + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_line_that_breaks_off_four_times_is_an_error() {
        gateway.script(UpstreamScript.answers().text("Do", DrivenBatch.SOME).fault("reset"));
        DrivenBatch batch = alone("gemini-3.6-flash");
        long due = 0;
        for (int seconds : new int[] {10, 60, 300}) {
            Duration wait = tried(batch, due);
            assertThat(wait.toMillis()).isBetween(seconds * 800L, seconds * 1_200L);
            due = gateway.now().toEpochMilli() - 1;
        }
        assertEnds(batch, "completed");
        assertThat(batch.errors()).singleElement().satisfies(line -> assertThat(
                        line.path("response").path("status_code").asInt())
                .isEqualTo(503));
        assertThat(batch.credits("credits_consumed")).isEqualByComparingTo("0");
    }

    @Test
    void a_line_that_its_provider_finds_wrong_is_asked_once() {
        gateway.script(DrivenBatch.wrong());
        long before = tries();
        DrivenBatch batch = batch(3);
        assertEnds(batch, "completed");
        assertThat(DrivenBatch.names(batch.errors())).isEqualTo("i1 i2 i3");
        assertThat(batch.errors()).allSatisfy(line -> assertThat(line.path("response")
                        .path("body")
                        .path("error")
                        .path("message")
                        .asString())
                .startsWith("The upstream provider refused the request"));
        assertThat(tries()).as("further tries").isEqualTo(before);
        assertThat(batch.credits("credits_consumed")).isEqualByComparingTo("0");
    }

    /** The counts say that 999 lines have failed. */
    @Test
    void too_many_errors_end_a_batch_and_its_results_stay() {
        DrivenBatch batch = midway(2, 4);
        disable(true);
        later(Duration.ofMinutes(1));
        Gateway.await(
                "a pause", () -> gateway.number("SELECT COUNT(pause) FROM job WHERE id = '" + batch.job() + "'") == 1);
        String fail = "UPDATE batch SET failed = failed + %d, lines = lines + %d WHERE job_id = '" + batch.job() + "'";
        gateway.execute(fail.formatted(999, 999));
        disable(false);
        gateway.script(DrivenBatch.wrong());
        later(Duration.ofMinutes(1));
        assertEnds(batch, "failed");
        gateway.execute(fail.formatted(-999, -999));
        assertThat(batch.get().path("errors").path("data").path(0).path("code").asString())
                .isEqualTo("too_many_errors");
        assertThat(batch.answers()).hasSize(2);
        assertThat(batch.errors()).hasSize(4);
    }

    private static long tries() {
        return gateway.calls().jobs().runner().ended(TryEnd.RETRIED);
    }

    /** Its rows say that it was being checked each time. */
    @Test
    void a_batch_whose_check_three_servers_lost_says_so() {
        customer = gateway.customer("0.4");
        DrivenBatch batch = batch(3);
        batch.awaitPause("credits");
        gateway.execute("UPDATE batch SET lost = 3, started_at = NULL WHERE job_id = '" + batch.job() + "'");
        later(Duration.ofMinutes(1));
        assertEnds(batch, "failed");
        assertThat(batch.get().path("errors").path("data").path(0).path("code").asString())
                .isEqualTo("internal_error");
    }

    /** Twenty refusals in a row, then one try a minute. */
    @Test
    void a_batch_waits_for_a_provider_that_refuses_all() {
        gateway.script(DrivenBatch.busy());
        DrivenBatch batch = batch(30);
        batch.awaitPause("provider");
        assertThat(batch.waiting()).as("lines that were tried").isBetween(20L, 24L);
        long tried = tries();
        for (int i = 1; i <= 2; i++) {
            long retryAt = batch.get().path("paused").path("retry_at").asLong();
            gateway.setNow(Instant.ofEpochSecond(retryAt + 1));
            Gateway.await(
                    "the next pause",
                    () -> batch.get().path("paused").path("retry_at").asLong() > retryAt);
        }
        assertThat(tries()).as("one line each time").isEqualTo(tried + 2);
        gateway.script(DrivenBatch.answer(0));
        later(Duration.ofMinutes(10));
        assertEnds(batch, "completed");
        assertThat(batch.count("completed")).isEqualTo(30);
    }
}
