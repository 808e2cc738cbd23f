package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A process on a heap of 512 MB, strangers that send endless heads, and one ordinary caller. */
@Timeout(120)
@Order(13)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class HalfHeadsTest {

    private static final String KEY = "sk-half-heads-0123456789abcdef";
    private static final String BEGIN = "GET / HTTP/1.1\r\nHost: x\r\n";
    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    @TempDir
    static Path data;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static GatewayProcess gateway;

    private final List<Socket> strangers = new ArrayList<>();

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.begin(
                        Program.command("-Xmx512m"),
                        data,
                        Map.of("TOLLGATE_DEMO_KEY", KEY, "TOLLGATE_DEMO_CREDITS", "1000000"))
                .awaitReady(CLIENT);
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket stranger : strangers) {
            stranger.close();
        }
        assertThat(Files.readString(data.resolve("gateway.log"))).doesNotContain("OutOfMemoryError");
        assertThat(gateway.isAlive()).isTrue();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        CLIENT.close();
    }

    @Test
    void endless_tiny_headers_disturb_no_caller() throws Exception {
        besiege(1, 1_500, BEGIN + "a:b\r\n".repeat(5_167));
    }

    /** As much as a stranger may send, from so many addresses that they could take every connection. */
    @Test
    void half_heads_at_every_limit_disturb_no_caller() throws Exception {
        String header = "a: " + "b".repeat(150) + "\r\n";
        besiege(4, 1_800, BEGIN + header.repeat(98));
    }

    /** The requests are whole, and each leaves behind the longest head that it may have. */
    @Test
    void long_heads_without_a_body_disturb_no_caller() throws Exception {
        besiege(
                4,
                1_800,
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nAuthorization: Bearer " + KEY
                        + "\r\nA: " + "b".repeat(15_000) + "\r\n\r\n");
    }

    private void besiege(int addresses, int connectionsEach, String sent) throws Exception {
        byte[] head = sent.getBytes(StandardCharsets.US_ASCII);
        AtomicBoolean sentAll = new AtomicBoolean();
        CompletableFuture<List<String>> victim = CompletableFuture.supplyAsync(() -> callWhile(sentAll));
        try {
            for (int connection = 0; connection < connectionsEach; connection++) {
                for (int address = 0; address < addresses; address++) {
                    begin("127.0.1." + (address + 1), head);
                }
            }
        } finally {
            sentAll.set(true);
        }
        assertThat(victim.get()).isEmpty();
    }

    /** A stranger that was refused is content with that. */
    private void begin(String from, byte[] head) throws IOException {
        Socket stranger = new Socket();
        strangers.add(stranger);
        stranger.bind(new InetSocketAddress(from, 0));
        try {
            stranger.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
            stranger.getOutputStream().write(head);
        } catch (IOException e) {
            assertThat(gateway.isAlive()).isTrue();
        }
    }

    /** And a hundred times afterwards, so that all that was sent has been read. @return what failed */
    private static List<String> callWhile(AtomicBoolean sentAll) {
        List<String> failed = new ArrayList<>();
        HttpRequest call = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + KEY)
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                .build();
        for (int left = 100; left > 0; left -= sentAll.get() ? 1 : 0) {
            try {
                HttpResponse<String> answer = CLIENT.send(call, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    failed.add(answer.statusCode() + " " + answer.body());
                }
            } catch (IOException e) {
                failed.add(e.toString());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return failed;
    }
}
