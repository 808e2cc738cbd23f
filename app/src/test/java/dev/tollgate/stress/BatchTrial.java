package dev.tollgate.stress;

import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Batches of one server over a file, or of two over a PostgreSQL, while they are killed and stopped. Then each line stands in one file, and is charged
 * once, and nothing is open or held. Runs once.
 */
final class BatchTrial implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("\"id\":\\s*\"(file-|batch_)([A-Za-z0-9]+)\"");
    private static final Pattern FILE = Pattern.compile("\"(output|error)_file_id\":\\s*\"(file-[A-Za-z0-9]+)\"");
    private static final Pattern NAME = Pattern.compile("\"custom_id\":\\s*\"line-(\\d+)\"");

    /**
     * How much happens.
     *
     * @param busyOneIn so many lines meet a provider that refuses the first try; 0 for none
     * @param waitsForLeases whether leases of the dead run out by themselves now and then
     */
    record Size(int batches, int lines, int kills, int busyOneIn, boolean waitsForLeases) {}

    /** What has happened. @param unended lines of cancelled batches */
    record Result(
            long seed,
            int lines,
            int kills,
            int stops,
            long answers,
            long errors,
            long unended,
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
    private int unended;

    BatchTrial(Stores stores, Size size, long seed) {
        this.size = size;
        this.seed = seed;
        this.servers = new KilledServers(stores, seed, size.waitsForLeases());
    }

    Result run() throws InterruptedException {
        long began = System.nanoTime();
        servers.start();
        CountDownLatch created = new CountDownLatch(size.batches());
        List<String> inputs =
                IntStream.range(0, size.batches()).mapToObj(this::lines).toList();
        for (int batch = 0; batch < size.batches(); batch++) {
            int number = batch;
            Thread.ofVirtual().start(() -> {
                ids.put(number, create(number, inputs.get(number)));
                created.countDown();
            });
        }
        long all = (long) size.batches() * size.lines();
        for (int kill = 0; kill < size.kills(); kill++) {
            long share = all * (2 * kill + 1) / (2 * size.kills() + 1);
            CrashTrial.await(() -> ended() >= share || created.getCount() == 0 && open() == 0, KilledServers.PATIENCE);
            if (kill == size.kills() / 2 && size.batches() > 1) {
                cancel();
            }
            servers.endOne(size.kills() == 1);
        }
        created.await();
        if (!CrashTrial.await(() -> open() == 0, KilledServers.PATIENCE)) {
            servers.problem("batches are open");
        }
        CrashTrial.await(
                () -> servers.database().number("SELECT COUNT(*) FROM open_hold") == 0, KilledServers.PATIENCE);
        ids.forEach(this::compare);
        servers.stop();
        servers.compareBooks();
        servers.same("batches", "SELECT COUNT(*) FROM batch", size.batches());
        return new Result(
                seed,
                size.batches() * size.lines(),
                servers.killed(),
                servers.stopped(),
                servers.database().number("SELECT SUM(completed) FROM batch"),
                servers.database().number("SELECT SUM(failed) FROM batch"),
                unended,
                servers.database().number("SELECT COALESCE(SUM(tries), 0) FROM job_line"),
                plans.values().stream().mapToInt(servers.farSide()::attempts).sum(),
                servers.database().number("SELECT COALESCE(SUM(charged_micros), 0) FROM job"),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                servers.problems());
    }

    private long ended() {
        return servers.database().number("SELECT COALESCE(SUM(completed + failed), 0) FROM batch");
    }

    private long open() {
        return servers.database().number("SELECT COUNT(*) FROM job WHERE state = 'open'");
    }

    // ---- the customer ----

    private String lines(int batch) {
        Random random = new Random(seed + 31 * batch);
        return IntStream.range(0, size.lines())
                .mapToObj(i -> line(batch * size.lines() + i + 1, random))
                .collect(Collectors.joining("\n"));
    }

    private String line(int number, Random random) {
        boolean isBusy = size.busyOneIn() > 0 && random.nextInt(size.busyOneIn()) == 0;
        CallPlan plan = new CallPlan(
                1,
                number,
                CallPlan.Wallet.RICH,
                CallPlan.Tariff.WHOLE_HUNDREDTHS,
                false,
                true,
                1 + random.nextInt(3),
                random.nextInt(size.kills() == 1 ? 400 : 60),
                1 + random.nextInt(60),
                CallPlan.Reporting.EACH_EVENT,
                isBusy ? CallPlan.Fault.BUSY_FIRST : CallPlan.Fault.NONE,
                0,
                0,
                CallPlan.Door.CHAT,
                false);
        plans.put(number, plan);
        servers.farSide().expect(plan);
        return "{\"custom_id\":\"line-" + number + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":"
                + plan.body().replaceFirst("\\{", "{\"service_tier\":\"default\",") + "}";
    }

    /** Asks until it is accepted. @return the batch's id without its prefix */
    private String create(int batch, String lines) {
        String form = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + lines
                + "\r\n--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b--\r\n";
        String file = asked(batch, "/v1/files", "multipart/form-data; boundary=b", form, "");
        String body = "{\"input_file_id\":\"file-" + file
                + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";
        return asked(batch, "/v1/batches", "application/json", body, "batch-" + batch);
    }

    private String asked(int batch, String path, String type, String body, String name) {
        for (int tries = 0; tries < 2_000; tries++) {
            KilledServers.Reply reply = servers.ask(tries % servers.size(), batch, request -> {
                request.uri(URI.create("http://127.0.0.1" + path)).header("content-type", type);
                if (!name.isEmpty()) {
                    request.header("idempotency-key", name);
                }
                return request.POST(BodyPublishers.ofString(body));
            });
            Matcher id = ID.matcher(reply.text());
            if (reply.status() == 200 && id.find()) {
                return id.group(2);
            }
            if (reply.status() == 400) {
                servers.problem(path + ": " + reply.text());
                break;
            }
            CrashTrial.pause(50);
        }
        servers.problem(path + " of batch " + batch + " was not accepted");
        return "";
    }

    /** Cancels the last batch. */
    private void cancel() {
        int last = size.batches() - 1;
        CrashTrial.await(() -> ids.containsKey(last), KilledServers.PATIENCE);
        asked(last, "/v1/batches/batch_" + ids.get(last) + "/cancel", "application/json", "", "");
    }

    // ---- the comparison ----

    /** What the customer gets at the end. */
    private void compare(int batch, String id) {
        KilledServers.Reply reply = get(batch, "/v1/batches/batch_" + id);
        Set<Integer> named = new HashSet<>();
        long micros = 0;
        Matcher file = FILE.matcher(reply.text());
        while (file.find()) {
            boolean isOutput = file.group(1).equals("output");
            for (String line :
                    get(batch, "/v1/files/" + file.group(2) + "/content").text().split("\n")) {
                Matcher name = NAME.matcher(line);
                if (!name.find() || !named.add(Integer.parseInt(name.group(1)))) {
                    servers.problem("batch " + batch + " has twice, or without a name: " + line);
                } else if (isOutput) {
                    CallPlan plan = plans.get(Integer.parseInt(name.group(1)));
                    micros += plan.micros(plan.events());
                } else if (line.contains("batch_cancelled")) {
                    unended++;
                } else if (!line.contains("\"status_code\":503") && !line.contains("\"status_code\":500")) {
                    servers.problem("batch " + batch + " has the error " + line);
                }
            }
        }
        long charged = servers.database().number("SELECT charged_micros FROM job WHERE id = 'chatcmpl-" + id + "'");
        if (named.size() != size.lines() || charged != micros) {
            servers.problem("batch " + batch + " has " + named.size() + " lines and charged " + charged + ", not "
                    + micros + ": " + reply.text());
        }
    }

    private KilledServers.Reply get(int batch, String path) {
        return servers.ask(batch % servers.size(), batch, request -> request.uri(URI.create("http://127.0.0.1" + path))
                .GET());
    }

    @Override
    public void close() {
        servers.close();
    }
}
