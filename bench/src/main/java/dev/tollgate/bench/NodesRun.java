package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Some nodes over one PostgreSQL that starts empty: each is called by its share of the connections at the same time. */
final class NodesRun {

    static final String HEADER =
            "nodes accounts   calls/s   p50 ms   p99 ms  PostgreSQL us/call  gateways us/call  commits/call";

    static final String ADMIN_KEY = "bench-admin-0123456789";
    private static final long CREDITS = 1_000_000;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"(sk-[^\"]+)\"");

    private final RunOptions options;
    private final Path folder;
    private final Path directory;
    private final PrintStream out;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param folder of the databases; must not exist */
    NodesRun(RunOptions options, Path folder, Path directory, PrintStream out) {
        this.options = options;
        this.folder = folder;
        this.directory = directory;
        this.out = out;
    }

    /** What has been used since the start. */
    private record Used(long databaseMicros, long gatewayMicros, long commits) {

        Used since(Used before) {
            return new Used(
                    databaseMicros - before.databaseMicros,
                    gatewayMicros - before.gatewayMicros,
                    commits - before.commits);
        }
    }

    /** @return whether each call was answered */
    boolean run(int nodes, int accounts) throws Exception {
        Files.createDirectories(folder);
        try (OwnPostgres server = OwnPostgres.start(folder.resolve("postgres"), directory.resolve("postgres.log"));
                Children children = new Children(directory, false);
                MockUpstream mock = new MockUpstream(0)) {
            Path models = ModelsFile.write(directory.resolve("models.yaml"));
            List<Gateway.Started> started = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                Path data = Files.createDirectories(folder.resolve("node-" + i));
                started.add(new Gateway(children, options, data, models, mock.port(), settings(server.url())).start());
            }
            List<String> keys =
                    accounts == 1 ? List.of(Main.KEY) : keys(started.getFirst().port(), accounts);
            load(started, keys, options.warmupSeconds());
            Used before = used(server, started);
            List<LoadResult> results = load(started, keys, options.seconds());
            tell(nodes, accounts, results, used(server, started).since(before));
            return results.stream().allMatch(result -> result.errors() == 0);
        }
    }

    private static Map<String, String> settings(String url) {
        return Map.of(
                "TOLLGATE_DATABASE_URL", url,
                "TOLLGATE_SECRET_KEY", "0123456789abcdef".repeat(4),
                "TOLLGATE_ADMIN_KEY", ADMIN_KEY);
    }

    private List<String> keys(int port, int accounts) throws IOException, InterruptedException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < accounts; i++) {
            String account = found(
                    ID,
                    post(
                            http,
                            port,
                            "/admin/accounts",
                            "{\"name\":\"a" + i + "\",\"credits\":" + CREDITS + ",\"reason\":\"benchmark\"}"));
            keys.add(found(
                    KEY,
                    post(
                            http,
                            port,
                            "/admin/accounts/" + account + "/keys",
                            "{\"name\":\"k\",\"reason\":\"benchmark\"}")));
        }
        return keys;
    }

    static String post(HttpClient http, int port, String path, String body) throws IOException, InterruptedException {
        return send(http, port, "POST", path, body);
    }

    static String send(HttpClient http, int port, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + LoadPhase.HOST + ":" + port + path))
                .header("Authorization", "Bearer " + ADMIN_KEY)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(path + " was answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    static String found(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("not in the response: " + pattern + ": " + text);
        }
        return found.group(1);
    }

    private List<LoadResult> load(List<Gateway.Started> nodes, List<String> keys, int seconds) {
        List<CompletableFuture<LoadResult>> running = new ArrayList<>();
        for (Gateway.Started node : nodes) {
            LoadPhase phase = new LoadPhase(
                    Protocol.OPENAI,
                    Kind.CALL,
                    node.port(),
                    Math.max(1, options.connections() / nodes.size()),
                    seconds * 1_000,
                    0);
            running.add(CompletableFuture.supplyAsync(() -> {
                try (LoadGenerator load = new LoadGenerator(keys)) {
                    return load.run(phase);
                }
            }));
        }
        return running.stream().map(CompletableFuture::join).toList();
    }

    private Used used(OwnPostgres server, List<Gateway.Started> nodes) throws IOException, SQLException {
        long gateways = nodes.stream()
                .mapToLong(node -> ProcessFigures.cpuMicros(node.process().pid()))
                .sum();
        try (Connection connection = DriverManager.getConnection(server.url());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")) {
            row.next();
            return new Used(server.cpuMicros(), gateways, row.getLong(1));
        }
    }

    private void tell(int nodes, int accounts, List<LoadResult> results, Used used) {
        long calls = Math.max(1, results.stream().mapToLong(LoadResult::calls).sum());
        out.printf(
                "%5d %8d %9.0f %8.1f %8.1f %19d %17d %13.3f%n",
                nodes,
                accounts,
                results.stream().mapToDouble(LoadResult::callsPerSecond).sum(),
                results.stream().mapToLong(LoadResult::p50Nanos).max().orElse(0) / 1e6,
                results.stream().mapToLong(LoadResult::p99Nanos).max().orElse(0) / 1e6,
                used.databaseMicros / calls,
                used.gatewayMicros / calls,
                (double) used.commits / calls);
    }
}
