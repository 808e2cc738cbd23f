package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.KeysServer.KeyOptions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Callers that race for what is enough for some of them, none of which ends before all have been decided (D31). */
@Timeout(240)
class NoOverspendTest {

    private static final int CALLERS = 40;

    /** The least output that is worth a call, so that a hold cannot shrink. */
    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"max_tokens":256,"messages":[{"role":"user","content":"Tell me"}]}""";

    /** 64 tokens and the prompt's bytes at 57, 256 at 450 credits a million, cut down to hundredths. */
    private static final BigDecimal HOLD = new BigDecimal("0.11");

    private static final BigDecimal LESS_THAN_A_HOLD = new BigDecimal("0.10");
    private static final BigDecimal CHARGE = new BigDecimal("0.09");

    private HeldUpstream upstream;
    private Gateway gateway;

    @BeforeEach
    void start() {
        upstream = new HeldUpstream("Done.", 200);
        gateway = Gateway.start(upstream.environment());
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        upstream.close();
        gateway.close();
    }

    @ParameterizedTest(name = "credits for {0} of 40")
    @ValueSource(ints = {0, 1, 17, 39})
    void of_racing_callers_exactly_as_many_are_answered_as_the_balance_has_holds(int holds) {
        Customer customer = gateway.customer(enoughFor(holds).toPlainString());
        List<Gateway.Reply> refused = race(customer, holds);
        assertThat(refused).allSatisfy(reply -> assertError(reply, 402, "insufficient_credits", "billing_error"));
    }

    @ParameterizedTest(name = "a limit by the {0}")
    @CsvSource({"hour", "day", "total"})
    void of_racing_callers_exactly_as_many_are_answered_as_a_spend_limit_has_holds(String window) {
        String limit = enoughFor(17).toPlainString();
        Customer customer = gateway.customer(
                "1000",
                KeyOptions.spend(
                        window.equals("hour") ? limit : null,
                        window.equals("day") ? limit : null,
                        window.equals("total") ? limit : null));
        List<Gateway.Reply> refused = race(customer, 17);
        assertThat(refused).allSatisfy(reply -> assertError(reply, 429, "spend_limit_exceeded", "billing_error"));
    }

    /** @return the refusals */
    private List<Gateway.Reply> race(Customer customer, int holds) {
        BigDecimal before = customer.balance();
        List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            calls.add(customer.chatAside(CALL.formatted(i % 2 == 0)));
        }
        Gateway.await("all to be decided", () -> ended(calls).size() == CALLERS - holds && upstream.asked() == holds);
        List<Gateway.Reply> refused = ended(calls);
        gateway.writeWhatRides();
        assertHeld(customer, before, holds);

        upstream.answer();
        long answered =
                calls.stream().filter(call -> call.join().status() == 200).count();
        assertThat(answered).isEqualTo(holds);
        assertThat(customer.tasks()).isEqualTo(holds);
        assertThat(customer.consumed()).isEqualByComparingTo(CHARGE.multiply(BigDecimal.valueOf(holds)));
        return refused;
    }

    private static void assertHeld(Customer customer, BigDecimal before, int holds) {
        JsonNode during = customer.credits();
        BigDecimal held = HOLD.multiply(BigDecimal.valueOf(holds));
        assertThat(during.get("reserved").decimalValue()).isEqualByComparingTo(held);
        assertThat(during.get("balance").decimalValue()).isEqualByComparingTo(before.subtract(held));
        assertThat(during.get("total_consumed").decimalValue()).isZero();
    }

    private static List<Gateway.Reply> ended(List<CompletableFuture<Gateway.Reply>> calls) {
        return calls.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    private static BigDecimal enoughFor(int holds) {
        return HOLD.multiply(BigDecimal.valueOf(holds)).add(LESS_THAN_A_HOLD);
    }
}
