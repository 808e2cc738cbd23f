package dev.tollgate.media;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets so many of each account in at once, the others in the order in which they came. Thread-safe; holds only accounts that are in or wait. */
final class Turns {

    private final int eachMax;
    private final ConcurrentHashMap<String, Turn> turns = new ConcurrentHashMap<>();

    Turns(int eachMax) {
        this.eachMax = eachMax;
    }

    private record Turn(Semaphore semaphore, int users) {}

    /** @return false where it took too long; else {@link #leave} must follow */
    boolean enter(String accountId, Deadline deadline) throws InterruptedException {
        Turn turn = turns.compute(
                accountId,
                (id, known) -> known == null
                        ? new Turn(new Semaphore(eachMax, true), 1)
                        : new Turn(known.semaphore(), known.users() + 1));
        boolean entered = false;
        try {
            entered = turn.semaphore().tryAcquire(deadline.leftNanos(), TimeUnit.NANOSECONDS);
            return entered;
        } finally {
            if (!entered) {
                forget(accountId);
            }
        }
    }

    void leave(String accountId) {
        Turn turn = turns.get(accountId);
        if (turn == null) {
            throw new IllegalStateException("nobody has entered");
        }
        turn.semaphore().release();
        forget(accountId);
    }

    private void forget(String accountId) {
        turns.computeIfPresent(
                accountId, (id, known) -> known.users() == 1 ? null : new Turn(known.semaphore(), known.users() - 1));
    }
}
