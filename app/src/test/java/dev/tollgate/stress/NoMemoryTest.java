package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that runs out of heap ends, whichever thread finds out: a process that lived on would answer no caller. The JVM's own flag, which
 * the launcher sets and which knows only its own heap, is not set here. Without direct memory only connections end.
 */
@Timeout(400)
@Order(18)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class NoMemoryTest {

    private static final String KEY = "sk-without-memory-0123456789";
    /** Enough for as long as it takes: a call that is refused needs less. */
    private static final Map<String, String> ENVIRONMENT =
            Map.of("TOLLGATE_DEMO_KEY", KEY, "TOLLGATE_DEMO_CREDITS", "1000000");

    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    @TempDir
    Path data;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void without_heap_the_process_ends_with_a_message() throws Exception {
        try (GatewayProcess gateway = GatewayProcess.begin(Program.command(), data, ENVIRONMENT)) {
            gateway.awaitReady(client);
            gateway.say(Leashed.NO_HEAP);
            CompletableFuture<?> calls = callOnAndOn(gateway);
            assertThat(gateway.awaitOwnEnd()).isEqualTo(Fatal.EXIT_CODE);
            assertThat(gateway.log()).contains("tollgate: the process ends");
            calls.join();
        }
    }

    /** What Netty keeps of them is enough for calls on and on: here it takes a new one each time, and keeps none. */
    @Test
    void without_javas_own_direct_buffers_connections_end_and_the_process_lives() throws Exception {
        List<String> program = Program.command(
                "-XX:MaxDirectMemorySize=16m",
                "-Dio.netty.allocator.type=pooled",
                "-Dio.netty.allocator.numDirectArenas=0");
        try (GatewayProcess gateway = GatewayProcess.begin(program, data, ENVIRONMENT)) {
            gateway.awaitReady(client);
            gateway.say(Leashed.NO_DIRECT_MEMORY);
            for (int number = 0; isAnswered(gateway, number); number++) {
                assertThat(number).isLessThan(1_000);
            }
            assertThat(gateway.isAlive()).isTrue();
            assertThat(gateway.log()).contains("there is no direct memory for it: Cannot reserve");
            gateway.say(Leashed.DIRECT_MEMORY_AGAIN);
            for (int number = 1_000; !isAnswered(gateway, number); number++) {
                assertThat(number).isLessThan(2_000);
            }
        }
    }

    /** Netty counts its buffers itself. */
    @Test
    void without_nettys_direct_buffers_connections_end_and_the_process_lives() throws Exception {
        try (GatewayProcess gateway =
                GatewayProcess.begin(Program.command("-Dio.netty.maxDirectMemory=1000"), data, ENVIRONMENT)) {
            gateway.awaitPort();
            for (int number = 0; number < 5; number++) {
                assertThat(isAnswered(gateway, number)).isFalse();
            }
            assertThat(gateway.isAlive()).isTrue();
            assertThat(gateway.log()).contains("there is no direct memory for it: failed to allocate");
        }
    }

    /** Until the process has ended. */
    private CompletableFuture<Void> callOnAndOn(GatewayProcess gateway) {
        return CompletableFuture.runAsync(() -> {
            int number = 0;
            while (isAnswered(gateway, number) || gateway.isAlive()) {
                number++;
            }
        });
    }

    private boolean isAnswered(GatewayProcess gateway, int number) {
        HttpRequest call = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + KEY)
                .header("idempotency-key", "key-" + number)
                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                .build();
        try {
            client.send(call, HttpResponse.BodyHandlers.discarding());
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
