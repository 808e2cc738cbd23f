package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Calls of one account while responses in the background, or batches, of another one run on the same server: each round without them, then with them. */
final class JobsRun {

    static final String HEADER = "round  jobs      calls  refused   p50 ms   p99 ms   lines  resident MB";

    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"(sk-[^\"]+)\"");
    private static final Pattern STATUS = Pattern.compile("\"status\":\"([^\"]+)\"");
    private static final Pattern COMPLETED = Pattern.compile("\"completed\":(\\d+)");
    private static final int PAUSE_MILLIS = 40;
    private static final String INPUT = "What does a traveller pay who comes to the gate at night with a cart?";

    private final RunOptions options;
    private final Path folder;
    private final Path directory;
    private final PrintStream out;
    private final HttpClient http = HttpClient.newHttpClient();

    /** What runs next to the calls. @param answers open responses in the background @param lines of each of four batches */
    record Load(int answers, int lines) {}

    /** @param folder of the database; must not exist */
    JobsRun(RunOptions options, Path folder, Path directory, PrintStream out) {
        this.options = options;
        this.folder = folder;
        this.directory = directory;
        this.out = out;
    }

    private record Seen(int answered, int refused, double p50, double p99) {}

    /** @return whether no call was refused */
    boolean run(boolean postgres, Load load) throws Exception {
        Path data = Files.createDirectories(folder);
        try (OwnPostgres server = postgres
                        ? OwnPostgres.start(folder.resolve("postgres"), directory.resolve("postgres.log"))
                        : null;
                Children children = new Children(directory, false);
                MockUpstream mock = new MockUpstream(0)) {
            Path models = ModelsFile.write(directory.resolve("models.yaml"));
            Gateway.Started gateway = new Gateway(
                            children, options, data, models, mock.port(), settings(server))
                    .start();
            String caller = account(gateway.port());
            String other = account(gateway.port());
            calls(gateway, caller, options.warmupSeconds());
            List<Double> ratios = new ArrayList<>();
            boolean isRefused = false;
            out.println(HEADER);
            for (int round = 1; round <= options.rounds(); round++) {
                Seen alone = calls(gateway, caller, options.seconds());
                print(round, "without", alone, 0, gateway);
                Seen beside = beside(gateway, caller, other, load, round);
                ratios.add(beside.p99 / alone.p99);
                isRefused |= alone.refused + beside.refused > 0;
            }
            double[] sorted =
                    ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            out.printf("p99 with : without, median %.2f of %s%n", sorted[sorted.length / 2], Arrays.toString(sorted));
            return !isRefused;
        }
    }

    private Seen beside(Gateway.Started gateway, String caller, String other, Load load, int round) throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        List<String> batches = load.lines() > 0 ? batches(gateway, other, load.lines()) : List.of();
        long linesBefore = batches.isEmpty() ? 0 : lines(gateway, other, batches);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> answers = threads.submit(() -> keepOpen(gateway, other, load.answers(), isOver));
            Thread.sleep(2_000);
            Seen seen = calls(gateway, caller, options.seconds());
            long lines = batches.isEmpty() ? 0 : lines(gateway, other, batches) - linesBefore;
            print(round, "with", seen, lines, gateway);
            isOver.set(true);
            answers.get();
            for (String batch : batches) {
                send(gateway, other, "POST", "/v1/batches/" + batch + "/cancel", "");
            }
            Thread.sleep(3_000);
            return seen;
        }
    }

    private void print(int round, String jobs, Seen seen, long lines, Gateway.Started gateway) {
        out.printf(
                "%5d  %-8s %6d %8d %8.1f %8.1f %7d %12d%n",
                round,
                jobs,
                seen.answered,
                seen.refused,
                seen.p50,
                seen.p99,
                lines,
                ProcessFigures.residentKib(gateway.process().pid()) / 1_024);
    }

    private static Map<String, String> settings(@Nullable OwnPostgres server) {
        Map<String, String> settings = new HashMap<>(Map.of("TOLLGATE_ADMIN_KEY", NodesRun.ADMIN_KEY));
        if (server != null) {
            settings.put("TOLLGATE_DATABASE_URL", server.url());
            settings.put("TOLLGATE_SECRET_KEY", "0123456789abcdef".repeat(4));
        }
        return settings;
    }

    private String account(int port) throws IOException, InterruptedException {
        String made = "{\"name\":\"j\",\"credits\":1000000,\"reason\":\"bench\"}";
        String account = NodesRun.found(ID, NodesRun.send(http, port, "POST", "/admin/accounts", made));
        String key = "{\"name\":\"k\",\"reason\":\"bench\"}";
        return NodesRun.found(KEY, NodesRun.send(http, port, "POST", "/admin/accounts/" + account + "/keys", key));
    }

    // ---- the calls that are measured ----

    private Seen calls(Gateway.Started gateway, String key, int seconds) throws Exception {
        String body = "{\"model\":\"" + Kind.CALL.model() + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + INPUT
                + "\"}]}";
        AtomicInteger refused = new AtomicInteger();
        List<Future<List<Double>>> all = new ArrayList<>();
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < options.connections(); i++) {
                all.add(threads.submit(() -> {
                    List<Double> millis = new ArrayList<>();
                    while (System.nanoTime() < until) {
                        long begun = System.nanoTime();
                        if (send(gateway, key, "POST", "/v1/chat/completions", body)
                                        .statusCode()
                                == 200) {
                            millis.add((System.nanoTime() - begun) / 1e6);
                        } else {
                            refused.incrementAndGet();
                        }
                        Thread.sleep(PAUSE_MILLIS);
                    }
                    return millis;
                }));
            }
            List<Double> millis = new ArrayList<>();
            for (Future<List<Double>> each : all) {
                millis.addAll(each.get());
            }
            double[] sorted =
                    millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return new Seen(
                    sorted.length, refused.get(), sorted[sorted.length / 2], sorted[sorted.length * 99 / 100]);
        }
    }

    // ---- what runs next to them ----

    /** Keeps responses open: each that ends is followed by another. */
    private Void keepOpen(Gateway.Started gateway, String key, int most, AtomicBoolean isOver) throws Exception {
        String body = "{\"model\":\"" + Kind.PACED.model() + "\",\"background\":true,\"input\":\"" + INPUT + "\"}";
        List<String> open = new ArrayList<>();
        while (!isOver.get()) {
            open.removeIf(id -> !isOpen(gateway, key, id));
            for (int i = open.size(); i < most && !isOver.get(); i++) {
                HttpResponse<String> made = send(gateway, key, "POST", "/v1/responses", body);
                if (made.statusCode() != 200) {
                    break; // as many as an account may create in a minute
                }
                open.add(NodesRun.found(ID, made.body()));
            }
            Thread.sleep(1_000);
        }
        return null;
    }

    private boolean isOpen(Gateway.Started gateway, String key, String id) {
        try {
            String status = NodesRun.found(
                    STATUS,
                    send(gateway, key, "GET", "/v1/responses/" + id, "").body());
            return status.equals("queued") || status.equals("in_progress");
        } catch (IOException | IllegalStateException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private List<String> batches(Gateway.Started gateway, String key, int lines) throws Exception {
        String file = IntStream.rangeClosed(1, lines)
                .mapToObj(line -> "{\"custom_id\":\"" + line + "\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\""
                        + Kind.CALL.model() + "\",\"max_tokens\":300,\"messages\":[{\"role\":\"user\",\"content\":\"" + INPUT
                        + "\"}]}}")
                .collect(Collectors.joining("\n"));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String form = "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\n"
                    + "content-disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + file + "\r\n--b--\r\n";
            HttpRequest upload = request(gateway, key, "/v1/files", "multipart/form-data; boundary=b")
                    .POST(HttpRequest.BodyPublishers.ofString(form))
                    .build();
            String input = NodesRun.found(
                    ID, http.send(upload, HttpResponse.BodyHandlers.ofString()).body());
            String body = "{\"input_file_id\":\"" + input
                    + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";
            ids.add(NodesRun.found(
                    ID, send(gateway, key, "POST", "/v1/batches", body).body()));
        }
        return ids;
    }

    private long lines(Gateway.Started gateway, String key, List<String> batches) throws Exception {
        long lines = 0;
        for (String batch : batches) {
            lines += Long.parseLong(NodesRun.found(
                    COMPLETED,
                    send(gateway, key, "GET", "/v1/batches/" + batch, "").body()));
        }
        return lines;
    }

    private HttpResponse<String> send(Gateway.Started gateway, String key, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = request(gateway, key, path, "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(Gateway.Started gateway, String key, String path, String type) {
        return HttpRequest.newBuilder(URI.create("http://" + LoadPhase.HOST + ":" + gateway.port() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", type);
    }
}
