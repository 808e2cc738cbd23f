package dev.tollgate.stress;

import dev.tollgate.testing.LedgerChecks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Load, a kill, a new start, those who come back with their Idempotency-Key, and the comparison. Runs once. */
final class CrashTrial {

    private static final int CALLERS = 16;

    /** A kill waits for so many calls to have ended, so that not all of them meet a gateway that has only just started. */
    private static final int ENDED_MOST = 60;

    private static final Duration LOAD_MOST = Duration.ofSeconds(4);
    private static final int PAUSE_MILLIS_MOST = 300;
    private static final int KILLED_WHILE_STARTING_ONE_IN = 8;
    private static final int START_MILLIS_MOST = 1_200;
    private static final int KILLED_WHILE_COMING_BACK_ONE_IN = 4;
    private static final int COMING_BACK_MILLIS_MOST = 400;
    private static final int SHARED_ONE_IN = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** When the lease of the dead gateway runs out. */
    private enum Lapse {
        BEFORE_THE_START,
        AFTER_THE_START,
        /** And the neighbour, where there is one, finds it. */
        LONG_BEFORE_THE_START
    }

    private final CrashFolder folder;
    private final CrashDatabase database;
    private final CrashFarSide farSide;
    private final int index;
    private final int trial;
    private final long seed;
    private final Random random;
    private final boolean shared;
    private final Map<CallPlan.Wallet, String> accounts;
    private final CrashBooks books;
    private final CrashReturns returns;
    private final Queue<CrashCaller.Heard> heardOfMortal = new ConcurrentLinkedQueue<>();
    private final Queue<CrashCaller.Heard> heardOfNeighbour = new ConcurrentLinkedQueue<>();
    private final List<CrashCaller.Heard> heardAgain = new ArrayList<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lastNumber = new AtomicInteger();
    private volatile boolean killed;
    private volatile boolean over;
    private int starts;
    private int replays;
    private int renewed;

    CrashTrial(CrashFolder folder, int index, long seed) {
        this.folder = folder;
        this.database = folder.database();
        this.farSide = folder.farSide();
        this.index = index;
        this.trial = folder.nextTrial();
        this.seed = seed;
        this.random = new Random(seed);
        random.nextLong(); // the first of a generator that another one has seeded is not drawn evenly
        this.shared = random.nextInt(SHARED_ONE_IN) == 0 && database.isShared();
        this.accounts = CrashFolder.accounts(trial);
        this.books = new CrashBooks(database);
        this.returns = new CrashReturns(farSide);
    }

    CrashTrials.Result run() {
        folder.setNeighbour(shared);
        long began = System.nanoTime();
        List<Thread> callers = startCallers();
        loadForAWhile();
        checkBudgets();
        long loadMillis = millisSince(began);
        killed = true;
        folder.killMortal();
        startAgain();
        over = true;
        callers.forEach(CrashTrial::join);
        awaitTheEndOfAllCalls(); // also of those whose callers have left
        comeBack();
        awaitTheEndOfAllCalls();
        return compare(loadMillis, began);
    }

    private CrashTrials.Result compare(long loadMillis, long began) {
        CrashBooks.Totals totals = new CrashBooks.Totals();
        List<CrashCaller.Heard> all = Stream.of(heardOfMortal, heardOfNeighbour, heardAgain)
                .flatMap(Collection::stream)
                .toList();
        heardOfNeighbour.forEach(this::checkUndisturbed);
        problems.addAll(returns.problems());
        problems.addAll(folder.problemsOfCopies());
        problems.addAll(books.compare(accounts, all, farSide, totals));
        farSide.forget();
        Map<CrashCaller.Ending, Integer> endings = new EnumMap<>(CrashCaller.Ending.class);
        all.forEach(call -> endings.merge(call.ending(), 1, Integer::sum));
        return new CrashTrials.Result(
                index,
                seed,
                shared,
                loadMillis,
                starts,
                endings,
                (int) all.stream()
                        .filter(call -> call.error().equals("spend_limit_exceeded"))
                        .count(),
                replays,
                renewed,
                totals.tasks,
                totals.charged,
                totals.expired,
                totals.byGrants,
                totals.lapses,
                totals.micros,
                millisSince(began),
                List.copyOf(problems));
    }

