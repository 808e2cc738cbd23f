package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Program;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.SteppedUpstream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the signals do that end a process; in one of its own. */
@Timeout(240)
@DisabledOnOs(OS.WINDOWS)
class StopSignalsTest {

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hello"}]}""";
    private static final int ENDED_BY_SIGTERM = 143;

    @TempDir
    Path data;

    @Test
    void a_first_signal_announces_the_end_and_a_second_one_does_not_wait_for_it() throws Exception {
        List<String> forLong = List.of("--port", "0", "--timeouts-announce", "1h", "--timeouts-drain", "1h");
        try (SteppedUpstream upstream = new SteppedUpstream();
                HttpClient client = HttpClient.newHttpClient()) {
            Map<String, String> environment = new HashMap<>(upstream.environment());
            environment.put("TOLLGATE_DEMO_KEY", Gateway.DEMO_KEY);
            environment.put("TOLLGATE_DEMO_CREDITS", "1000");
            try (GatewayProcess gateway = GatewayProcess.begin(
                                    Program.command(), Migrated.in(data), environment, forLong)
                            .awaitReady(client);
                    RawCall call = RawCall.post(gateway.port(), "/v1/chat/completions", Gateway.DEMO_KEY, STREAM)) {
                upstream.says("One ", 10);
                call.readUntil("One ");
                gateway.signal();
                Gateway.await("the announcement", () -> get(client, gateway, "/health/ready") == 503);
                assertThat(get(client, gateway, "/v1/models")).isEqualTo(200); // new calls are still served
                gateway.signal();
                call.readUntil("event: error");
                assertThat(call.readToEnd())
                        .contains("The server is shutting down")
                        .doesNotContain("[DONE]");
                assertThat(gateway.awaitOwnEnd()).isEqualTo(ENDED_BY_SIGTERM);
            }
        }
    }

    private static int get(HttpClient client, GatewayProcess gateway, String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                    .header("authorization", "Bearer " + Gateway.DEMO_KEY)
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
