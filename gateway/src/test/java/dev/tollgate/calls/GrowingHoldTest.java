package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.SteppedUpstream;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** A call ends while the growth of its hold is on its way to the disk: what is held is only known afterwards (D19, D46). */
@Timeout(240)
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class GrowingHoldTest {

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""";

    /** 1.84 credits: a slice of 4,096 tokens, and the prompt. */
    private static final String FIRST_HOLD = "1.84";

    /** A piece within the first hold, so that it is shown, and a piece beyond it. */
    private static final List<String> BEYOND_THE_HOLD = List.of(event("two ", 3_500), event("three", 5_000));

    /** Still unseen when the one before has not been covered yet. */
    private static final String LAST = event("four", 6_000).replace("]}}]", "]},\"finishReason\":\"STOP\"}]");

    @Parameter
    Stores stores;

    private final SteppedUpstream upstream = new SteppedUpstream();
    private CallServer gateway;

    @BeforeEach
    void start() {
        gateway = CallServer.startOn(stores, upstream.environment(), "timeouts.drain", "0ms");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
    }

    private static String event(String text, int tokens) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text + "\"}]}}],"
                + "\"usageMetadata\":{\"promptTokenCount\":71,\"candidatesTokenCount\":" + tokens + "}}";
    }

    @Test
    void disconnecting_during_an_extension_is_charged_once_with_the_extended_hold() {
        Customer customer = gateway.customer("100");
        JsonNode task = leaveWhileTheHoldGrows(customer);
        assertThat(kinds(task)).containsExactly("charge");
        assertThat(task.get("held").decimalValue()).isGreaterThan(new BigDecimal("2.25"));
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        assertThat(task.get("credits_consumed").toString())
                .as("5,000 tokens and the prompt's 71")
                .isEqualTo("2.25");
        assertThat(task.get("usage_flags")).isEmpty();
        assertThat(customer.balance()).isEqualByComparingTo("97.75");
    }

    @Test
    void disconnecting_during_a_partial_extension_charges_at_most_the_hold() {
        Customer customer = gateway.customer("2.04");
        JsonNode task = leaveWhileTheHoldGrows(customer);
        assertThat(kinds(task)).containsExactly("charge");
        assertThat(task.get("held").toString()).isEqualTo("2.04");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("2.04");
        assertThat(task.get("usage_flags").toString()).isEqualTo("[\"shortfall\"]");
        assertThat(customer.balance()).isZero();
    }

    @Test
    void disconnecting_during_an_unrecorded_extension_charges_at_most_the_hold() {
        Customer customer = gateway.customer("100");
        try (CallServer.Fault _ = gateway.fault("UPDATE", "open_hold", "NEW.held_micros > OLD.held_micros")) {
            JsonNode task = leaveWhileTheHoldGrows(customer);
            assertThat(kinds(task)).containsExactly("charge");
            assertThat(task.get("held").toString()).isEqualTo(FIRST_HOLD);
            assertThat(task.get("usage_flags").toString()).isEqualTo("[\"shortfall\"]");
            assertThat(task.get("credits_consumed").toString()).isEqualTo(FIRST_HOLD);
        }
        assertThat(customer.balance()).isEqualByComparingTo("98.16");
    }

    private JsonNode leaveWhileTheHoldGrows(Customer customer) {
        return leaveWhileTheHoldGrows(customer, BEYOND_THE_HOLD);
    }

    /**
     * The upstream says what its hold does not cover once nothing is committed any more, and not a moment before.
     *
     * @return the call's task
     */
    private JsonNode leaveWhileTheHoldGrows(Customer customer, List<String> beyondTheHold) {
        try (RawCall call = callWithAHold(customer)) {
            try (CallServer.Fault _ = gateway.nothingIsCommitted()) {
                upstream.says(beyondTheHold);
                upstream.stays();
                call.readUntil("two ");
                call.close();
                CallServer.await("the upstream's end", () -> upstream.abandoned() > 0);
            }
        }
        return customer.lastTask();
    }

    /** A call that has begun, and whose first hold is written. */
    private RawCall callWithAHold(Customer customer) {
        upstream.says(List.of(event("One ", 10)));
        RawCall call = customer.chatRaw(STREAM);
        String seen = call.readUntil("One ");
        String id = seen.substring(seen.indexOf("chatcmpl-"), seen.indexOf("chatcmpl-") + 40);
        gateway.get("/v1/tasks/" + id, customer.key()); // behind which the hold is written
        return call;
    }

    @Test
    void disconnecting_during_an_extension_after_the_end_charges_the_whole_response() {
        Customer customer = gateway.customer("100");
        JsonNode task = leaveWhileTheHoldGrows(customer, List.of(BEYOND_THE_HOLD.get(0), BEYOND_THE_HOLD.get(1), LAST));
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").toString())
                .as("6,000 tokens and the prompt's 71")
                .isEqualTo("2.7");
        assertThat(task.get("usage_flags")).isEmpty();
        assertThat(customer.balance()).isEqualByComparingTo("97.3");
    }

    @Test
    void a_broken_upstream_during_an_extension_releases_the_whole_hold() {
        Customer customer = gateway.customer("100");
        try (RawCall call = callWithAHold(customer)) {
            try (CallServer.Fault _ = gateway.nothingIsCommitted()) {
                upstream.says(BEYOND_THE_HOLD);
                call.readUntil("two ");
                upstream.breaks();
                CallServer.await("the upstream's end", () -> upstream.openConnections() == 0);
            }
            assertThat(call.readUntil("event: error")).doesNotContain("[DONE]");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("failed");
        assertThat(kinds(task)).isEmpty();
        assertThat(customer.balance()).isEqualByComparingTo("100");
    }

    private static List<String> kinds(JsonNode task) {
        return task.get("entries")
                .valueStream()
                .map(entry -> entry.get("kind").asString())
                .toList();
    }
}
