package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Responses in the background of a server that stops and starts again. */
@Timeout(240)
class BackgroundRestartTest {

    private static final String BODY = "{\"model\":\"gemini-3.5-flash\",\"input\":\"Hi\",\"background\":true}";
    private static final Tokens SOME = new Tokens(10, 600, 0);

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml", "timeouts.drain", "0ms");
        customer = gateway.customer("100000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static UpstreamScript answers() {
        return UpstreamScript.answers().text("Done.").finish("STOP", SOME);
    }

    private String create(Customer its) {
        CallServer.Reply reply = gateway.post("/v1/responses", BODY, its.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    private JsonNode get(Customer its, String id) {
        return gateway.get("/v1/responses/" + id, its.key()).json();
    }

    private void await(Customer its, String id, String status) {
        CallServer.await(status, () -> get(its, id).path("status").asString("").equals(status));
    }

    @Test
    void a_restart_loses_neither_running_nor_waiting_answers() {
        gateway.script("- respond: [{delay_ms: 60000}]");
        Customer poor = gateway.customer("100", KeyOptions.spend("0.000001", null, null));
        List<String> running =
                IntStream.range(0, 4).mapToObj(i -> create(customer)).toList();
        running.forEach(id -> await(customer, id, "in_progress"));
        String waiting = create(poor);
        CallServer.await("a pause", () -> get(poor, waiting).has("paused"));
        gateway.restart();
        gateway.script(answers());
        gateway.setNow(gateway.now().plusSeconds(11));
        assertThat(gateway.number("SELECT COUNT(*) FROM job_line WHERE tries > 0"))
                .as("lost tries")
                .isZero();
        assertThat(get(poor, waiting).path("paused").path("reason").asString()).isEqualTo("limit");
        running.forEach(id -> await(customer, id, "completed"));
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE charged_micros > 0"))
                .isEqualTo(4);
    }
}
