package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operator's lists of calls. */
@BesideOthers
@Timeout(60)
class PlatformCallsTest {

    private static final CallFilter ALL = CallFilter.ALL;

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_call_with_an_unwritten_hold_is_listed_and_counted(Stores stores) {
        try (CustomersFixture store = stores.open(folder, CustomersFixture::new)) {
            store.account("acc_1", 2_500);
            PlatformCalls calls = new PlatformCalls(store.database, store.writer, Duration.ofHours(1));
            for (int i = 1; i <= 8; i++) {
                Reserve reserve = store.reserveChange("call" + i, "acc_1", 100, 100);
                CompletableFuture<Void> decided = new CompletableFuture<>();
                store.writer.ride(Unit.of(reserve), Runnable::run, _ -> decided.complete(null), _ -> {});
                decided.join();
                assertThat(reserve.outcome()).isEqualTo(new ReserveOutcome.Reserved(100));
                if (i % 2 == 0) {
                    assertThat(calls.running()).isEqualTo(i);
                } else {
                    assertThat(calls.running(ALL, null, null, 50).calls()).hasSize(i);
                }
            }
        }
    }
}
