package dev.tollgate.stress;

import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Spend;
import dev.tollgate.testing.StoreFixture;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Kills the gateway with SIGKILL at random moments under load, starts it again over the same data, and compares what it then has in
 * its books with what its callers have heard and what the upstream has said.
 *
 * <p>What must hold: nothing is charged twice; nothing is charged for which the upstream has not answered; each answer that was
 * received whole is charged exactly once, with what it printed; no hold and no running task is left; the ledger adds up.
 *
 * <p>{@code CrashTrials [trials] [seed] [file.csv]} runs many and ends with 1 if any of them has found something. Trials of one data
 * folder follow each other, so that a restart over the remains of many crashes is tried too.
 */
public final class CrashTrials {

    /** So many in one data folder: the checks read it all. */
    private static final int TRIALS_A_FOLDER = 25;

    private static final int CALLERS = 16;
    private static final long LOAD_MILLIS_LEAST = 200;
    private static final long LOAD_MILLIS_MOST = 1_500;
    private static final int KILLED_WHILE_STARTING_ONE_IN = 8;
    private static final int START_MILLIS_MOST = 1_200;

    private static final Map<CallPlan.Wallet, Long> CREDITS_MICROS = Map.of(
            CallPlan.Wallet.RICH, 1_000_000_000_000L,
            CallPlan.Wallet.POOR, 6_000_000L,
            CallPlan.Wallet.LIMITED, 1_000_000_000L);
    private static final long LIMIT_MICROS = 8_000_000;

    private final PrintStream out;

    public CrashTrials(PrintStream out) {
        this.out = out;
    }

    /** What became of one trial. */
    public record Result(
            int trial,
            long seed,
            long loadMillis,
            int starts,
            Map<CrashCaller.Ending, Integer> endings,
            int tasks,
            int charged,
            int expired,
            long micros,
            long tookMillis,
            List<String> problems) {

        static final String HEADER =
                "trial,seed,load_ms,starts,calls,whole,refused,left,lost,tasks,charged,expired,charged_micros,ms,problems";

        String csv() {
            int calls = endings.values().stream().mapToInt(count -> count).sum();
            return Stream.of(
                            trial,
                            seed,
                            loadMillis,
                            starts,
                            calls,
                            count(CrashCaller.Ending.WHOLE),
                            count(CrashCaller.Ending.REFUSED),
                            count(CrashCaller.Ending.LEFT),
                            count(CrashCaller.Ending.LOST),
                            tasks,
                            charged,
                            expired,
                            micros,
                            tookMillis,
                            problems.size())
                    .map(String::valueOf)
                    .reduce((a, b) -> a + "," + b)
                    .orElseThrow();
        }

        public int count(CrashCaller.Ending ending) {
            return endings.getOrDefault(ending, 0);
        }
    }

