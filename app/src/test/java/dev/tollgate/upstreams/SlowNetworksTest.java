package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import io.netty.util.internal.PlatformDependent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers who hardly read, and an upstream that says more and more: what waits between them is bounded (guarantee S-10). */
@Timeout(120)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
@Isolated("it measures the heap")
class SlowNetworksTest {

    /** By whom everything is loaded and pooled that is needed once. */
    private static final int FIRST_CALLERS = 3;

    private static final int CALLERS = 60;
    private static final long HELD_BYTES_MAX = 1_000_000;
    private static final int TEXT_BYTES = 20_000;
    private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long OFFERED_BYTES_MAX = 200L << 20;

    /** What the kernel holds in its buffers is in it, the upstream's own included. */
    private static final long ACCEPTED_BYTES_MAX = 16L << 20;

    private static final String CHAT = "/v1/chat/completions";
    private static final String CHAT_BODY = """
            {"model":"gemini-2.5-pro","stream":true,"max_tokens":65536,"messages":[{"role":"user","content":"Tell me"}]}""";

    private static final String GEMINI_BODY = """
            {"contents":[{"parts":[{"text":"Tell me"}]}],"generationConfig":{"maxOutputTokens":65536}}""";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicInteger still = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private ServerSocketChannel upstream;
    private Gateway gateway;
    private String path = CHAT;

    @BeforeEach
    void start() throws IOException {
        upstream = ServerSocketChannel.open();
        upstream.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2 * CALLERS);
        gateway = Gateway.start(
                Map.of(
                        "GOOGLE_GEMINI_BASE_URL",
                        "http://127.0.0.1:" + upstream.socket().getLocalPort()),
                "timeouts.drain",
                "0ms",
                "timeouts.write",
                "100s");
        threads.execute(this::accept);
    }

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        gateway.close();
        upstream.close();
        threads.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CHAT,
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent"
            })
    void a_caller_who_reads_a_byte_at_a_time_holds_less_than_a_megabyte(String asked) throws Exception {
        path = asked;
        Customer customer = gateway.customer("100000");
        List<Socket> callers = new ArrayList<>();
        try {
            call(customer, callers, FIRST_CALLERS);
            long before = used();
            long takenBefore = taken.get();
            call(customer, callers, CALLERS);
            long held = (used() - before) / CALLERS;
            long accepted = (taken.get() - takenBefore) / CALLERS;
            assertThat(held).as("bytes of memory for each caller").isLessThan(HELD_BYTES_MAX);
            assertThat(accepted).as("bytes that were taken from an upstream").isLessThan(ACCEPTED_BYTES_MAX);
        } finally {
            over.countDown();
            for (Socket caller : callers) {
                caller.close();
            }
        }
        gateway.assertBooksAreClosed();
    }

    /** So many more, until nothing is taken from their upstreams any more. */
    private void call(Customer customer, List<Socket> callers, int more) throws Exception {
        for (int i = 0; i < more; i++) {
            callers.add(call(customer));
        }
        while (still.get() < callers.size()) {
            for (Socket caller : callers) {
                assertThat(caller.getInputStream().read()).isNotNegative();
            }
            over.await(100, TimeUnit.MILLISECONDS);
        }
    }

    /** The memory in use on the heap, after a collection, and outside of it. */
    private static long used() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return heap + Math.max(0, PlatformDependent.usedDirectMemory());
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel socket = upstream.accept();
                threads.execute(() -> offer(socket));
            }
        } catch (IOException closed) {
            // the test has ended
        }
    }

    /** Sends more and more until no reader takes it, and keeps the connection. */
    private void offer(SocketChannel socket) {
        try (socket) {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, 4_096);
            skipRequest(socket.socket().getInputStream());
            write(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            socket.configureBlocking(false);
            long latest = System.nanoTime();
            long offered = 0;
            for (int i = 1; System.nanoTime() - latest < STILL_NANOS && offered < OFFERED_BYTES_MAX; i++) {
                ByteBuffer event = ByteBuffer.wrap(chunk(event(i)));
                while (event.hasRemaining() && System.nanoTime() - latest < STILL_NANOS) {
                    int written = socket.write(event);
                    if (written > 0) {
                        latest = System.nanoTime();
                        offered += written;
                    } else {
                        over.await(1, TimeUnit.MILLISECONDS);
                    }
                }
            }
            taken.addAndGet(offered);
            still.incrementAndGet();
            over.await();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(SocketChannel socket, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    private static byte[] chunk(String text) {
        return (Integer.toHexString(text.length()) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String event(int index) {
        return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\""
                + "x".repeat(TEXT_BYTES)
                + "\"}]}}],\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":" + index
                + ",\"totalTokenCount\":" + (7 + index) + "}}\r\n\r\n";
    }

    private static void skipRequest(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            head.write(in.read());
        }
        String length = head.toString(StandardCharsets.UTF_8).replaceAll("(?is).*content-length: *(\\d+).*", "$1");
        in.skipNBytes(Integer.parseInt(length));
    }

    private Socket call(Customer customer) throws IOException {
        String body = path.equals(CHAT) ? CHAT_BODY : GEMINI_BODY;
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("127.0.0.1", gateway.app().port()));
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                + customer.key()
                                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
