package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.kept.KeptEntry;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Responses whose callers do not wait (J30–J33). */
@Timeout(120)
class BackgroundTest {

    private static final String SILENT = "- respond: [{delay_ms: 60000}]";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 600, 0)));
    }

    private static String body(String more) {
        return "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\",\"background\":true" + more + "}";
    }

    private CallServer.Reply send(String more, String name) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/responses"))
                .header("authorization", "Bearer " + customer.key())
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body(more)));
        return gateway.send(name.isEmpty() ? request : request.header("Idempotency-Key", name));
    }

    private JsonNode create(String more) {
        return create(more, "");
    }

    private JsonNode create(String more, String name) {
        CallServer.Reply reply = send(more, name);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private CallServer.Reply get(String id) {
        return gateway.get("/v1/responses/" + id, customer.key());
    }

    private JsonNode until(String id, String status) {
        CallServer.await(
                status, () -> get(id).json().path("status").asString("").equals(status));
        return get(id).json();
    }

    @Test
    void an_answer_is_made_after_its_caller_has_its_id() {
        JsonNode created = create(",\"metadata\":{\"a\":\"b\"},\"instructions\":\"Be short.\"");
        assertThat(created.path("status").asString()).isEqualTo("queued");
        assertThat(created.path("background").asBoolean()).isTrue();
        assertThat(created.path("usage").isNull()).isTrue();
        String id = created.path("id").asString();
        JsonNode done = until(id, "completed");
        assertThat(done.path("id").asString()).isEqualTo(id);
        assertThat(done.path("output")
                        .path(0)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asString())
                .isEqualTo("Done.");
        assertThat(done.path("metadata").path("a").asString()).isEqualTo("b");
        String task = done.path("task_id").asString();
        assertThat(gateway.text("SELECT request_id FROM call WHERE id = '" + task + "'"))
                .isEqualTo(id);
        assertThat(customer.consumed())
                .isEqualByComparingTo(done.path("credits_consumed").asString());
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE account_id = '" + customer.account() + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_response_of_the_background_can_be_continued() {
        String id = create("").path("id").asString();
        until(id, "completed");
        CallServer.Reply next = gateway.post(
                "/v1/responses",
                "{\"model\":\"gemini-3.5-flash\",\"input\":\"And?\",\"previous_response_id\":\"" + id + "\"}",
                customer.key());
        assertThat(next.status()).as(next.text()).isEqualTo(200);
    }

    @Test
    void a_running_answer_is_cancelled() {
        gateway.script(SILENT);
        String id = create("").path("id").asString();
        until(id, "in_progress");
        CallServer.Reply cancelled = gateway.post("/v1/responses/" + id + "/cancel", "", customer.key());
        assertThat(cancelled.json().path("status").asString())
                .as(cancelled.text())
                .isEqualTo("cancelled");
        assertThat(gateway.post("/v1/responses/" + id + "/cancel", "", customer.key())
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("cancelled");
        assertThat(gateway.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void a_cancelled_answer_is_charged_once_for_what_was_made() {
        gateway.script(UpstreamScript.answers()
                .text("Do", new Tokens(10, 600, 0))
                .delay(60_000)
                .finish("STOP", new Tokens(10, 600, 0)));
        AtomicReference<JsonNode> last = new AtomicReference<>();
        CallServer.await("one that was cancelled after a word", () -> {
            String id = create("").path("id").asString();
            until(id, "in_progress");
            last.set(gateway.post("/v1/responses/" + id + "/cancel", "", customer.key())
                    .json());
            return last.get().path("credits_consumed").asDouble() > 0;
        });
        JsonNode cancelled = last.get();
        assertThat(cancelled.path("status").asString()).isEqualTo("cancelled");
        assertThat(customer.consumed())
                .isEqualByComparingTo(cancelled.path("credits_consumed").asString());
        assertThat(gateway.text("SELECT ending FROM call WHERE request_id = '"
                        + cancelled.path("id").asString() + "'"))
                .isEqualTo("cancelled");
    }

    @Test
    void an_answer_above_a_limit_waits_and_says_why() {
        customer = gateway.customer("100", KeyOptions.spend("0.000001", null, null));
        String id = create("").path("id").asString();
        CallServer.await("a pause", () -> get(id).json().has("paused"));
        JsonNode waits = get(id).json();
        assertThat(waits.path("status").asString()).isEqualTo("queued");
        assertThat(waits.path("paused").path("reason").asString()).isEqualTo("limit");
        assertThat(waits.path("paused").path("message").asString()).contains("limit");
        assertThat(waits.path("paused").path("retry_at").asLong())
                .isGreaterThan(waits.path("paused").path("since").asLong());
    }

    @Test
    void the_same_idempotency_key_makes_one_answer() {
        gateway.script(SILENT);
        String id = create("", "once").path("id").asString();
        assertThat(create("", "once").path("id").asString()).isEqualTo(id);
        CallServer.Reply other = send(",\"temperature\":1", "once");
        assertThat(other.status()).as(other.text()).isEqualTo(400);
        assertThat(gateway.send("DELETE", "/v1/responses/" + id, null, customer.key())
                        .status())
                .isEqualTo(200);
        assertThat(get(id).status()).isEqualTo(404);
    }

    /** As inspect_ai asks unless it is told otherwise. */
    @Test
    void an_answer_that_is_not_to_be_stored_is_there_for_ten_minutes() {
        JsonNode created = create(",\"store\":false");
        assertThat(created.path("store").asBoolean()).isFalse();
        String id = created.path("id").asString();
        JsonNode done = until(id, "completed");
        assertThat(done.path("store").asBoolean()).isFalse();
        assertThat(done.path("output").size()).isEqualTo(1);
        CallServer.Reply next = gateway.post(
                "/v1/responses",
                "{\"model\":\"gemini-3.5-flash\",\"input\":\"And?\",\"previous_response_id\":\"" + id + "\"}",
                customer.key());
        assertThat(next.json().path("error").path("code").asString()).isEqualTo("previous_response_not_found");
        String kept = "chatcmpl-" + id.substring("resp_".length());
        assertThat(gateway.number("SELECT k.used_at - c.ended_at FROM kept_response k JOIN call c ON c.id = k.call_id"
                        + " WHERE k.id = '" + kept + "'"))
                .as("unused, so that the sweep takes it ten minutes after its end")
                .isEqualTo(KeptEntry.BRIEF.minus(KeptResponses.KEPT).toMillis());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "gemini-3.5-flash","stream":true | background
            "gemini-3-pro-image","store":false | store
            """)
    void what_cannot_be_kept_is_refused(String model, String field) {
        String body = "{\"input\":\"Hi\",\"background\":true,\"model\":" + model + "}";
        CallServer.Reply refused = gateway.post("/v1/responses", body, customer.key());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("error").path("param").asString()).isEqualTo(field);
    }

    @Test
    void another_account_does_not_find_it() {
        String id = create("").path("id").asString();
        Customer other = gateway.customer("100");
        assertThat(gateway.get("/v1/responses/" + id, other.key()).status()).isEqualTo(404);
        assertThat(gateway.post("/v1/responses/" + id + "/cancel", "", other.key())
                        .status())
                .isEqualTo(404);
        until(id, "completed");
    }

    @Test
    void an_answer_that_the_provider_refuses_is_failed_and_free() {
        gateway.script("- respond: [{status: 400, body: {error: {code: 400, message: no, status: INVALID_ARGUMENT}}}]");
        String id = create("").path("id").asString();
        JsonNode failed = until(id, "failed");
        assertThat(failed.path("error").path("code").asString()).isEqualTo("server_error");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(failed.has("task_id")).as("no call").isFalse();
        assertThatNoCallWasMade();
    }

    private void assertThatNoCallWasMade() {
        assertThat(gateway.number("SELECT (SELECT COUNT(*) FROM call WHERE account_id = '" + customer.account()
                        + "') + (SELECT COUNT(*) FROM usage_quarter WHERE account_id = '" + customer.account() + "')"))
                .isZero();
        assertThat(gateway.number("SELECT last_number FROM account WHERE id = '" + customer.account() + "'"))
                .isEqualTo(1);
    }

    @Test
    void a_try_that_the_provider_sheds_leaves_no_call_and_is_made_again() {
        long failed = failedCalls();
        gateway.script("- respond: [{status: 503, body: {error: {code: 503, message: busy, status: UNAVAILABLE}}}]");
        String id = create("").path("id").asString();
        String line = "job_line WHERE job_id = '" + taskOf(id) + "' AND line = 1";
        CallServer.await("a refused try", () -> gateway.number("SELECT COALESCE(SUM(tries), 0) FROM " + line) > 0);
        assertThat(get(id).json().path("status").asString()).isEqualTo("queued");
        assertThat(gateway.number("SELECT COUNT(call_id) FROM " + line)).isZero();
        assertThatNoCallWasMade();
        assertThat(failedCalls()).as("of the metrics").isEqualTo(failed);
    }

    private static long failedCalls() {
        return Scrape.of(gateway).sum("tollgate_calls_total", "outcome=\"failed_upstream\"");
    }

    private static String taskOf(String id) {
        return "chatcmpl-" + id.substring("resp_".length());
    }

    @Test
    void each_further_try_counts_in_the_rates_of_its_key() {
        customer = gateway.customer("100", KeyOptions.perMinute(1));
        gateway.script("- respond: [{status: 503, body: {error: {code: 503, message: busy, status: UNAVAILABLE}}}]");
        String job = "job WHERE id = '" + taskOf(create("").path("id").asString()) + "'";
        CallServer.await(
                "the end of the first try",
                () -> gateway.number("SELECT COUNT(*) FROM " + job + " AND node_id = '' AND due_at > created_at") > 0);
        gateway.execute("UPDATE job SET due_at = 1 WHERE id = (SELECT id FROM " + job + ")");
        CallServer.await("a pause", () -> gateway.text("SELECT COALESCE(pause, '') FROM " + job)
                .equals("rates"));
    }

    @Test
    void answers_leave_half_of_the_rates_of_their_key_to_callers_who_wait() {
        customer = gateway.customer("100", KeyOptions.perMinute(4));
        long refused = Scrape.of(gateway).sum("tollgate_calls_refused_total");
        for (int i = 0; i < 3; i++) {
            create("");
        }
        String ofAccount = "SELECT COUNT(*) FROM job WHERE account_id = '" + customer.account() + "'";
        CallServer.await("a pause", () -> gateway.number(ofAccount + " AND pause = 'rates'") == 1);
        CallServer.await("two ends", () -> gateway.number(ofAccount + " AND state = 'completed'") == 2);
        for (int i = 0; i < 2; i++) {
            assertThat(gateway.post(
                                    "/v1/responses",
                                    "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\"}",
                                    customer.key())
                            .status())
                    .isEqualTo(200);
        }
        assertThat(Scrape.of(gateway).sum("tollgate_calls_refused_total")).isEqualTo(refused);
    }

    @Test
    void a_try_that_breaks_after_a_word_leaves_a_failed_call() {
        gateway.script(UpstreamScript.answers().text("Do").fault("reset"));
        String id = create("").path("id").asString();
        String calls = "call WHERE request_id = '" + id + "'";
        CallServer.await("a failed call", () -> gateway.number("SELECT COUNT(*) FROM " + calls) > 0);
        assertThat(gateway.text("SELECT ending FROM " + calls)).isEqualTo("failed");
        String task = gateway.text("SELECT id FROM " + calls);
        assertThat(get(id).json().path("task_id").asString()).isEqualTo(task);
    }

    @Test
    void the_call_of_an_answer_gives_no_times() {
        until(create("").path("id").asString(), "completed");
        String sums = IntStream.range(0, 10).mapToObj(i -> "first_" + i).collect(Collectors.joining(" + "));
        String ofAccount = " FROM usage_quarter WHERE account_id = '" + customer.account() + "'";
        assertThat(gateway.number("SELECT SUM(calls)" + ofAccount)).isEqualTo(1);
        assertThat(gateway.number("SELECT SUM(" + sums + ")" + ofAccount)).isZero();
    }

    @Test
    void metrics_count_open_jobs_and_the_ends_of_tries() {
        Scrape before = Scrape.of(gateway);
        until(create("").path("id").asString(), "completed");
        Customer paying = customer;
        customer = gateway.customer("100", KeyOptions.spend("0.000001", null, null));
        String paused = create("").path("id").asString();
        CallServer.await("a pause", () -> get(paused).json().has("paused"));
        customer = paying;
        gateway.script(SILENT);
        String running = create("").path("id").asString();
        until(running, "in_progress");
        Scrape now = gateway.looked();
        assertThat(now.sum("tollgate_jobs", "kind=\"response\"", "state=\"in_progress\""))
                .isPositive();
        assertThat(now.sum("tollgate_jobs", "kind=\"response\"", "state=\"queued\""))
                .isPositive();
        assertThat(now.sum("tollgate_jobs_paused", "reason=\"limit\"")).isPositive();
        assertThat(now.text()).contains("tollgate_jobs_oldest_seconds{kind=\"response\"} ");
        assertThat(now.sum("tollgate_job_tries_total", "outcome=\"answered\"")
                        - before.sum("tollgate_job_tries_total", "outcome=\"answered\""))
                .isPositive();
        assertThat(now.sum("tollgate_job_tries_total", "outcome=\"paused\"")).isPositive();
        gateway.post("/v1/responses/" + running + "/cancel", "", customer.key());
    }
}