    public static void main(String[] args) throws IOException {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly)));
        int trials = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : new Random().nextLong();
        List<Result> results = new CrashTrials(System.out).run(trials, seed);
        if (args.length > 2) {
            List<String> lines = new ArrayList<>(List.of(Result.HEADER));
            results.forEach(result -> lines.add(result.csv()));
            Files.write(Path.of(args[2]), lines);
        }
        long wrong =
                results.stream().filter(result -> !result.problems.isEmpty()).count();
        System.out.println(trials + " trials, " + wrong + " with problems, seed " + seed);
        System.exit(wrong == 0 ? 0 : 1);
    }

    /** @param seed of the first trial, and through it of all others: a trial is repeated as the only one with its own */
    public List<Result> run(int trials, long seed) {
        List<Result> results = new ArrayList<>();
        Random seeds = new Random(seed);
        try (Program program = new Program();
                CrashFarSide farSide = new CrashFarSide()) {
            while (results.size() < trials) {
                int count = Math.min(TRIALS_A_FOLDER, trials - results.size());
                List<Long> drawn = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    drawn.add(results.isEmpty() && i == 0 ? seed : seeds.nextLong());
                }
                try (Folder folder = new Folder(program, farSide, drawn)) {
                    results.addAll(folder.run(results.size()));
                }
            }
        }
        return results;
    }

    /** One data folder and the trials in it. */
    private final class Folder implements AutoCloseable {

        private final Program program;
        private final CrashFarSide farSide;
        private final List<Long> seeds;
        private final Path data;
        private final HttpClient client = HttpClient.newHttpClient();
        private final Map<String, String> keys = new HashMap<>();
        private GatewayProcess gateway;
        private boolean keep;

        Folder(Program program, CrashFarSide farSide, List<Long> seeds) {
            this.program = program;
            this.farSide = farSide;
            this.seeds = seeds;
            try {
                this.data = Files.createTempDirectory("tollgate-crash");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            try (StoreFixture store = new StoreFixture(data)) {
                for (int trial = 0; trial < seeds.size(); trial++) {
                    prepare(store, trial);
                }
            }
        }

        private void prepare(StoreFixture store, int trial) {
            CREDITS_MICROS.forEach((wallet, micros) -> {
                String account = account(trial, wallet);
                store.account(account, micros);
                KeySettings settings = KeySettings.named("crash");
                Spend limits = wallet == CallPlan.Wallet.LIMITED
                        ? new Spend(LIMIT_MICROS, null, 2 * LIMIT_MICROS)
                        : Spend.UNLIMITED;
                keys.put(
                        account,
                        store.key("key_" + account, account, settings.withSpend(limits))
                                .reveal());
            });
        }

        private static String account(int trial, CallPlan.Wallet wallet) {
            return "acc_" + wallet + trial;
        }

        List<Result> run(int before) {
            List<Result> results = new ArrayList<>();
            gateway =
                    GatewayProcess.begin(program.command(), data, farSide.url()).awaitReady(client);
            for (int trial = 0; trial < seeds.size(); trial++) {
                Result result = new Trial(trial, before + trial).run();
                results.add(result);
                out.println(result.csv());
                result.problems.forEach(problem -> out.println("  " + problem));
                keep |= !result.problems.isEmpty();
            }
            return results;
        }

        /** Load, a kill, a new start, and the comparison. */
        private final class Trial {

            private final int trial;
            private final int index;
            private final long seed;
            private final Random random;
            private final Queue<CrashCaller.Heard> heard = new ConcurrentLinkedQueue<>();
            private final AtomicInteger lastNumber = new AtomicInteger();
            private volatile boolean killed;

            Trial(int trial, int index) {
                this.trial = trial;
                this.index = index;
                this.seed = seeds.get(trial);
                this.random = new Random(seed);
            }

            Result run() {
                long began = System.nanoTime();
                long loadMillis = random.nextLong(LOAD_MILLIS_LEAST, LOAD_MILLIS_MOST);
                List<Thread> callers = Stream.generate(() -> Thread.ofVirtual().start(this::callOnAndOn))
                        .limit(CALLERS)
                        .toList();
                pause(loadMillis);
                killed = true;
                gateway.kill();
                callers.forEach(Trial::join);
                int starts = restart();
                CrashBooks.Totals totals = new CrashBooks.Totals();
                List<CrashCaller.Heard> calls = List.copyOf(heard);
                List<String> problems = new CrashBooks(data).compare(accounts(), calls, farSide, totals);
                farSide.forget();
                Map<CrashCaller.Ending, Integer> endings = new EnumMap<>(CrashCaller.Ending.class);
                calls.forEach(call -> endings.merge(call.ending(), 1, Integer::sum));
                return new Result(
                        index,
                        seed,
                        loadMillis,
                        starts,
                        endings,
                        totals.tasks,
                        totals.charged,
                        totals.expired,
                        totals.micros,
                        (System.nanoTime() - began) / 1_000_000,
                        problems);
            }

            private void callOnAndOn() {
                while (!killed) {
                    CallPlan plan = CallPlan.draw(seed, trial, lastNumber.incrementAndGet());
                    farSide.expect(plan);
                    heard.add(CrashCaller.call(plan, gateway.port(), keys.get(account(trial, plan.wallet()))));
                }
            }

            /** Now and then the new one is killed before it is ready: what it then was doing must be done again, and once. */
            private int restart() {
                int starts = 1;
                while (random.nextInt(KILLED_WHILE_STARTING_ONE_IN) == 0) {
                    try (GatewayProcess begun = GatewayProcess.begin(program.command(), data, farSide.url())) {
                        pause(random.nextInt(START_MILLIS_MOST));
                    }
                    starts++;
                }
                gateway = GatewayProcess.begin(program.command(), data, farSide.url())
                        .awaitReady(client);
                return starts;
            }

            private Map<CallPlan.Wallet, String> accounts() {
                Map<CallPlan.Wallet, String> accounts = new EnumMap<>(CallPlan.Wallet.class);
                for (CallPlan.Wallet wallet : CallPlan.Wallet.values()) {
                    accounts.put(wallet, account(trial, wallet));
                }
                return accounts;
            }

            private static void pause(long millis) {
                try {
                    Thread.sleep(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }

            private static void join(Thread caller) {
                try {
                    caller.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public void close() {
            if (gateway != null) {
                gateway.kill();
            }
            client.close();
            if (keep) {
                out.println("kept: " + data);
                return;
            }
            Program.delete(data);
        }
    }
}
