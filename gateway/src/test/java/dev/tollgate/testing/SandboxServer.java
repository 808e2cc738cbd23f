package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.RequestCount;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxRequest;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.serving.CallsModule;
import dev.tollgate.serving.UpstreamsModule;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** A server that answers calls of models, in front of its sandbox unless it has another upstream: the gateway alone, or the whole program. */
public interface SandboxServer {

    Sandbox sandbox();

    CallsModule calls();

    UpstreamsModule upstreams();

    /** Returns the number of bytes of heap that requests are charged for. */
    long requestBytes();

    /** Returns the number of callers whose answer has not ended and who have not left. */
    int openExchanges();

    /** From now on the upstream answers as the YAML list says. */
    default void script(String yaml) {
        sandbox().script(Script.parse(yaml));
    }

    default void script(UpstreamScript script) {
        script(script.toString());
    }

    /** What the upstream was asked, oldest first. */
    default List<SandboxRequest> asked() {
        return sandbox().requests();
    }

    /** What the upstream was asked last. */
    default JsonNode lastAsked() {
        return asked().getLast().body();
    }

    /** Returns how much free work an account has left of this minute. */
    default long freeWork(Customer customer) {
        return Objects.requireNonNull(calls().meter()
                        .quotas()
                        .standing(RequestCount.freeWork(customer.account()))
                        .requests())
                .remaining();
    }

    /** Checks that ten requests use so much of it each, of which ten a second come back. */
    default void assertFreeWork(Customer customer, int each, Runnable request) {
        Await.until("earlier work has come back", () -> freeWork(customer) == 600);
        long begun = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            request.run();
        }
        long back = (System.nanoTime() - begun) / 100_000_000 + 1;
        assertThat(freeWork(customer)).isLessThanOrEqualTo(600 - 10L * each + back);
    }
}
