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
import java.net.http.HttpRequest.BodyPublishers;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the background of one server over a file, or of two over a PostgreSQL, while they are killed and stopped. Then each answer is kept and
 * charged once, and nothing is open or held. Callers who lose a connection repeat their request under its Idempotency-Key. Runs once.
 */
final class BackgroundTrial implements AutoCloseable {

    private static final int ACCOUNTS = 8;
    private static final long CREDITS_MICROS = 1_000_000_000_000L;
    private static final List<String> ARGUMENTS = List.of("--port", "0", "--timeouts-drain", "1s");
    private static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final Pattern ID = Pattern.compile("resp_([A-Za-z0-9]+)");
    private static final Pattern STATUS = Pattern.compile("\"status\":\"(\\w+)\"");

    /**
     * How much happens.
     *
     * @param busyOneIn so many answers meet a provider that refuses the first try; 0 for none
     * @param waitsForLeases whether leases of the dead run out by themselves now and then
     */
    record Size(int answers, int kills, int busyOneIn, boolean waitsForLeases) {}

    /** What has happened. */
    record Result(
            long seed,
            int answers,
            int kills,
            int stops,
            long completed,
            long cancelled,
            long failed,
            long tries,
            long asked,
            long micros,
            long millis,
            List<String> problems) {}

    private final Stores stores;
    private final Size size;
    private final long seed;
    private final Random random;
    private final Path data = CrashFolder.made("tollgate-background");
    private final CrashDatabase database;
    private final CrashFarSide farSide = new CrashFarSide();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<Integer, String> keys = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, CallPlan> plans = new HashMap<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final Map<Integer, String> ids = new ConcurrentHashMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    private int kills;
    private int stops;

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
            environment.putAll(GatewayProcess.upstream(farSide.url()));
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

