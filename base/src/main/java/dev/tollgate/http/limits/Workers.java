package dev.tollgate.http.limits;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A few platform threads for work that keeps a core busy or hangs in native code, in {@link FairTurns} by account: a virtual thread would not
 * let the others of its carrier run in that time. Thread-safe.
 */
public final class Workers implements AutoCloseable {

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final FairTurns turns;
    private final ThreadPoolExecutor threads;

    /** @param bounds as many threads as permits */
    public Workers(FairTurns.Bounds bounds, ThreadFactory factory) {
        this.turns = new FairTurns(bounds);
        // The turns are the queue: what comes here has its thread already.
        this.threads = new ThreadPoolExecutor(
                bounds.atOnceMax(),
                bounds.atOnceMax(),
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory,
                new ThreadPoolExecutor.DiscardPolicy()); // the pool is closed, and no thread waits for its work
        threads.allowCoreThreadTimeOut(true);
    }

    /** Returns workers for work that keeps a core busy. They use half of the cores, which leaves the others to calls, and one per account. */
    public static FairTurns.Bounds halfOfTheCores(int waitingMax, int eachWaitingMax) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return new FairTurns.Bounds(threads, 1, waitingMax, eachWaitingMax);
    }

    /** Threads of the platform. @param stackBytes 0 for as much as is usual */
    public static ThreadFactory threads(String name, long stackBytes) {
        return Thread.ofPlatform()
                .daemon()
                .name(name + "-", 0)
                .stackSize(stackBytes)
                .factory();
    }

    /** @param <T> what comes out of it */
    @FunctionalInterface
    public interface Work<T> {

        /** @param unwanted whether the result is no longer needed; the work checks this from time to time */
        T run(BooleanSupplier unwanted) throws Exception;
    }

    /** Never blocks. @return null where too many wait */
    public <T> @Nullable Job<T> start(String accountId, Work<T> work) {
        Job<T> job = new Job<>(work);
        FairTurns.Turn turn = turns.ask(accountId, its -> threads.execute(() -> job.run(its)));
        job.turn = turn;
        return turn == null ? null : job;
    }

    /** Work that waits for its turn, runs, or is done. Thread-safe. */
    public static final class Job<T> {

        private final Work<T> work;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile FairTurns.@Nullable Turn turn;
        private volatile boolean unwanted;

        private Job(Work<T> work) {
            this.work = work;
        }

        private void run(FairTurns.Turn its) {
            try {
                result.complete(work.run(() -> unwanted));
            } catch (Exception | StackOverflowError failure) {
                result.completeExceptionally(failure);
            } finally {
                its.close();
                result.completeExceptionally(
                        new CancellationException()); // an error that ends the thread must not leave its waiter blocked
            }
        }

        /** Completed on the worker's thread, after a cancellation too: with a {@link CancellationException} where it had not begun. */
        public CompletableFuture<T> result() {
            return result;
        }

        /** Cancels the work: it does not start, or it learns that its result is no longer needed. */
        public void cancel() {
            unwanted = true;
            FairTurns.Turn mine = turn;
            if (mine != null && mine.giveUp()) {
                result.completeExceptionally(new CancellationException());
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
