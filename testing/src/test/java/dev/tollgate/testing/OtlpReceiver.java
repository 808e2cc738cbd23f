package dev.tollgate.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** A collector that takes nothing that OTLP does not have: another path or type, a message that cannot be read, a field that is unknown. */
public final class OtlpReceiver implements AutoCloseable {

    private final HttpServer server;
    private final List<ExportTraceServiceRequest> taken = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile int status = 200;
    private volatile boolean hangs;

    public OtlpReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::take);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on it answers so, having taken nothing. */
    public void refuse(int status) {
        this.status = status;
    }

    /** From now on it answers nothing. */
    public void hang() {
        hangs = true;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            ExportTraceServiceRequest request = read(exchange);
            if (hangs) {
                closing.await();
            } else if (status == 200) {
                taken.add(request);
            }
            exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
            exchange.sendResponseHeaders(status, -1);
        } catch (InvalidProtocolBufferException | AssertionError e) {
            faults.add(e.toString());
            exchange.sendResponseHeaders(400, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ExportTraceServiceRequest read(HttpExchange exchange) throws IOException {
        String asked = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("content-type") + " "
                + exchange.getRequestHeaders().getFirst("content-encoding");
        keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("x-collector-key")));
        if (!asked.equals("POST /v1/traces application/x-protobuf gzip")) {
            throw new AssertionError(asked);
        }
        try (InputStream body = new GZIPInputStream(exchange.getRequestBody())) {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(body);
            assertKnown(request);
            return request;
        }
    }

    private static void assertKnown(Message message) {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            throw new AssertionError("unknown fields in " + message);
        }
        for (Object value : message.getAllFields().values()) {
            if (value instanceof Message inner) {
                assertKnown(inner);
            } else if (value instanceof List<?> list) {
                list.stream()
                        .filter(Message.class::isInstance)
                        .map(Message.class::cast)
                        .forEach(OtlpReceiver::assertKnown);
            }
        }
    }

    public List<String> faults() {
        return faults;
    }

    /** What was shown as {@code x-collector-key}. */
    public List<String> keys() {
        return keys;
    }

    public List<Span> spans() {
        return taken.stream()
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    public List<Resource> resources() {
        return taken.stream()
                .flatMap(request -> request.getResourceSpansList().stream())
                .map(resource -> resource.getResource())
                .toList();
    }

    /** All of it, as it was sent. */
    public String text() {
        return taken.toString();
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
