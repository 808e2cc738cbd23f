package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often it is tried to give back what a call holds, and who hears of it: pauses are of a second, one after the other as a test lets them. */
class ReleasesTest {

    @TempDir
    Path folder;

    private final Queue<Runnable> pauses = new ConcurrentLinkedQueue<>();
    private final Deque<Runnable> loop = new ConcurrentLinkedDeque<>();
    private final FailingKeeper keeper = new FailingKeeper();
    private final AtomicInteger told = new AtomicInteger();
    private CallsFixture store;
    private Releases releases;

    @BeforeEach
    void open() {
        store = Stores.SQLITE.open(folder, CallsFixture::new);
        store.account("acc_1", 1_000);
        store.reserve("t1", "acc_1", 100, 100);
        releases = new Releases(
                new Accounting(
                        store.writer, store.signatures, store::now, new ExcessReports(), store.freeEnds(), pauses::add),
                loop::add,
                keeper);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void begin() {
        releases.begin("t1", Ended.released(CallEnd.CANCELLED, CallDetails.Course.NONE), told::incrementAndGet);
        runLoop();
    }

    private void runLoop() {
        while (!loop.isEmpty()) {
            loop.remove().run();
        }
    }

    private void pauses(int count) {
        for (int i = 0; i < count; i++) {
            pauses.remove().run();
            runLoop();
        }
    }

    private void isBack() {
        Await.until("the hold", () -> store.balance("acc_1").reservedMicros() == 0);
    }

    @Test
    void a_release_that_fails_is_tried_each_second_for_a_minute_and_then_each_minute() {
        keeper.failures = 1_000;
        begin();
        assertThat(keeper.tries).hasValue(1);
        pauses(60);
        assertThat(keeper.tries).hasValue(61);
        pauses(59);
        assertThat(keeper.tries).hasValue(61);
        pauses(1);
        assertThat(keeper.tries).hasValue(62);
        pauses(60);
        assertThat(keeper.tries).hasValue(63);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void the_call_continues_after_the_first_try_and_is_notified_once() {
        keeper.failures = 2;
        begin();
        assertThat(told).hasValue(1);
        pauses(2);
        isBack();
        assertThat(told).hasValue(1);
        assertThat(store.tasks.find("acc_1", "t1").orElseThrow().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void a_failing_release_is_logged_at_the_first_and_every_sixtieth_try() {
        keeper.failures = 1_000;
        try (LogCapture log = new LogCapture()) {
            begin();
            assertThat(times(log)).isOne();
            pauses(59);
            assertThat(times(log)).isOne();
            pauses(1);
            assertThat(times(log)).isEqualTo(2);
        }
    }

    private static long times(LogCapture log) {
        return log.text()
                .lines()
                .filter("task t1: what it holds could not be given back, and is tried again"::equals)
                .count();
    }

    @Test
    void a_release_that_the_store_does_not_take_is_tried_again() {
        store.writer.close();
        begin();
        assertThat(told).hasValue(1);
        assertThat(pauses).hasSize(1);
        pauses(1);
        assertThat(keeper.tries).hasValue(2);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void a_release_that_is_done_is_not_tried_again() {
        begin();
        Await.until("the store", () -> {
            runLoop();
            return told.get() == 1;
        });
        isBack();
        assertThat(pauses).isEmpty();
        assertThat(keeper.tries).hasValue(1);
    }
}
