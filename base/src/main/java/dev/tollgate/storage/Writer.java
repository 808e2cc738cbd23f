package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Commits units of work, many at a time. One platform thread takes the units that wait (at most {@value WriterLoop#BATCH_MAX}), lets the parts
 * decide and write them, commits once and reports only then. While a commit is being synced the next batch gathers, so the batch grows
 * with the load and a single unit does not wait. Under load ({@link #gatherWhile}) a small batch of an embedded database waits
 * {@link WriterLoop#GATHER} for more units: a commit for each would take processor time from the calls that the units come from.
 *
 * <p>A unit may {@link #ride}: it is reported once it is decided. In an embedded database there is no other writer and a decision stays
 * true, so the unit is written with the next commit that a caller waits for, or after {@link Ride#RIDE_MAX}. On a server, other nodes wait
 * for the rows that were locked for the unit, so it is written and committed immediately. Riders are decided before
 * the other units that came with them: none depends on a unit that may still fail. After a failed commit nothing rides until a unit
 * that would have ridden was durable when it was reported.
 *
 * <p>In an embedded database a rider need not even wake the writer. If everything that it depends on is in memory and no other unit waits, the
 * thread that offers the unit decides it in the writer's turn, provided that the turn is free.
 *
 * <p>{@link Commits} says what happens to a batch that fails. The parts run in the order given, each over the whole batch, so a later part
 * sees the decisions of the earlier ones.
 *
 * <p>Threading: {@code commit} and {@code ride} may be called from any thread and do not block. Completions are handed to the executor
 * given with them, from the writer's thread or the offering thread: the executor must only hand over (an event loop's, or a pool's with room).
 * Those of one batch and one executor are handed over as one task.
 */
public final class Writer implements AutoCloseable {

    /** Units that may wait; a commit takes well under a millisecond, so a full queue means that the disk is in trouble. */
    public static final int WAITING_MAX = 10_000;

    private static final Completion NONE = failure -> {};

    private final Batch batch;
    private final Inbox inbox;
    private final Commits commits;
    private final WriterLoop loop;
    private final Ride ride = new Ride();
    private final Pulse pulse = new Pulse();
    private final boolean alone;
    private final Thread thread;

    Writer(WriterConnection connection, List<Part<?>> parts, int waitingMax) {
        this.batch = new Batch(parts);
        this.inbox = new Inbox(waitingMax);
        this.commits = new Commits(connection, batch, ride, pulse);
        this.loop = new WriterLoop(inbox, connection, batch, commits, ride, pulse);
        this.alone = connection.isEmbedded();
        this.thread = Thread.ofPlatform().name("tollgate-writer").unstarted(Fatal.lasting("the writer", loop::run));
    }

    void start() {
        thread.start();
    }

    /**
     * @param action run on the writer's thread when units are reported as failed that may have taken effect all the same: the
     *     connection broke within a commit and the server did not come back in time
     */
    public void whenOutcomeUnknown(Runnable action) {
        commits.whenOutcomeUnknown(action);
    }

    /** @param observer notified of all later batches */
    public void watchedBy(WriterObserver observer) {
        commits.watchedBy(observer);
    }

    /** @param crowd whether enough calls are open that more units will come; evaluated on the writer's thread before a small batch is committed */
    public void gatherWhile(BooleanSupplier crowd) {
        loop.gatherWhile(crowd);
    }

    /** Returns the number of units that wait to be taken. From any thread. */
    public int waiting() {
        return inbox.size();
    }

    /** Returns whether units may be reported once they are decided: not after a failed commit, until one succeeds. From any thread. */
    public boolean rides() {
        return ride.isAllowed();
    }

    /**
     * Returns whether units were reported as decided that a reader of the database does not see yet. A reader that has to see them commits
     * a unit of its own, which writes them too. From any thread.
     */
    public boolean hasReportedUnwritten() {
        return ride.hasReportedUnwritten();
    }

    /** Returns whether this process alone writes to the database: then a decision stays true. */
    public boolean isEmbedded() {
        return alone;
    }

    /** @param had the time that this process has had, in nanoseconds, for differences: a silence while it was stopped is not the database's */
    public void timedBy(LongSupplier had) {
        pulse.timedBy(had);
    }

    /**
     * Returns whether a request is refused because the database leaves a question unanswered for two seconds: a new wait may be long. Counts it. From any
     * thread.
     */
    public boolean refuses() {
        return pulse.refuses(inbox.size());
    }

    /** Returns how many requests were refused since the start. From any thread. */
    public long refusals() {
        return pulse.refusals();
    }

    /** Returns why nothing can be written, or null. Does not block; from any thread. */
    public @Nullable String complaint() {
        return pulse.complaint();
    }

    /**
     * Offers a unit. Its changes must not be touched until the completion is called.
     *
     * @param executor runs the completion
     * @param completion called exactly once, with null or why the unit has failed: {@link StoreUnavailable} if trying again may
     *     help
     * @throws IllegalArgumentException if no part takes one of the changes
     */
    public void commit(Unit unit, Executor executor, Completion completion) {
        batch.check(unit);
        inbox.offer(new Waiting(unit, false, executor, completion, NONE));
    }

    /**
     * Offers a unit that is reported once it is decided, though it may not be durable yet. A crash or a failure of the store may lose it:
     * then every unit that depends on it fails too. Its parts must not write in {@link Part#decide}.
     *
     * @param completion called exactly once, with null or why the unit could not be decided
     * @param lost called at most once, after the unit was reported as decided: why it is not written and never will be
     * @return whether the unit is durable
     */
    public Riding ride(Unit unit, Executor executor, Completion completion, Completion lost) {
        Waiting waiting = new Waiting(unit, true, executor, completion, lost);
        batch.check(unit);
        if (loop.decideAtOnce(waiting)) {
            Reports.handOver(executor, List.of(waiting), null);
        } else {
            inbox.offer(waiting);
        }
        return waiting;
    }

    /** Offers a unit. Actions on the future without an executor of their own run on the writer's thread and must be short. */
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

    /** Commits and waits: for commands, the start and virtual threads. @throws StoreException if the unit has failed */
    public void commitAndWait(Unit unit) {
        try {
            commit(unit).join();
            OnePage.beginAnew();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException failure ? failure : e;
        }
    }

    /** Accepts no more units, commits those that wait, then returns. */
    @Override
    public void close() {
        if (inbox.close()) {
            stopThread();
        }
    }

    private void stopThread() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                inbox.putEnd();
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
