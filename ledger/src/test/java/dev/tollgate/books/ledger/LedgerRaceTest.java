package dev.tollgate.books.ledger;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class LedgerRaceTest {

    @Parameter
    Stores stores;

    private static final int CALLERS = 64;
    private static final long HOLD = 1_000;

    @TempDir
    Path folder;

    @Test
    void of_racing_callers_exactly_as_many_are_admitted_as_the_balance_has_holds() throws Exception {
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            for (int k : new int[] {0, 1, 17, CALLERS - 1}) {
                String account = "acc_" + k;
                store.account(account, k * HOLD + HOLD - 1);
                List<ReserveOutcome> outcomes = race(i -> () -> store.reserve(account + "/" + i, account, HOLD, HOLD));
                assertThat(outcomes)
                        .filteredOn(ReserveOutcome.Reserved.class::isInstance)
                        .hasSize(k);
                assertThat(outcomes)
                        .filteredOn(ReserveOutcome.InsufficientCredits.class::isInstance)
                        .hasSize(CALLERS - k);
                assertThat(store.balance(account)).isEqualTo(new Balance(HOLD - 1, k * HOLD, k * HOLD + HOLD - 1, 0));
            }
            LedgerChecks.assertCoherent(store);
        }
    }

    @Test
    void of_racing_callers_exactly_as_many_are_admitted_as_a_window_has_holds() throws Exception {
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            store.account("acc_1", CALLERS * HOLD);
            SpendLimits limits = new SpendLimits(null, 20 * HOLD + HOLD - 1, null);
            List<ReserveOutcome> outcomes = race(i -> () -> store.reserve("t" + i, "acc_1", HOLD, HOLD, limits));
            assertThat(outcomes)
                    .filteredOn(ReserveOutcome.Reserved.class::isInstance)
                    .hasSize(20);
            assertThat(outcomes)
                    .filteredOn(ReserveOutcome.SpendLimitReached.class::isInstance)
                    .hasSize(CALLERS - 20);
            LedgerChecks.assertCoherent(store);
        }
    }

    @Test
    void of_racing_resolutions_exactly_one_resolves() throws Exception {
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            store.account("acc_1", HOLD);
            store.reserve("t1", "acc_1", HOLD, HOLD);
            List<Resolution.Outcome> outcomes = race(
                    i -> () -> i % 2 == 0 ? store.settle("t1", 1 + i) : store.decide(Ended.release("t1", store.now())));
            List<Resolution.Outcome> resolved = outcomes.stream()
                    .filter(Resolution.Resolved.class::isInstance)
                    .toList();
            assertThat(resolved).hasSize(1);
            assertThat(store.balance("acc_1")).isEqualTo(((Resolution.Resolved) resolved.getFirst()).balance());
            LedgerChecks.assertCoherent(store);
        }
    }

    @Test
    void calls_that_come_and_go_at_once_leave_nothing_held() throws Exception {
        try (BooksFixture store = stores.open(folder, BooksFixture::new)) {
            store.account("acc_1", 10 * HOLD);
            List<Long> charged = race(i -> () -> {
                long sum = 0;
                for (int round = 0; round < 20; round++) {
                    String id = i + "/" + round;
                    if (store.reserve(id, "acc_1", 10, HOLD) instanceof ReserveOutcome.Reserved) {
                        store.settle(id, 7);
                        sum += 7;
                    }
                }
                return sum;
            });
            long consumed = charged.stream().mapToLong(Long::longValue).sum();
            assertThat(store.balance("acc_1")).isEqualTo(new Balance(10 * HOLD - consumed, 0, 10 * HOLD, consumed));
            LedgerChecks.assertCoherent(store);
        }
    }

    private interface Caller<T> {
        Callable<T> call(int number);
    }

    private static <T> List<T> race(Caller<T> caller) throws Exception {
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                Callable<T> call = caller.call(i);
                running.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get());
            }
            return results;
        }
    }
}
