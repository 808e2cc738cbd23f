package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.words.Amount;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Correction.Adjustment;
import dev.tollgate.books.ledger.Correction.Reversal;
import dev.tollgate.books.ledger.LedgerChange.Moved;
import dev.tollgate.books.ledger.Reservation.ReservationState;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LimitReached;
import dev.tollgate.testing.Moves;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations against a model that is too simple to be wrong: every outcome and every balance must be the same. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Order(15)
class LedgerModelTest {

    @Parameter
    Stores stores;

    private static final int STEPS = 400;

    @TempDir
    Path folder;

    static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>(Effort.isLong() ? List.of(1L, 2L, 3L, 4L, 5L) : List.of(1L));
        seeds.add(Effort.seed("test.seed"));
        return seeds;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void the_ledger_decides_as_the_model_does(long seed) {
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            Run run = new Run(store, new Random(seed));
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
            run.compare("seed " + seed);
            LedgerChecks.assertCoherent(store);
        }
    }

    /** What the model knows of a call. */
    private static final class Call {
        final String account;
        final String key;
        final Instant at;
        long held;
        long charged;
        long refunded;
        ReservationState state = ReservationState.OPEN;

        Call(String account, String key, Instant at, long held) {
            this.account = account;
            this.key = key;
            this.at = at;
            this.held = held;
        }
    }

    private static final class Run {
        private final BooksFixture store;
        private final Random random;
        private final Map<String, Long> purchased = new HashMap<>();
        private final Map<String, Call> calls = new HashMap<>();
        private final List<LedgerChange<?>> changes = new ArrayList<>();
        private final List<Object> expected = new ArrayList<>();
        private int lastId;

        Run(BooksFixture store, Random random) {
            this.store = store;
            this.random = random;
        }

        /** Some operations whose units wait together, so that they often share a batch. */
        void step() {
            changes.clear();
            expected.clear();
            int operations = 1 + random.nextInt(6);
            for (int i = 0; i < operations; i++) {
                operate();
            }
            List<CompletableFuture<Unit>> units = changes.stream()
                    .map(change -> store.writer.commit(Unit.of(change)))
                    .toList();
            units.forEach(CompletableFuture::join);
            assertThat(changes.stream().map(change -> (Object) change.outcome()).toList())
                    .isEqualTo(expected);
        }

        void compare(String description) {
            purchased.forEach((account, micros) ->
                    assertThat(store.balance(account)).as(description).isEqualTo(balance(account)));
            calls.forEach((id, call) -> assertThat(store.ledger.reservation(id).orElseThrow())
                    .as(description)
                    .isEqualTo(
                            new Reservation(id, call.account, call.key, call.at, call.state, call.held, call.charged)));
        }

        private void operate() {
            switch (random.nextInt(16)) {
                case 0 -> create();
                case 1 -> grant();
                case 2, 3, 4, 5 -> reserve();
                case 6 -> extend();
                case 7, 8, 9 -> settle();
                case 10 -> release();
                case 11, 12 -> refund();
                case 13 -> reverse();
                case 14 -> adjust();
                default -> store.setNow(store.now().plusMillis(random.nextLong(-600_000, 7_200_000)));
            }
        }

        private void create() {
            String id = account();
            changes.add(new CreateAccount(id, id, store.now()));
            expected.add(purchased.putIfAbsent(id, 0L) == null);
        }

        private void grant() {
            String id = account();
            long micros = 1 + random.nextInt(3_000);
            changes.add(new Grant(id, micros, "model", store.now()));
            if (purchased.computeIfPresent(id, (same, before) -> before + micros) == null) {
                expected.add(noSuchAccount(id));
            } else {
                expected.add(Moves.granted(micros, balance(id)));
            }
        }

        private void reserve() {
            String id = "t" + ++lastId;
            String account = account();
            String key = "key_" + random.nextInt(3);
            long wanted = random.nextInt(800);
            long least = random.nextInt((int) wanted + 1);
            SpendLimits limits = limits();
            changes.add(new Reserve(
                    new OpenHold(id, account, key, "chat", "m", store.now()), least, wanted, () -> limits, () -> true));
            expected.add(reserve(id, new Call(account, key, store.now(), 0), least, wanted, limits));
        }

        private ReserveOutcome reserve(String id, Call call, long least, long wanted, SpendLimits limits) {
            if (!purchased.containsKey(call.account)) {
                return new ReserveOutcome.NotAllowed();
            }
            Balance balance = balance(call.account);
            if (balance.balanceMicros() < least) {
                return new ReserveOutcome.InsufficientCredits(balance.balanceMicros(), balance.reservedMicros(), least);
            }
            SpendWindow full = full(call, least, limits);
            if (full != null) {
                return LimitReached.by(
                        Owner.KEY,
                        call.key,
                        full,
                        limits.of(full),
                        charged(call, full),
                        held(call, full),
                        least,
                        full.endsAt(call.at));
            }
            call.held = Math.min(wanted, Math.min(balance.balanceMicros(), room(call, limits)));
            calls.put(id, call);
            return new ReserveOutcome.Reserved(call.held);
        }

        private void extend() {
            String id = anyCall();
            if (id == null) {
                return;
            }
            Call call = calls.get(id);
            long wanted = 1 + random.nextInt(500);
            long least = 1 + random.nextInt((int) wanted);
            SpendLimits limits = limits();
            changes.add(new Extend(id, least, wanted, () -> limits, () -> true, store.now()));
            expected.add(extend(call, least, wanted, limits));
        }

        private Extend.Outcome extend(Call call, long least, long wanted, SpendLimits limits) {
            if (call.state != ReservationState.OPEN) {
                return new Extend.AlreadyResolved(call.state);
            }
            long available = balance(call.account).balanceMicros();
            if (available < least) {
                return new Extend.BalanceExhausted();
            }
            SpendWindow full = full(call, least, limits);
            if (full != null) {
                return new Extend.WindowExhausted(full);
            }
            long added = Math.min(wanted, Math.min(available, room(call, limits)));
            call.held += added;
            return new Extend.Extended(added, call.held);
        }

        private void settle() {
            String id = anyCall();
            if (id != null) {
                Call call = calls.get(id);
                long charge = call.held == 0 ? 0 : random.nextLong(call.held + 1);
                changes.add(Ended.settle(id, charge, store.now()));
                expected.add(resolve(call, ReservationState.SETTLED, charge));
            }
        }

        private void release() {
            String id = anyCall();
            if (id != null) {
                boolean expiry = random.nextBoolean();
                changes.add(expiry ? Ended.expire(id, store.now()) : Ended.release(id, store.now()));
                expected.add(resolve(calls.get(id), expiry ? ReservationState.EXPIRED : ReservationState.RELEASED, 0));
            }
        }

        private void refund() {
            String id = anyCall();
            if (id == null) {
                return;
            }
            Call call = calls.get(id);
            long micros = 1 + random.nextInt(300);
            changes.add(new Refund(call.account, id, micros, "model", null, store.now()));
            expected.add(refund(call, micros));
        }

        private Outcome<Moved> noSuchAccount(String id) {
            return new Outcome.Refused<>(LedgerChange.noSuchAccount(id));
        }

        private Outcome<Moved> refund(Call call, long micros) {
            if (call.state == ReservationState.OPEN) {
                return Outcome.refused(409, sentence("The call is still running and has no charge yet."));
            }
            if (call.refunded + micros > call.charged) {
                return Outcome.refused(
                        409,
                        sentence(
                                "The call was charged {credits} credits, of which {refunded} have already been refunded.",
                                new Amount(call.charged),
                                new Amount(call.refunded)));
            }
            Balance before = balance(call.account);
            call.refunded += micros;
            return Moves.moved(micros, 0, before, balance(call.account), false);
        }

        /** Unblocks an account immediately after a change that blocks it, so that later changes are tried on it, too. */
        private void reverse() {
            String id = account();
            long micros = 1 + random.nextInt(500);
            changes.add(new Reversal(id, micros, "model", null, store.now()));
            if (!purchased.containsKey(id)) {
                expected.add(noSuchAccount(id));
                return;
            }
            Balance before = balance(id);
            long taken = Math.min(micros, before.balanceMicros());
            purchased.put(id, purchased.get(id) - taken);
            expected.add(Moves.moved(-taken, micros - taken, before, balance(id), micros > taken));
            if (micros > taken) {
                changes.add(new SetBlocked(id, false));
                expected.add(new Outcome.Done<>(true));
            }
        }

        private void adjust() {
            String id = account();
            long micros = random.nextBoolean() ? 1 + random.nextInt(500) : -1 - random.nextInt(500);
            changes.add(new Adjustment(id, micros, "model", null, store.now()));
            expected.add(purchased.containsKey(id) ? adjust(id, micros) : noSuchAccount(id));
        }

        private Outcome<Moved> adjust(String id, long micros) {
            Balance before = balance(id);
            if (-micros > before.balanceMicros()) {
                return Outcome.refused(
                        409,
                        sentence(
                                "The account can spend {credits} credits. You can remove at most that amount.",
                                new Amount(before.balanceMicros())));
            }
            purchased.put(id, purchased.get(id) + micros);
            return Moves.moved(micros, 0, before, balance(id), false);
        }

        private Resolution.Outcome resolve(Call call, ReservationState end, long charge) {
            if (call.state != ReservationState.OPEN) {
                return new Resolution.AlreadyResolved(call.state);
            }
            call.state = end;
            call.charged = charge;
            return new Resolution.Resolved(charge, call.held - charge, balance(call.account));
        }

        private Balance balance(String account) {
            long reserved = 0;
            long consumed = 0;
            for (Call call : calls.values()) {
                if (call.account.equals(account)) {
                    reserved += call.state == ReservationState.OPEN ? call.held : 0;
                    consumed += call.charged - call.refunded;
                }
            }
            long all = purchased.get(account);
            return new Balance(all - reserved - consumed, reserved, all, consumed);
        }

        private SpendWindow full(Call call, long least, SpendLimits limits) {
            for (SpendWindow window : List.of(SpendWindow.TOTAL, SpendWindow.DAY, SpendWindow.HOUR)) {
                if (Math.max(0, limits.of(window) - charged(call, window) - held(call, window)) < least) {
                    return window;
                }
            }
            return null;
        }

        private long room(Call call, SpendLimits limits) {
            long room = Long.MAX_VALUE;
            for (SpendWindow window : SpendWindow.OF_LIMITS) {
                room = Math.min(room, limits.of(window) - charged(call, window) - held(call, window));
            }
            return Math.max(0, room);
        }

        private long charged(Call call, SpendWindow window) {
            return calls.values().stream()
                    .filter(other -> shares(call, other, window))
                    .mapToLong(other -> other.charged)
                    .sum();
        }

        private long held(Call call, SpendWindow window) {
            return calls.values().stream()
                    .filter(other -> shares(call, other, window) && other.state == ReservationState.OPEN)
                    .mapToLong(other -> other.held)
                    .sum();
        }

        /** The text of a time, cut after the hour or the day, says in which window it lies. */
        private static boolean shares(Call call, Call other, SpendWindow window) {
            int chars = window == SpendWindow.HOUR ? 13 : window == SpendWindow.DAY ? 10 : 0;
            return call.key.equals(other.key)
                    && call.at
                            .toString()
                            .substring(0, chars)
                            .equals(other.at.toString().substring(0, chars));
        }

        private SpendLimits limits() {
            return new SpendLimits(limit(2_000), limit(4_000), limit(20_000));
        }

        private Long limit(int bound) {
            return random.nextInt(3) == 0 ? (long) random.nextInt(bound) : null;
        }

        private String account() {
            return "acc_" + random.nextInt(4);
        }

        private String anyCall() {
            return lastId == 0 ? null : known("t" + (1 + random.nextInt(lastId)));
        }

        private String known(String id) {
            return calls.containsKey(id) ? id : null;
        }
    }
}
