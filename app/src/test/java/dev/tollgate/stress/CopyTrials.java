package dev.tollgate.stress;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Kills the gateway in each step of a copy, and {@code restore} while it works (C31, C32). What must hold: each file with a copy's name is restored, adds up and
 * serves; the next copy deletes what was left; a killed restore leaves {@code .restore.part} alone or whole books, and the next one succeeds or says that there
 * are books.
 *
 * <p>{@code CopyTrials [kills in each step] [seed]} ends with 1 if anything was found.
 */
public final class CopyTrials implements AutoCloseable {

    private static final int MEGABYTES = 40;
    /** In the books between the steps. */
    private static final int CALLS = 10;

    private static final String CALL = """
            {"model":"gemini-3.1-pro","messages":[{"role":"user","content":"Hello"}]}""";

    /** A step of a copy, and what shows that it has begun. */
    private enum Step {
        READ,
        STREAM,
        NAME,
        REST
    }

    private final Random random;
    private final Path place = CrashFolder.made("tollgate-copy-trials");
    private final Path data = Migrated.in(place.resolve("data"));
    private final CrashCopies copies = new CrashCopies(place);
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Integer> found = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private CopyTrials(long seed) {
        random = new Random(seed);
        CrashCopies.makeLarge("jdbc:sqlite:" + data.resolve("tollgate.db"), MEGABYTES);
    }

