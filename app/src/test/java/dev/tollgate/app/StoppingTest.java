package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.SteppedUpstream;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a server goes: announced, then closed or refusing, then at its end. */
@Timeout(240)
class StoppingTest {

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hello"}]}""";

    @Test
    void a_stopping_server_refuses_new_calls_and_finishes_running_calls() {
        try (SteppedUpstream upstream = new SteppedUpstream()) {
            Gateway gateway = Gateway.startOn(Stores.SQLITE, upstream.environment(), "timeouts.drain", "2m");
            Customer customer = gateway.customer("100");
            CompletableFuture<Void> closing;
            try (RawCall call = customer.chatRaw(STREAM)) {
                upstream.says("One ", 10);
                call.readUntil("One ");
                closing = CompletableFuture.runAsync(gateway::close);
                Gateway.await(
                        "a refusal",
                        () -> gateway.get("/v1/models", customer.key()).status() == 503);
                Gateway.Reply refused = customer.chat(STREAM);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("connection")).isEqualTo("close");
                assertThat(refused.header("retry-after")).isEqualTo("1");
                assertThat(gateway.get("/health/ready").text()).contains("draining");
                assertThat(gateway.get("/health/live").status()).isEqualTo(200);
                assertThat(closing).isNotDone();
                upstream.says("two.", 20);
                upstream.ends(20);
                call.readUntil("[DONE]");
            }
            closing.join();
        }
    }

    /** A proxy sends calls on a connection that it keeps until it closes it. */
    @Test
    void an_announced_stop_closes_the_port_and_refuses_nothing() {
        try (SteppedUpstream upstream = new SteppedUpstream()) {
            Gateway gateway = Gateway.startOn(
                    Stores.SQLITE, upstream.environment(), "timeouts.announce", "1s", "timeouts.drain", "2m");
            Customer customer = gateway.customer("100");
            int port = gateway.app().port();
            String models = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + customer.key()
                    + "\r\n\r\n";
            CompletableFuture<Void> closing;
            try (RawCall call = customer.chatRaw(STREAM);
                    RawCall kept = RawCall.sending(port, models)) {
                upstream.says("One ", 10);
                call.readUntil("One ");
                assertThat(kept.readUntil("\r\n\r\n")).doesNotContain("connection: close");
                closing = CompletableFuture.runAsync(gateway::close);
                Gateway.await("the closed port", () -> !listens(port));
                kept.send(models);
                assertThat(kept.readToEnd()).containsPattern("(?s)HTTP/1.1 200 .*HTTP/1.1 200 .*connection: close");
                assertThat(closing).isNotDone();
                upstream.says("two.", 20);
                upstream.ends(20);
                call.readUntil("[DONE]");
            }
            closing.join();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
