package dev.tollgate.stress;

import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills the gateway with SIGKILL at random moments under load, starts it again over the same data, and compares what it then has in
 * its books with what its callers have heard and what the upstream has said.
 *
 * <p>What must hold: nothing is charged twice; nothing is charged for which the upstream has not answered; each answer that was
 * received whole is charged exactly once, with what it printed; no hold and no running task is left; the ledger adds up; no budget of
 * an account, a team, a member or a key is ever exceeded. Who comes back with an Idempotency-Key gets what was charged, byte for byte and
 * without another call, and otherwise a new call.
 *
 * <p>On PostgreSQL a dead gateway's holds return when its lease has run out, which the trials bring about by moving its end into the
 * past: at once, or after the new start. In some trials a second gateway shares the database and goes on: its callers must notice
 * nothing.
 *
 * <p>{@code CrashTrials [trials] [seed] [file.csv|-] [sqlite|postgresql|copies]} runs many and ends with 1 if any of them has found
 * something. {@code copies} is SQLite whose books are copied at each start ({@link CrashCopies}). Trials of one data folder follow each other, so that a restart over the remains of many crashes is tried too.
 */
public final class CrashTrials {

    /** So many in one data folder: the checks read it all. */
    static final int TRIALS_A_FOLDER = 25;

    private final Stores stores;
    private final boolean withCopies;
    private final PrintStream lines;
    private final PrintStream progress;
    private int copies;

    /** @param out where each trial is a line */
    public CrashTrials(Stores stores, PrintStream out) {
        this(stores, false, out, out);
    }

    private CrashTrials(Stores stores, boolean withCopies, PrintStream lines, PrintStream progress) {
        this.stores = stores;
        this.withCopies = withCopies;
        this.lines = lines;
        this.progress = progress;
    }

    /**
     * The result of one trial.
     *
     * @param shared whether a second gateway went on
     * @param limited calls that a budget or a spend limit refused
     * @param replays responses that callers fetched again after the crash
     * @param renewed calls with an Idempotency-Key that callers repeated after the crash
     */
    public record Result(
            int trial,
            long seed,
            boolean shared,
            long loadMillis,
            int starts,
            Map<CrashCaller.Ending, Integer> endings,
            int limited,
            int replays,
            int renewed,
            int tasks,
            int charged,
            int expired,
            int byGrants,
            int lapses,
            long micros,
            long tookMillis,
            List<String> problems) {

        static final String HEADER = "trial,seed,gateways,load_ms,starts,calls,whole,refused,left,lost,limited,replays,"
                + "renewed,tasks,charged,expired,by_grants,lapses,charged_micros,ms,problems";

        /** The result of a trial that could not be completed. */
        static Result broken(int trial, long seed, Throwable why) {
            return new Result(
                    trial,
                    seed,
                    false,
                    0,
                    0,
                    Map.of(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    List.of("it did not come to its end: " + why));
        }

        String csv() {
            return String.join(
                    ",",
                    Stream.of(
                                    trial,
                                    seed,
                                    shared ? 2 : 1,
                                    loadMillis,
                                    starts,
                                    calls(),
                                    count(CrashCaller.Ending.WHOLE),
                                    count(CrashCaller.Ending.REFUSED),
                                    count(CrashCaller.Ending.LEFT),
                                    count(CrashCaller.Ending.LOST),
                                    limited,
                                    replays,
                                    renewed,
                                    tasks,
                                    charged,
                                    expired,
                                    byGrants,
                                    lapses,
                                    micros,
                                    tookMillis,
                                    problems.size())
                            .map(String::valueOf)
                            .toList());
        }

        int calls() {
            return endings.values().stream().mapToInt(count -> count).sum();
        }

        public int count(CrashCaller.Ending ending) {
            return endings.getOrDefault(ending, 0);
        }
    }

    public static void main(String[] args) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(CrashTrials::cleanUp));
        int trials = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : new Random().nextLong();
        boolean withCopies = args.length > 3 && args[3].equals("copies");
        Stores stores =
                args.length > 3 && !withCopies ? Stores.valueOf(args[3].toUpperCase(Locale.ROOT)) : Stores.SQLITE;
        System.out.println(trials + " trials on " + stores + (withCopies ? " with copies" : "") + ", seed " + seed);
        long wrong;
        try (PrintStream file = args.length > 2 && !args[2].equals("-")
                ? new PrintStream(args[2], StandardCharsets.UTF_8)
                : new PrintStream(PrintStream.nullOutputStream())) {
            file.println(Result.HEADER);
            wrong = new CrashTrials(stores, withCopies, file, System.out)
                    .run(trials, seed).stream()
                            .filter(result -> !result.problems.isEmpty())
                            .count();
        }
        System.out.println(trials + " trials, " + wrong + " with problems, seed " + seed);
        System.exit(wrong == 0 ? 0 : 1);
    }

    /** Where the trials were ended from outside. */
    private static void cleanUp() {
        GatewayProcess.killAll();
        CrashFolder.deleteAll();
    }

    /** @param seed the seed of the first trial, and through it of all others: a trial is repeated alone with its own seed */
    public List<Result> run(int trials, long seed) {
        List<Result> results = new ArrayList<>();
        Random seeds = new Random(seed);
        long next = seed;
        try (CrashFarSide farSide = new CrashFarSide()) {
            while (results.size() < trials) {
                int end = Math.min(trials, results.size() + TRIALS_A_FOLDER);
                try (CrashFolder folder = new CrashFolder(stores, farSide, end - results.size(), withCopies)) {
                    boolean sound = true;
                    while (sound && results.size() < end) {
                        Result result = one(folder, results.size(), next);
                        sound = tell(result, results, folder);
                        next = seeds.nextLong();
                    }
                    copies += folder.copies();
                }
                tellProgress(results, trials);
            }
        }
        if (withCopies) {
            progress.println(copies + " copies restored, checked and served");
        }
        return results;
    }

    private static Result one(CrashFolder folder, int index, long seed) {
        try {
            return new CrashTrial(folder, index, seed).run();
        } catch (RuntimeException e) {
            return Result.broken(index, seed, e);
        }
    }

    /** @return whether the folder is good for more */
    private boolean tell(Result result, List<Result> results, CrashFolder folder) {
        results.add(result);
        lines.println(result.csv());
        lines.flush();
        if (!result.problems.isEmpty()) {
            progress.println("trial " + result.trial + ", seed " + result.seed + ":");
            result.problems.forEach(problem -> progress.println("  " + problem));
            progress.println("kept: " + folder.keep());
        }
        return result.problems.isEmpty();
    }

    private void tellProgress(List<Result> results, int trials) {
        progress.printf(
                "%d of %d trials, %d with problems: %d calls, %d whole, %d charged, %d hit, %d replayed, %d made anew%n",
                results.size(),
                trials,
                results.stream().filter(result -> !result.problems.isEmpty()).count(),
                results.stream().mapToInt(Result::calls).sum(),
                results.stream()
                        .mapToInt(result -> result.count(CrashCaller.Ending.WHOLE))
                        .sum(),
                results.stream().mapToInt(Result::charged).sum(),
                results.stream().mapToInt(Result::expired).sum(),
                results.stream().mapToInt(Result::replays).sum(),
                results.stream().mapToInt(Result::renewed).sum());
    }
}
