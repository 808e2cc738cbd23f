package dev.tollgate.sandbox;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.testing.Today;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/** A sandbox on a free port, and a plain HTTP client for it. */
final class SandboxClient implements AutoCloseable {

    static final String GEMINI_25 = "gemini-2.5-pro";
    static final String GEMINI_3 = "gemini-3.1-pro-preview";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    final Sandbox sandbox;

    SandboxClient() {
        this(SandboxOptions.defaults());
    }

    SandboxClient(SandboxOptions options) {
        boolean real = options.clock() == SandboxOptions.defaults().clock();
        this.sandbox = await(Sandbox.start(vertx, real ? options.withClock(Today::instant) : options));
    }

    static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("waited 20 s", e);
        }
    }

    /** Looks again and again, for ten seconds. */
    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited 10 s in vain");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    void script(String yaml) {
        sandbox.script(Script.parse(yaml));
    }

    Reply generate(String model, String body) {
        return post("/v1beta/models/" + model + ":generateContent", body);
    }

    /** The answer to one user text. */
    Reply ask(String model, String text) {
        return generate(model, user(text, ""));
    }

    Reply stream(String model, String body) {
        return post("/v1beta/models/" + model + ":streamGenerateContent?alt=sse", body);
    }

    Reply post(String path, String body) {
        return send(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    /** The body of an answer as it came. */
    byte[] bytes(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = request(path).POST(BodyPublishers.ofString(body)).build();
        return http.send(request, BodyHandlers.ofByteArray()).body();
    }

    Reply get(String path) {
        return send(request(path).build());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + path))
                .timeout(Duration.ofSeconds(60))
                .header("x-goog-api-key", "test-key");
    }

    Reply send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            return new Reply(response);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A body with one user text and, behind it, further members (each with a leading comma). */
    static String user(String text, String more) {
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":" + JsonTrees.MAPPER.writeValueAsString(text)
                + "}]}]" + more + "}";
    }

    @Override
    public void close() {
        http.close();
        await(sandbox.close());
        await(vertx.close());
    }

    record Reply(HttpResponse<String> http) {

        int status() {
            return http.statusCode();
        }

        String text() {
            return http.body();
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            return JsonTrees.MAPPER.readTree(http.body());
        }

        String error() {
            return json().path("error").path("message").asString();
        }

        JsonNode candidate() {
            return json().path("candidates").path(0);
        }

        JsonNode usage() {
            return json().path("usageMetadata");
        }

        /** The answer's text without thoughts. */
        String answer() {
            return GoogleRequest.textOf(candidate().path("content"));
        }

        List<JsonNode> parts() {
            return List.copyOf(candidate().path("content").path("parts").values());
        }

        /** The events of a stream; each has to be one data line ended by CRLF CRLF. */
        List<JsonNode> events() {
            List<JsonNode> events = new ArrayList<>();
            for (String event : text().split("\r\n\r\n")) {
                if (!event.startsWith("data: ")) {
                    throw new AssertionError("not an event: " + event);
                }
                events.add(JsonTrees.MAPPER.readTree(event.substring("data: ".length())));
            }
            return events;
        }
    }
}
