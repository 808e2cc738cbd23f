package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Migrated;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However often one account reads, the others' reads are not kept waiting. */
@Timeout(240)
class ReadTurnsTest {

    @TempDir
    Path folder;

    private final CountDownLatch held = new CountDownLatch(1);
    private final AtomicInteger reading = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(Migrated.in(folder));
    }

    @AfterEach
    void close() {
        held.countDown();
        threads.close();
        database.close();
    }

    private List<CompletableFuture<Integer>> many(int count) {
        List<CompletableFuture<Integer>> reads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reads.add(CompletableFuture.supplyAsync(
                    () -> database.readFor("many", connection -> {
                        int now = reading.incrementAndGet();
                        await();
                        return now;
                    }),
                    threads));
        }
        return reads;
    }

    private void await() {
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void constant_reads_of_one_account_leave_two_connections_free() throws Exception {
        List<CompletableFuture<Integer>> reads = many(100);
        while (reading.get() < 2) {
            Thread.onSpinWait();
        }
        assertThat((int) database.readFor("one", connection -> 1)).isEqualTo(1);
        assertThat((int) database.read(connection -> 2)).isEqualTo(2);
        assertThat(reading.get()).isEqualTo(2);
        held.countDown();
        for (CompletableFuture<Integer> read : reads) {
            assertThat(read.get(30, TimeUnit.SECONDS)).isPositive();
        }
    }

    @Test
    void who_has_too_many_reads_waiting_is_refused_and_the_others_are_not() {
        List<CompletableFuture<Integer>> reads = many(1_100);
        while (reads.stream().noneMatch(CompletableFuture::isCompletedExceptionally)) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> reads.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .findFirst()
                        .orElseThrow()
                        .join())
                .hasCauseInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("too many");
        assertThat((int) database.readFor("one", connection -> 1)).isEqualTo(1);
    }
}
