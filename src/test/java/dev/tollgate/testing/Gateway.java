package dev.tollgate.testing;

import dev.tollgate.App;
import dev.tollgate.config.SettingsLoader;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxRequest;
import dev.tollgate.sandbox.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole program, started as an operator would start it, on a free port over a fresh data folder, in front of its sandbox. */
public final class Gateway implements AutoCloseable {

    public static final String DEMO_KEY = "sk-demo-key-for-tests-0123456789abcdef";

    private static final int REQUESTS_KEPT = 1_000;
    private static final JsonMapper JSON = new JsonMapper();

    private final Path data;
    private final Map<String, String> arguments;
    private final Map<String, String> environment;
    private final HttpClient client = HttpClient.newHttpClient();
    private App app;

    private Gateway(Path data, Map<String, String> arguments, Map<String, String> environment) {
        this.data = data;
        this.arguments = arguments;
        this.environment = environment;
        this.app = start();
    }

    public static Gateway start(String... settings) {
        return start(Map.of(), settings);
    }

    /**
     * @param environment beside the demo key
     * @param settings names and values in turn, as in {@code http.trusted-hops}, {@code 1}
     */
    public static Gateway start(Map<String, String> environment, String... settings) {
        Map<String, String> arguments = new HashMap<>(Map.of("port", "0"));
        for (int i = 0; i < settings.length; i += 2) {
            arguments.put(settings[i], settings[i + 1]);
        }
        Map<String, String> variables = new HashMap<>(Map.of("TOLLGATE_DEMO_KEY", DEMO_KEY));
        variables.putAll(environment);
        try {
            Path data = Files.createTempDirectory("tollgate-test");
            arguments.put("data", data.toString());
            return new Gateway(data, arguments, variables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private App start() {
        return App.start(SettingsLoader.load(arguments, environment), REQUESTS_KEPT);
    }

    /** Stops and starts over the same data. */
    public void restart() {
        app.close();
        app = start();
    }

    public App app() {
        return app;
    }

    public Path data() {
        return data;
    }

    public String url() {
        return "http://127.0.0.1:" + app.port();
    }

    public Sandbox sandbox() {
        return Objects.requireNonNull(app.sandbox(), "no sandbox answers here");
    }

    /** From now on the upstream answers as the YAML list says. */
    public void script(String yaml) {
        sandbox().script(Script.parse(yaml));
    }

    /** What the upstream was asked, oldest first. */
    public List<SandboxRequest> asked() {
        return sandbox().requests();
    }

    // ---- a client of few words ----

    public Reply get(String path) {
        return send(request(path).GET());
    }

    public Reply get(String path, String key) {
        return send(HttpRequest.newBuilder(URI.create(url() + path)).header("Authorization", "Bearer " + key));
    }

    public Reply post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Reply post(String path, String body, String key) {
        return send(HttpRequest.newBuilder(URI.create(url() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Reply chat(String body) {
        return post("/v1/chat/completions", body);
    }

    /** A request with the demo key. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path)).header("Authorization", "Bearer " + DEMO_KEY);
    }

    public Reply send(HttpRequest.Builder request) {
        try {
            return new Reply(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public JsonNode credits() {
        return get("/v1/credits").json().get("data");
    }

    @Override
    public void close() {
        app.close();
        client.close();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder()).forEach(Gateway::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer, whole. */
    public record Reply(HttpResponse<String> response) {

        public int status() {
            return response.statusCode();
        }

        public String text() {
            return response.body();
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public JsonNode error() {
            return json().get("error");
        }

        /** The data of each event of a stream, {@code [DONE]} included. */
        public List<String> data() {
            return text().lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .toList();
        }

        /** The chunks of a stream, {@code [DONE]} left out. */
        public List<JsonNode> chunks() {
            return data().stream()
                    .filter(data -> !data.equals("[DONE]"))
                    .map(data -> (JsonNode) JSON.readTree(data))
                    .toList();
        }

        /** The text of choice 0, put together from the deltas. */
        public String content() {
            StringBuilder text = new StringBuilder();
            for (JsonNode chunk : chunks()) {
                for (JsonNode choice : chunk.path("choices")) {
                    if (choice.get("index").asInt() == 0) {
                        text.append(choice.path("delta").path("content").asString(""));
                    }
                }
            }
            return text.toString();
        }
    }
}
