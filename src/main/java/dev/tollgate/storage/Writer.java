package dev.tollgate.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits units of work, many at a time. One platform thread takes what waits (at most {@value #BATCH_MAX} units), lets the parts
 * write it, commits once and only then reports. While a commit is being synced the next batch gathers, so the batch grows with the
 * load and a lonely unit does not wait.
 *
 * <p>When a batch fails it is rolled back and its units are tried one by one: one bad unit fails alone. Where other nodes write too,
 * a batch that another was in the way of is tried again first, and one that lost its connection over a new one. The parts run in the order
 * given, each over the whole batch, so a later part sees what the earlier ones decided.
 *
 * <p>Threading: {@code commit} may be called from any thread and does not block. Completions are handed to the executor given with
 * them from the writer's thread: the executor must only hand over (an event loop's, or a pool's with room).
 */
public final class Writer implements AutoCloseable {

    /** Units that may wait; a commit takes well under a millisecond, so a full queue means that the disk is in trouble. */
    public static final int WAITING_MAX = 10_000;

    public static final int BATCH_MAX = 256;

    private static final int AGAIN_MAX = 3;

    private static final Logger log = LoggerFactory.getLogger(Writer.class);
    private static final Waiting STOP = new Waiting(Unit.of(new Change() {}), Runnable::run, failure -> {});

    private final WriterConnection connection;
    private final Batch batch;
    private final BlockingQueue<Waiting> queue;
    private final Thread thread;
    private volatile Runnable outcomeUnknown = () -> {};
    private volatile boolean closing;
    private volatile boolean stopped;

    /** A class and not a record: two of them are never equal. */
    private static final class Waiting {

        private final Unit unit;
        private final Executor executor;
        private final Completion completion;

        Waiting(Unit unit, Executor executor, Completion completion) {
            this.unit = unit;
            this.executor = executor;
            this.completion = completion;
        }

        void report(@Nullable StoreException failure) {
            try {
                executor.execute(() -> completion.completed(failure));
            } catch (RuntimeException e) {
                log.warn("the outcome of a unit could not be handed over", e);
            }
        }
    }

    Writer(WriterConnection connection, List<Part<?>> parts, int waitingMax) {
        this.connection = connection;
        this.batch = new Batch(parts);
        this.queue = new ArrayBlockingQueue<>(waitingMax);
        this.thread = Thread.ofPlatform().name("tollgate-writer").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * @param action run on the writer's thread when units are reported as failed that may have taken effect all the same: the
     *     connection broke within a commit and the server did not come back in time
     */
    public void whenOutcomeUnknown(Runnable action) {
        outcomeUnknown = action;
    }

    /**
     * Offers a unit. Its changes must not be touched until the completion is called.
     *
     * @param executor runs the completion
     * @param completion called exactly once, with null or why the unit has failed: {@link StoreUnavailable} where trying again may
     *     help
     * @throws IllegalArgumentException when no part takes one of the changes
     */
    public void commit(Unit unit, Executor executor, Completion completion) {
        batch.check(unit);
        Waiting waiting = new Waiting(unit, executor, completion);
        if (closing) {
            waiting.report(new StoreUnavailable("the store is closing"));
        } else if (!queue.offer(waiting)) {
            waiting.report(new StoreUnavailable("too many units wait for the store"));
        } else if (stopped && queue.remove(waiting)) {
            waiting.report(new StoreUnavailable("the store is closed"));
        }
    }

    /** As above; what depends on the future without an executor of its own runs on the writer's thread and must be short. */
    public CompletableFuture<Unit> commit(Unit unit) {
        CompletableFuture<Unit> future = new CompletableFuture<>();
        commit(unit, Runnable::run, failure -> {
            if (failure == null) {
                future.complete(unit);
            } else {
                future.completeExceptionally(failure);
            }
        });
        return future;
    }

    /** Commits and waits: for commands, starting up and virtual threads. @throws StoreException when the unit has failed */
    public void commitAndWait(Unit unit) {
        try {
            commit(unit).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException failure ? failure : e;
        }
    }

    /** Takes no more units, commits those that wait, then returns. */
    @Override
    public void close() {
        if (!closing) {
            closing = true;
            stopThread();
        }
    }

    private void stopThread() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                queue.put(STOP);
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Waiting> taken = new ArrayList<>(BATCH_MAX);
        boolean more = true;
        while (more) {
            more = take(taken);
            commit(taken);
            taken.clear();
        }
        stopped = true;
        while (queue.drainTo(taken, BATCH_MAX) > 0) {
            taken.removeIf(STOP::equals);
            commit(taken);
            taken.clear();
        }
    }

    /** Waits for the first unit, takes what else is there. @return whether there will be more */
    private boolean take(List<Waiting> taken) {
        try {
            taken.add(queue.take());
        } catch (InterruptedException e) {
            return true; // nobody has a reason to interrupt: close() asks by a mark in the queue
        }
        queue.drainTo(taken, BATCH_MAX - 1);
        return !taken.removeIf(STOP::equals);
    }

    private void commit(List<Waiting> taken) {
        if (taken.isEmpty()) {
            return;
        }
        Throwable failure = attemptAgain(taken);
        if (failure == null) {
            taken.forEach(waiting -> waiting.report(null));
        } else if (taken.size() == 1 || isEveryones(Failures.kind(failure))) {
            fail(taken, failure);
        } else {
            taken.forEach(waiting -> commit(List.of(waiting)));
        }
    }

    /** A failure that says nothing about the units: each of them alone would meet it again. */
    private static boolean isEveryones(Failures.Kind kind) {
        return kind == Failures.Kind.DISCONNECTED || kind == Failures.Kind.UNAVAILABLE;
    }

    /** Where another node was in the way, or the connection was lost before the commit, the batch may succeed now. */
    private @Nullable Throwable attemptAgain(List<Waiting> taken) {
        Throwable failure = attempt(taken);
        for (int again = 0; again < AGAIN_MAX && failure != null && mayPass(Failures.kind(failure)); again++) {
            log.info("a batch of {} units is tried again: {}", taken.size(), failure.getMessage());
            failure = attempt(taken);
        }
        return failure;
    }

    private static boolean mayPass(Failures.Kind kind) {
        return kind == Failures.Kind.CONFLICT || kind == Failures.Kind.DISCONNECTED;
    }

    private @Nullable Throwable attempt(List<Waiting> taken) {
        try {
            batch.fill(taken.stream().map(waiting -> waiting.unit).toList());
            batch.apply(connection.statements());
            connection.commit();
            batch.committed();
            return null;
        } catch (OutcomeUnknown e) {
            outcomeUnknown.run();
            return e;
        } catch (Throwable e) {
            connection.rollback();
            return e;
        } finally {
            batch.clear();
        }
    }

    private static void fail(List<Waiting> taken, Throwable failure) {
        log.error("{} of work failed", taken.size() == 1 ? "a unit" : taken.size() + " units", failure);
        for (Waiting waiting : taken) {
            waiting.unit.forgetOutcomes();
            waiting.report(Failures.of(failure));
        }
    }
}
