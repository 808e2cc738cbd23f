package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.testing.AlteredBooks;
import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Somebody alters one row of a job, of its lines or of its call: the check finds it, or the manual says that it cannot (J41). */
@BesideOthers
class AlteredJobsTest {

    /**
     * One response has completed, one was cancelled while it ran, one was refused, and one waits for credits. An interaction calls a function. Of a batch
     * two lines were answered, and the third was refused.
     */
    static final List<String> FOUND = List.of(
            "UPDATE job SET charged_micros = charged_micros + 1 WHERE id = '{completed}'",
            "UPDATE job SET charged_micros = 0 WHERE id = '{completed}'",
            "UPDATE job SET charged_micros = charged_micros - 1 WHERE id = '{cancelled}'",
            "UPDATE job SET charged_micros = 1 WHERE id = '{failed}'",
            "UPDATE job SET charged_micros = 1 WHERE id = '{waiting}'",
            "UPDATE job SET state = 'failed' WHERE id = '{completed}'",
            "UPDATE job SET state = 'failed' WHERE id = '{cancelled}'",
            "UPDATE job SET state = 'completed' WHERE id = '{failed}'",
            "UPDATE job SET state = 'cancelled', ended_at = created_at WHERE id = '{waiting}'",
            "UPDATE job SET state = 'open', ended_at = NULL WHERE id = '{failed}'",
            "UPDATE job SET ended_at = ended_at + 1 WHERE id = '{completed}'",
            "UPDATE job SET ended_at = ended_at - 1 WHERE id = '{failed}'",
            "UPDATE job SET ended_at = NULL WHERE id = '{failed}'",
            "UPDATE job SET created_at = created_at + 1 WHERE id = '{completed}'",
            "UPDATE job SET deadline = deadline + 1 WHERE id = '{waiting}'",
            "UPDATE job SET gone_at = gone_at + 1 WHERE id = '{waiting}'",
            "UPDATE job SET gone_at = ended_at + 259200000 WHERE id = '{completed}'",
            "UPDATE job SET account_id = '{other}' WHERE id = '{completed}'",
            "UPDATE job SET account_id = '{other}' WHERE id = '{failed}'",
            "UPDATE job SET owner = 'mem_other' WHERE id = '{completed}'",
            "UPDATE job SET origin_id = 'key_other' WHERE id = '{waiting}'",
            "UPDATE job SET sealed_bytes = sealed_bytes + 1 WHERE id = '{waiting}'",
            "UPDATE job SET id = 'chatcmpl-x' WHERE id = '{completed}'",
            "UPDATE job SET id = 'chatcmpl-x' WHERE id = '{failed}'",
            "DELETE FROM job WHERE id = '{completed}'",
            "DELETE FROM job WHERE id = '{failed}'",
            "UPDATE job_line SET state = 'waiting' WHERE job_id = '{completed}'",
            "UPDATE job_line SET state = 'running' WHERE job_id = '{completed}'",
            "UPDATE job_line SET state = 'running', call_id = 'chatcmpl-x' WHERE job_id = '{failed}' AND line = 1",
            "UPDATE job_line SET state = 'ended' WHERE job_id = '{failed}' AND line = 1",
            "UPDATE job_line SET state = 'waiting' WHERE job_id = '{waiting}' AND line = 0",
            "UPDATE job_line SET call_id = 'chatcmpl-x' WHERE job_id = '{completed}'",
            "UPDATE job_line SET call_id = '{ordinary}' WHERE job_id = '{completed}'",
            "UPDATE job_line SET call_id = '{ordinary}' WHERE job_id = '{failed}' AND line = 1",
            "UPDATE job_line SET call_id = NULL WHERE job_id = '{completed}'",
            "UPDATE job_line SET line = 2 WHERE job_id = '{completed}'",
            "UPDATE job_line SET job_id = 'chatcmpl-x' WHERE job_id = '{completed}'",
            "UPDATE job_line SET sealed = {sealed} WHERE job_id = '{failed}' AND line = 1",
            "UPDATE job_line SET sealed = {sealed} WHERE job_id = '{waiting}' AND line = 0",
            "UPDATE job_line SET sealed = (SELECT sealed FROM job_line WHERE job_id = '{waiting}' AND line = 0)"
                    + " WHERE job_id = '{failed}' AND line = 1",
            "DELETE FROM job_line WHERE job_id = '{completed}'",
            "DELETE FROM job_line WHERE job_id = '{waiting}' AND line = 0",
            "INSERT INTO job_line (job_id, line, state, tries) VALUES ('chatcmpl-x', 1, 'waiting', 0)",
            "UPDATE call SET request_id = 'resp_x' WHERE id = '{call}'",
            "UPDATE call SET request_id = 'resp_{its}' WHERE id = '{ordinary}'",
            "UPDATE kept_response SET call_id = NULL WHERE id = '{completed}'",
            "UPDATE kept_response SET call_id = '{ordinary}' WHERE id = '{completed}'",
            "UPDATE usage_quarter SET first_0 = first_0 + 1 WHERE calls > 0",
            "UPDATE job SET kind = 'response' WHERE id = '{acts}'",
            "UPDATE job SET kind = 'interaction' WHERE id = '{completed}'",
            "UPDATE job SET kind = 'interaction' WHERE id = '{cancelled}'",
            "UPDATE job SET kind = 'batch' WHERE id = '{acts}'",
            "UPDATE job SET charged_micros = charged_micros + 1 WHERE id = '{acts}'",
            "UPDATE job SET state = 'failed' WHERE id = '{acts}'",
            "UPDATE job SET state = 'requires_action' WHERE id = '{completed}'",
            "UPDATE call SET request_id = 'resp_x' WHERE request_id LIKE 'v1@_%' ESCAPE '@'",
            "UPDATE call SET request_id = (SELECT c.request_id FROM call c WHERE c.request_id LIKE 'v1@_%' ESCAPE '@') WHERE id = '{ordinary}'",
            "DELETE FROM job_line WHERE job_id = '{acts}'",
            "UPDATE job_line SET call_id = 'chatcmpl-x' WHERE job_id = '{waiting}' AND line = 0",
            "UPDATE job SET charged_micros = charged_micros + 1 WHERE id = '{batch}'",
            "UPDATE job SET sealed_bytes = sealed_bytes + 1 WHERE id = '{batch}'",
            "UPDATE job SET kind = 'response' WHERE id = '{batch}'",
            "UPDATE job SET gone_at = ended_at + 259200000 WHERE id = '{batch}'",
            "UPDATE batch SET completed = completed + 1 WHERE job_id = '{batch}'",
            "UPDATE batch SET completed = completed - 1, failed = failed + 1 WHERE job_id = '{batch}'",
            "UPDATE batch SET lines = lines - 1 WHERE job_id = '{batch}'",
            "UPDATE batch SET job_id = 'chatcmpl-x' WHERE job_id = '{batch}'",
            "UPDATE job_line SET status = 200 WHERE job_id = '{batch}' AND status >= 400",
            "UPDATE job_line SET status = 399 WHERE job_id = '{batch}' AND status >= 400",
            "UPDATE job_line SET status = 429 WHERE job_id = '{batch}' AND line = 1",
            "UPDATE job_line SET status = NULL WHERE job_id = '{batch}' AND line = 1",
            "UPDATE job_line SET state = 'waiting' WHERE job_id = '{batch}' AND line = 1",
            "UPDATE job_line SET state = 'running' WHERE job_id = '{batch}' AND status >= 400",
            "UPDATE job_line SET call_id = NULL WHERE job_id = '{batch}' AND line = 1",
            "UPDATE job_line SET call_id = '{ordinary}' WHERE job_id = '{batch}' AND line = 1",
            "UPDATE job_line SET call_id = 'chatcmpl-x' WHERE job_id = '{batch}' AND status >= 400",
            "UPDATE job_line SET line = 4 WHERE job_id = '{batch}' AND line = 1",
            "UPDATE job_line SET sealed = {sealed} WHERE job_id = '{batch}' AND line = 1",
            "UPDATE call SET request_id = 'batch_' || SUBSTR('{batch}', 10) || '/2' WHERE request_id LIKE 'batch@_%/1' ESCAPE '@'",
            "DELETE FROM job_line WHERE job_id = '{batch}' AND line = 1",
            "DELETE FROM job WHERE id = '{batch}'");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE job SET due_at = due_at + 1, node_id = 'node_x' WHERE id = '{waiting}'",
            "UPDATE job SET pause = 'rates' WHERE id = '{waiting}'",
            "UPDATE job SET cancel_at = created_at WHERE id = '{completed}'",
            "UPDATE job SET name_hash = 'x', body_hash = 'x' WHERE id = '{completed}'",
            "UPDATE job SET state = 'incomplete' WHERE id = '{completed}'",
            "UPDATE job SET state = 'completed' WHERE id = '{acts}'",
            "UPDATE job SET gone_at = 0 WHERE id = '{completed}'",
            "UPDATE job_line SET tries = tries + 1 WHERE job_id = '{failed}' AND line = 1");

    @TempDir
    static Path folder;

    private static AlteredProgram altered;

    @BeforeAll
    static void make() throws IOException {
        altered = new AlteredProgram(folder, Map.of(), AlteredJobsTest::history, AlteredJobsTest::check);
    }

    @AfterAll
    static void forget() {
        altered.close();
    }

    private static Function<Database, List<String>> check(Gateway gateway) {
        SecretBox secrets = SecretKeys.of(
                gateway.environment().get("TOLLGATE_SECRET_KEY"), gateway.data(), null, new SecureRandom());
        return reading -> {
            List<String> found = new ArrayList<>();
            new Audit(reading, secrets).run(found::add, found::add, (subject, rows) -> {});
            return found;
        };
    }

    /** Returns the names in alterations with what they stand for. */
    private static Map<String, String> history(Gateway gateway) {
        gateway.script(UpstreamScript.answers()
                .whenAsked("refuse")
                .status(400)
                .next()
                .whenAsked("act")
                .call("look", "{}")
                .finish("STOP", new Tokens(700, 300, 20))
                .next()
                .whenAsked("slow")
                .text("Well, ", new Tokens(700, 3, 0))
                .delay(60_000)
                .text("yes.")
                .finish("STOP", new Tokens(700, 9, 0))
                .next()
                .whenAsked("")
                .text("Done.", new Tokens(700, 300, 20))
                .finish("STOP", new Tokens(700, 300, 20)));
        Customer customer = gateway.customer("10");
        assertThat(gateway.post(
                                "/v1/chat/completions",
                                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                                customer.key())
                        .status())
                .isEqualTo(200);
        Map<String, String> names = new HashMap<>();
        names.put("{ordinary}", gateway.text("SELECT id FROM call"));
        names.put("{completed}", background(gateway, customer, "Hi", "state = 'completed'"));
        String act = "act\",\"tools\":[{\"type\":\"function\",\"name\":\"look\"}],\"system_instruction\":\"Act.";
        names.put("{acts}", background("interactions", "v1_", gateway, customer, act, "state = 'requires_action'"));
        names.put("{failed}", background(gateway, customer, "refuse", "state = 'failed'"));
        Gateway.await("one that was cancelled after a word", () -> {
            String slow =
                    background(gateway, customer, "slow", "EXISTS (SELECT 1 FROM job_line WHERE state = 'running')");
            gateway.post("/v1/responses/resp_" + chars(slow) + "/cancel", "", customer.key());
            Gateway.await("its end", () -> gateway.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0);
            names.put("{cancelled}", slow);
            return gateway.number("SELECT charged_micros FROM job WHERE id = '" + slow + "'") > 0;
        });
        names.put("{batch}", batch(gateway, customer));
        Customer poor = gateway.customer("0.02");
        names.put("{waiting}", background(gateway, poor, "Hi", "pause IS NOT NULL"));
        names.put(
                "{call}",
                gateway.text("SELECT call_id FROM job_line WHERE job_id = '" + names.get("{completed}") + "'"));
        names.put("{its}", chars(names.get("{completed}")));
        names.put("{other}", gateway.customer("1").account());
        names.put(
                "{sealed}",
                gateway.environment().containsKey("TOLLGATE_DATABASE_URL") ? "'\\x010203'::bytea" : "X'010203'");
        return names;
    }

    private static String batch(Gateway gateway, Customer customer) {
        String lines = Stream.of("One", "Two", "refuse")
                .map(word ->
                        "{\"custom_id\":\"" + word + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":"
                                + "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\""
                                + word + "\"}]}}")
                .collect(Collectors.joining("\n"));
        BatchClient client = new BatchClient(gateway, customer.key());
        JsonNode batch = client.ended(client.create(lines));
        assertThat(batch.path("request_counts").path("completed").asInt()).isEqualTo(2);
        assertThat(batch.path("request_counts").path("failed").asInt()).isEqualTo(1);
        return "chatcmpl-" + batch.path("id").asString().substring("batch_".length());
    }

    private static String chars(String id) {
        return id.substring(id.indexOf('-') + 1);
    }

    private static String background(Gateway gateway, Customer customer, String input, String until) {
        return background("responses", "resp_", gateway, customer, input, until);
    }

    private static String background(
            String door, String prefix, Gateway gateway, Customer customer, String input, String until) {
        Gateway.Reply reply = gateway.post(
                "/v1/" + door,
                "{\"model\":\"gemini-2.5-pro\",\"input\":\"" + input + "\",\"background\":true}",
                customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        String id = "chatcmpl-" + reply.json().path("id").asString().substring(prefix.length());
        Gateway.await(
                until, () -> gateway.number("SELECT COUNT(*) FROM job WHERE id = '" + id + "' AND " + until) == 1);
        return id;
    }

    static Stream<Arguments> altered() {
        return AlteredBooks.onBoth(FOUND);
    }

    static Stream<Arguments> unseen() {
        return AlteredBooks.onBoth(UNSEEN);
    }

    @ParameterizedTest
    @EnumSource
    void unaltered_jobs_add_up(Stores stores) {
        assertThat(altered.atFirst(stores)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("altered")
    void one_altered_row_of_a_job_is_found(Stores stores, String alteration) throws SQLException {
        assertThat(altered.found(stores, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("unseen")
    void what_no_other_row_repeats_is_not_found(Stores stores, String alteration) throws SQLException {
        assertThat(altered.found(stores, alteration)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_running_line_without_a_hold_is_no_finding(Stores stores) throws SQLException {
        assertThat(
                        altered.found(
                                stores,
                                "UPDATE job_line SET state = 'running', call_id = 'chatcmpl-x' WHERE job_id = '{waiting}' AND line = 1"))
                .isEmpty();
    }
}
