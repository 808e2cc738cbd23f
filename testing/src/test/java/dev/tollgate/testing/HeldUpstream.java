package dev.tollgate.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream that holds each call until the test releases it, and then answers all calls alike: for checks while calls are open. It counts any
 * prompt as 2 tokens.
 */
public final class HeldUpstream implements AutoCloseable {

    private static final byte[] COUNT = "{\"totalTokens\":2}".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger asked = new AtomicInteger();
    private final byte[] answer;
    private volatile CountDownLatch held = new CountDownLatch(1);

    /** @param candidates what it reports to have said, with a prompt of 10 tokens */
    public HeldUpstream(String text, int candidates) {
        answer = ("data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text + "\"}]},"
                        + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":"
                        + candidates + ",\"totalTokenCount\":" + (10 + candidates) + "}}\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    public Map<String, String> environment() {
        return Map.of(
                "GEMINI_API_KEY",
                "AIzaSyTestKeyOfTheUpstream0123456789abc",
                "GOOGLE_GEMINI_BASE_URL",
                "http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** How many calls have reached it, counting of prompts left out. */
    public int asked() {
        return asked.get();
    }

    /** Answers what waits and what comes. */
    public void answer() {
        held.countDown();
    }

    /** Keeps waiting what comes from now on. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().endsWith(":countTokens")) {
                send(exchange, "application/json", COUNT);
            } else {
                CountDownLatch until = held;
                asked.incrementAndGet();
                until.await();
                send(exchange, "text/event-stream", answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        answer();
        server.stop(0);
        threads.close();
    }
}
