package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Where nodes share the books, an upstream that speaks before the hold of its call is durable: what it says waits, and counts. */
@Timeout(240)
class UnconfirmedHoldTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);

    /** In which what the upstream has said would reach the caller, and does reach the gateway. */
    private static final int A_WHILE_MILLIS = 400;

    private static final int FOREVER = 600_000;

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void aFirstCall() {
        gateway = CallServer.startOn(Stores.POSTGRESQL);
        customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("Before.", 1_000, 1_000));
        assertThat(customer.chat(CALL).text()).contains("\"credits_consumed\":0.5");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void no_byte_of_an_answer_leaves_before_its_hold_is_durable(boolean stream) {
        gateway.script(UpstreamScript.says("All of it.", 1_000, 1_000));
        try (CallServer.Fault waiting = gateway.commitsWait();
                RawCall call = customer.chatRaw(CALL.replace("\"stream\":true", "\"stream\":" + stream))) {
            CallServer.await("the hold's commit", gateway::hasWaitingCommit);
            assertThat(call.readFor(A_WHILE_MILLIS)).isEmpty();
            waiting.close();
            assertThat(call.readUntil("credits_consumed")).contains("All of it.");
        }
    }

    @Test
    void disconnecting_before_the_hold_is_durable_charges_the_reported_usage() {
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1_000, 500, 0))
                .text("two ", new Tokens(1_000, 1_000, 0))
                .delay(FOREVER)
                .finish("STOP", new Tokens(1_000, 9_000, 0)));
        try (CallServer.Fault waiting = gateway.nothingIsCommitted()) {
            try (RawCall call = customer.chatRaw(CALL)) {
                assertThat(call.readFor(A_WHILE_MILLIS)).isEmpty();
            }
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("0.5");
        assertThat(customer.consumed()).isEqualByComparingTo("1.0");
    }

    @Test
    void what_came_before_the_upstream_broke_is_shown_before_its_failure() {
        gateway.script(UpstreamScript.answers().text("Half of").fault("reset"));
        try (RawCall call = customer.chatRaw(CALL)) {
            String early;
            try (CallServer.Fault waiting = gateway.nothingIsCommitted()) {
                early = call.readFor(A_WHILE_MILLIS);
            }
            String all = early + call.readUntil("\"error\"");
            assertThat(all).contains("Half of").doesNotContain("[DONE]");
        }
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }
}
