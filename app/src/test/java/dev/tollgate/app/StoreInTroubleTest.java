package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a stream in whose middle the store does not do what it should (D28). */
class StoreInTroubleTest {

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""";

    @Test
    void a_hold_whose_growth_cannot_be_recorded_is_our_failure_and_not_an_empty_balance() {
        try (Gateway gateway = Gateway.start("timeouts.drain", "0ms")) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers()
                    .text("One ", new Tokens(10, 4_000, 0))
                    .text("two ", new Tokens(10, 9_000, 0))
                    .finish("STOP"));
            // A growth is an update, or part of the row that a call's hold or end brings first.
            for (String write : List.of("UPDATE ON open_hold", "INSERT ON open_hold", "INSERT ON call")) {
                gateway.execute("CREATE TRIGGER " + write.replace(' ', '_') + " BEFORE " + write
                        + " WHEN NEW.held_micros > 3500000 BEGIN SELECT RAISE(ABORT, 'disk on fire'); END");
            }

            Gateway.Reply reply = customer.chat(STREAM);

            assertThat(reply.text()).contains("internal_error").doesNotContain("CREDITS_EXHAUSTED", "[DONE]", "fire");
            assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
            assertThat(customer.balance()).isEqualByComparingTo("100");
            gateway.assertBooksAreClosed();
        }
    }
}
