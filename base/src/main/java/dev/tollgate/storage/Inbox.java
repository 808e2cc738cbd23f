package dev.tollgate.storage;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Units that wait for the writer, and the marks that wake and stop it. {@link #offer}, {@link #size} and the closing may be called from any thread; the
 * rest in the writer's turn.
 */
final class Inbox {

    private static final Completion NOBODY = failure -> {};
    private static final Waiting STOP = new Waiting(Unit.of(new Change() {}), false, Runnable::run, NOBODY, NOBODY);
    private static final Waiting WAKE = new Waiting(Unit.of(new Change() {}), false, Runnable::run, NOBODY, NOBODY);

    private final BlockingQueue<Waiting> queue;

    /** The time at which the writer wakes without a unit. */
    private long wakesAtNanos;

    private volatile boolean closing;
    private volatile boolean stopped;

    Inbox(int waitingMax) {
        this.queue = new ArrayBlockingQueue<>(waitingMax);
    }

    /** Returns the number of units that wait to be taken. */
    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Returns whether units are still accepted. */
    boolean isOpen() {
        return !closing && !stopped;
    }

    /** Adds a unit, or reports immediately that it cannot be accepted. */
    void offer(Waiting waiting) {
        if (closing) {
            Reports.report(List.of(waiting), new StoreUnavailable("the store is closing"));
        } else if (!queue.offer(waiting)) {
            Reports.report(List.of(waiting), new StoreUnavailable("too many units wait for the store"));
        } else if (stopped && queue.remove(waiting)) {
            Reports.report(List.of(waiting), new StoreUnavailable("the store is closed"));
        }
    }

    void wake() {
        if (!queue.offer(WAKE)) {
            wakesAtNanos = System.nanoTime(); // it is full: the writer does not sleep
        }
    }

    /** Wakes the writer if it would sleep beyond a time. */
    void wakeBefore(long nanos) {
        if (wakesAtNanos - nanos > 0) {
            wake();
        }
    }

    /** Waits for the first unit without the turn. @return null if none comes in time, or the writer was woken */
    @Nullable
    Waiting await(ReentrantLock turn, long now, long nanos) throws InterruptedException {
        wakesAtNanos = now + nanos;
        turn.unlock();
        try {
            Waiting first = queue.poll(nanos, TimeUnit.NANOSECONDS);
            return first == WAKE ? null : first;
        } finally {
            turn.lock();
            wakesAtNanos = System.nanoTime();
        }
    }

    /** Takes the units that wait. @return whether there were any */
    boolean drainTo(List<Waiting> taken, int most) {
        queue.drainTo(taken, most);
        taken.removeIf(WAKE::equals);
        return !taken.isEmpty();
    }

    /** Removes the mark of the end from what was taken. @return whether it was there */
    static boolean removeEnd(List<Waiting> taken) {
        return taken.removeIf(STOP::equals);
    }

    /** Accepts no more units. @return whether it did until now */
    boolean close() {
        boolean isFirst = !closing;
        closing = true;
        return isFirst;
    }

    /** Has the writer end after the units that wait. */
    void putEnd() throws InterruptedException {
        queue.put(STOP);
    }

    /** Notes that the writer takes the rest and nothing after it. */
    void stopped() {
        stopped = true;
    }
}
