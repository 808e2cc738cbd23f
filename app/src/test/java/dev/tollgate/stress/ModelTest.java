package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.ledger.Extend;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.books.ledger.SetBlocked;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations from several threads at once. A part of its own notes the order in which the writer decides them, and a model that does one
 * operation after the other must reach the same outcomes in that order. Callers must be able to believe the order, too: an operation that was
 * answered before another was requested precedes it. Together that is linearizability. During the run an observer looks for a balance below zero
 * or a window past its limit.
 *
 * <p>Two nodes over one database take a number from it in each batch, while the batch holds the rows that it has decided on: that is their
 * order. A key's state and limits are not held: a node reads them when its batch begins, so they must be values that the key had between the
 * request and the answer.
 */
@Order(19)
class ModelTest {

    private static final int THREADS = 6;
    private static final int OPERATIONS = 250;
    private static final int ACCOUNTS = 3;
    private static final int KEYS = 5;

    /** Keys up to this one always have the same limits, so that their windows may never be seen past them. */
    private static final int KEYS_OF_FIXED_LIMITS = 3;

    private static final SpendLimits FIXED = new SpendLimits(1_500L, 3_500L, 40_000L);

    @TempDir
    Path folder;

    private final AtomicLong steps = new AtomicLong();
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<String, String> keyOfCall = new ConcurrentHashMap<>();
    private final Map<String, Long> heldAtFirst = new ConcurrentHashMap<>();
    private final List<String> ids = new CopyOnWriteArrayList<>();
    private final List<Order> orders = new ArrayList<>();
    private final List<StateChange> stateChanges = new CopyOnWriteArrayList<>();
    private volatile Instant now = Instant.parse("2026-11-20T12:58:00Z");

