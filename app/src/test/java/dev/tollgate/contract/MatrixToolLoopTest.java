package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.SigningUpstream;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twenty steps of tools by each client of the matrix, none of which sends a signature back, against an upstream that insists on them. */
class MatrixToolLoopTest {

    private static final int STEPS = 20;
    private static final Question.Tool NEXT_STEP = new Question.Tool("next_step", "Does the next step", """
            {"type":"object","properties":{"step":{"type":"integer"},"note":{"type":"string"},"share":{"type":"number"}},\
            "required":["step","note","share"]}""");

    private static SigningUpstream upstream;
    private static Gateway gateway;

    @BeforeAll
    static void start() {
        upstream = new SigningUpstream();
        gateway = Gateway.start("gemini.base-url", upstream.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @ParameterizedTest
    @MethodSource("dev.tollgate.contract.MatrixTest#cells")
    void twenty_steps_are_completed_without_a_dummy(ForeignClient client, boolean streams) {
        upstream.fresh(STEPS, SigningUpstream.Ids.UNIQUE);
        Question conversation =
                Question.to("gemini-3-pro", streams).tool(NEXT_STEP).user("Do it step by step.");
        Set<String> ids = new HashSet<>();
        try (ForeignClient.Driver driver = client.driver(gateway)) {
            Said said = driver.ask(Gateway.DEMO_KEY, conversation);
            for (int step = 0; step < STEPS; step++) {
                assertThat(said.failure()).isNull();
                assertThat(said.finish()).isEqualTo("tool_calls");
                conversation = conversation.assistant(said);
                for (Question.Call call : said.calls()) {
                    assertThat(ids.add(call.id())).isTrue();
                    conversation = conversation.result(call, "done");
                }
                said = driver.ask(Gateway.DEMO_KEY, conversation);
            }

            assertThat(said.text()).isEqualTo("Done after 20 steps.");
        }
        assertThat(ids).hasSize(STEPS + STEPS / 5);
        assertThat(upstream.dummies()).isZero();
        assertThat(upstream.refusals()).isEmpty();
    }
}