    BackgroundTrial(Stores stores, Size size, long seed) {
        this.stores = stores;
        this.size = size;
        this.seed = seed;
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
            Node node = new Node(folder(i));
            nodes.add(node);
        }
    }

    private Path folder(int node) {
        try {
            return node == 0 ? data : Files.createDirectories(data.resolve("neighbour"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result run() throws InterruptedException {
        long began = System.nanoTime();
        nodes.forEach(Node::start);
        CountDownLatch created = new CountDownLatch(size.answers());
        Thread callers = Thread.ofVirtual().start(() -> callAll(created));
        for (int kill = 0; kill < size.kills(); kill++) {
            endOne(kill, created);
        }
        callers.join();
        created.await();
        if (!CrashTrial.await(() -> database.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0, PATIENCE)) {
            problems.add("answers are open");
        }
        CrashTrial.await(() -> database.number("SELECT COUNT(*) FROM open_hold") == 0, PATIENCE);
        ids.forEach(this::compare);
        nodes.forEach(node -> node.end(false));
        compareBooks();
        return new Result(
                seed,
                size.answers(),
                kills,
                stops,
                database.number("SELECT COUNT(*) FROM job WHERE state = 'completed'"),
                database.number("SELECT COUNT(*) FROM job WHERE state = 'cancelled'"),
                database.number("SELECT COUNT(*) FROM job WHERE state = 'failed'"),
                database.number("SELECT COALESCE(SUM(tries), 0) FROM job_line"),
                plans.values().stream().mapToInt(farSide::attempts).sum(),
                database.number("SELECT COALESCE(SUM(charged_micros), 0) FROM job"),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                List.copyOf(problems));
    }

    // ---- callers ----

    private void callAll(CountDownLatch created) {
        Random its = new Random(seed + 1);
        List<Thread> cancels = new ArrayList<>();
        for (int number = 1; number <= size.answers(); number++) {
            CallPlan plan = plan(number, its);
            plans.put(number, plan);
            farSide.expect(plan);
            String id = create(plan, its);
            created.countDown();
            if (id != null) {
                ids.put(number, id);
                if (its.nextInt(20) == 0) {
                    cancelled.add(id);
                    int after = its.nextInt(3_000);
                    int key = number;
                    cancels.add(Thread.ofVirtual().start(() -> cancel(key, id, after)));
                }
            }
            CrashTrial.pause(its.nextInt(60));
        }
        cancels.forEach(each -> {
            try {
                each.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private CallPlan plan(int number, Random its) {
        boolean isBusy = size.busyOneIn() > 0 && its.nextInt(size.busyOneIn()) == 0;
        return new CallPlan(
                1,
                number,
                CallPlan.Wallet.RICH,
                CallPlan.Tariff.WHOLE_HUNDREDTHS,
                false,
                true,
                1 + its.nextInt(8),
                its.nextInt(400),
                1 + its.nextInt(60),
                CallPlan.Reporting.EACH_EVENT,
                isBusy ? CallPlan.Fault.BUSY_FIRST : CallPlan.Fault.NONE,
                0,
                0,
                CallPlan.Door.RESPONSES,
                false);
    }

    /** Asks until it is accepted. @return null if it never is */
    private @Nullable String create(CallPlan plan, Random its) {
        String body = plan.body().replaceFirst("\\{", "{\"background\":true,");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Reply reply = ask(its.nextInt(nodes.size()), plan.number(), request -> request.uri(
                            URI.create("http://127.0.0.1/v1/responses"))
                    .header("content-type", "application/json")
                    .header("idempotency-key", "answer-" + plan.number())
                    .POST(BodyPublishers.ofString(body)));
            Matcher id = ID.matcher(reply.text());
            if ((reply.status() == 200 || reply.status() == 400) && id.find()) {
                return id.group(1);
            }
            if (reply.status() == 400) {
                break;
            }
            CrashTrial.pause(50);
        }
        problems.add("answer " + plan.number() + " was not accepted");
        return null;
    }

    private void cancel(int number, String id, int after) {
        CrashTrial.pause(after);
        for (int tries = 0; tries < 1_000; tries++) {
            Reply reply = ask(tries % nodes.size(), number, request -> request.uri(
                            URI.create("http://127.0.0.1/v1/responses/resp_" + id + "/cancel"))
                    .POST(BodyPublishers.noBody()));
            if (reply.status() == 200) {
                return;
            }
            CrashTrial.pause(100);
        }
        problems.add("answer " + id + " was not cancelled");
    }

    private record Reply(int status, String text) {}

    /** @param request with any port @return status 0 without a response */
    private Reply ask(int node, int number, UnaryOperator<HttpRequest.Builder> request) {
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

    /** Ends one server at some moment, mostly by a kill, and starts it again; its lease runs out before or after that. */
    private void endOne(int number, CountDownLatch created) {
        long share = (long) size.answers() * (size.kills() - number) / (size.kills() + 1);
        CrashTrial.await(() -> created.getCount() <= share, PATIENCE);
        CrashTrial.pause(random.nextInt(size.waitsForLeases() ? 10_000 : 1_500));
        Node victim = nodes.get(random.nextInt(nodes.size()));
        boolean isKill = random.nextInt(4) > 0 || size.kills() == 1;
        victim.end(isKill);
        if (isKill) {
            kills++;
        } else {
            stops++;
        }
        boolean isByItself = size.waitsForLeases() && database.isShared() && random.nextInt(3) == 0;
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

    /** What its caller gets at the end. */
    private void compare(int number, String id) {
        Reply reply = ask(number % nodes.size(), number, request -> request.uri(
                        URI.create("http://127.0.0.1/v1/responses/resp_" + id))
                .GET());
        Matcher found = STATUS.matcher(reply.text());
        String status = reply.status() == 200 && found.find() ? found.group(1) : String.valueOf(reply.status());
        long charged = database.number("SELECT charged_micros FROM job WHERE id = 'chatcmpl-" + id + "'");
        CallPlan plan = plans.get(number);
        boolean isRight =
                switch (status) {
                    case "completed" -> charged == plan.micros(plan.events());
                    case "cancelled" -> cancelled.contains(id) && charged <= plan.micros(plan.events());
                    // Of a run that was lost again and again.
                    case "failed" -> charged == 0 && reply.text().contains("have stopped before its end");
                    default -> false;
                };
        if (!isRight) {
            problems.add("answer " + number + ", " + id + ", is " + status + " and charged " + charged + ", not "
                    + plan.micros(plan.events()) + ": " + reply.text());
        }
    }

    private void compareBooks() {
        try (Database reading = database.openReading()) {
            new Audit(reading).run(difference -> problems.add("ledger verify: " + difference), (subject, rows) -> {});
        }
        none("open answers", "job WHERE state = 'open'");
        none("holds", "open_hold");
        none("held credits", "account WHERE reserved_micros <> 0");
        none("lines that run", "job_line WHERE state = 'running'");
        none("ended answers that a server has", "job WHERE node_id <> ''");
        none(
                "answers that were charged twice",
                "(SELECT request_id FROM call WHERE charged_micros > 0 GROUP BY request_id HAVING COUNT(*) > 1) AS twice");
        none(
                "completed answers that are not kept",
                "job j WHERE j.state = 'completed' AND NOT EXISTS (SELECT 1 FROM kept_response k WHERE k.id = j.id)");
        none(
                "kept answers that have not ended",
                "kept_response k WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.id = k.id AND j.state IN ('completed', 'incomplete'))");
        same("answers", "SELECT COUNT(*) FROM job", ids.size());
        long charged = database.number("SELECT COALESCE(SUM(charged_micros), 0) FROM job");
        same("charges of calls", "SELECT COALESCE(SUM(charged_micros), 0) FROM call", charged);
        same(
                "charges of receipts",
                "SELECT COALESCE(SUM(charged_micros), 0) FROM call WHERE receipt_hash IS NOT NULL",
                charged);
        same(
                "receipts",
                "SELECT SUM(receipts) FROM account",
                database.number("SELECT COUNT(*) FROM call WHERE charged_micros > 0"));
    }

    private void none(String what, String where) {
        long found = database.number("SELECT COUNT(*) FROM " + where);
        if (found != 0) {
            problems.add(found + " " + what);
        }
    }

    private void same(String what, String sql, long expected) {
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
