package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tollgate.Main;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.ServerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What files, upstreams and callers say reaches the log and the terminal as text, and as nothing else. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Order(16)
class ForeignTextTest {

    private static final String KEY = "sk-demo-key-for-tests-0123456789abcdef";
    private static final String EVIL =
            "\\u001b]0;title\\u0007\\u001b[2J\\r\\n2026-11-21T10:00:00.000Z ERROR Forged: line\\u009b31m\\u2028\\u202e";

    @TempDir
    static Path folder;

    private static HttpServer upstream;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            byte[] body = ("{\"error\":{\"code\":403,\"message\":\"" + EVIL + "\",\"status\":\"" + EVIL + "\"}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(403, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        upstream.start();
        Files.writeString(
                channels(),
                "channels: [{id: a, kind: gemini, key: k, base_url: \"http://127.0.0.1:"
                        + upstream.getAddress().getPort() + "\"}]\n");
        server = ServerProcess.serve(
                "022",
                Migrated.in(folder.resolve("data")),
                folder.resolve("errors"),
                Map.of("TOLLGATE_DEMO_KEY", KEY),
                "--channels-file",
                channels().toString());
    }

    @AfterAll
    static void stop() {
        server.close();
        upstream.stop(0);
    }

    private static Path channels() {
        return folder.resolve("channels.yaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "channels: [{id: \"" + EVIL + "\", kind: gemini, key: k}]\n",
                "channels: [{id: a, kind: \"" + EVIL + "\", key: k}]\n",
                "channels: [{id: a, kind: gemini, key: k, \"" + EVIL + "\": 1}]\n",
                "channels: [{id: a, kind: gemini, key: k, models: [\"" + EVIL + "\"]}]\n"
            })
    void a_channels_file_that_is_read_again_writes_no_line_of_its_own_and_nothing_to_the_terminal(String broken)
            throws Exception {
        String before = server.errors();
        Files.writeString(channels(), broken);
        new ProcessBuilder("kill", "-HUP", Long.toString(server.process().pid()))
                .start()
                .waitFor();
        until(() -> server.errors().substring(before.length()).contains("channels file rejected"));
        String said = server.errors().substring(before.length());
        assertPlain(said);
        assertThat(said).contains("Forged");
    }

    @Test
    void a_refused_start_writes_no_line_of_its_own() throws Exception {
        Path broken = Files.writeString(
                folder.resolve("broken.yaml"),
                "channels: [{id: a, kind: gemini, key: k, models: [\"" + EVIL + "\"]}]\n");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] arguments = {
            "serve", "--port", "0", "--data", folder.resolve("refused").toString(), "--channels-file", broken.toString()
        };

        assertThat(Main.run(arguments, Map.of(), new PrintWriter(out), new PrintWriter(err)))
                .isNotZero();

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Forged");
        assertPlain(err.toString());
    }

    @Test
    void an_upstreams_error_writes_no_line_of_its_own() throws Exception {
        String before = server.errors();

        assertThat(call()).isGreaterThanOrEqualTo(400);

        until(() -> server.errors().substring(before.length()).contains("Forged"));
        assertPlain(server.errors());
    }

    /** Every line is one of the program's, and no character of it does anything. */
    private static void assertPlain(String errors) {
        assertThat(errors.chars()
                        .filter(c ->
                                c != '\n' && c != '\t' && (Character.isISOControl(c) || c == 0x2028 || c == 0x202e)))
                .isEmpty();
        assertThat(errors.lines())
                .allMatch(line -> line.matches("20\\d\\d-.*|\tat .*|tollgate: .*"))
                .noneMatch(line -> line.startsWith("2026-11-21T10:00:00.000Z ERROR Forged"));
    }

    private static int call() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest call = HttpRequest.newBuilder(URI.create(server.url() + "/v1/chat/completions"))
                    .header("Authorization", "Bearer " + KEY)
                    .header("Content-Type", "application/json")
                    .POST(
                            HttpRequest.BodyPublishers.ofString(
                                    "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"))
                    .build();
            return client.send(call, HttpResponse.BodyHandlers.ofString()).statusCode();
        }
    }

    private static void until(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s").isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }
}
