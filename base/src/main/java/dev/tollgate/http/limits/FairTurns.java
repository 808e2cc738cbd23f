package dev.tollgate.http.limits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Permits of the process that go round among the accounts: each has at most so many, and where all are taken the accounts that wait are
 * served one after the other, whatever each has waiting. So an account waits for at most one piece of work of each other account. Holds
 * only accounts that are in or wait. Thread-safe; what happens under its lock takes no time.
 */
public final class FairTurns {

    /**
     * @param atOnceMax permits in all
     * @param eachMax permits of one account
     * @param waitingMax who may wait in all
     * @param eachWaitingMax who may wait of one account
     */
    public record Bounds(int atOnceMax, int eachMax, int waitingMax, int eachWaitingMax) {
        public Bounds {
            if (atOnceMax < 1 || eachMax < 1 || waitingMax < 0 || eachWaitingMax < 0) {
                throw new IllegalArgumentException("bounds out of range");
            }
        }
    }

    private final Bounds bounds;
    private final Map<String, Account> accounts = new HashMap<>();

    /** Accounts that wait although they may have one more; there are none while a permit is free. */
    private final Deque<Account> ring = new ArrayDeque<>();

    private int inside;
    private int waiting;

    public FairTurns(Bounds bounds) {
        this.bounds = bounds;
    }

    /**
     * Asks for a permit. Never blocks.
     *
     * @param begin runs once when the turn has come, before this returns or later on the thread that returns a permit; must be short and not throw
     * @return the turn, which {@code begin} receives and must have closed; null if too many wait, and then {@code begin} does not run
     */
    public @Nullable Turn ask(String accountId, Consumer<Turn> begin) {
        Turn turn;
        synchronized (this) {
            Account account = accounts.computeIfAbsent(accountId, Account::new);
            turn = new Turn(account, begin);
            if (inside == bounds.atOnceMax() || account.inside == bounds.eachMax()) {
                return account.enqueue(turn) ? turn : null;
            }
            account.admit(turn);
        }
        begin.accept(turn);
        return turn;
    }

    /**
     * Blocks until the turn has come.
     *
     * @return to be closed; null where it did not come in time, or too many wait
     */
    public @Nullable Turn enter(String accountId, long nanosMax) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Turn turn = ask(accountId, its -> begun.countDown());
        if (turn == null) {
            return null;
        }
        boolean entered = false;
        try {
            entered = begun.await(nanosMax, TimeUnit.NANOSECONDS);
            return entered ? turn : null;
        } finally {
            if (!entered) {
                turn.close();
            }
        }
    }

    private final class Account {

        private final String id;
        private final Set<Turn> queue = new LinkedHashSet<>();
        private int inside;
        private boolean inRing;

        Account(String id) {
            this.id = id;
        }

        boolean enqueue(Turn turn) {
            if (waiting == bounds.waitingMax() || queue.size() == bounds.eachWaitingMax()) {
                forgetIfIdle();
                return false;
            }
            queue.add(turn);
            waiting++;
            toRing();
            return true;
        }

        void admit(Turn turn) {
            turn.stage = Stage.INSIDE;
            inside++;
            FairTurns.this.inside++;
        }

        void toRing() {
            if (!inRing && !queue.isEmpty() && inside < bounds.eachMax()) {
                ring.addLast(this);
                inRing = true;
            }
        }

        Turn next() {
            Iterator<Turn> first = queue.iterator();
            Turn turn = first.next();
            first.remove();
            waiting--;
            inRing = false;
            admit(turn);
            toRing();
            return turn;
        }

        void giveUp(Turn turn) {
            queue.remove(turn);
            waiting--;
            if (queue.isEmpty() && inRing) {
                ring.remove(this);
                inRing = false;
            }
            forgetIfIdle();
        }

        @Nullable
        Turn leave() {
            inside--;
            FairTurns.this.inside--;
            toRing();
            Account whose = ring.pollFirst();
            Turn next = whose == null ? null : whose.next();
            forgetIfIdle();
            return next;
        }

        private void forgetIfIdle() {
            if (inside == 0 && queue.isEmpty()) {
                accounts.remove(id);
            }
        }
    }

    private enum Stage {
        WAITING,
        INSIDE,
        OVER
    }

    /** A request for a permit. Thread-safe. */
    public final class Turn implements AutoCloseable {

        private final Account account;
        private final Consumer<Turn> begin;
        private Stage stage = Stage.WAITING;

        private Turn(Account account, Consumer<Turn> begin) {
            this.account = account;
            this.begin = begin;
        }

        /** Cancels a waiting request. @return false if its turn has come or is over */
        public boolean giveUp() {
            synchronized (FairTurns.this) {
                if (stage != Stage.WAITING) {
                    return false;
                }
                stage = Stage.OVER;
                account.giveUp(this);
                return true;
            }
        }

        /** Gives the permit back, or waits no longer; a second time does nothing. */
        @Override
        public void close() {
            Turn next;
            synchronized (FairTurns.this) {
                if (giveUp() || stage == Stage.OVER) {
                    return;
                }
                stage = Stage.OVER;
                next = account.leave();
            }
            if (next != null) {
                next.begin.accept(next);
            }
        }
    }

    /** Permits that are taken. */
    synchronized int inside() {
        return inside;
    }

    synchronized int waiting() {
        return waiting;
    }

    synchronized int accounts() {
        return accounts.size();
    }
}
