package dev.tollgate.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Streams of callers that repeat their call without pause, against one limit at a time, each time of a new account. Each answer costs the same, and
 * no limit of money is a multiple of that. The streams ask for twice the amount that a limit grants.
 */
final class BudgetsRun {

    static final String HEADER =
            "nodes streams limit               granted      used      over      left  answered  refused (status: times)";

    private static final int EVENTS = Kind.PACED.events();
    private static final int STREAM_MILLIS = EVENTS * Kind.PACED.gapMillis();
    /** The charge of one answer: {@value MockAnswer#PROMPT_TOKENS} tokens at 500 and 300 at 3,000 credits per million, rounded down to 0.01. */
    private static final BigDecimal CHARGE = new BigDecimal("1.01");

    private static final int TOKENS = MockAnswer.PROMPT_TOKENS + 300;
    private static final int PAUSE_MILLIS = 20;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"(sk-[^\"]+)\"");
    private static final Pattern CONSUMED = Pattern.compile("\"total_consumed\":([0-9.]+)");
    private static final String BODY = "{\"model\":\"" + Kind.PACED.model()
            + "\",\"stream\":true,\"max_tokens\":300,\"messages\":[{\"role\":\"user\",\"content\":\""
            + "What does a traveller pay who comes to the gate at night with a cart? ".repeat(16) + "\"}]}";

    private final RunOptions options;
    private final Path folder;
    private final Path directory;
    private final PrintStream out;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param folder of the databases; must not exist */
    BudgetsRun(RunOptions options, Path folder, Path directory, PrintStream out) {
        this.options = options;
        this.folder = folder;
        this.directory = directory;
        this.out = out;
    }

    /** The limit of the streams. */
    private enum Limit {
        BALANCE("balance", true),
        BUDGET("budget of a day", true),
        KEY("key's day", true),
        REQUESTS("requests a minute", false),
        TOKENS_A_MINUTE("tokens a minute", false),
        CONCURRENCY("concurrent calls", false);

        private final String label;
        private final boolean isOfMoney;

        Limit(String label, boolean isOfMoney) {
            this.label = label;
            this.isOfMoney = isOfMoney;
        }
    }

    /** The outcome of one measurement. */
    private record Seen(int answered, Map<Integer, Integer> refused) {}

    /** @return whether each limit held */
    boolean run(int nodes, List<Integer> streams) throws Exception {
        Files.createDirectories(folder);
        try (OwnPostgres server = nodes == 1
                        ? null
                        : OwnPostgres.start(folder.resolve("postgres"), directory.resolve("postgres.log"));
                Children children = new Children(directory, false);
                MockUpstream mock = new MockUpstream(0)) {
            Path models = ModelsFile.write(directory.resolve("models.yaml"));
            List<Gateway.Started> started = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                Path data = Files.createDirectories(folder.resolve("node-" + i));
                started.add(new Gateway(children, options, data, models, mock.port(), settings(server)).start());
            }
            boolean held = true;
            for (int count : streams) {
                for (Limit limit : Limit.values()) {
                    held &= measure(started, mock, count, limit);
                }
            }
            return held;
        }
    }

    private static Map<String, String> settings(@Nullable OwnPostgres server) {
        Map<String, String> settings = new HashMap<>(Map.of("TOLLGATE_ADMIN_KEY", NodesRun.ADMIN_KEY));
        if (server != null) {
            settings.put("TOLLGATE_DATABASE_URL", server.url());
            settings.put("TOLLGATE_SECRET_KEY", "0123456789abcdef".repeat(4));
        }
        return settings;
    }

    private boolean measure(List<Gateway.Started> nodes, MockUpstream mock, int streams, Limit limit) throws Exception {
        BigDecimal granted = granted(limit, streams);
        int port = nodes.getFirst().port();
        String credits = limit == Limit.BALANCE ? granted.toPlainString() : "1000000";
        String account = NodesRun.found(
                ID,
                NodesRun.send(
                        http,
                        port,
                        "POST",
                        "/admin/accounts",
                        "{\"name\":\"b\",\"credits\":" + credits + ",\"reason\":\"bench\"}"));
        if (limit == Limit.BUDGET) {
            NodesRun.send(
                    http,
                    port,
                    "PUT",
                    "/admin/accounts/" + account + "/budgets/account",
                    "{\"day\":" + granted + ",\"reason\":\"bench\"}");
        }
        String key = NodesRun.found(
                KEY,
                NodesRun.send(
                        http,
                        port,
                        "POST",
                        "/admin/accounts/" + account + "/keys",
                        "{\"name\":\"k\",\"reason\":\"bench\"" + ofKey(limit, granted) + "}"));
        mock.mostAtOnce();
        long begun = System.nanoTime();
        Seen seen = load(nodes, key, streams);
        double minutes = (System.nanoTime() - begun) / 60e9;
        BigDecimal used =
                switch (limit) {
                    case BALANCE, BUDGET, KEY -> consumed(port, key);
                    case REQUESTS -> BigDecimal.valueOf(seen.answered);
                    case TOKENS_A_MINUTE -> BigDecimal.valueOf((long) seen.answered * TOKENS);
                    case CONCURRENCY -> BigDecimal.valueOf(mock.mostAtOnce());
                };
        // A rate refills evenly, and starts with a whole minute.
        BigDecimal allowed = limit == Limit.REQUESTS || limit == Limit.TOKENS_A_MINUTE
                ? BigDecimal.valueOf((long) Math.floor(granted.doubleValue() * (1 + minutes)))
                : granted;
        BigDecimal over = used.subtract(allowed).max(BigDecimal.ZERO);
        out.printf(
                "%5d %7d %-18s %8s %9s %9s %9s %9d  %s%n",
                nodes.size(),
                streams,
                limit.label,
                allowed,
                used,
                over,
                allowed.subtract(used).max(BigDecimal.ZERO),
                seen.answered,
                seen.refused);
        return over.signum() == 0 || !limit.isOfMoney;
    }

    /** Half of what so many streams would use in the time. */
    private BigDecimal granted(Limit limit, int streams) {
        int wanted = Math.max(4, streams * options.seconds() * 1_000 / STREAM_MILLIS);
        return switch (limit) {
            case BALANCE, BUDGET, KEY ->
                CHARGE.multiply(BigDecimal.valueOf(wanted / 2)).add(new BigDecimal("0.5"));
            case REQUESTS -> BigDecimal.valueOf(wanted / 2);
            case TOKENS_A_MINUTE -> BigDecimal.valueOf((long) wanted / 2 * TOKENS);
            case CONCURRENCY -> BigDecimal.valueOf(Math.max(1, streams / 2));
        };
    }

    private static String ofKey(Limit limit, BigDecimal granted) {
        return switch (limit) {
            case BALANCE, BUDGET -> "";
            case KEY -> ",\"spend\":{\"day\":" + granted + "}";
            case REQUESTS -> ",\"rates\":{\"requests\":" + granted + "}";
            case TOKENS_A_MINUTE -> ",\"rates\":{\"tokens\":" + granted + "}";
            case CONCURRENCY -> ",\"rates\":{\"concurrency\":" + granted + "}";
        };
    }

    private Seen load(List<Gateway.Started> nodes, String key, int streams) throws Exception {
        AtomicInteger answered = new AtomicInteger();
        Map<Integer, Integer> refused = new ConcurrentSkipListMap<>();
        long until = System.nanoTime() + options.seconds() * 1_000_000_000L;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                HttpRequest request = request(nodes.get(i % nodes.size()).port(), key);
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < until) {
                        HttpResponse<InputStream> response =
                                http.send(request, HttpResponse.BodyHandlers.ofInputStream());
                        try (InputStream body = response.body()) {
                            if (response.statusCode() == 200) {
                                String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                                if (!text.contains("[DONE]")) {
                                    throw new IllegalStateException("a stream was cut: " + text);
                                }
                                answered.incrementAndGet();
                            } else {
                                body.readAllBytes();
                                refused.merge(response.statusCode(), 1, Integer::sum);
                                Thread.sleep(PAUSE_MILLIS);
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        return new Seen(answered.get(), refused);
    }

    private static HttpRequest request(int port, String key) {
        return HttpRequest.newBuilder(URI.create("http://" + LoadPhase.HOST + ":" + port + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
    }

    /** All that the account has been charged: the accounts of a measurement have one key. */
    private BigDecimal consumed(int port, String key) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + LoadPhase.HOST + ":" + port + "/v1/credits"))
                .header("Authorization", "Bearer " + key)
                .build();
        return new BigDecimal(NodesRun.found(
                CONSUMED,
                http.send(request, HttpResponse.BodyHandlers.ofString()).body()));
    }
}
