package dev.tollgate.testing;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Not a test: measures what the ledger costs a call. Concurrent calls reserve and settle, each durably, with their tasks, as the meter does. The
 * program prints the process's CPU time a call (with the database driver, without the database server), and how long a call waits for both
 * commits.
 *
 * Arguments: {@code sqlite}, {@code postgresql} or a JDBC address; concurrent calls; accounts; calls of a round; rounds; what is written: {@code
 * ledger} (key state, hold, the call's row, balances, windows), or {@code rollups}, as
 * the meter does (several separated by commas alternate from round to round, which shows the cost of one part); the upstream's average
 * milliseconds between the two commits, 0 for none; and, if they are to alternate, companies of keys ({@link Company}), separated by commas, whose calls
 * take the place of the accounts'. {@value #WARM_UP} calls without an upstream run first.
 */
public final class LedgerCost {

    /** As an ordinary call's are: what is written of it goes by that. */
    private static final CallDetails DETAILS = new CallDetails(
            CallEnd.COMPLETED,
            "gemini-3-pro",
            null,
            CallFlag.STREAMED.bit(),
            null,
            new Times(1_200, 1_300, 800_000, 1_400_000, 1_400_100),
            new Bill("2026-01", Instant.EPOCH, Usage.of(194, 229, 457), UsageForm.TOKENS, ServiceTier.STANDARD, 0, 700),
            new Course(
                    "req_0123456789abcdef0123456789abcdef",
                    "main",
                    "gemini-3-pro",
                    "0123456789abcdefghijklm",
                    null,
                    List.of(),
                    List.of(new AttemptCost("main", "gemini-3-pro", 9_000)),
                    "cost-0123456789ab",
                    null,
                    null,
                    null));

    /** What is written of a call. */
    private enum Depth {
        LEDGER,
        ROLLUPS
    }

    /** An account with several keys. Budgets are by month, and never reached. */
    private enum Company {
        /** Eight keys without budgets. */
        KEYS_8(8, false),
        /** Those of eight members in two teams; the account, the teams and each member have a budget. */
        BUDGETS_8(8, true),
        KEYS_64(64, false),
        /** Those of sixty-four members, each of whom has a budget. */
        MEMBERS_64(64, true),
        /** Eight keys without budgets, whose calls have two tags of a hundred values each. */
        TAGS_8(8, false);

        private final int keys;
        private final boolean isOwned;

        Company(int keys, boolean isOwned) {
            this.keys = keys;
            this.isOwned = isOwned;
        }

        String account() {
            return "acc_" + name().replace("_", "");
        }

        String key(int number) {
            return "key_" + this + number % keys;
        }

        String member(int number) {
            return isOwned ? "mem_" + this + number % keys : "";
        }

        String labels(int number) {
            return this == TAGS_8 ? "env=e" + number % 100 + "\nfeature=f" + number * 7 % 100 : "";
        }

        String team(int number) {
            return this == BUDGETS_8 ? "team_" + this + number % 2 : "";
        }
    }

    /** So that the program is compiled where calls are few. */
    private static final int WARM_UP = 200_000;

    private static final int PREPARED_AT_ONCE = 32;

    private final Writer writer;
    private final int accounts;
    private Depth depth;
    private int upstreamMillis;
    private final CompletionIds ids;
    private final SplittableRandom jitter = new SplittableRandom(2);
    private String[] names = {};
    private @Nullable Company company;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context context = vertx.getOrCreateContext();
    private final Executor loop = task -> context.runOnContext(nothing -> task.run());

    private LedgerCost(Writer writer, int accounts, Depth depth) {
        this.depth = depth;
        this.writer = writer;
        this.accounts = accounts;
        SplittableRandom random = new SplittableRandom(1);
        this.ids = new CompletionIds(InstantSource.system(), random);
    }

    public static void main(String[] args) throws Exception {
        int atOnce = Integer.parseInt(args[1]);
        int accounts = Integer.parseInt(args[2]);
        try (Database database = open(args[0])) {
            Keys keys = new Keys(database, InstantSource.system());
            LabelNumbers labels = new LabelNumbers();
            Writer writer = database.startWriter(List.of(
                    keys.statePart(),
                    new Ledger(database).part(keys::forgetAccount, () -> "node", labels),
                    keys.changesPart(),
                    Rollups.part(() -> "node", labels),
                    new WritePart<>(Insert.class)));
            List<Depth> depths = Stream.of(args[5].toUpperCase(Locale.ROOT).split(","))
                    .map(Depth::valueOf)
                    .toList();
            LedgerCost cost = new LedgerCost(writer, accounts, depths.getFirst());
            writer.commitAndWait(Unit.of(Receipts.firstKey(KeysFixture.SECRETS, new SecureRandom(), Instant.now())));
            cost.prepare();
            List<Company> companies = args.length > 7
                    ? Stream.of(args[7].toUpperCase(Locale.ROOT).split(","))
                            .map(Company::valueOf)
                            .toList()
                    : List.of();
            companies.forEach(cost::prepare);
            int upstreamMillis = Integer.parseInt(args[6]);
            if (upstreamMillis > 0) {
                cost.round(atOnce, WARM_UP);
                cost.upstreamMillis = upstreamMillis;
            }
            for (int round = 0; round < Integer.parseInt(args[4]); round++) {
                cost.depth = depths.get(round % depths.size());
                cost.company = companies.isEmpty() ? null : companies.get(round % companies.size());
                cost.round(atOnce, Integer.parseInt(args[3]));
            }
        }
        System.exit(0);
    }

    private static Database open(String where) throws IOException {
        if (where.equals("sqlite")) {
            Path folder = Files.createTempDirectory("ledger-cost");
            System.out.println(folder);
            return Database.open(folder);
        }
        return Database.openShared(where.equals("postgresql") ? Postgres.migrated() : where);
    }

    private void prepare() {
        Instant now = Instant.now();
        for (int i = 0; i < accounts; ) {
            List<Change> changes = new ArrayList<>();
            for (int end = Math.min(accounts, i + PREPARED_AT_ONCE); i < end; i++) {
                String account = "acc_cost" + i;
                changes.add(new CreateAccount(account, "cost", now));
                changes.add(new Grant(account, 1_000_000_000_000L, "cost", now));
            }
            writer.commitAndWait(Unit.of(changes));
        }
        for (int i = 0; i < accounts; ) {
            List<Change> changes = new ArrayList<>();
            for (int end = Math.min(accounts, i + PREPARED_AT_ONCE); i < end; i++) {
                changes.add(new CreateKey(
                        "key_" + i,
                        "acc_cost" + i,
                        KeySecret.random(new SecureRandom()),
                        KeySettings.named("cost"),
                        now));
            }
            writer.commitAndWait(Unit.of(changes));
        }
    }

    private void prepare(Company of) {
        Instant now = Instant.now();
        writer.commitAndWait(Unit.of(List.of(
                new CreateAccount(of.account(), "cost", now),
                new Grant(of.account(), 1_000_000_000_000_000L, "cost", now))));
        for (int i = 0; i < of.keys; i++) {
            writer.commitAndWait(Unit.of(List.of(new CreateKey(
                    of.key(i), of.account(), KeySecret.random(new SecureRandom()), KeySettings.named("cost"), now))));
            insert("UPDATE api_key SET member_id = '" + of.member(i) + "', team_id = '" + of.team(i) + "' WHERE id = '"
                    + of.key(i) + "'");
        }
        if (of == Company.BUDGETS_8) {
            for (int i = 0; i < 2; i++) {
                insert("INSERT INTO team (id, account_id, name, created_at) VALUES ('" + of.team(i) + "', '"
                        + of.account() + "', 'Team " + i + "', 1)");
                budget(of, of.team(i), now);
            }
            budget(of, Budgets.ACCOUNT, now);
        }
        if (of.isOwned) {
            budget(of, Budgets.EACH_MEMBER, now);
        }
    }

    private void budget(Company of, String owner, Instant now) {
        writer.commitAndWait(Unit.of(List.of(SetBudgets.of(
                of.account(),
                owner,
                none -> Map.of(SpendWindow.MONTH, new SpendBudget(1_000_000_000_000_000L)),
                now))));
    }

    private void insert(String sql) {
        writer.commitAndWait(Unit.of(List.of(new Insert(sql))));
    }

    private static final class Insert extends Write<Integer> {

        private final String sql;

        Insert(String sql) {
            this.sql = sql;
        }

        @Override
        protected Integer run(Statements statements) throws SQLException {
            return statements.run(sql);
        }
    }

    private String account(int number) {
        return company == null ? "acc_cost" + number % accounts : company.account();
    }

    private OpenHold hold(String id, int number, Instant now) {
        return company == null
                ? new OpenHold(id, account(number), "key_" + number % accounts, "chat", "m", now)
                : new OpenHold(
                        id,
                        account(number),
                        company.key(number),
                        "chat",
                        "m",
                        now,
                        company.member(number),
                        company.team(number),
                        company.labels(number));
    }

    private void round(int atOnce, int calls) throws InterruptedException {
        long[] waits = new long[calls];
        names = Stream.generate(ids::next).limit(calls).toArray(String[]::new); // the meter's work, not the ledger's
        AtomicInteger next = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(calls);
        long cpu = cpuNanos();
        long writing = writerNanos();
        long start = System.nanoTime();
        for (int i = 0; i < atOnce; i++) {
            loop.execute(() -> call(next, waits, done));
        }
        done.await();
        long wall = System.nanoTime() - start;
        long cpuMicros = (cpuNanos() - cpu) / 1_000;
        long writerMicros = (writerNanos() - writing) / 1_000;
        Arrays.sort(waits);
        System.out.printf(
                "%d calls with %s, %d at a time: %.1f us CPU a call (%.1f the writer's), median wait %.2f ms, p99 %.2f ms, %.0f calls/s%n",
                calls,
                depth.name().toLowerCase(Locale.ROOT) + (company == null ? "" : " of " + company),
                atOnce,
                cpuMicros / (double) calls,
                writerMicros / (double) calls,
                waits[calls / 2] / 1e6,
                waits[(int) (calls * 0.99)] / 1e6,
                calls * 1e9 / wall);
    }

    private void call(AtomicInteger next, long[] waits, CountDownLatch done) {
        int number = next.getAndIncrement();
        if (number >= waits.length) {
            return;
        }
        Instant now = Instant.now();
        String id = names[number];
        OpenHold hold = hold(id, number, now);
        KeyState key = new KeyState(hold.keyId(), now);
        Reserve reserve = new Reserve(hold, 100, 1_000, () -> SpendLimits.NONE, key::usable);
        long start = System.nanoTime();
        List<Change> changes = new ArrayList<>(List.of(key, reserve));
        writer.ride(
                Unit.of(changes),
                loop,
                failure -> {
                    if (failure != null || !reserve.reserved()) {
                        throw new IllegalStateException(failure);
                    }
                    waits[number] = System.nanoTime() - start;
                    if (upstreamMillis > 0) {
                        vertx.setTimer(
                                jitter.nextInt(1, 2 * upstreamMillis), timer -> settle(id, number, next, waits, done));
                    } else {
                        settle(id, number, next, waits, done);
                    }
                },
                lost -> {});
    }

    private void settle(String id, int number, AtomicInteger next, long[] waits, CountDownLatch done) {
        Settle settle = new Settle(id, 700, DETAILS, Instant.now());
        List<Change> changes = new ArrayList<>(List.of(settle));
        if (depth == Depth.ROLLUPS) {
            changes.add(new CountCall(settle));
        }
        long start = System.nanoTime();
        writer.commit(Unit.of(changes), loop, failure -> {
            if (failure != null || !settle.resolved()) {
                throw new IllegalStateException(failure);
            }
            waits[number] += System.nanoTime() - start;
            done.countDown();
            call(next, waits, done);
        });
    }

    private static long writerNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(it -> it != null && it.getThreadName().equals("tollgate-writer"))
                .mapToLong(it -> threads.getThreadCpuTime(it.getThreadId()))
                .sum();
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
