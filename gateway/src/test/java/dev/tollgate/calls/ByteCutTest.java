package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream whose caller leaves after any byte of it, the head included: {@link CutTest} cuts between events only (D19). */
@Timeout(240)
class ByteCutTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);
    private static final long FOREVER = 600_000;
    private static final int CALLERS = 4;

    /** What the upstream has reported with each event, and what that costs at 57 and 450 credits a million. */
    private static final List<Tokens> REPORTED = List.of(new Tokens(1_000, 100, 0), new Tokens(1_000, 300, 20));

    private static final List<Long> CHARGES_MICROS = List.of(100_000L, 190_000L);

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("timeouts.drain", "0ms");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest(name = "within event {0}")
    @ValueSource(ints = {0, 1})
    void a_caller_who_leaves_at_any_byte_is_settled_once_and_pays_for_what_was_reported(int event) throws Exception {
        gateway.script(script(event));
        int bytes = bytesOf(event);
        assertThat(bytes).isGreaterThan(200);
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            for (int first = 1; first <= CALLERS; first++) {
                int from = first;
                callers.add(threads.submit(() -> leaveAtEachByte(event, from, bytes)));
            }
        }
        for (Future<?> caller : callers) {
            caller.get();
        }
    }

    private static void leaveAtEachByte(int event, int from, int bytes) {
        Customer customer = gateway.customer("100000");
        for (int count = from; count <= bytes; count += CALLERS) {
            try (RawCall call = customer.chatRaw(CALL)) {
                if (event > 0) {
                    call.readThrough(marker(event - 1), "data: ");
                }
                call.read(count);
            }
        }
        customer.lastTask();
        String mine = " AND account_id = '" + customer.account() + "'";
        int calls = (bytes - from) / CALLERS + 1;
        long micros = CHARGES_MICROS.get(event);
        assertThat(customer.tasks()).isEqualTo(calls);
        assertThat(Calls.count(gateway::number, "ending = 'cancelled' AND charged_micros = " + micros + mine))
                .as("calls that ended as they should")
                .isEqualTo(calls);
        assertThat(customer.credits().get("reserved").asInt()).isZero();
        assertThat(customer.consumed()).isEqualByComparingTo(BigDecimal.valueOf(micros * calls, 6));
    }

    /** The events up to this one; then the upstream says nothing more. */
    private static UpstreamScript script(int last) {
        UpstreamScript script = UpstreamScript.answers();
        for (int event = 0; event <= last; event++) {
            script.text(marker(event) + "žluťoučký 漢字", REPORTED.get(event));
        }
        return script.delay(FOREVER);
    }

    /** From where its own bytes begin, or from the first byte of the head. */
    private static int bytesOf(int event) {
        try (RawCall call = gateway.customer("1000").chatRaw(CALL)) {
            int before = event == 0 ? 0 : call.readThrough(marker(event - 1), "data: ");
            return call.readThrough(marker(event), "\n\n") - before;
        }
    }

    private static String marker(int event) {
        return "text" + event + " ";
    }
}
