package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is held for a call that has failed goes back, whatever goes wrong with it at first. */
class ReleaseTest {

    private static final int FAILURES = 200;

    @TempDir
    Path folder;

    private final FailingKeeper keeper = new FailingKeeper();

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_release_that_throws_is_tried_until_the_hold_is_back(Stores stores) {
        try (CallsFixture store = stores.open(folder, CallsFixture::new);
                ExecutorService loop = Executors.newSingleThreadExecutor()) {
            store.account("acc_1", 1_000);
            store.reserve("task_1", "acc_1", 100, 100);
            Accounting accounting = new Accounting(
                    store.writer, store.signatures, store::now, new ExcessReports(), store.freeEnds(), loop);
            keeper.failures = FAILURES; // longer than any caller waits
            CompletableFuture<Void> told = new CompletableFuture<>();

            new StoredBooks(accounting, loop, keeper)
                    .giveBack("task_1", Ended.released(CallEnd.FAILED, Course.NONE), () -> told.complete(null));

            told.join(); // the call does not wait for it
            Await.until("the hold", () -> store.balance("acc_1").reservedMicros() == 0);
            assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(1_000);
            assertThat(keeper.tries).hasValue(FAILURES + 1);
        }
    }
}
