package dev.tollgate.stress;

import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Responses and interactions in the background of one server over a file, or of two over a PostgreSQL, while they are killed and stopped. Then each
 * answer is kept and charged once, and nothing is open or held. Callers who lose a connection repeat their request under its Idempotency-Key. Runs once.
 */
final class BackgroundTrial implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("(?:resp|v1)_([A-Za-z0-9]+)");
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

    private final Size size;
    private final long seed;
    private final KilledServers servers;
    private final Map<Integer, CallPlan> plans = new HashMap<>();
    private final Map<Integer, String> ids = new ConcurrentHashMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

    BackgroundTrial(Stores stores, Size size, long seed) {
        this.size = size;
        this.seed = seed;
        this.servers = new KilledServers(stores, seed, size.waitsForLeases());
    }

    Result run() throws InterruptedException {
        long began = System.nanoTime();
        servers.start();
        CountDownLatch created = new CountDownLatch(size.answers());
        Thread callers = Thread.ofVirtual().start(() -> callAll(created));
        for (int kill = 0; kill < size.kills(); kill++) {
            long share = (long) size.answers() * (size.kills() - kill) / (size.kills() + 1);
            CrashTrial.await(() -> created.getCount() <= share, KilledServers.PATIENCE);
            servers.endOne(size.kills() == 1);
        }
        callers.join();
        created.await();
        if (!CrashTrial.await(
                () -> servers.database().number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0,
                KilledServers.PATIENCE)) {
            servers.problem("answers are open");
        }
        CrashTrial.await(
                () -> servers.database().number("SELECT COUNT(*) FROM open_hold") == 0, KilledServers.PATIENCE);
        ids.forEach(this::compare);
        servers.stop();
        compareBooks();
        return new Result(
                seed,
                size.answers(),
                servers.killed(),
                servers.stopped(),
                servers.database().number("SELECT COUNT(*) FROM job WHERE state = 'completed'"),
                servers.database().number("SELECT COUNT(*) FROM job WHERE state = 'cancelled'"),
                servers.database().number("SELECT COUNT(*) FROM job WHERE state = 'failed'"),
                servers.database().number("SELECT COALESCE(SUM(tries), 0) FROM job_line"),
                plans.values().stream().mapToInt(servers.farSide()::attempts).sum(),
                servers.database().number("SELECT COALESCE(SUM(charged_micros), 0) FROM job"),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                servers.problems());
    }

    // ---- callers ----

    private void callAll(CountDownLatch created) {
        Random its = new Random(seed + 1);
        List<Thread> cancels = new ArrayList<>();
        for (int number = 1; number <= size.answers(); number++) {
            CallPlan plan = plan(number, its);
            plans.put(number, plan);
            servers.farSide().expect(plan);
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

    private static boolean isInteraction(int number) {
        return number % 2 == 0;
    }

    /** Returns the path of an answer; without an id that of creations. */
    private static String path(int number, String id) {
        return isInteraction(number)
                ? "/v1beta/interactions" + (id.isEmpty() ? "" : "/v1_" + id)
                : "/v1/responses" + (id.isEmpty() ? "" : "/resp_" + id);
    }

    /** Asks until it is accepted. @return null if it never is */
    private @Nullable String create(CallPlan plan, Random its) {
        String body = plan.body().replaceFirst("\\{", "{\"background\":true,");
        if (isInteraction(plan.number())) {
            body = body.replaceFirst("(\"max_output_tokens\":\\d+)", "\"generation_config\":{$1}")
                    .replace("[{\"role\":\"user\",\"content\":", "")
                    .replace("\"}]", "\"");
        }
        String sent = body;
        long end = System.nanoTime() + KilledServers.PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            KilledServers.Reply reply = servers.ask(its.nextInt(servers.size()), plan.number(), request -> request.uri(
                            URI.create("http://127.0.0.1" + path(plan.number(), "")))
                    .header("content-type", "application/json")
                    .header("idempotency-key", "answer-" + plan.number())
                    .POST(BodyPublishers.ofString(sent)));
            Matcher id = ID.matcher(reply.text());
            if ((reply.status() == 200 || reply.status() == 400) && id.find()) {
                return id.group(1);
            }
            if (reply.status() == 400) {
                break;
            }
            CrashTrial.pause(50);
        }
        servers.problem("answer " + plan.number() + " was not accepted");
        return null;
    }

    private void cancel(int number, String id, int after) {
        CrashTrial.pause(after);
        for (int tries = 0; tries < 1_000; tries++) {
            KilledServers.Reply reply = servers.ask(tries % servers.size(), number, request -> request.uri(
                            URI.create("http://127.0.0.1" + path(number, id) + "/cancel"))
                    .POST(BodyPublishers.noBody()));
            if (reply.status() == 200) {
                return;
            }
            CrashTrial.pause(100);
        }
        servers.problem("answer " + id + " was not cancelled");
    }

    // ---- the comparison ----

    /** What its caller gets at the end. */
    private void compare(int number, String id) {
        KilledServers.Reply reply = servers.ask(number % servers.size(), number, request -> request.uri(
                        URI.create("http://127.0.0.1" + path(number, id)))
                .GET());
        Matcher found = STATUS.matcher(reply.text());
        String status = reply.status() == 200 && found.find() ? found.group(1) : String.valueOf(reply.status());
        long charged = servers.database().number("SELECT charged_micros FROM job WHERE id = 'chatcmpl-" + id + "'");
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
            servers.problem("answer " + number + ", " + id + ", is " + status + " and charged " + charged + ", not "
                    + plan.micros(plan.events()) + ": " + reply.text());
        }
    }

    private void compareBooks() {
        servers.compareBooks();
        servers.none(
                "completed answers that are not kept",
                "job j WHERE j.state = 'completed' AND NOT EXISTS (SELECT 1 FROM kept_response k WHERE k.id = j.id)");
        servers.none(
                "kept answers that have not ended",
                "kept_response k WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.id = k.id AND j.state IN ('completed', 'incomplete'))");
        servers.same("answers", "SELECT COUNT(*) FROM job", ids.size());
    }

    @Override
    public void close() {
        servers.close();
    }
}
