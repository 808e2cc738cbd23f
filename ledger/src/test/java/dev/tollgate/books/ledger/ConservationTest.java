package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The books add up at every moment, in every read, while calls begin and end. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ConservationTest {

    private static final int CALLERS = 8;
    private static final int CALLS = 60;
    private static final int LOOKS_LEAST = 20;
    private static final SpendLimits LIMITS = new SpendLimits(1_500L, 4_000L, null);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    @Test
    void all_buckets_add_up_to_nothing_and_none_is_below_nothing_at_any_instant() throws Exception {
        long seed = System.nanoTime();
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            store.account("acc_1", 3_000);
            store.account("acc_2", 1_000_000);
            AtomicInteger running = new AtomicInteger(CALLERS);
            List<Future<?>> callers = new ArrayList<>();
            int looks = 0;
            try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
                for (int i = 0; i < CALLERS; i++) {
                    int caller = i;
                    callers.add(threads.submit(() -> callOnAndOn(store, caller, new Random(seed + caller), running)));
                }
                while (running.get() > 0 || looks < LOOKS_LEAST) {
                    look(store, "seed " + seed);
                    looks++;
                }
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(store.number("SELECT SUM(reserved_micros) FROM account")).isZero();
            LedgerChecks.assertCoherent(store);
        }
    }

    private static void callOnAndOn(BooksFixture store, int caller, Random random, AtomicInteger running) {
        try {
            for (int i = 0; i < CALLS; i++) {
                call(store, caller + "/" + i, random);
            }
        } finally {
            running.decrementAndGet();
        }
    }

    private static void call(BooksFixture store, String id, Random random) {
        String account = random.nextInt(3) == 0 ? "acc_1" : "acc_2";
        SpendLimits limits = random.nextBoolean() ? LIMITS : SpendLimits.NONE;
        String key = limits == LIMITS ? "key_limited" : "key_free";
        Reserve reserve = new Reserve(
                new OpenHold(id, account, key, "chat", "m", store.now()),
                1,
                1 + random.nextInt(500),
                () -> limits,
                () -> true);
        store.commit(reserve);
        if (reserve.outcome() instanceof ReserveOutcome.Reserved reserved) {
            long held = reserved.heldMicros();
            if (random.nextInt(4) == 0
                    && store.decide(new Extend(id, 1, 1 + random.nextInt(300), () -> limits, () -> true, store.now()))
                            instanceof Extend.Extended extended) {
                held = extended.heldMicros();
            }
            if (random.nextInt(3) == 0) {
                store.decide(Ended.release(id, store.now()));
            } else {
                store.settle(id, random.nextLong(held + 1));
            }
        }
    }

    /** One statement sees one instant, on both databases. */
    private static void look(BooksFixture store, String seed) {
        assertThat(store.number("""
                SELECT COUNT(*) FROM account
                WHERE balance_micros < 0 OR reserved_micros < 0 OR consumed_micros < 0
                    OR balance_micros + reserved_micros + consumed_micros <> purchased_micros""")).as(seed).isZero();
        assertThat(store.number("""
                SELECT (SELECT SUM(amount_micros) FROM entry) - (SELECT COALESCE(SUM(charged_micros), 0) FROM call)
                    - (SELECT SUM(balance_micros + reserved_micros) FROM account)""")).as(seed).isZero();
        assertThat(store.number("""
                SELECT (SELECT SUM(last_number) FROM account) - (SELECT COUNT(*) FROM call)
                    - (SELECT COUNT(*) FROM entry)""")).as(seed).isZero();
        assertThat(store.number("""
                SELECT (SELECT SUM(reserved_micros) FROM account)
                    - COALESCE(SUM(held_micros), 0) FROM open_hold""")).as(seed).isZero();
        assertThat(store.number("""
                SELECT COUNT(*) FROM spend_window WHERE key_id = 'key_limited'
                    AND (kind = 'hour' AND charged_micros + held_micros > 1500
                        OR kind = 'day' AND charged_micros + held_micros > 4000)""")).as(seed).isZero();
    }
}
