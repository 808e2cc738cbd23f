package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Batches of many lines, and of long results. */
@Timeout(1_800)
class ManyLinesTest {

    private static final int LINES = Effort.of(150, 10_000);

    /** The KiB that a slow caller reads before a deletion: in the long tests one in each second. */
    private static final int SLOWLY = Effort.of(4, 240);

    private final Random random = new Random(Effort.seed("test.seed"));
    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start();
        customer = gateway.customer("100000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String chat(String text, String more) {
        return DrivenBatch.chat("gemini-2.5-flash", text, more);
    }

    /** Each line knows its latency by a word of its text; some are refused. */
    @Test
    void lines_of_random_latency_end_once_and_in_order() {
        UpstreamScript script = UpstreamScript.says("not asked", 1, 1).whenAsked("nothing");
        for (int i = 0; i < 10; i++) {
            script.next().whenAsked("<" + i + ">").delay(30L * i).text("Done.").finish("STOP", new Tokens(1, 1, 0));
        }
        gateway.script(script);
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= LINES; i++) {
            String body = random.nextInt(20) == 0
                    ? chat("Hi", ",\"n\":99")
                    : chat("<" + random.nextInt(10) + ">", ",\"max_tokens\":100");
            lines.add(DrivenBatch.line("i" + i, DrivenBatch.CHAT, body));
        }
        DrivenBatch batch = DrivenBatch.ofLines(gateway, customer, DrivenBatch.CHAT, lines);
        String isOpen = "SELECT COUNT(*) FROM job WHERE state = 'open'";
        Await.until(Duration.ofMinutes(25), "the end", () -> gateway.number(isOpen) == 0);
        JsonNode ended = batch.get();
        assertThat(ended.path("status").asString()).as(ended.toString()).isEqualTo("completed");
        List<Integer> answered = numbers(batch.answers());
        List<Integer> refused = numbers(batch.errors());
        assertThat(answered).isSorted().hasSize(batch.count("completed"));
        assertThat(refused).isSorted().hasSize(batch.count("failed")).isNotEmpty();
        assertThat(Stream.concat(answered.stream(), refused.stream()).sorted())
                .isEqualTo(IntStream.rangeClosed(1, LINES).boxed().toList());
        assertThat(gateway.number("SELECT COUNT(*) FROM call")).isEqualTo(answered.size());
        batch.assertAddsUp();
    }

    private static List<Integer> numbers(List<JsonNode> lines) {
        return lines.stream()
                .map(each -> Integer.valueOf(each.path("custom_id").asString().substring(1)))
                .toList();
    }

    /** A caller who hardly reads has some of it before; the rest is gone, and no end says that it was all. */
    @Test
    void results_that_are_deleted_while_a_slow_caller_reads_are_cut() throws IOException {
        int lines = 40;
        int chars = 200_000;
        StringBuilder noise = new StringBuilder();
        random.ints(chars, 'a', 'z' + 1).forEach(noise::appendCodePoint);
        gateway.script(UpstreamScript.answers().text(noise.toString()).finish("STOP", new Tokens(10, 60_000, 0)));
        DrivenBatch batch = DrivenBatch.of(gateway, customer, lines, chat("Hi", ",\"max_tokens\":65000"));
        assertThat(batch.ended().at("/request_counts/completed").asInt())
                .as(batch.get().toString())
                .isEqualTo(lines);
        String path = "/v1/files/" + batch.get().path("output_file_id").asString();
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 << 10);
            socket.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
            socket.getOutputStream()
                    .write(("GET " + path + "/content HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + customer.key() + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            readSlowly(socket, SLOWLY, read);
            assertThat(read.size()).as("it is there").isEqualTo(SLOWLY << 10);
            assertThat(read.toString(StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200 ");
            assertThat(gateway.send("DELETE", path, null, customer.key()).status())
                    .isEqualTo(200);
            try {
                readSlowly(socket, SLOWLY / 4, read);
                socket.getInputStream().transferTo(read);
            } catch (SocketException reset) {
                // as good an end
            }
            assertThat(read.size()).isLessThan(lines * chars / 2);
            assertThat(read.toString(StandardCharsets.UTF_8)).doesNotEndWith("\r\n0\r\n\r\n");
        }
        assertThat(gateway.get(path + "/content", customer.key()).status()).isEqualTo(404);
    }

    private static void readSlowly(Socket socket, int kibibytes, ByteArrayOutputStream read) throws IOException {
        long began = System.nanoTime();
        for (int i = 1; i <= kibibytes; i++) {
            read.writeBytes(socket.getInputStream().readNBytes(1_024));
            if (Effort.isLong()) {
                LockSupport.parkNanos(began + TimeUnit.SECONDS.toNanos(i) - System.nanoTime());
            }
        }
    }
}