    // ---- load ----

    private List<Thread> startCallers() {
        int mortal = folder.mortalPort();
        return IntStream.range(0, CALLERS)
                .mapToObj(caller -> shared && caller % 2 == 0
                        ? Thread.ofVirtual().start(() -> callOnAndOn(folder.neighbourPort(), mortal, heardOfNeighbour))
                        : Thread.ofVirtual()
                                .start(() ->
                                        callOnAndOn(mortal, shared ? folder.neighbourPort() : mortal, heardOfMortal)))
                .toList();
    }

    private void callOnAndOn(int port, int otherPort, Queue<CrashCaller.Heard> heard) {
        while (heard == heardOfNeighbour ? !over : !killed) {
            CallPlan plan = CallPlan.draw(seed, trial, lastNumber.incrementAndGet());
            farSide.expect(plan);
            int second = isAcross(plan) ? otherPort : port;
            List<Thread> others = IntStream.range(1, plan.keyedCallers())
                    .mapToObj(i -> Thread.ofVirtual().start(() -> heardOfMortal.add(call(plan.patient(), second))))
                    .toList();
            heard.add(call(plan, port));
            others.forEach(CrashTrial::join);
        }
    }

    /** Whether its two callers ask two gateways. */
    private boolean isAcross(CallPlan plan) {
        return shared && plan.keyedCallers() > 1 && plan.number() % 2 == 0;
    }

    private CrashCaller.Heard call(CallPlan plan, int port) {
        try {
            return CrashCaller.call(plan, port, folder.key(accounts.get(plan.wallet()), plan.keyOwner()));
        } catch (RuntimeException e) {
            problems.add("call " + plan.number() + " was answered with something unreadable: " + e);
            throw e;
        }
    }

    private void loadForAWhile() {
        int ended = random.nextInt(ENDED_MOST);
        await(() -> heardOfMortal.size() >= ended, LOAD_MOST);
        pause(random.nextInt(PAUSE_MILLIS_MOST));
    }

    /** Callers of a gateway that goes on while another one is killed. */
    private void checkUndisturbed(CrashCaller.Heard heard) {
        CallPlan plan = heard.plan();
        boolean isWell =
                switch (heard.ending()) {
                    case WHOLE -> true;
                    case LEFT -> plan.leaveAfterMillis() > 0;
                    case REFUSED ->
                        switch (heard.error()) {
                            case "insufficient_credits" -> plan.wallet() == CallPlan.Wallet.POOR;
                            case "spend_limit_exceeded" -> plan.wallet() == CallPlan.Wallet.LIMITED;
                            case "upstream_error" -> plan.fault() == CallPlan.Fault.RESET_MIDWAY;
                            case "invalid_request" -> isAcross(plan); // its answer lies with the other
                            default -> false;
                        };
                    case LOST, MUTILATED -> false;
                };
        if (!isWell) {
            problems.add("a caller of the other gateway has noticed the crash: " + heard);
        }
    }

    // ---- a new start ----

    private void startAgain() {
        Lapse lapse = oneOf(Lapse.values());
        if (database.isShared() && lapse != Lapse.AFTER_THE_START) {
            database.letLeasesRunOut(folder.survivors());
            if (shared && lapse == Lapse.LONG_BEFORE_THE_START) {
                awaitHoldsOfTheDead(folder.survivors());
            }
        }
        startMortal();
        if (database.isShared()) {
            database.letLeasesRunOut(folder.living());
            awaitHoldsOfTheDead(folder.living());
        } else if (database.number("SELECT COUNT(*) FROM open_hold") > 0) {
            problems.add("holds are still there when calls are answered");
        }
        problems.addAll(new CrashBooks(database).compareNow());
    }

