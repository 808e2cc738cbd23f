package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.upstreams.gemini.WrittenBodies;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The memory allocated and the writes made for a call and for an event, counted, not timed. The tests use only the JVM's first compiler, which leaves
 * more on the heap than the second one. Their bounds are a quarter above the values measured with it. Only the threads of the gateway's own group
 * count: the event loops and the writer. Classes that run at the same time do not count.
 */
@Timeout(240)
class AllocationTest {

    private static final int WARM_CALLS = 300;
    private static final int CALLS = 300;
    private static final int FEW_EVENTS = 10;
    private static final int MANY_EVENTS = 60;

    private static final long BYTES_A_CALL_MAX = 58_000;
    private static final long BYTES_AN_EVENT_MAX = 500;

    private static final int PROMPT_MESSAGES = 31;
    private static final int PROMPT_LINES_EACH = 22;
    /** For reading and translating together, the upstream's body included. */
    private static final long BYTES_A_KILOBYTE_OF_PROMPT_MAX = 2_400;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ThreadGroup group = new ThreadGroup("gateway");
    private ScriptedServer upstream;
    private Gateway gateway;
    private Caller caller;

    @BeforeEach
    void start() throws Exception {
        upstream = new ScriptedServer();
        CompletableFuture<Gateway> started = new CompletableFuture<>();
        new Thread(
                        group,
                        () -> started.complete(Gateway.start(Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url()))),
                        "start")
                .start();
        gateway = started.get(60, TimeUnit.SECONDS);
        caller = new Caller(gateway.url());
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        gateway.close();
        upstream.close();
    }

    private long allocated() {
        Thread[] threads = new Thread[group.activeCount() * 2 + 16];
        int count = group.enumerate(threads);
        long[] ids =
                Arrays.stream(threads, 0, count).mapToLong(Thread::threadId).toArray();
        return Arrays.stream(THREADS.getThreadAllocatedBytes(ids))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    private static String event(int number) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"word" + number
                + " \"}]},\"index\":0}],\"modelVersion\":\"far\",\"responseId\":\"r\"}";
    }

    private static String[] events(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(AllocationTest::event)
                .toArray(String[]::new);
    }

    private static final String END =
            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":100,\"candidatesTokenCount\":100,\"totalTokenCount\":200},\"modelVersion\":\"far\",\"responseId\":\"r\"}";

    /** In one write: what a kernel holds back for an acknowledgement takes longer than all the rest. */
    private String call(int events) throws IOException {
        String body = Stream.concat(Stream.of(events(0, events)), Stream.of(END))
                .map(event -> "data: " + event + "\r\n\r\n")
                .collect(Collectors.joining());
        String answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: " + body.length()
                + "\r\n\r\n" + body;
        upstream.then(exchange -> exchange.raw(answer));
        return caller.call();
    }

    private double bytesACall(int events) throws IOException {
        for (int i = 0; i < WARM_CALLS; i++) {
            call(events);
        }
        long before = allocated();
        for (int i = 0; i < CALLS; i++) {
            call(events);
        }
        return (double) (allocated() - before) / CALLS;
    }

    @Test
    void a_call_and_an_event_allocate_no_more_than_their_bounds() throws IOException {
        double few = bytesACall(FEW_EVENTS);
        double many = bytesACall(MANY_EVENTS);
        double anEvent = (many - few) / (MANY_EVENTS - FEW_EVENTS);
        double aCall = few - FEW_EVENTS * anEvent;
        assertThat(aCall).as("bytes a call, without its events").isBetween(1_000.0, (double) BYTES_A_CALL_MAX);
        assertThat(anEvent).as("bytes an event").isBetween(50.0, (double) BYTES_AN_EVENT_MAX);
    }

    /** A conversation of plain texts, about 43 KB. */
    private static byte[] longBody() {
        String line = "    int toll = \\\"cart\\\".length() * rate; // § 3, as agreed\\n";
        return IntStream.range(0, PROMPT_MESSAGES)
                .mapToObj(i -> "{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant") + "\",\"content\":\"" + i
                        + line.repeat(PROMPT_LINES_EACH) + "\"}")
                .collect(Collectors.joining(",", "{\"model\":\"gemini-2.5-pro\",\"messages\":[", "]}"))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void reading_and_translating_a_long_prompt_allocates_no_more_than_its_bound() {
        UpstreamModel model = Objects.requireNonNull(
                        CatalogueLoader.load(Path.of("ledger/src/main/resources/models.yaml"))
                                .find("gemini-3-pro"))
                .upstream();
        byte[] body = longBody();
        for (int i = 0; i < WARM_CALLS; i++) {
            translate(body, model);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            translate(body, model);
        }
        double kilobytes = CALLS * body.length / 1_024.0;
        assertThat((THREADS.getCurrentThreadAllocatedBytes() - before) / kilobytes)
                .as("bytes a kilobyte of a body of " + body.length)
                .isBetween(100.0, (double) BYTES_A_KILOBYTE_OF_PROMPT_MAX);
    }

    private static void translate(byte[] body, UpstreamModel model) {
        ChatRequest request = ChatRequestReader.read(body, ReadLimits.DEFAULT);
        ChatAsk ask = new ChatAsk(request.conversation(), "m", model.name(), true, null, Replay.NONE);
        assertThat(WrittenBodies.lengthOf(ask, model, "NONE")).isGreaterThan(body.length / 2);
    }

    /** A write is a chunk of the answer's. */
    @Test
    void events_that_come_together_leave_in_one_write() throws IOException {
        String answer = call(40);
        assertThat(answer).contains("word0 ", "word39 ", "[DONE]");
        assertThat(caller.chunks()).isLessThanOrEqualTo(3);
    }

    @Test
    void each_write_of_the_upstreams_is_one_write_at_most() throws Exception {
        int writes = 20;
        CountDownLatch[] seen =
                IntStream.range(0, writes).mapToObj(i -> new CountDownLatch(1)).toArray(CountDownLatch[]::new);
        upstream.then(exchange -> {
            exchange.head();
            for (int i = 0; i < writes; i++) {
                exchange.events(events(2 * i, 2));
                assertThat(seen[i].await(20, TimeUnit.SECONDS)).isTrue();
            }
            exchange.events(END).end();
        });
        caller.send();
        for (int i = 0; i < writes; i++) {
            caller.readUntil("word" + (2 * i + 1) + " ");
            seen[i].countDown();
        }
        caller.readAnswer();
        assertThat(caller.chunks()).as("with the end").isLessThanOrEqualTo(writes + 1);
    }

    /** Over one connection, counting chunks. */
    private static final class Caller implements AutoCloseable {

        private static final String BODY =
                "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}]}";

        private final Socket socket;
        private final InputStream in;
        private final byte[] request;
        private final StringBuilder answer = new StringBuilder();
        private int chunks;
        private boolean over;

        Caller(String url) throws IOException {
            int port = Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(60_000);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            request = ("POST /v1/chat/completions HTTP/1.1\r\nhost: here\r\nauthorization: Bearer " + Gateway.DEMO_KEY
                            + "\r\ncontent-type: application/json\r\ncontent-length: " + BODY.length() + "\r\n\r\n"
                            + BODY)
                    .getBytes(StandardCharsets.US_ASCII);
        }

        String call() throws IOException {
            send();
            return readAnswer();
        }

        void send() throws IOException {
            socket.getOutputStream().write(request);
            answer.setLength(0);
            chunks = 0;
            over = false;
            String head = readHead();
            assertThat(head).startsWith("HTTP/1.1 200 ").containsIgnoringCase("transfer-encoding: chunked");
        }

        String readAnswer() throws IOException {
            while (!over) {
                readChunk();
            }
            assertThat(answer).contains("[DONE]");
            return answer.toString();
        }

        void readUntil(String text) throws IOException {
            while (answer.indexOf(text) < 0) {
                readChunk();
            }
        }

        int chunks() {
            return chunks;
        }

        private void readChunk() throws IOException {
            int length = Integer.parseInt(readLine(), 16);
            answer.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            readLine();
            over = length == 0;
            chunks += over ? 0 : 1;
        }

        private String readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            for (String line = readLine(); !line.isEmpty(); line = readLine()) {
                head.append(line).append("\r\n");
            }
            return head.toString();
        }

        private String readLine() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new IOException("the connection was closed behind: " + line);
                }
                line.append((char) b);
            }
            return line.toString().stripTrailing();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
