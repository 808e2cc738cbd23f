package dev.tollgate.stress;

import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Program;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.Audit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A server over a file, or two over a PostgreSQL, that are killed and stopped, and what the books say afterwards. */
final class KilledServers implements AutoCloseable {

    static final int ACCOUNTS = 8;
    static final Duration PATIENCE = Duration.ofMinutes(8);

    private static final long CREDITS_MICROS = 1_000_000_000_000L;
    private static final List<String> ARGUMENTS = List.of("--port", "0", "--timeouts-drain", "1s");

    private final Stores stores;
    private final boolean waits;
    private final Random random;
    private final Path data = CrashFolder.made("tollgate-background");
    private final CrashDatabase database;
    private final CrashFarSide farSide = new CrashFarSide();
    private final String upstream;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<Integer, String> keys = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private int killed;
    private int stopped;

    /** A server, and its row among those that share the books. */
    private final class Node {
        private final Path folder;
        private volatile @Nullable GatewayProcess process;
        private volatile int port;
        private Set<String> rows = Set.of();

        Node(Path folder) {
            this.folder = folder;
        }

        void start() {
            Set<String> before = rowsNow();
            Map<String, String> environment = new HashMap<>(database.environment());
            environment.putAll(GatewayProcess.upstream(upstream));
            GatewayProcess begun = GatewayProcess.begin(Program.command(), folder, environment, ARGUMENTS);
            begun.awaitReady(client);
            rows = new HashSet<>(rowsNow());
            rows.removeAll(before);
            port = begun.port();
            process = begun;
        }

        void end(boolean isKill) {
            GatewayProcess its = process;
            process = null;
            if (its != null && isKill) {
                its.kill();
            } else if (its != null) {
                its.stop();
            }
        }

        private Set<String> rowsNow() {
            return database.isShared() ? database.nodes() : Set.of();
        }
    }

    /** @param waits whether leases of the dead run out by themselves now and then */
    KilledServers(Stores stores, long seed, boolean waits) {
        this(stores, seed, waits, null);
    }

    /** @param upstream the address of the upstream; null for the crash trials' own */
    KilledServers(Stores stores, long seed, boolean waits, @Nullable String upstream) {
        this.upstream = upstream == null ? farSide.url() : upstream;
        this.stores = stores;
        this.waits = waits;
        this.random = new Random(seed);
        random.nextLong();
        this.database = CrashDatabase.fresh(stores, data);
        try (KeysFixture store = database.open()) {
            for (int i = 0; i < ACCOUNTS; i++) {
                store.account("acc_" + i, CREDITS_MICROS);
                keys.put(
                        i,
                        store.key("key_" + i, "acc_" + i, KeySettings.named("crash"))
                                .reveal());
            }
        }
        for (int i = 0; i < (database.isShared() ? 2 : 1); i++) {
            nodes.add(new Node(folder(i)));
        }
    }

    private Path folder(int node) {
        try {
            return node == 0 ? data : Files.createDirectories(data.resolve("neighbour"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        nodes.forEach(Node::start);
    }

    void stop() {
        nodes.forEach(node -> node.end(false));
    }

    int size() {
        return nodes.size();
    }

    CrashDatabase database() {
        return database;
    }

    CrashFarSide farSide() {
        return farSide;
    }

    void problem(String what) {
        problems.add(what);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    int killed() {
        return killed;
    }

    int stopped() {
        return stopped;
    }

    // ---- callers ----

    record Reply(int status, String text) {}

    /** @param request with any port @return status 0 without a response */
    Reply ask(int node, int number, UnaryOperator<HttpRequest.Builder> request) {
        try {
            HttpRequest made = request.apply(HttpRequest.newBuilder()).build();
            URI there = URI.create(
                    "http://127.0.0.1:" + nodes.get(node).port + made.uri().getPath());
            HttpRequest sent = HttpRequest.newBuilder(made, (_, _) -> true)
                    .uri(there)
                    .timeout(Duration.ofSeconds(20))
                    .header("authorization", "Bearer " + keys.get(number % ACCOUNTS))
                    .build();
            HttpResponse<String> reply = client.send(sent, BodyHandlers.ofString());
            return new Reply(reply.statusCode(), reply.body());
        } catch (IOException e) {
            return new Reply(0, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply(0, "");
        }
    }

    // ---- life and death ----

    /** Ends one server at some moment, mostly by a kill, and starts it again; its lease runs out before or after that. @param kills only */
    void endOne(boolean kills) {
        CrashTrial.pause(random.nextInt(waits ? 10_000 : 1_500));
        Node victim = nodes.get(random.nextInt(nodes.size()));
        boolean isKill = random.nextInt(4) > 0 || kills;
        victim.end(isKill);
        if (isKill) {
            killed++;
        } else {
            stopped++;
        }
        boolean isByItself = waits && database.isShared() && random.nextInt(3) == 0;
        if (isByItself) {
            CrashTrial.pause(random.nextInt(25_000));
        } else {
            letLeasesRunOut();
            CrashTrial.pause(random.nextInt(1_000));
        }
        victim.start();
        if (!isByItself) {
            letLeasesRunOut();
        }
    }

    private void letLeasesRunOut() {
        if (database.isShared()) {
            Set<String> living = new HashSet<>();
            nodes.stream().filter(node -> node.process != null).forEach(node -> living.addAll(node.rows));
            database.letLeasesRunOut(living);
        }
    }

    // ---- the comparison ----

    /** Checks what holds after each end: nothing is open, held or charged twice, and jobs, calls and receipts have the same charges. */
    void compareBooks() {
        compareCalls();
        none("open jobs", "job WHERE state = 'open'");
        none("lines that run", "job_line WHERE state = 'running'");
        none("ended jobs that a server has", "job WHERE node_id <> ''");
        long charged = database.number("SELECT COALESCE(SUM(charged_micros), 0) FROM job");
        same("charges of calls", "SELECT COALESCE(SUM(charged_micros), 0) FROM call", charged);
        same(
                "charges of receipts",
                "SELECT COALESCE(SUM(charged_micros), 0) FROM call WHERE receipt_hash IS NOT NULL",
                charged);
    }

    /** Checks the same of calls alone. */
    void compareCalls() {
        try (Database reading = database.openReading()) {
            new Audit(reading).run(difference -> problems.add("ledger verify: " + difference), (subject, rows) -> {});
        }
        none("holds", "open_hold");
        none("held credits", "account WHERE reserved_micros <> 0");
        none(
                "requests that were charged twice",
                "(SELECT request_id FROM call WHERE charged_micros > 0 GROUP BY request_id HAVING COUNT(*) > 1) AS twice");
        same(
                "receipts",
                "SELECT SUM(receipts) FROM account",
                database.number("SELECT COUNT(*) FROM call WHERE charged_micros > 0"));
    }

    void none(String what, String where) {
        long found = database.number("SELECT COUNT(*) FROM " + where);
        if (found != 0) {
            problems.add(found + " " + what);
        }
    }

    void same(String what, String sql, long expected) {
        long found = database.number(sql);
        if (found != expected) {
            problems.add(what + ": " + found + ", and not " + expected);
        }
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.end(true));
        client.close();
        farSide.close();
        if (problems.isEmpty()) {
            database.drop();
            CrashFolder.delete(data);
        } else {
            database.keep(data);
            database.drop();
            System.out.println("kept: " + data + " of " + stores);
        }
    }
}
