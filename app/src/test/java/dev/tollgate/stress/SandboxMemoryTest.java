package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Program;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A process on a heap of 512 MB whose built-in sandbox repeats long prompts. */
@Timeout(400)
@Order(14)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class SandboxMemoryTest {

    private static final String KEY = "sk-sandbox-memory-0123456789";
    private static final int CALLS = 1_000;
    private static final String LONG = "word ".repeat(29_000);

    @TempDir
    Path data;

    @Test
    void a_thousand_long_sandbox_calls_do_not_end_the_process() throws Exception {
        Map<String, String> environment = Map.of("TOLLGATE_DEMO_KEY", KEY, "TOLLGATE_DEMO_CREDITS", "1000000");
        List<String> program = Program.command("-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
        try (HttpClient client = HttpClient.newHttpClient();
                GatewayProcess gateway =
                        GatewayProcess.begin(program, data, environment).awaitReady(client)) {
            List<CompletableFuture<Integer>> calls = IntStream.range(0, CALLS)
                    .mapToObj(
                            i -> client.sendAsync(call(gateway, "Say: " + LONG), HttpResponse.BodyHandlers.discarding())
                                    .handle((answer, failed) -> failed == null ? answer.statusCode() : 0))
                    .toList();
            List<Integer> statuses = calls.stream().map(CompletableFuture::join).toList();

            assertThat(gateway.log()).doesNotContain("OutOfMemoryError");
            assertThat(gateway.isAlive()).isTrue();
            assertThat(statuses).contains(200).containsOnly(200, 503);
            assertThat(client.send(call(gateway, "Hi"), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static HttpRequest call(GatewayProcess gateway, String prompt) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(200))
                .header("authorization", "Bearer " + KEY)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt
                                + "\"}]}"))
                .build();
    }
}
