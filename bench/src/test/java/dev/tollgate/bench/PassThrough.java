package dev.tollgate.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The least that behaves like the gateway: an OpenAI door, the mock behind it, no money. Also started as a jar to try the runner. */
final class PassThrough implements AutoCloseable {
    private static final Pattern TEXT = Pattern.compile("\"text\":\"([^\"]*)\"");
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]*)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final String upstream;

    PassThrough(int port, String upstream) throws IOException {
        this.upstream = upstream;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/v1/chat/completions", this::complete);
        server.setExecutor(threads);
        server.start();
    }

    /** Takes the gateway's arguments and environment. */
    public static void main(String[] args) throws IOException {
        new PassThrough(
                Integer.parseInt(args[List.of(args).indexOf("--port") + 1]), System.getenv("GOOGLE_GEMINI_BASE_URL"));
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void complete(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try (exchange;
                InputStream events = ask(body)) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.US_ASCII));
            if (body.contains("\"stream\":true")) {
                stream(exchange, lines);
            } else {
                json(exchange, lines);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private InputStream ask(String body) throws IOException, InterruptedException {
        Matcher model = MODEL.matcher(body);
        URI uri = URI.create(
                upstream + "/v1beta/models/" + (model.find() ? model.group(1) : "") + ":streamGenerateContent?alt=sse");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .version(HttpClient.Version.HTTP_1_1)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body();
    }

    private static void stream(HttpExchange exchange, BufferedReader lines) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher text = TEXT.matcher(line);
            if (text.find()) {
                out.write(ascii("data: {\"choices\":[{\"delta\":{\"content\":\"" + text.group(1) + "\"}}]}\n\n"));
                out.flush();
            }
        }
        out.write(ascii("data: [DONE]\n\n"));
    }

    private static void json(HttpExchange exchange, BufferedReader lines) throws IOException {
        StringBuilder answer = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher text = TEXT.matcher(line);
            if (text.find()) {
                answer.append(text.group(1));
            }
        }
        byte[] bytes = ascii("{\"choices\":[{\"message\":{\"content\":\"" + answer + "\"}}]}");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        server.stop(0);
        http.shutdownNow(); // who waits for a silent upstream would wait on
        threads.close();
        http.close();
    }
}
