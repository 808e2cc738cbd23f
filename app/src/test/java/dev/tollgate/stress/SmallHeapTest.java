package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A process on a heap of 256 MB, and requests that are small until they are read. */
@Timeout(120)
@Order(14)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class SmallHeapTest {

    private static final String KEY = "sk-small-heap-0123456789abcdef";
    private static final String CHAT = "/v1/chat/completions";
    private static final String GENERATE = "/v1beta/models/gemini-2.5-pro:generateContent";
    private static final int VALUES = 900_000;

    @TempDir
    static Path data;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.begin(Program.command(), data, Map.of("TOLLGATE_DEMO_KEY", KEY))
                .awaitReady(CLIENT);
    }

    /** Whatever was sent, it goes on. */
    @AfterEach
    void it_goes_on() throws IOException {
        HttpResponse<String> small = answer(CHAT, "", call("[{\"role\":\"user\",\"content\":\"Hi\"}]"))
                .join();
        assertThat(Files.readString(data.resolve("gateway.log"))).doesNotContain("OutOfMemoryError");
        assertThat(small.statusCode()).as(small.body()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        CLIENT.close();
    }

    @Test
    void a_small_compressed_body_is_charged_by_what_it_becomes() {
        for (String body : List.of(arguments(), result())) {
            HttpResponse<String> refused = answer(CHAT, "gzip", body).join();
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
        }
        HttpResponse<String> refused = answer(GENERATE, "gzip", generate()).join();
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
        assertThat(refused.body()).contains("memory");
    }

    @Test
    void bodies_that_come_at_once_are_each_answered() {
        List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sent.add(answer(GENERATE, "gzip", generate()));
            sent.add(answer(GENERATE, "", generate()));
            sent.add(answer(CHAT, "gzip", arguments()));
            sent.add(answer(GENERATE.replace("generateContent", "countTokens"), "gzip", generate()));
            sent.add(answer("/v1/estimate", "gzip", arguments()));
            sent.add(answer(CHAT, "gzip", schema()));
        }
        Set<Integer> statuses = sent.stream().map(it -> it.join().statusCode()).collect(Collectors.toSet());

        assertThat(statuses).isSubsetOf(200, 400, 402, 413, 503);
    }

    @Test
    void a_schema_that_grows_as_it_is_written_out_is_charged_by_what_it_becomes() {
        HttpResponse<String> refused = answer(CHAT, "", schema()).join();

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
    }

    private static String values() {
        return "[" + "\"word\",".repeat(VALUES - 1) + "\"word\"]";
    }

    private static String generate() {
        return """
                {"contents":[{"role":"user","parts":[{"text":"hi"}]},
                {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":%s}}}]},
                {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"a":1}}}]}]}""".formatted(values());
    }

    /** Arguments are read a second time: what tells 300,000 names apart takes more than they do. */
    private static String arguments() {
        return call("""
                [{"role":"user","content":"hi"},
                {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"%s"}}]},
                {"role":"tool","tool_call_id":"c","content":"1"}]""".formatted(names().replace("\"", "\\\"")));
    }

    private static String result() {
        return call("""
                [{"role":"user","content":"hi"},
                {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"c","content":"%s"}]""".formatted(names().replace("\"", "\\\"")));
    }

    private static String names() {
        return IntStream.range(0, 400_000)
                .mapToObj(i -> "\"" + Integer.toString(i, 36) + "\":1")
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** A description of 200 kB is written out 1,000 times. */
    private static String schema() {
        String branches = IntStream.range(0, 1_000)
                .mapToObj(i -> "\"p" + i + "\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"title\":\"t\"}]}")
                .collect(Collectors.joining(","));
        String schema = "{\"type\":\"object\",\"$defs\":{\"a\":{\"type\":\"string\",\"description\":\""
                + "long ".repeat(40_000) + "\"}},\"properties\":{" + branches + "}}";
        return """
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}],
                "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":%s}}}""".formatted(schema);
    }

    private static String call(String messages) {
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":" + messages + "}";
    }

    private CompletableFuture<HttpResponse<String>> answer(String path, String coding, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(40))
                .POST(HttpRequest.BodyPublishers.ofByteArray(coding.isEmpty() ? bytes : packed(bytes)));
        if (!coding.isEmpty()) {
            request.header("Content-Encoding", coding);
        }
        return CLIENT.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] packed(byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
