package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.calls.replay.Answers.ConfirmClaim;
import dev.tollgate.calls.replay.Answers.ForgetOld;
import dev.tollgate.calls.replay.Answers.FreeAbandoned;
import dev.tollgate.calls.replay.Answers.FreeClaim;
import dev.tollgate.calls.replay.ClaimKey;
import dev.tollgate.calls.replay.KeepAnswer;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes do all that nodes do to the same few rows, in units that name them in any order. Where two batches waited for each other
 * the server would break one of them after a second, and the writer would say that it tries again: correct, and slow.
 */
@Timeout(300)
@Order(13)
class NoCircleTest {

    private static final int THREADS_OF_NODE = 4;
    private static final int ROUNDS = 12;

    /** In the long run; rounds get dearer with all that has been written by then, and their number would not say when it ends. */
    private static final Duration LONG = Duration.ofSeconds(30);

    private static final int ACCOUNTS = 4;
    private static final String MODEL = "m";

    /** A use of a key is noted once a minute, one of a signature once a day: each call is so much later than the one before. */
    private static final Duration STEP = Duration.ofDays(2);

    /** What the nodes are at besides calls; each has rows of its own to wait for. */
    enum Besides {
        KEYS,
        ACCOUNTS,
        SWEEPS_OF_RESERVATIONS,
        SWEEPS_OF_ANSWERS,
        SWEEPS_OF_SIGNATURES,
        ALL
    }

    private final AtomicInteger lastId = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(Besides.class)
    void batches_of_two_nodes_never_wait_for_each_other_in_a_circle(Besides besides) throws Exception {
        long seed = Effort.seed("circle.seed");
        System.out.println("seed " + seed + " besides " + besides);
        String url = Postgres.migrated();
        try (LogCapture log = new LogCapture();
                CallsFixture one = CallsFixture.shared(url);
                CallsFixture two = CallsFixture.shared(url)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                one.account("acc_" + i, 1_000_000_000);
                one.key("key_" + i, "acc_" + i, KeySettings.named("key"));
            }
            runAll(List.of(one, two), besides, seed);
            assertThat(log.text()).as("seed " + seed).doesNotContain("deadlock").doesNotContain("of work failed");
            LedgerChecks.assertCoherent(one);
        }
    }

    private void runAll(List<CallsFixture> nodes, Besides besides, long seed) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(nodes.size() * THREADS_OF_NODE)) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < nodes.size() * THREADS_OF_NODE; i++) {
                Node node = new Node(nodes.get(i % nodes.size()), besides, new Random(seed * 31 + i));
                running.add(threads.submit(node::run));
            }
            int rounds = 0;
            for (Future<Integer> thread : running) {
                rounds += thread.get();
            }
            System.out.println(rounds + " rounds");
        }
    }

    /** One thread of a node. */
    private final class Node {

        private final CallsFixture store;
        private final Besides besides;
        private final Random random;
        private final List<CompletableFuture<Unit>> waiting = new ArrayList<>();
        private Instant now;

        Node(CallsFixture store, Besides besides, Random random) {
            this.store = store;
            this.besides = besides;
            this.random = random;
            this.now = store.now();
        }

        /** @return how many rounds it made */
        int run() {
            long end = System.nanoTime() + LONG.toNanos();
            int round = 0;
            for (; Effort.isLong() ? System.nanoTime() < end : round < ROUNDS; round++) {
                now = now.plus(STEP);
                List<Reserve> calls = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    calls.add(call());
                }
                besides(round);
                join();
                calls.stream().filter(Reserve::reserved).forEach(this::end);
                besides(round);
                join();
            }
            return round;
        }

        private void commit(Change... changes) {
            waiting.add(store.writer.commit(Unit.of(changes)));
        }

        private void join() {
            waiting.forEach(CompletableFuture::join);
            waiting.clear();
        }

        private Reserve call() {
            int whose = random.nextInt(ACCOUNTS);
            String id = "t" + lastId.incrementAndGet();
            AnswerName name = new AnswerName("key_" + whose, "name" + random.nextInt(1_000));
            ClaimKey claim = new ClaimKey(name, "body", id, "acc_" + whose, now);
            KeyState key = new KeyState("key_" + whose, now);
            Reserve reserve = new Reserve(
                    new OpenHold(id, "acc_" + whose, "key_" + whose, "chat", "m", now),
                    10,
                    10,
                    () -> SpendLimits.NONE,
                    claim::won);
            commit(claim, key, reserve, new ConfirmClaim(claim, reserve));
            return reserve;
        }

        private void end(Reserve call) {
            if (random.nextInt(4) == 0) {
                Release release = Ended.release(call.reservationId(), now);
                commit(release, new FreeClaim(release));
                return;
            }
            int micros = random.nextInt(11);
            Settle settle = Ended.settle(call.reservationId(), micros, now);
            List<Change> changes = new ArrayList<>(
                    List.of(settle, KeepAnswer.kept(settle, call.accountId(), 300, "ab".repeat(32), null)));
            changes.addAll(store.signatures.keeping(settle, call.accountId(), MODEL, "main", signed()));
            waiting.add(store.writer.commit(Unit.of(changes)));
        }

        private List<SignedPart> signed() {
            return random.ints(3, 0, 8)
                    .<SignedPart>mapToObj(i -> new SignedPart.Call("call_" + i, "f", "{}", true, null, "SIG"))
                    .toList();
        }

        private void besides(int round) {
            Besides what = besides == Besides.ALL ? any() : besides;
            switch (what) {
                case ALL -> {}
                case KEYS -> keys();
                case ACCOUNTS -> accounts(round);
                case SWEEPS_OF_RESERVATIONS -> {
                    ReleaseAbandoned expired = new ReleaseAbandoned(now);
                    commit(expired, new FreeAbandoned(expired));
                }
                case SWEEPS_OF_ANSWERS -> commit(new ForgetOld(now, 1 + random.nextInt(20)));
                case SWEEPS_OF_SIGNATURES -> {
                    store.setNow(now);
                    store.signatures.find("acc_" + random.nextInt(ACCOUNTS), channel -> MODEL, shown());
                    if (random.nextInt(4) == 0) {
                        store.signatures.forgetOld();
                    }
                }
            }
        }

        private Besides any() {
            Besides[] all = Besides.values();
            return all[random.nextInt(all.length)];
        }

        private void keys() {
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String key = "key_" + random.nextInt(ACCOUNTS);
                changes.add(
                        random.nextBoolean()
                                ? KeyEdit.disable(key, random.nextBoolean())
                                : KeyEdit.set(key, settings -> settings));
            }
            waiting.add(store.writer.commit(Unit.of(changes)));
        }

        /** Both nodes make the same ones. */
        private void accounts(int round) {
            List<Integer> numbers = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
            Collections.shuffle(numbers, random);
            List<Change> changes = new ArrayList<>();
            for (int number : numbers) {
                changes.add(new CreateAccount("acc_new" + round + "x" + number, "New", now));
            }
            changes.add(new Grant("acc_" + random.nextInt(ACCOUNTS), 1, "test", now));
            waiting.add(store.writer.commit(Unit.of(changes)));
        }

        private List<Message> shown() {
            List<Message.ToolCall> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(new Message.ToolCall("call_" + i, "f", "{}", null));
            }
            Collections.shuffle(calls, random);
            return List.of(new Message.Assistant(Place.NONE, null, calls, null));
        }
    }
}