    /** While calls run and hold: a budget that is exceeded for a moment is exceeded. */
    private void checkBudgets() {
        if (database.number("SELECT COUNT(*) FROM " + LedgerChecks.EXCEEDED_BUDGETS) > 0) {
            problems.add("a budget is exceeded while calls run");
        }
    }

    private void awaitTheEndOfAllCalls() {
        await(() -> database.number("SELECT COUNT(*) FROM open_hold") == 0);
    }

    private void awaitHoldsOfTheDead(Set<String> living) {
        await(() -> !database.hasHoldsOfOthers(living));
    }

    /** Now and then the new one is killed before it is ready: what it then was doing must be done again, and once. */
    private void startMortal() {
        while (random.nextInt(KILLED_WHILE_STARTING_ONE_IN) == 0) {
            folder.startMortalInVain(random.nextInt(START_MILLIS_MOST));
            starts++;
        }
        folder.startMortal();
        starts++;
    }

    // ---- coming back ----

    private void comeBack() {
        List<CallPlan> plans = Stream.concat(heardOfMortal.stream(), heardOfNeighbour.stream())
                .map(heard -> heard.plan().patient())
                .filter(CallPlan::isKeyed)
                .distinct()
                .toList();
        returns.heard(heardOfMortal);
        returns.heard(heardOfNeighbour);
        if (random.nextInt(KILLED_WHILE_COMING_BACK_ONE_IN) == 0) {
            Thread round = Thread.ofVirtual().start(() -> comeBack(plans, false));
            pause(random.nextInt(COMING_BACK_MILLIS_MOST));
            folder.killMortal();
            join(round);
            startAgain();
        }
        comeBack(plans, true);
    }

    /** @param undisturbed whether no gateway is killed during it */
    private void comeBack(List<CallPlan> plans, boolean undisturbed) {
        Map<Integer, CrashBooks.Row> charged = books.charged(accounts);
        Queue<CrashCaller.Heard> heard = new ConcurrentLinkedQueue<>();
        Semaphore room = new Semaphore(CALLERS);
        List<Thread> callers = new ArrayList<>();
        for (CallPlan plan : plans) {
            CrashBooks.Row row = charged.get(plan.number());
            int port = row != null && shared && folder.neighbourKeeps(row.id())
                    ? folder.neighbourPort()
                    : folder.mortalPort();
            returns.expect(plan, row);
            for (int i = 0; i < plan.keyedCallers(); i++) {
                callers.add(Thread.ofVirtual().start(() -> {
                    room.acquireUninterruptibly();
                    try {
                        heard.add(call(plan, port));
                    } finally {
                        room.release();
                    }
                }));
            }
        }
        callers.forEach(CrashTrial::join);
        heardAgain.addAll(heard);
        returns.compare(heard, undisturbed);
        if (undisturbed) {
            replays = (int) plans.stream()
                    .filter(plan -> charged.containsKey(plan.number()))
                    .count();
            renewed = plans.size() - replays;
        }
    }

    // ---- waiting ----

    private static boolean await(BooleanSupplier isSo) {
        return await(isSo, PATIENCE);
    }

    /** @return whether it has become so in time; what is not as it should be shows in the comparison */
    static boolean await(BooleanSupplier isSo, Duration most) {
        long end = System.nanoTime() + most.toNanos();
        boolean isNow = isSo.getAsBoolean();
        while (!isNow && System.nanoTime() < end) {
            pause(50); // each question to a server begins a session there
            isNow = isSo.getAsBoolean();
        }
        return isNow;
    }

    static void pause(long millis) {
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

    private <T> T oneOf(T[] all) {
        return all[random.nextInt(all.length)];
    }

    private static long millisSince(long began) {
        return (System.nanoTime() - began) / 1_000_000;
    }
}
