package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What depends on a commit waits for it: here the database is kept from committing for a while. */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class DurableFirstTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""";

    /** In which something would come if it did not wait; less than the program waits for the database. */
    private static final int A_WHILE_MILLIS = 400;

    @Parameter
    Stores stores;

    private HeldUpstream upstream;
    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        upstream = new HeldUpstream("All of it.", 1_000);
        gateway = CallServer.startOn(stores, upstream.environment());
        customer = gateway.customer("1000000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        upstream.close();
        gateway.close();
    }

    @Test
    void no_byte_of_a_whole_answer_leaves_before_its_charge_is_durable() {
        try (RawCall call = customer.chatRaw(CALL.formatted(false))) {
            assertThat(charging(call)).isEmpty();
            assertThat(call.readUntil("credits_consumed")).contains("All of it.");
        }
        assertCharged();
    }

    /** The first hold is for 4,096 tokens. */
    @Test
    void what_only_a_larger_hold_covers_does_not_leave_before_the_hold_has_grown() {
        try (HeldUpstream longer = new HeldUpstream("Beyond.", 6_000);
                CallServer other = CallServer.startOn(stores, longer.environment());
                RawCall call = other.customer("100").chatRaw(CALL.formatted(true))) {
            CallServer.await("the question", () -> longer.asked() == 1);
            other.writeWhatRides();
            String early;
            try (CallServer.Fault waiting = other.commitsWait()) {
                longer.answer();
                CallServer.await("the growth's commit", other::hasWaitingCommit);
                early = call.readFor(A_WHILE_MILLIS);
            }
            assertThat(early).doesNotContain("Beyond.");
            if (call.readUntil("\r\n").startsWith("HTTP/1.1 503")) { // perhaps only after that while
                assertThat(stores).isEqualTo(Stores.SQLITE); // where a commit may fail at once instead of waiting
            } else {
                assertThat(early).isEmpty();
                assertThat(call.readUntil("[DONE]")).contains("Beyond.", "\"credits_consumed\":2.7");
            }
        }
    }

    @Test
    void no_stream_ends_before_its_charge_is_durable() {
        try (RawCall call = customer.chatRaw(CALL.formatted(true))) {
            assertThat(charging(call))
                    .contains("All of it.") // covered by the hold
                    .doesNotContain("credits_consumed", "usage", "[DONE]", "finish_reason\":\"stop");
            call.readUntil("[DONE]");
        }
        assertCharged();
    }

    /** @return what has come while the charge was being committed */
    private String charging(RawCall call) {
        CallServer.await("the question", () -> upstream.asked() == 1);
        gateway.writeWhatRides();
        try (CallServer.Fault waiting = gateway.commitsWait()) {
            upstream.answer();
            CallServer.await("the charge's commit", gateway::hasWaitingCommit);
            return call.readFor(A_WHILE_MILLIS);
        }
    }

    private void assertCharged() {
        assertThat(customer.lastTask().get("credits_consumed").toString()).isEqualTo("0.45");
    }

    @Test
    void a_large_balance_is_held_like_any_other() {
        try (RawCall call = customer.chatRaw(CALL.formatted(true))) {
            CallServer.await("the question", () -> upstream.asked() == 1);
            gateway.writeWhatRides();
            assertThat(customer.credits().get("reserved").decimalValue()).isEqualByComparingTo("1.84");
            upstream.answer();
            call.readUntil("[DONE]");
        }
    }
}