    static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>(Effort.isLong() ? List.of(1L, 2L, 3L) : List.of(1L));
        seeds.add(Effort.seed("model.seed"));
        return seeds;
    }

    /** Not so many: a database that is asked over the network is slower. */
    static List<Long> seedsOfNodes() {
        return seeds().reversed().subList(0, Effort.of(1, 2));
    }

    /** An operation as it was decided; goes with it through the writer. */
    private static final class Done implements Change {
        private final Decision<?> change;
        private String account;
        private String keyId;
        private KeyState key;
        private final Function<LedgerModel, Object> expected;
        private final Consumer<LedgerModel> afterwards;
        private final long asked;
        private volatile long answered;

        /** @param afterwards keys are changed after all of the ledger in a batch */
        Done(Decision<?> change, Function<LedgerModel, Object> expected, Consumer<LedgerModel> afterwards, long asked) {
            this.change = change;
            this.expected = expected;
            this.afterwards = afterwards;
            this.asked = asked;
        }

        /** The outcome of a call whose batch reads its key. */
        void looksAt(String account, String keyId, KeyState key) {
            this.account = account;
            this.keyId = keyId;
            this.key = key;
        }
    }

    /** A key that was disabled or let in again, or an account that was blocked, or other limits of a key. */
    private record StateChange(String whose, Object value, Done done) {}

    /** @param number in the order of all nodes */
    private record Decided(long number, List<Done> done) {}

    /** The last of a writer's parts: batches as they were committed. Read after the writer has stopped. */
    private static final class Order implements Part<Done> {
        private final List<Decided> batches = new ArrayList<>();
        private long number;

        @Override
        public Class<Done> type() {
            return Done.class;
        }

        @Override
        public void write(Statements statements, List<Done> changes) throws SQLException {
            number++;
            if (statements.dialect() == Dialect.POSTGRESQL) {
                try (ResultSet row =
                        statements.of("SELECT nextval('model_order')").executeQuery()) {
                    row.next();
                    number = row.getLong(1);
                }
            }
        }

        @Override
        public void committed(List<Done> changes) {
            batches.add(new Decided(number, List.copyOf(changes)));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void concurrent_operations_have_the_outcomes_of_some_sequence(long seed) throws Exception {
        try (KeysFixture prepared = new KeysFixture(folder)) {
            prepare(prepared);
        }
        try (Database database = Database.open(Migrated.in(folder))) {
            runAndCompare(List.of(database), seed);
        }
        try (KeysFixture after = new KeysFixture(folder)) {
            LedgerChecks.assertCoherent(after);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seedsOfNodes")
    void operations_on_two_nodes_have_the_outcomes_of_some_sequence(long seed) throws Exception {
        String url = Postgres.migrated();
        Postgres.execute(url, "CREATE SEQUENCE model_order");
        try (KeysFixture prepared = KeysFixture.shared(url)) {
            prepare(prepared);
        }
        try (LogCapture log = new LogCapture();
                Database one = Database.openShared(url);
                Database two = Database.openShared(url)) {
            runAndCompare(List.of(one, two), seed);
            assertThat(log.text())
                    .as("seed %d: nodes that were in each other's way", seed)
                    .doesNotContain("is tried again");
        }
        try (KeysFixture after = KeysFixture.shared(url)) {
            LedgerChecks.assertCoherent(after);
        }
    }

    private static void prepare(KeysFixture store) {
        for (int i = 0; i < ACCOUNTS; i++) {
            store.account("acc_" + i, 5_000);
        }
        for (int i = 0; i < KEYS; i++) {
            store.key("key_" + i, account(i), KeySettings.named("model").withSpend(spendAtFirst(i)));
        }
    }

    private static SpendLimits spendAtFirst(int key) {
        return key < KEYS_OF_FIXED_LIMITS ? FIXED : SpendLimits.NONE;
    }

    private static String account(int key) {
        return "acc_" + key % ACCOUNTS;
    }

    private void runAndCompare(List<Database> nodes, long seed) throws Exception {
        System.out.println("seed " + seed + " on " + nodes.size() + " nodes");
        List<Writer> writers = nodes.stream().map(this::writer).toList();
        runAll(writers, nodes.getFirst(), seed);
        writers.forEach(Writer::close);
        assertThat(orders).as("each has decided something").noneMatch(order -> order.batches.isEmpty());
        List<List<Done>> batches = inOrder();
        assertThatOrderIsBelievable(batches);
        LedgerModel model = replay(batches, nodes.size() == 1);
        if (nodes.size() > 1) {
            batches.forEach(batch -> batch.forEach(this::assertThatKeyIsBelievable));
        }
        assertThatTheEndIsTheSame(model, new Ledger(nodes.getFirst()), "seed " + seed);
    }

    private Writer writer(Database node) {
        Keys keys = new Keys(node, () -> now);
        Order order = new Order();
        orders.add(order);
        return node.startWriter(List.of(
                keys.statePart(),
                new Ledger(node).part(keys::forgetAccount, () -> "", new LabelNumbers()),
                keys.changesPart(),
                order));
    }

    private List<List<Done>> inOrder() {
        return orders.stream()
                .flatMap(order -> order.batches.stream())
                .sorted(Comparator.comparingLong(Decided::number))
                .map(Decided::done)
                .toList();
    }

    private void runAll(List<Writer> writers, Database database, long seed) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed * 31 + i);
                Writer writer = writers.get(i % writers.size());
                running.add(threads.submit(() -> runOne(writer, random)));
            }
            AtomicInteger looks = new AtomicInteger();
            do {
                assertThat(pastLimits(database)).as("seed " + seed).isZero();
                looks.incrementAndGet();
            } while (running.stream().anyMatch(thread -> !thread.isDone()));
            for (Future<?> thread : running) {
                thread.get();
            }
            assertThat(looks).hasPositiveValue();
        }
    }

    private static long pastLimits(Database database) {
        String sql = "SELECT (SELECT COUNT(*) FROM account WHERE balance_micros < 0"
                + " OR balance_micros + reserved_micros + consumed_micros <> purchased_micros)"
                + " + (SELECT COUNT(*) FROM spend_window WHERE held_micros < 0 OR charged_micros < 0)"
                + " + (SELECT COUNT(*) FROM spend_window WHERE key_id < 'key_" + KEYS_OF_FIXED_LIMITS
                + "' AND charged_micros + held_micros > CASE kind WHEN 'hour' THEN " + FIXED.hourMicros()
                + " WHEN 'day' THEN " + FIXED.dayMicros() + " ELSE " + FIXED.totalMicros() + " END)";
        return database.read(reads -> reads.number(sql));
    }

    // ---- operations ----

    private void runOne(Writer writer, Random random) {
        for (int i = 0; i < OPERATIONS; i++) {
            List<Done> together = new ArrayList<>();
            int count = 1 + random.nextInt(3);
            List<Unit> units = new ArrayList<>();
            for (int k = 0; k < count; k++) {
                units.add(unit(random, together));
            }
            var waiting = units.stream().map(writer::commit).toList();
            waiting.forEach(future -> future.join());
            together.forEach(this::answered);
        }
    }

    private void answered(Done done) {
        done.answered = steps.incrementAndGet();
        if (done.change instanceof Reserve reserve && reserve.outcome() instanceof ReserveOutcome.Reserved held) {
            heldAtFirst.put(reserve.reservationId(), held.heldMicros());
            ids.add(reserve.reservationId());
        }
    }

    private Unit unit(Random random, List<Done> together) {
        int kind = random.nextInt(40);
        if (kind == 0) {
            boolean disabled = random.nextInt(3) == 0;
            String key = "key_" + random.nextInt(KEYS);
            Done done = new Done(
                    KeyEdit.disable(key, disabled),
                    null,
                    model -> model.disable(key, disabled),
                    steps.incrementAndGet());
            together.add(done);
            stateChanges.add(new StateChange(key, disabled, done));
            return Unit.of(done.change, done);
        } else if (kind == 1) {
            String key = "key_" + (KEYS_OF_FIXED_LIMITS + random.nextInt(KEYS - KEYS_OF_FIXED_LIMITS));
            SpendLimits spend = spend(random);
            Done done = new Done(
                    KeyEdit.set(key, settings -> settings.withSpend(spend)),
                    null,
                    model -> model.limit(key, spend),
                    steps.incrementAndGet());
            together.add(done);
            stateChanges.add(new StateChange(key + " spend", spend, done));
            return Unit.of(done.change, done);
        } else if (kind == 2) {
            boolean blocked = random.nextInt(3) == 0;
            String account = account(random);
            Unit unit = unit(together, new SetBlocked(account, blocked), model -> model.block(account, blocked));
            stateChanges.add(new StateChange(account, blocked, together.getLast()));
            return unit;
        } else if (kind < 5) {
            String account = account(random);
            long micros = 1 + random.nextInt(2_000);
            return unit(together, new Grant(account, micros, "model", now), model -> model.grant(account, micros));
        } else if (kind < 9) {
            now = now.plusMillis(random.nextLong(-3_000_000, 4_000_000));
            return reserve(random, together);
        } else if (kind < 20 || ids.isEmpty()) {
            return reserve(random, together);
        } else if (kind < 26) {
            return extend(random, together);
        }
        return resolve(random, together);
    }

    private Unit reserve(Random random, List<Done> together) {
        String id = "t" + lastId.incrementAndGet();
        int keyNumber = random.nextInt(KEYS);
        String key = "key_" + keyNumber;
        String account = account(keyNumber);
        long wanted = random.nextInt(700);
        long least = random.nextInt((int) wanted + 1);
        Instant at = now;
        KeyState state = new KeyState(key, at);
        Reserve reserve = new Reserve(
                new OpenHold(id, account, key, "chat", "m", at), least, wanted, state::spend, state::usable);
        LedgerModel.Call call = new LedgerModel.Call(account, key, at);
        Done done = done(reserve, model -> model.reserve(id, call, state.usable(), least, wanted, state.spend()));
        done.looksAt(account, key, state);
        keyOfCall.put(id, key);
        together.add(done);
        return Unit.of(state, reserve, done);
    }

    private Unit extend(Random random, List<Done> together) {
        String id = anyId(random);
        String key = keyOfCall.get(id);
        long wanted = 1 + random.nextInt(500);
        long least = 1 + random.nextInt((int) wanted);
        boolean settles = random.nextInt(4) == 0;
        KeyState state = KeyState.ofRunningCall(key, now);
        Extend extend = settles
                ? Extend.atSettlement(id, least, wanted, state::spend, now)
                : new Extend(id, least, wanted, state::spend, state::usable, now);
        Done done = done(extend, model -> model.extend(id, settles, state.usable(), least, wanted, state.spend()));
        done.looksAt(account(Integer.parseInt(key.substring(4))), key, state);
        together.add(done);
        return Unit.of(state, extend, done);
    }

    /** Recent ones, which other threads are ending too. */
    private Unit resolve(Random random, List<Done> together) {
        String id = anyId(random);
        if (random.nextInt(4) == 0) {
            return unit(together, Ended.release(id, now), model -> model.resolve(id, ReservationState.RELEASED, 0));
        }
        long held = heldAtFirst.get(id);
        long charge = held == 0 ? 0 : random.nextLong(held + 1);
        return unit(
                together, Ended.settle(id, charge, now), model -> model.resolve(id, ReservationState.SETTLED, charge));
    }

    private Unit unit(List<Done> together, Decision<?> change, Function<LedgerModel, Object> expected) {
        Done done = done(change, expected);
        together.add(done);
        return Unit.of(change, done);
    }

    private Done done(Decision<?> change, Function<LedgerModel, Object> expected) {
        return new Done(change, expected, model -> {}, steps.incrementAndGet());
    }

    private String anyId(Random random) {
        int size = ids.size();
        return ids.get(Math.max(0, size - 1 - random.nextInt(20)));
    }

    private static String account(Random random) {
        return "acc_" + random.nextInt(ACCOUNTS);
    }

    private static SpendLimits spend(Random random) {
        return new SpendLimits(limit(random, 2_000), limit(random, 4_000), limit(random, 20_000));
    }

    private static Long limit(Random random, int bound) {
        return random.nextInt(3) == 0 ? (long) random.nextInt(bound) : null;
    }

    // ---- afterwards ----

    /** Nothing stands before what was answered before it was asked. */
    private static void assertThatOrderIsBelievable(List<List<Done>> batches) {
        long earliestAnswerLater = Long.MAX_VALUE;
        for (List<Done> batch : batches.reversed()) {
            for (Done done : batch.reversed()) {
                assertThat(done.asked).isLessThan(earliestAnswerLater);
                earliestAnswerLater = Math.min(earliestAnswerLater, done.answered);
            }
        }
        assertThat(batches.stream().mapToInt(List::size).max().orElse(0))
                .as("operations in the largest batch, or nothing ran at once")
                .isGreaterThan(1);
    }

    /** The key of a call was as it may have been between the question and the answer. */
    private void assertThatKeyIsBelievable(Done done) {
        if (done.key == null) {
            return;
        }
        KeyState.Outcome found = done.key.outcome();
        boolean blocked = found == KeyState.Outcome.ACCOUNT_BLOCKED;
        assertThat(mayBe(done.account, blocked, false, done)).isTrue();
        if (!blocked) {
            assertThat(mayBe(done.keyId, found == KeyState.Outcome.DISABLED, false, done))
                    .isTrue();
        }
        SpendLimits atFirst = spendAtFirst(Integer.parseInt(done.keyId.substring(4)));
        assertThat(mayBe(done.keyId + " spend", done.key.spend(), atFirst, done))
                .isTrue();
    }

    /** Whether a change to this may have been the latest that a reader had to see. */
    private boolean mayBe(String whose, Object value, Object atFirst, Done reader) {
        List<Done> seen = stateChanges.stream()
                .filter(change -> change.whose.equals(whose) && change.done.answered < reader.asked)
                .map(StateChange::done)
                .toList();
        boolean fromTheStart = value.equals(atFirst) && seen.isEmpty();
        return fromTheStart
                || stateChanges.stream()
                        .filter(change -> change.whose.equals(whose) && change.value.equals(value))
                        .filter(change -> change.done.asked < reader.answered)
                        .anyMatch(change -> seen.stream().noneMatch(later -> change.done.answered < later.asked));
    }

    private LedgerModel replay(List<List<Done>> batches, boolean alone) {
        LedgerModel model = new LedgerModel();
        for (int i = 0; i < ACCOUNTS; i++) {
            model.purchased.put("acc_" + i, 5_000L);
        }
        for (int i = 0; i < KEYS; i++) {
            model.limit("key_" + i, spendAtFirst(i));
        }
        for (List<Done> batch : batches) {
            model.beginBatch();
            for (Done done : batch) {
                if (alone && done.key != null) {
                    assertThat(done.key.usable()).isEqualTo(model.usable(done.account, done.keyId));
                    assertThat(done.key.spend()).isEqualTo(model.spend(done.keyId));
                }
                if (done.expected != null) {
                    assertThat((Object) done.change.outcome()).isEqualTo(done.expected.apply(model));
                }
            }
            batch.forEach(done -> done.afterwards.accept(model));
        }
        return model;
    }

    private static void assertThatTheEndIsTheSame(LedgerModel model, Ledger ledger, String seed) {
        model.purchased.keySet().forEach(account -> assertThat(
                        ledger.account(account).orElseThrow().balance())
                .as(seed)
                .isEqualTo(model.balance(account)));
        model.calls.forEach((id, call) -> {
            var reservation = ledger.reservation(id).orElseThrow();
            assertThat(List.of(reservation.state(), reservation.heldMicros(), reservation.chargedMicros()))
                    .as(seed)
                    .isEqualTo(List.of(call.state, call.held, call.charged));
        });
    }
}
