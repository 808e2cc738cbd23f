package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.ServerMove;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Program;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The connection to PostgreSQL breaks in the middle of commits while calls run: before the server has seen the COMMIT, while it
 * works on it, and before its answer has arrived.
 */
@Timeout(240)
@Order(6)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class FailingCommitTest {

    private static final ServerMove.Step NOTHING_ELSE = to -> "nothing else";

    private static final int CALLERS = 12;
    /** A refusal comes at once: without a pause callers would do nothing but keep both processors busy. */
    private static final long AFTER_REFUSAL_NANOS = 10_000_000;

    private static final int CUTS = 12;
    private static final int COMMITS_BETWEEN_MOST = 12;
    private static final int OUTAGE_MILLIS_MOST = 400;

    /** Longer than the program waits to learn the result of a commit. */
    private static final long LONG_OUTAGE_MILLIS = 14_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ACCOUNT = "acc_RICH0";

    @TempDir
    Path data;

    private final Queue<CrashCaller.Heard> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lastNumber = new AtomicInteger();
    private final long seed = Effort.seed("commit.seed");
    private final Map<CommitProxy.Where, Integer> made = new EnumMap<>(CommitProxy.Where.class);
    private final Random random = new Random(seed);
    private final CrashDatabase database = CrashDatabase.shared(Postgres.migrated());
    private final List<String> problems = new ArrayList<>();
    private int commitsLeft;
    private volatile boolean armed;
    private volatile boolean over;

    private synchronized CommitProxy.@Nullable Cut drawn() {
        if (!armed || cuts() == CUTS || commitsLeft-- > 0) {
            return null;
        }
        commitsLeft = random.nextInt(COMMITS_BETWEEN_MOST);
        CommitProxy.Where[] all = CommitProxy.Where.values();
        CommitProxy.Where where = all[cuts() % all.length];
        made.merge(where, 1, Integer::sum);
        return new CommitProxy.Cut(where, random.nextBoolean(), random.nextInt(OUTAGE_MILLIS_MOST));
    }

    private synchronized int cuts() {
        return made.values().stream().mapToInt(count -> count).sum();
    }

    @Test
    void a_commit_on_a_broken_connection_is_written_at_most_once_and_reported() throws Exception {
        run(this::drawn, () -> {
            armed = true;
            await("cuts", () -> cuts() == CUTS);
        });
        assertThat(problems).as("-Dcommit.seed=" + seed).isEmpty();
        assertThatRefusalsAreOurs();
    }

    @Test
    void a_database_that_stays_away_refuses_calls_and_when_it_is_back_they_are_answered_again() throws Exception {
        run(this::longOne, () -> {
            armed = true;
            await("refusals", () -> count(CrashCaller.Ending.REFUSED) > 0); // who is being charged waits instead
        });
        assertThat(problems).as("-Dcommit.seed=" + seed).isEmpty();
        assertThatRefusalsAreOurs();
    }

    @Test
    void a_move_whose_connection_breaks_within_its_commit_is_not_said_to_have_failed() {
        try (KeysFixture store = new KeysFixture(data)) {
            store.account(ACCOUNT, 1_000_000);
        }
        CommitProxy.Cut cut = new CommitProxy.Cut(CommitProxy.Where.AFTER, true, 0);
        try (CommitProxy proxy = new CommitProxy(database.url(), () -> cut)) {
            assertThatThrownBy(() -> ServerMove.run(data, proxy.url(), NOTHING_ELSE))
                    .hasMessageContaining("all of it is there, or nothing");
        }
        assertThatThrownBy(() -> ServerMove.run(data, database.url(), NOTHING_ELSE))
                .hasMessageContaining("is not empty");
        assertThat(database.number("SELECT balance_micros FROM account")).isEqualTo(1_000_000);
    }

    private synchronized CommitProxy.@Nullable Cut longOne() {
        if (!armed || !made.isEmpty()) {
            return null;
        }
        made.put(CommitProxy.Where.AFTER, 1);
        return new CommitProxy.Cut(CommitProxy.Where.AFTER, true, LONG_OUTAGE_MILLIS);
    }

    /** @param trouble goes on until it has been enough */
    private void run(Supplier<CommitProxy.@Nullable Cut> cuts, Runnable trouble) throws Exception {
        String key;
        try (KeysFixture store = database.open()) {
            store.account(ACCOUNT, 1_000_000_000_000L);
            key = store.key("key_1", ACCOUNT, KeySettings.named("commit")).reveal();
        }
        try (CrashFarSide farSide = new CrashFarSide();
                CommitProxy proxy = new CommitProxy(database.url(), cuts);
                HttpClient client = HttpClient.newHttpClient();
                GatewayProcess gateway =
                        GatewayProcess.begin(Program.command(), data, environment(farSide.url(), proxy.url()))) {
            gateway.awaitReady(client);
            List<Thread> callers = Stream.generate(
                            () -> Thread.ofVirtual().start(() -> callOnAndOn(farSide, gateway.port(), key)))
                    .limit(CALLERS)
                    .toList();
            await("answers", () -> count(CrashCaller.Ending.WHOLE) >= CALLERS);
            trouble.run();
            long before = count(CrashCaller.Ending.WHOLE);
            await("answers again", () -> count(CrashCaller.Ending.WHOLE) >= before + CALLERS);
            over = true;
            for (Thread caller : callers) {
                caller.join();
            }
            await("all holds to be back", () -> database.number("SELECT COUNT(*) FROM open_hold") == 0);
            problems.addAll(new CrashBooks(database)
                    .compare(
                            Map.of(CallPlan.Wallet.RICH, ACCOUNT),
                            new ArrayList<>(heard),
                            farSide,
                            new CrashBooks.Totals()));
        }
    }

    /** Waits without using the processor. */
    private static void await(String what, BooleanSupplier isSo) {
        assertThat(CrashTrial.await(isSo, PATIENCE))
                .as("waited in vain: " + what)
                .isTrue();
    }

    private Map<String, String> environment(String upstream, String url) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.putAll(GatewayProcess.upstream(upstream));
        environment.put("TOLLGATE_DATABASE_URL", url);
        return environment;
    }

    private void assertThatRefusalsAreOurs() {
        assertThat(heard.stream().filter(one -> one.ending() == CrashCaller.Ending.REFUSED))
                .allSatisfy(one -> {
                    assertThat(one.error()).isEqualTo("internal_error");
                    assertThat(one.status()).isIn(503, 200); // 200 where the stream had begun
                });
        assertThat(count(CrashCaller.Ending.LOST)).isZero();
        assertThat(heard.stream()
                        .filter(one -> one.ending() == CrashCaller.Ending.LEFT)
                        .filter(one -> one.plan().leaveAfterMillis() == 0))
                .as("callers who were left without an answer")
                .isEmpty();
    }

    /** One in three under an Idempotency-Key, and of an upstream that is well. */
    private void callOnAndOn(CrashFarSide farSide, int port, String key) {
        while (!over) {
            int number = lastNumber.incrementAndGet();
            CallPlan plan = CallPlan.draw(seed, 0, number).untroubled(number % 3 == 0);
            farSide.expect(plan);
            CrashCaller.Heard answer = CrashCaller.call(plan, port, key);
            heard.add(answer);
            if (answer.ending() == CrashCaller.Ending.REFUSED) {
                LockSupport.parkNanos(AFTER_REFUSAL_NANOS);
            }
        }
    }

    private long count(CrashCaller.Ending ending) {
        return heard.stream().filter(one -> one.ending() == ending).count();
    }
}
