package dev.tollgate.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts the gateway as it is deployed, at full function: a database on disk, a demo account that pays for each call. */
final class Gateway {
    private static final int READY_SECONDS = 60;
    private static final int POLL_MILLIS = 5;
    private static final int LOG_LINES_SHOWN = 20;

    private static final String FLAG_OF_ONE_PROCESSOR = "-Xms72m";

    /** Read by the JVM itself, through the launcher too, and counts over the launcher's own flags, as {@code JDK_JAVA_OPTIONS} does not. */
    private static final String OPTIONS_VARIABLE = "_JAVA_OPTIONS";

    private final Children children;
    private final RunOptions options;
    private final Path directory;
    private final Path models;
    private final int mockPort;
    private final Map<String, String> settings;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    Gateway(Children children, RunOptions options, Path directory, Path models, int mockPort) {
        this(children, options, directory, models, mockPort, Map.of());
    }

    /** @param settings in the environment, next to the settings of every run */
    Gateway(
            Children children,
            RunOptions options,
            Path directory,
            Path models,
            int mockPort,
            Map<String, String> settings) {
        this.children = children;
        this.options = options;
        this.directory = directory;
        this.models = models;
        this.mockPort = mockPort;
        this.settings = Map.copyOf(settings);
    }

    /**
     * @param beginNanos the process's start, on {@link System#nanoTime}
     * @param startMillis from then until {@code /health/ready} said 200
     */
    record Started(Process process, int port, long beginNanos, long startMillis) {
        long millisSinceBegin() {
            return (System.nanoTime() - beginNanos) / 1_000_000;
        }
    }

    /** Blocks until it is ready, at most a minute. */
    Started start() throws IOException, InterruptedException {
        int port = freePort();
        long begin = System.nanoTime();
        Process process = children.start("gateway", options.gatewayCpus(), command(port), environment(), false);
        URI ready = URI.create("http://" + LoadPhase.HOST + ":" + port + "/health/ready");
        while (!ready(ready)) {
            if (!process.isAlive() || System.nanoTime() - begin > READY_SECONDS * 1_000_000_000L) {
                throw new IllegalStateException("the gateway did not start; the end of its log:\n" + logTail());
            }
            Thread.sleep(POLL_MILLIS);
        }
        return new Started(process, port, begin, (System.nanoTime() - begin) / 1_000_000);
    }

    private List<String> command(int port) throws IOException {
        List<String> command = new ArrayList<>(program());
        command.addAll(List.of(
                "serve",
                "--port",
                Integer.toString(port),
                "--data",
                directory.resolve("data").toString()));
        return command;
    }

    /** The launcher ends in an exec, so that the process started is the gateway's own JVM, with the flags that users get. */
    List<String> program() throws IOException {
        Path jar = options.jar();
        if (jar == null) {
            return List.of(launcher().toString());
        }
        List<String> program = new ArrayList<>(List.of(Jvm.java()));
        program.addAll(launcherFlags());
        if (options.gatewayCpus().matches("\\d+")) {
            program.add(FLAG_OF_ONE_PROCESSOR);
        }
        program.addAll(List.of("-jar", jar.toString()));
        return program;
    }

    /** The options that the launcher gives each JVM: without them a build measured by its jar would look worse than it runs. */
    static List<String> launcherFlags() {
        return List.of("@" + Main.home().resolveSibling("jvm.options"));
    }

    private static Path launcher() {
        return Main.home().resolveSibling("tollgate");
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("GEMINI_API_KEY", "bench");
        environment.put("GOOGLE_GEMINI_BASE_URL", "http://" + LoadPhase.HOST + ":" + mockPort);
        environment.put("TOLLGATE_DEMO_KEY", Main.KEY);
        environment.put("TOLLGATE_DEMO_CREDITS", "1000000000");
        environment.put("TOLLGATE_MODELS_FILE", models.toString());
        environment.putAll(settings);
        if (!options.javaOptions().isEmpty()) {
            environment.put(OPTIONS_VARIABLE, javaOptions(System.getenv(OPTIONS_VARIABLE)));
        }
        return environment;
    }

    /** Behind those that the caller's shell has set: the last of two that differ counts. */
    private String javaOptions(@Nullable String inherited) {
        Stream<String> asked = options.javaOptions().stream().map(option -> '"' + option + '"');
        return Stream.concat(Stream.ofNullable(inherited), asked).collect(Collectors.joining(" "));
    }

    private boolean ready(URI uri) throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether an answer carries its price; a gateway that does not bill is measured all the same, but the results say so. */
    boolean bills(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + LoadPhase.HOST + ":" + port + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + Main.KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + Kind.CALL.model()
                        + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"What is the toll?\"}]}"))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("the gateway answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().contains("\"credits_consumed\"");
    }

    private String logTail() throws IOException {
        List<String> lines = Files.readAllLines(children.log("gateway"));
        return lines.stream().skip(Math.max(0, lines.size() - LOG_LINES_SHOWN)).collect(Collectors.joining("\n"));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
