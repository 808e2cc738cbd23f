package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** In an embedded database a hold is decided in memory and written a moment later: nothing waits for it, and nothing is lost by it (D58). */
@Timeout(240)
class EmbeddedHoldTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);

    private static final int FOREVER = 600_000;

    private Gateway gateway;
    private Customer customer;

    /** A second call needs to read nothing, so that it is decided while nothing can be written. */
    @BeforeEach
    void start() {
        gateway = Gateway.start();
        customer = gateway.customer("10.5");
        gateway.script(UpstreamScript.says("Before.", 1_000, 1_000));
        assertThat(customer.chat(CALL).text()).contains("\"credits_consumed\":0.5");
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1_000, 1_000, 0))
                .delay(FOREVER));
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** As often as it takes to meet the moments before it is written; found at once or behind a commit, never missed. */
    @Test
    void a_task_is_found_from_the_moment_its_id_is_sent() {
        Customer rich = gateway.customer("1000");
        for (int i = 0; i < 20; i++) {
            try (RawCall call = rich.chatRaw(CALL)) {
                String id = id(call.readUntil("\r\n\r\n"));
                JsonNode task = gateway.get("/v1/tasks/" + id, rich.key()).json();
                assertThat(task.path("status").asString("not found")).isEqualTo("processing");
            }
        }
    }

    @Test
    void an_answer_begins_before_its_hold_is_written_and_ends_at_once_uncharged_where_it_cannot_be() {
        try (Gateway.Fault waiting = gateway.nothingIsCommitted();
                RawCall call = customer.chatRaw(CALL)) {
            assertThat(call.readUntil(
                            "internal_error")) // and not only when the upstream has ended, which it never does
                    .contains("One ")
                    .doesNotContain("[DONE]", "credits_consumed");
        }
        Gateway.await("what was held", () -> customer.credits().get("reserved").asInt() == 0);
        assertThat(customer.balance()).isEqualByComparingTo("10");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    @Test
    void a_crash_before_a_hold_is_written_leaves_nothing_of_its_call() {
        try (Gateway.Fault waiting = gateway.nothingIsCommitted();
                RawCall call = customer.chatRaw(CALL)) {
            String id = id(call.readUntil("One "));
            waiting.close();
            try (Gateway after = gateway.crashed()) {
                after.assertBooksAreClosed();
                JsonNode task = after.get("/v1/tasks/" + id, customer.key()).json();
                assertThat(task.path("status").asString("unknown")).isIn("unknown", "failed");
                JsonNode credits =
                        after.get("/v1/credits", customer.key()).json().get("data");
                assertThat(credits.get("balance").decimalValue()).isEqualByComparingTo("10");
                assertThat(credits.get("reserved").asInt()).isZero();
            }
        }
    }

    private static String id(String seen) {
        return seen.substring(seen.indexOf("chatcmpl-"), seen.indexOf("chatcmpl-") + 40);
    }
}
