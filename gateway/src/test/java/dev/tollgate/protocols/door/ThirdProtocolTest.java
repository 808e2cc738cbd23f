package dev.tollgate.protocols.door;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One class and a line in the routes table are a protocol, and what all of them promise holds for it. */
@Timeout(240)
class ThirdProtocolTest {

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start(
                Surroundings.REAL.with(it -> it.protocols = Map.of("/v1/plain/{model}", new PlainTextProtocol())),
                Map.of());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void everything_adds_up() {
        gateway.assertBooksAreClosed();
    }

    private static CallServer.Reply ask(Customer customer, String model, String prompt) {
        return gateway.post("/v1/plain/" + model, prompt, customer.key());
    }

    private static String askOnce(Customer customer, String prompt) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/plain/gemini-2.5-pro"))
                        .header("Authorization", "Bearer " + customer.key())
                        .header("Idempotency-Key", "once")
                        .POST(HttpRequest.BodyPublishers.ofString(prompt)))
                .text();
    }

    @Test
    void it_is_metered_billed_and_recorded() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("All of it.", 1_000, 1_000));
        CallServer.Reply answer = ask(customer, "gemini-2.5-pro", Prompts.LONG);
        assertThat(answer.text()).isEqualTo("All of it.\n0.5 credits\n");
        assertThat(customer.balance()).isEqualByComparingTo("9.5");
        String id = answer.header("x-tollgate-task-id");
        assertThat(gateway.get("/v1/tasks/" + id, customer.key())
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("completed");
    }

    @Test
    void the_same_key_and_body_get_the_first_answer_again_for_nothing() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("All of it.", 1_000, 1_000));
        String first = askOnce(customer, Prompts.LONG);
        String again = askOnce(customer, Prompts.LONG);
        assertThat(again).isEqualTo(first).contains("All of it.");
        assertThat(customer.balance()).isEqualByComparingTo("9.5");
    }

    @Test
    void who_cannot_pay_or_asks_for_nothing_or_for_no_model_of_theirs_is_refused_uncharged() {
        assertThat(ask(gateway.customer("0"), "gemini-2.5-pro", "Hi").status()).isEqualTo(402);
        Customer customer = gateway.customer("10");
        assertThat(ask(customer, "gemini-2.5-pro", " ").status()).isEqualTo(400);
        assertThat(ask(customer, "nobody-s-model", "Hi").status()).isEqualTo(404);
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void an_answer_that_breaks_is_given_back() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1_000, 1_000, 0))
                .fault("reset"));
        assertThat(ask(customer, "gemini-2.5-pro", Prompts.LONG).text())
                .startsWith("One ")
                .contains("failed: ");
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }
}
