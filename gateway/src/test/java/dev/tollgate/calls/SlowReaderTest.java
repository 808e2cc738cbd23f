package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A slow caller pays for its slowness: it pauses the upstream, and an upstream that breaks in the meantime is no failure (D18, D19). */
@Timeout(240)
class SlowReaderTest {

    private static final int EVENTS = 40;
    private static final int TEXT_BYTES = 100_000;
    private static final long STILL_NANOS = 700_000_000;
    private static final long LOOK_NANOS = 1_000_000;
    private static final int SMALL_BUFFER_BYTES = 4_096;
    private static final String BODY = """
            {"model":"gemini-2.5-pro","stream":true,"max_tokens":65536,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);

    private static final String STREAM = "/v1beta/models/gemini-2.5-pro:streamGenerateContent";
    private static final String GEMINI_BODY = """
            {"contents":[{"parts":[{"text":"Tell me"}]}],"generationConfig":{"maxOutputTokens":65536}}""".replace("Tell me", Prompts.LONG);

    private ServerSocketChannel upstream;
    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() throws IOException {
        upstream = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        gateway = CallServer.start(
                Map.of(
                        "GOOGLE_GEMINI_BASE_URL",
                        "http://127.0.0.1:" + upstream.socket().getLocalPort()),
                "timeouts.drain",
                "0ms",
                "timeouts.write",
                "20s");
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() throws IOException {
        gateway.assertBooksAreClosed();
        gateway.close();
        upstream.close();
    }

    @Test
    void a_caller_who_reads_slowly_gets_all_of_it_at_its_price() throws IOException {
        CompletableFuture<Void> said = CompletableFuture.runAsync(() -> sayAll());
        try (Socket caller = call()) {
            String answer = readAll(caller);
            said.join();
            assertThat(answer)
                    .contains("piece" + EVENTS + " ")
                    .contains("\"credits_consumed\":1.83")
                    .contains("[DONE]");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("1.83");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?alt=sse", ""})
    void at_the_Gemini_door_who_reads_slowly_gets_all_of_it_at_its_price_too(String form) throws IOException {
        CompletableFuture<Void> said = CompletableFuture.runAsync(() -> sayAll());
        try (Socket caller = call(STREAM + form, GEMINI_BODY)) {
            String answer = readAll(caller);
            said.join();
            assertThat(answer).contains("piece1 ", "piece" + EVENTS + " ", "\"credits_consumed\":1.83}");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("completed");
        assertThat(task.get("credits_consumed").toString()).isEqualTo("1.83");
    }

    @Test
    void an_upstream_that_breaks_while_its_caller_does_not_read_is_paid_as_far_as_it_has_reported() throws IOException {
        assertBreakIsPaid("/v1/chat/completions", BODY, "event: error");
    }

    @Test
    void at_the_Gemini_door_such_a_break_is_charged_in_googles_format() throws IOException {
        assertBreakIsPaid(STREAM + "?alt=sse", GEMINI_BODY, "data: {\"error\":{\"code\":503,");
    }

    private void assertBreakIsPaid(String path, String body, String error) throws IOException {
        CompletableFuture<Void> said = CompletableFuture.runAsync(() -> sayUntilNobodyListens());
        try (Socket caller = call(path, body)) {
            said.join();
            String answer = readAll(caller);
            assertThat(answer).contains("piece1 ").contains(error).doesNotContain("[DONE]", "credits_consumed");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        long reported = task.at("/pricing_detail/completion_tokens").asLong();
        assertThat(reported).isPositive();
        assertThat(task.get("credits_consumed").decimalValue().movePointRight(6).longValueExact())
                .isEqualTo((700 * 57 + reported * 450) / 10_000 * 10_000);
    }

    private void sayAll() {
        try (SocketChannel socket = upstream.accept()) {
            begin(socket);
            for (int i = 1; i <= EVENTS; i++) {
                write(socket, chunk(event(i, i == EVENTS)));
            }
            write(socket, "0\r\n\r\n");
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** Sends until the receiver no longer reads, then resets, as an upstream does at its time limit. */
    private void sayUntilNobodyListens() {
        try (SocketChannel socket = upstream.accept()) {
            begin(socket);
            socket.configureBlocking(false);
            long taken = System.nanoTime();
            for (int i = 1; System.nanoTime() - taken < STILL_NANOS; i++) {
                ByteBuffer event = ByteBuffer.wrap(ascii(chunk(event(i, false))));
                while (event.hasRemaining() && System.nanoTime() - taken < STILL_NANOS) {
                    if (socket.write(event) > 0) {
                        taken = System.nanoTime();
                    } else {
                        LockSupport.parkNanos(LOOK_NANOS);
                    }
                }
            }
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static void begin(SocketChannel socket) throws IOException {
        skipRequest(socket.socket().getInputStream());
        write(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    private static void write(SocketChannel socket, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(ascii(text));
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static String event(int index, boolean last) {
        return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"piece" + index + " "
                + "x".repeat(TEXT_BYTES) + "\"}]}" + (last ? ",\"finishReason\":\"STOP\"" : "")
                + "}],\"usageMetadata\":{\"promptTokenCount\":700,\"candidatesTokenCount\":" + 100 * index
                + ",\"totalTokenCount\":" + (700 + 100 * index) + "}}\r\n\r\n";
    }

    private static void skipRequest(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            head.write(in.read());
        }
        String length = head.toString(StandardCharsets.UTF_8).replaceAll("(?is).*content-length: *(\\d+).*", "$1");
        in.skipNBytes(Integer.parseInt(length));
    }

    /** So little room to receive that hardly anything waits in the caller's own kernel. */
    private Socket call() throws IOException {
        return call("/v1/chat/completions", BODY);
    }

    private Socket call(String path, String body) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(SMALL_BUFFER_BYTES);
        socket.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
        socket.getOutputStream()
                .write(ascii("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + customer.key() + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body));
        return socket;
    }

    private static String readAll(Socket caller) throws IOException {
        return new String(
                new BufferedInputStream(caller.getInputStream(), SMALL_BUFFER_BYTES).readAllBytes(),
                StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
