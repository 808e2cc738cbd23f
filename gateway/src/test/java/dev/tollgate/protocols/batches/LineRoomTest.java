package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The room that running lines leave to other calls (J12, J13, J18). */
@Timeout(240)
class LineRoomTest {

    private static final String BODY =
            "{\"model\":\"gemini-3.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":1000%s}";

    private CallServer gateway;
    private Customer customer;

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
        String form = "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + input
                + "\r\n--B--\r\n";
        CallServer.Reply file = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/files"))
                .header("authorization", "Bearer " + customer.key())
                .header("content-type", "multipart/form-data; boundary=B")
                .POST(BodyPublishers.ofString(form)));
        assertThat(file.status()).as(file.text()).isEqualTo(200);
        CallServer.Reply batch = gateway.post(
                "/v1/batches",
                "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
                        .formatted(file.json().path("id").asString()),
                customer.key());
        assertThat(batch.status()).as(batch.text()).isEqualTo(200);
        return batch.json().path("id").asString();
    }

    private JsonNode get(String id) {
        return gateway.get("/v1/batches/" + id, customer.key()).json();
    }

    private boolean hasEnded(String id) {
        return !Set.of("validating", "in_progress", "cancelling")
                .contains(get(id).path("status").asString(""));
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
            return hasEnded(id);
        });
        assertThat(seen).contains(4L).allMatch(count -> count <= 4);
        assertThat(get(id).path("request_counts").path("completed").asInt()).isEqualTo(9);
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
            assertThat(get(id).path("paused").isNull()).isTrue();
            return hasEnded(id);
        });
        assertThat(seen).allMatch(count -> count <= 2);
        assertThat(get(id).path("request_counts").path("completed").asInt()).isEqualTo(4);
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
            return hasEnded(id);
        });
        assertThat(seen).contains(1L).allMatch(count -> count <= 1);
        assertThat(get(id).path("request_counts").path("completed").asInt()).isEqualTo(3);
    }
}
