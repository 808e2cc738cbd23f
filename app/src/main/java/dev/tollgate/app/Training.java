package dev.tollgate.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import dev.tollgate.storage.SqliteLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Calls to a server that has just been started over an empty folder, and a second start over what it leaves, so that the JVM can record what
 * starts and calls load (JEP 514): later starts find it ready. Used by the launcher after a build, with {@code -Dtollgate.training=CALLS}.
 */
public final class Training {

    private static final int AT_ONCE = 8;
    private static final SandboxChoice SANDBOX = new SandboxChoice("127.0.0.1", 0, 1, null, 0, 0, null);

    private static final List<Question> QUESTIONS = List.of(
            chat("""
                    {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Explain quantum computing in simple terms"}]}"""),
            chat("""
                    {"model":"gemini-3.1-pro","stream":false,"messages":[{"role":"system","content":"Be brief."},
                     {"role":"user","content":"Hi, introduce yourself"}]}"""),
            generate("streamGenerateContent?alt=sse"),
            chat("""
                    {"model":"google/gemini-2.5-pro","messages":[{"role":"user","content":"What is the weather in Tokyo?"}],
                     "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
                      "properties":{"location":{"type":"string"}},"required":["location"]}}}]}"""),
            new Question("/v1/credits", null),
            chat("""
                    {"model":"gemini-3-pro","stream":true,"temperature":0.5,"max_tokens":400,
                     "messages":[{"role":"user","content":"Name three rivers"},
                     {"role":"assistant","content":"Rhine, Elbe, Danube."},
                     {"role":"user","content":[{"type":"text","text":"And three lakes?"}]}]}"""),
            generate("generateContent"),
            chat("{}"),
            chat("""
                    {"model":"gemini-2.5-pro","stream":false,"response_format":{"type":"json_schema","json_schema":{"name":"city",
                     "schema":{"type":"object","properties":{"name":{"type":"string"},"people":{"type":"integer"}},
                     "required":["name","people"]}}},"messages":[{"role":"user","content":"Describe a city"}]}"""),
            new Question("/v1/tasks/TASK", null),
            chat("""
                    {"model":"gemini-3.1-pro","stream":false,"messages":[{"role":"user","content":"What is 2+2?"}]}"""),
            new Question("/v1/receipts?limit=3", null),
            new Question("/v1/models", null),
            chat("{\"model\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]}"));

    private static final Pattern TASK = Pattern.compile("(?i)\\nx-tollgate-task-id: (\\S+)");

    private final URI server;
    private final String key;
    private final int calls;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<String> task = new AtomicReference<>("none");

    private record Question(String path, @Nullable String body) {}

    private Training(String url, String key, int calls) {
        this.server = URI.create(url);
        this.key = key;
        this.calls = calls;
    }

    private static Question chat(String body) {
        return new Question("/v1/chat/completions", body);
    }

    private static Question generate(String method) {
        return new Question("/v1beta/models/gemini-2.5-pro:" + method, """
                {"systemInstruction":{"parts":[{"text":"Be brief."}]},"generationConfig":{"maxOutputTokens":300},
                 "contents":[{"role":"user","parts":[{"text":"Write a line about the sea"}]}]}""");
    }

    public static boolean isOn() {
        return Integer.getInteger("tollgate.training", 0) > 0;
    }

    /** Puts SQLite's library where the driver looks first. */
    public static void keepLibrary() {
        String folder = System.getProperty("tollgate.training.library");
        if (folder != null) {
            SqliteLibrary.copyTo(Path.of(folder));
        }
    }

    /** Blocks until all is asked. What is answered does not matter: errors are trained, too, and a connection may be refused. */
    public static void run(String url, String key) {
        run(url, key, Integer.getInteger("tollgate.training", 0));
    }

    private static void run(String url, String key, int calls) {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            Training training = new Training(url, key, calls);
            List<Future<?>> askers = new ArrayList<>(AT_ONCE);
            for (int i = 0; i < AT_ONCE; i++) {
                askers.add(threads.submit(training::ask));
            }
            for (Future<?> asker : askers) {
                asker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the server in training did not answer", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A server as most are started: over books that are there, with an upstream of its own and a catalogue from a file. One call goes through
     * it. Blocks.
     *
     * @param folder the first server's, which is closed
     * @param key that calls it
     */
    public static void startAgain(Path folder, String key) {
        try (LoneSandbox upstream = LoneSandbox.start(SANDBOX)) {
            Path models = folder.resolve("models.yaml");
            CatalogueLoader.copyBuiltIn(models);
            Settings settings = SettingsLoader.load(
                    Map.of(
                            "data",
                            folder.toString(),
                            "port",
                            "0",
                            "models.file",
                            models.toString(),
                            "demo.key",
                            key,
                            "gemini.api-key",
                            "training",
                            "gemini.base-url",
                            upstream.url()),
                    Map.of());
            App app = App.start(settings);
            try {
                run(app.banner().url(), key, 1);
            } finally {
                app.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Void ask() {
        for (int number = asked.getAndIncrement(); number < calls; number = asked.getAndIncrement()) {
            try {
                Matcher answered = TASK.matcher(answer(QUESTIONS.get(number % QUESTIONS.size())));
                if (answered.find()) {
                    task.set(answered.group(1));
                }
            } catch (IOException e) {
                // The process may open few files and so take few connections. What was recorded until then is worth
                // keeping.
            }
        }
        return null;
    }

    /** Asks without a library for HTTP: each later start would load its classes, which nothing else uses. */
    private String answer(Question question) throws IOException {
        byte[] body = Objects.requireNonNullElse(question.body(), "").getBytes(UTF_8);
        String head =
                "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                        .formatted(
                                question.body() == null ? "GET" : "POST",
                                question.path().replace("TASK", task.get()),
                                server.getAuthority(),
                                key,
                                body.length);
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(body);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
