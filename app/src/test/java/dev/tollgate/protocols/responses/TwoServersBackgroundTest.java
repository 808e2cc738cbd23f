package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Responses in the background of two servers over one database. */
@Timeout(240)
class TwoServersBackgroundTest {

    private static final String BODY =
            "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"background\":true,\"max_output_tokens\":3000}";
    private static final Tokens SOME = new Tokens(100, 200, 0);

    private Gateway one;
    private Gateway two;
    private Customer customer;
    private boolean isStopped;

    @BeforeEach
    void start() {
        String url = Postgres.migrated();
        one = Gateway.startOn(url, "timeouts.drain", "0ms");
        two = Gateway.startOn(url, "timeouts.drain", "0ms");
        customer = one.customer("10000");
        Acting by = new Acting(customer.account(), "per_1", null, null);
        one.people()
                .mail()
                .webhooks()
                .create(by, "https://hooks.example.org/", Webhooks.Form.STANDARD, WebhookEvent.CHOSEN);
        answerIn(0);
    }

    @AfterEach
    void stop() {
        Gateway.await("the ends of all", () -> two.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0);
        assertThat(two.number("SELECT COUNT(*) FROM webhook_delivery"))
                .as("one event for each end")
                .isEqualTo(two.number("SELECT COUNT(*) FROM job"));
        two.assertBooksAreClosed();
        two.close();
        if (!isStopped) {
            one.close();
        }
    }

    private void answerIn(int millis) {
        UpstreamScript script =
                UpstreamScript.answers().text("Done.", SOME).delay(millis).finish("STOP", SOME);
        one.script(script);
        two.script(script);
    }

    private String create(Gateway server) {
        Gateway.Reply reply = server.post("/v1/responses", BODY, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    private JsonNode get(Gateway server, String id) {
        return server.get("/v1/responses/" + id, customer.key()).json();
    }

    private void await(Gateway server, String id, String status) {
        Gateway.await(status, () -> get(server, id).path("status").asString("").equals(status));
    }

    @Test
    void each_answer_of_both_servers_is_made_and_charged_once() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ids.add(create(i % 2 == 0 ? one : two));
        }
        ids.forEach(id -> await(two, id, "completed"));
        assertThat(two.number("SELECT COUNT(DISTINCT request_id) FROM call")).isEqualTo(ids.size());
        assertThat(two.number("SELECT COUNT(*) FROM call WHERE charged_micros > 0"))
                .isEqualTo(ids.size());
        assertThat(two.number("SELECT SUM(charged_micros) FROM job"))
                .isEqualTo(two.number("SELECT SUM(charged_micros) FROM call"));
    }

    @Test
    void an_answer_is_cancelled_at_the_other_server() {
        answerIn(60_000);
        String id = create(one);
        await(two, id, "in_progress");
        Gateway other = one.number("SELECT COUNT(*) FROM open_hold") == 1 ? two : one;
        Gateway.Reply cancelled = other.post("/v1/responses/" + id + "/cancel", "", customer.key());
        assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
        await(one, id, "cancelled");
        assertThat(two.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void an_answer_that_is_deleted_at_the_other_server_is_not_kept() {
        answerIn(1_000);
        String id = create(one);
        await(two, id, "in_progress");
        Gateway other = serverOf() == one ? two : one;
        assertThat(other.send("DELETE", "/v1/responses/" + id, null, customer.key())
                        .status())
                .isEqualTo(200);
        Gateway.await("its end", () -> one.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0);
        assertThat(two.number("SELECT COUNT(*) FROM kept_response")).isZero();
        assertThat(one.get("/v1/responses/" + id, customer.key()).status()).isEqualTo(404);
        assertThat(other.send("DELETE", "/v1/responses/" + id, null, customer.key())
                        .status())
                .isEqualTo(404);
    }

    /** The server that has the only job in hand. */
    private Gateway serverOf() {
        return one.calls().jobs().responses().size() == 1 ? one : two;
    }

    @Test
    void cancels_at_both_servers_have_one_end() {
        answerIn(60_000);
        String id = create(one);
        await(two, id, "in_progress");
        String path = "/v1/responses/" + id + "/cancel";
        List<CompletableFuture<Gateway.Reply>> replies = Stream.of(one, two, one, two)
                .map(server -> CompletableFuture.supplyAsync(
                        () -> server.post(path, "", customer.key()),
                        command -> Thread.ofVirtual().start(command)))
                .toList();
        for (CompletableFuture<Gateway.Reply> reply : replies) {
            assertThat(reply.join().json().path("status").asString()).isEqualTo("cancelled");
        }
        assertThat(two.number("SELECT COUNT(*) FROM call")).isEqualTo(1);
        assertThat(two.number("SELECT SUM(charged_micros) FROM job"))
                .isEqualTo(two.number("SELECT SUM(charged_micros) FROM call"));
    }

    @Test
    void answers_of_a_server_that_stops_are_made_by_the_other() {
        answerIn(60_000);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ids.add(create(one));
        }
        ids.forEach(id -> await(two, id, "in_progress"));
        one.close();
        isStopped = true;
        assertThat(two.number("SELECT COUNT(*) FROM job_line WHERE tries > 0"))
                .as("lost tries")
                .isZero();
        two.script(UpstreamScript.answers().text("Done.", SOME).finish("STOP", SOME));
        Gateway.await(
                "calls of the other server",
                () -> two.number("SELECT COUNT(*) FROM job WHERE state = 'completed'") > 0);
        assertThat(two.number("SELECT COUNT(*) FROM job_line WHERE tries > 0"))
                .as("lost tries")
                .isZero();
    }

    @Test
    void one_idempotency_key_at_both_servers_makes_one_answer() {
        for (int i = 0; i < 20; i++) {
            String name = "once-" + i;
            var first = one.sendAside(
                    one.request("POST", "/v1/responses", BODY, customer.key()).header("Idempotency-Key", name));
            var second = two.sendAside(
                    two.request("POST", "/v1/responses", BODY, customer.key()).header("Idempotency-Key", name));
            Gateway.Reply of = first.join();
            assertThat(of.status()).as(of.text()).isEqualTo(200);
            assertThat(second.join().json().path("id").asString())
                    .isEqualTo(of.json().path("id").asString());
        }
        assertThat(two.number("SELECT COUNT(*) FROM job")).isEqualTo(20);
    }
}
