package dev.tollgate.calls.replay;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One step at a time, and none is overlooked, however the threads that ask for them meet. */
@Timeout(240)
class SpoolWorkerTest {

    private static final int ASKERS = 3;
    private static final int STEPS_EACH = 100_000;

    private final Deque<Runnable> jobs = new ArrayDeque<>();
    private final List<Throwable> failures = new ArrayList<>();

    @Test
    void all_that_is_asked_for_from_several_threads_is_done_one_after_the_other() throws InterruptedException {
        AtomicInteger left = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean inside = new AtomicBoolean();
        AtomicBoolean together = new AtomicBoolean();
        try (ExecutorService io = Executors.newFixedThreadPool(2)) {
            SpoolWorker worker = new SpoolWorker(
                    io,
                    () -> {
                        together.compareAndSet(false, !inside.compareAndSet(false, true));
                        boolean found = left.getAndUpdate(it -> Math.max(0, it - 1)) > 0;
                        done.addAndGet(found ? 1 : 0);
                        inside.set(false);
                        return found;
                    },
                    failures::add);
            List<Thread> askers = new ArrayList<>();
            for (int i = 0; i < ASKERS; i++) {
                askers.add(Thread.ofPlatform().start(() -> {
                    for (int step = 0; step < STEPS_EACH; step++) {
                        left.incrementAndGet();
                        worker.work();
                    }
                }));
            }
            for (Thread asker : askers) {
                asker.join();
            }
            io.shutdown();
            assertThat(io.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(done).hasValue(ASKERS * STEPS_EACH);
        assertThat(together).isFalse();
        assertThat(failures).isEmpty();
    }

    @Test
    void a_step_that_is_asked_for_by_a_step_is_done_in_the_same_run() {
        AtomicInteger steps = new AtomicInteger();
        AtomicBoolean asked = new AtomicBoolean();
        SpoolWorker[] worker = new SpoolWorker[1];
        worker[0] = new SpoolWorker(
                jobs::add,
                () -> {
                    steps.incrementAndGet();
                    if (asked.compareAndSet(false, true)) {
                        worker[0].work();
                    }
                    return false;
                },
                failures::add);

        worker[0].work();
        assertThat(jobs).hasSize(1);
        jobs.remove().run();

        assertThat(steps).hasValue(2);
        assertThat(jobs).isEmpty();
    }

    @Test
    void a_failed_step_is_reported_and_later_work_continues() {
        AtomicInteger steps = new AtomicInteger();
        SpoolWorker worker = new SpoolWorker(
                jobs::add,
                () -> {
                    if (steps.incrementAndGet() == 1) {
                        throw new IOException("the disk is gone");
                    }
                    return false;
                },
                failures::add);

        worker.work();
        jobs.remove().run();
        assertThat(failures).singleElement().isInstanceOf(IOException.class);
        assertThat(jobs).isEmpty();
        worker.work();
        jobs.remove().run();

        assertThat(steps).hasValue(2);
        assertThat(failures).hasSize(1);
    }
}