    public static void main(String[] args) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(CopyTrials::cleanUp));
        int kills = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : new Random().nextLong();
        System.out.println(kills + " kills in each step, seed " + seed);
        int wrong;
        try (CopyTrials trials = new CopyTrials(seed)) {
            for (Step step : Step.values()) {
                trials.killIn(step, kills);
            }
            trials.killRestores(kills);
            trials.problems.forEach(System.out::println);
            wrong = trials.problems.size();
        }
        System.exit(wrong == 0 ? 0 : 1);
    }

    private static void cleanUp() {
        GatewayProcess.killAll();
        CrashFolder.deleteAll();
    }

    // ---- copies ----

    private void killIn(Step step, int kills) throws IOException, InterruptedException {
        for (int kill = 0; kill < kills; kill++) {
            copies.moveAway();
            problems.addAll(copies.problems());
            Before before = new Before(copies.names(), key(local()));
            try (GatewayProcess gateway = begin()) { // its copy begins before it is ready
                await(() -> hasBegun(step, before));
                LockSupport.parkNanos(1_000L * random.nextInt(micros(step)));
                gateway.kill();
            }
            count(left(before));
        }
        copies.moveAway();
        try (GatewayProcess gateway = begin()) {
            gateway.awaitReady(client);
            for (int call = 0; call < CALLS; call++) {
                call(gateway);
            }
            await(() -> copies.isThere()
                    && files(data.resolve("copy")).stream().noneMatch(it -> it.startsWith("tollgate")));
            copies.names().stream()
                    .filter(it -> it.endsWith(".part"))
                    .forEach(it -> problems.add("left after the next copy: " + it));
            gateway.stop();
        }
        copies.moveAway();
        problems.addAll(copies.problems());
        System.out.println(step + " left " + found + "; copies restored so far: " + copies.judged() + ", problems "
                + problems.size());
        found.clear();
    }

    private GatewayProcess begin() {
        Map<String, String> environment = new HashMap<>(CrashCopies.KEY);
        environment.put("TOLLGATE_DEMO_KEY", Gateway.DEMO_KEY);
        environment.put("TOLLGATE_DEMO_CREDITS", "1000000");
        return GatewayProcess.begin(Program.command(), data, environment, copies.with(GatewayProcess.USUAL));
    }

    private void call(GatewayProcess gateway) throws IOException, InterruptedException {
        HttpRequest call = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                .header("authorization", "Bearer " + Gateway.DEMO_KEY)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                .build();
        client.send(call, HttpResponse.BodyHandlers.discarding());
    }

    /** What former kills had left when a gateway was started. @param local the key of the local file; null if there was none */
    private record Before(Set<String> names, @Nullable Object local) {

        boolean isNew(String name, String end) {
            return name.endsWith(end) && !names.contains(name);
        }
    }

    private Path local() {
        return data.resolve("copy").resolve("tollgate.db");
    }

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** What shows that a step has begun, or that it is over. */
    private boolean hasBegun(Step step, Before before) {
        Set<String> names = copies.names();
        return switch (step) {
                    case READ -> !Objects.equals(key(local()), before.local()) && Files.exists(local());
                    case STREAM -> names.stream().anyMatch(it -> before.isNew(it, ".part"));
                    case NAME -> names.stream().anyMatch(it -> before.isNew(it, ".sha256"));
                    case REST -> false;
                }
                || copies.isThere();
    }

    /** About as long as the step takes. */
    private static int micros(Step step) {
        return switch (step) {
            case READ -> 100_000;
            case STREAM -> 200_000;
            case NAME -> 10_000;
            case REST -> 30_000;
        };
    }

    /** What the kill has left, in words. */
    private String left(Before before) {
        String local = Files.exists(local()) ? " and copy/tollgate.db" : "";
        if (copies.isThere()) {
            return "a named copy" + local;
        }
        Set<String> names = copies.names();
        boolean hasSum = names.stream().anyMatch(it -> before.isNew(it, ".sha256"));
        boolean hasPart = names.stream().anyMatch(it -> before.isNew(it, ".part"));
        return (hasSum ? "a sum, " : "") + (hasPart ? "a .part" : "no .part") + local;
    }

    private void count(String what) {
        found.merge(what, 1, Integer::sum);
    }

    // ---- restores ----

    private void killRestores(int kills) throws IOException, InterruptedException {
        Path copy = place.resolve("backup.db");
        CrashCopies.Ran made = CrashCopies.run(List.of("backup", copy.toString()), data);
        if (made.code() != 0) {
            problems.add("backup: " + made);
            return;
        }
        long longest = restore(copy, CrashFolder.made("tollgate-restored"), Long.MAX_VALUE);
        for (int kill = 0; kill < kills; kill++) {
            Path target = CrashFolder.made("tollgate-restored");
            restore(copy, target, longest / 4 + (long) (random.nextDouble() * longest));
            Set<String> left = files(target);
            boolean isWhole = left.contains("tollgate.db");
            count((isWhole ? "books" : left.contains(".restore.part") ? ".restore.part" : "nothing"));
            if (!left.stream()
                    .allMatch(it ->
                            it.matches("tollgate\\.lock|\\.restore\\.part" + (isWhole ? "|tollgate\\.db" : "")))) {
                problems.add("a killed restore left " + left);
            }
            CrashCopies.Ran again = CrashCopies.run(List.of("restore", copy.toString()), target);
            if (isWhole ? again.code() == 0 || !again.said().contains("holds tollgate.db") : again.code() != 0) {
                problems.add("the next restore over " + left + ": " + again);
            }
            CrashCopies.Ran verified = CrashCopies.run(List.of("ledger", "verify"), target);
            if (verified.code() != 0 || !verified.said().isEmpty()) {
                problems.add("after a killed restore: " + verified);
            }
            try (GatewayProcess restored = GatewayProcess.begin(Program.command(), target, CrashCopies.KEY)) {
                restored.awaitReady(client);
            }
            CrashFolder.delete(target);
        }
        System.out.println("restores of " + TimeUnit.NANOSECONDS.toMillis(longest) + " ms left " + found + "; problems "
                + problems.size());
        found.clear();
    }

    /** Runs it in a process of its own, for so long at most. @return the nanoseconds that it took */
    private static long restore(Path copy, Path target, long mostNanos) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Program.command());
        command.removeLast(); // serve
        command.addAll(List.of("restore", copy.toString(), "--data", target.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(CrashCopies.KEY);
        long begin = System.nanoTime();
        Process process = builder.start();
        if (!process.waitFor(mostNanos, TimeUnit.NANOSECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return System.nanoTime() - begin;
    }

    // ---- waiting ----

    private static Set<String> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(it -> it.getFileName().toString()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks often: some steps take less than a millisecond. */
    private static void await(BooleanSupplier isSo) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!isSo.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no copy is made");
            }
        }
    }

    @Override
    public void close() {
        client.close();
        CrashFolder.delete(place);
    }
}
