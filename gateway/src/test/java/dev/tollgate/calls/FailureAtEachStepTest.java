package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Each row that a call writes is refused by the database in turn: a half of what belongs together is never left, nor a hold. */
@Timeout(240)
class FailureAtEachStepTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);

    /** What is written when a call begins. */
    private enum Beginning {
        HOLD("INSERT ON open_hold", "INSERT ON call"),
        BALANCE("UPDATE ON account"),
        WINDOW("INSERT ON spend_window");

        private final String[] writes;

        Beginning(String... writes) {
            this.writes = writes;
        }
    }

    /** What is written when a call is settled, after its hold or with it. */
    private enum Settling {
        CALL("INSERT ON call WHEN NEW.charged_micros > 0"),
        BALANCE("UPDATE ON account WHEN NEW.consumed_micros > OLD.consumed_micros"),
        WINDOW(
                "UPDATE ON spend_window WHEN NEW.charged_micros > OLD.charged_micros",
                "INSERT ON spend_window WHEN NEW.charged_micros > 0");

        private final String[] writes;

        Settling(String... writes) {
            this.writes = writes;
        }
    }

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest
    @EnumSource(Beginning.class)
    void an_unwritable_start_leaves_nothing_and_the_next_call_asks_no_upstream(Beginning step) {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.says("Done.", 1_000, 1_000));
        breakDown(step.writes);
        assertThat(customer.chat(CALL.formatted(true)).text()) // the beginning is shown before it is written
                .contains("internal_error")
                .doesNotContain("credits_consumed", "[DONE]");
        int asked = gateway.asked().size();
        for (boolean stream : List.of(false, true)) {
            assertError(customer.chat(CALL.formatted(stream)), 503, "internal_error", "api_error");
        }
        repair();

        assertThat(gateway.asked()).hasSize(asked);
        assertThat(customer.tasks()).isZero();
        assertUntouched(customer);
        assertThat(customer.chat(CALL.formatted(false)).status()).isEqualTo(200);
    }

    private static Stream<Object[]> settlements() {
        return Stream.of(Settling.values())
                .flatMap(step -> Stream.of(true, false).map(stream -> new Object[] {step, stream}));
    }

    @ParameterizedTest(name = "{0}, stream {1}")
    @MethodSource("settlements")
    void a_charge_that_cannot_be_written_whole_is_not_written_at_all_and_its_hold_returns(
            Settling step, boolean stream) {
        Customer customer = gateway.customer("10");
        gateway.script(UpstreamScript.answers().text("One ").text("two.").finish("STOP", new Tokens(1_000, 1_000, 0)));
        breakDown(step.writes);
        CallServer.Reply reply = customer.chat(CALL.formatted(stream));
        repair();

        assertThat(reply.text()).contains("internal_error").doesNotContain("credits_consumed", "[DONE]", "fire");
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("failed");
        assertThat(task.get("credits_consumed").asInt()).isZero();
        assertUntouched(customer);
        assertThat(customer.chat(CALL.formatted(stream)).text()).contains("\"credits_consumed\":0.5");
        assertThat(customer.consumed()).isEqualByComparingTo("0.5");
    }

    private static void assertUntouched(Customer customer) {
        JsonNode credits = customer.credits();
        assertThat(credits.get("balance").decimalValue()).isEqualByComparingTo("10");
        assertThat(credits.get("reserved").asInt()).isZero();
        assertThat(credits.get("total_consumed").asInt()).isZero();
        assertThat(gateway.number("SELECT receipts FROM account WHERE id = '" + customer.account() + "'"))
                .isZero();
    }

    private static void breakDown(String... writes) {
        for (int i = 0; i < writes.length; i++) {
            gateway.execute("CREATE TRIGGER broken_" + i + " BEFORE " + writes[i]
                    + " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END");
        }
    }

    private static void repair() {
        for (int i = 0; i < 2; i++) {
            gateway.execute("DROP TRIGGER IF EXISTS broken_" + i);
        }
    }
}
