package dev.tollgate.protocols;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.scripting.Step;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * The cause of a timeout decides its cost: Tollgate's own limit cuts the response, an upstream's timeout is free, and a caller's is a disconnect
 * (D18, D32).
 */
@Timeout(240)
class TimesTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);
    private static final long FOREVER = 600_000;

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("timeouts.call", "6s", "timeouts.upstream-idle", "3s", "timeouts.write", "500ms");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void our_own_time_limit_is_a_length_cut_that_charges_what_was_delivered() {
        Customer customer = gateway.customer("10");
        UpstreamScript script = UpstreamScript.answers();
        for (int i = 1; i <= 90; i++) {
            script.text("tick ", new Tokens(1000, 1000, 0)).delay(100);
        }
        gateway.script(script);
        CallServer.Reply reply = customer.chat(CALL.formatted(false));
        JsonNode choice = reply.json().at("/choices/0");
        assertThat(choice.get("finish_reason").asString()).isEqualTo("length");
        assertThat(choice.get("native_finish_reason").asString()).isEqualTo("TIMEOUT");
        assertThat(choice.at("/message/content").asString()).startsWith("tick tick ");
        assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
    }

    @Test
    void our_own_time_limit_before_any_answer_is_an_error_and_free() {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers().delay(FOREVER).text("Late."));
        assertError(customer.chat(CALL.formatted(true)), 503, "upstream_error", "upstream_error");
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void an_upstream_that_falls_silent_has_failed() {
        Customer customer = gateway.customer("10");
        gateway.script(
                UpstreamScript.answers().text("One ", new Tokens(1000, 1000, 0)).delay(FOREVER));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.text()).contains("One ", "event: error").doesNotContain("[DONE]");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void a_caller_that_does_not_read_counts_as_disconnected() {
        Customer customer = gateway.customer("10");
        UpstreamScript much = UpstreamScript.answers().text("x".repeat(400_000), new Tokens(1000, 1000, 0));
        Step event =
                Script.parse(much.toString()).entries().getFirst().respond().getFirst();
        gateway.sandbox()
                .script(new Script(List.of(
                        new Script.Entry(null, null, null, Integer.MAX_VALUE, Collections.nCopies(60, event)))));
        try (RawCall call = customer.chatRaw(CALL.formatted(true))) {
            call.readUntil("xxx");
            JsonNode task = customer.lastTask();
            assertThat(task.get("status").asString()).isEqualTo("cancelled");
            assertThat(task.get("credits_consumed").toString()).isEqualTo("0.5");
        }
    }
}
