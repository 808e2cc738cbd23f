package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own whose log goes to a disk that is full. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class QuietProcessTest {

    private static final String KEY = "sk-demo-key-for-tests-0123456789abcdef";
    private static final int CALLS = 50;

    /** Traces without a collector, the documentation without a reader, addresses without an allowlist. */
    private static final List<String> UNUSED =
            List.of("opentelemetry", "dev.tollgate.telemetry.traces", "org.commonmark", "inet.ipaddr");

    @TempDir
    static Path folder;

    private static ServerProcess server;

    @BeforeAll
    static void start() {
        server = ServerProcess.serve(
                "022",
                Migrated.in(folder.resolve("data")),
                Path.of("/dev/full"),
                Map.of("TOLLGATE_DEMO_KEY", KEY, "TOLLGATE_HTTP_ACCESS_LOG", "true"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void calls_are_answered_while_no_line_of_the_log_can_be_written() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < CALLS; i++) {
                HttpRequest call = HttpRequest.newBuilder(URI.create(server.url() + "/v1/chat/completions"))
                        .header("authorization", "Bearer " + KEY)
                        .header("content-type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"))
                        .build();
                assertThat(client.send(call, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void what_nobody_has_used_yet_is_not_loaded() throws Exception {
        Process looking = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-J-XX:+UseSerialGC",
                        Long.toString(server.process().pid()),
                        "VM.classes")
                .start();
        List<String> classes = new String(looking.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(classes).anyMatch(line -> line.contains("dev.tollgate.app.App"));
        assertThat(classes.stream().filter(line -> UNUSED.stream().anyMatch(line::contains)))
                .isEmpty();
    }
}
