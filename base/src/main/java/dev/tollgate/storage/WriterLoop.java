package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The writer's work: takes the units that wait, has the parts decide them, and commits. Everything that is not final belongs to the thread
 * that has the turn. That is the writer's thread, except while it waits for work. No other thread ever waits for the turn.
 */
final class WriterLoop {

    static final int BATCH_MAX = 256;

    /** The time for which the end of a response waits for other units under load. */
    static final Duration GATHER = Duration.ofMillis(4);

    /** The number of units that need no company: more of them would hardly make a commit cheaper for each. */
    static final int GATHERED = 32;

    private final Inbox inbox;
    private final WriterConnection connection;
    private final Batch batch;
    private final Commits commits;
    private final Ride ride;
    private final Pulse pulse;
    private final Probe probe;
    private final boolean alone;
    private final ReentrantLock turn = new ReentrantLock();
    private final Crossing crossing = new Crossing();
    private final List<Waiting> urgent = new ArrayList<>();
    private @Nullable Throwable broken;
    private volatile BooleanSupplier crowd = () -> false;
    private long batchNanos;

    WriterLoop(Inbox inbox, WriterConnection connection, Batch batch, Commits commits, Ride ride, Pulse pulse) {
        this.inbox = inbox;
        this.connection = connection;
        this.batch = batch;
        this.commits = commits;
        this.ride = ride;
        this.pulse = pulse;
        this.probe = new Probe(commits, connection, pulse);
        this.alone = connection.isEmbedded();
    }

    void gatherWhile(BooleanSupplier manyAreOpen) {
        crowd = manyAreOpen;
    }

    /** Decides a unit on the thread that offers it, if that needs no wait and no database: it saves a single call two thread switches. */
    boolean decideAtOnce(Waiting waiting) {
        if (!alone || !turn.tryLock()) {
            return false;
        }
        try {
            return mayDecideAtOnce() && decideHere(waiting);
        } finally {
            turn.unlock();
        }
    }

    private boolean mayDecideAtOnce() {
        return ride.isAllowed()
                && broken == null
                && inbox.isOpen()
                && inbox.isEmpty()
                && urgent.isEmpty()
                && ride.size() + 1 < BATCH_MAX
                && !pulse.isInTrouble();
    }

    private boolean decideHere(Waiting waiting) {
        Statements statements = connection.ifOpen();
        if (statements == null) {
            return false;
        }
        try {
            if (!batch.decideIfKnown(statements, waiting.unit())) {
                return false;
            }
        } catch (Exception
                | Error e) { // the writer's thread clears the rest of the batch away and tries all of it again
            Fatal.check(e);
            broken = e;
            inbox.wake();
            return false;
        }
        long now = System.nanoTime();
        ride.add(waiting, now);
        commits.reported(waiting, now);
        inbox.wakeBefore(ride.endNanos());
        return true;
    }

    /** Works until the inbox is closed and empty. */
    void run() {
        turn.lock();
        try {
            work();
        } finally {
            turn.unlock();
        }
    }

    private void work() {
        List<Waiting> taken = new ArrayList<>(BATCH_MAX);
        boolean more = true;
        while (more) {
            more = take(taken);
            if (broken != null) {
                clearAway(broken);
            }
            if (more && taken.isEmpty() && ride.isEmpty()) {
                probe.askIfDue();
                continue;
            }
            Throwable failure = decide(taken);
            boolean gathered = false;
            while (alone && failure == null && more && (takeMore(taken) || (!gathered && gathers()))) {
                if (taken.isEmpty()) {
                    gather(taken);
                    gathered = true;
                }
                more = !Inbox.removeEnd(taken);
                failure = decide(taken);
            }
            if (!alone || failure != null || !more || !urgent.isEmpty() || isRideOver()) {
                finish(failure);
                if (ride.isEmpty()) {
                    probe.askInTrouble();
                }
            }
        }
        inbox.stopped();
        while (takeMore(taken)) {
            Inbox.removeEnd(taken);
            finish(decide(taken));
        }
    }

    /**
     * Waits for the first unit, or until the riders must be committed or the database asked, and takes all that wait.
     *
     * @return whether there can be more
     */
    private boolean take(List<Waiting> taken) {
        try {
            long now = System.nanoTime();
            Waiting first = inbox.await(turn, now, ride.sleepNanos(now));
            batchNanos = System.nanoTime();
            if (first != null) {
                taken.add(first);
                takeTurn();
            }
        } catch (InterruptedException e) {
            return true; // there is no reason to interrupt: close() puts a mark into the queue
        }
        takeMore(taken);
        return !Inbox.removeEnd(taken);
    }

    /**
     * Waits for the batches of other nodes before this one takes its units, if they are in the way: units that come in the meantime join it. A batch
     * that waited for a row later, with its units taken, would leave them to the next one, and each batch costs the server the same.
     */
    private void takeTurn() {
        if (!alone && crossing.isLikely()) {
            commits.attempt(Pulse.Work.TURN, 1, connection::takeTurn); // a failure shows again in the decision
        }
    }

    /** Returns whether a commit is due that other units will join in time. */
    private boolean gathers() {
        return !urgent.isEmpty()
                && ride.size() + urgent.size() < GATHERED
                && ride.canWait(GATHER)
                && crowd.getAsBoolean();
    }

    /** Sleeps through the arrival of units: to wake for each would cost more than it saves. */
    private void gather(List<Waiting> taken) {
        turn.unlock();
        try {
            LockSupport.parkNanos(GATHER.toNanos());
        } finally {
            turn.lock();
        }
        takeMore(taken);
    }

    /**
     * Rolls back after a unit has failed on the thread that offered it. The riders of the batch are decided again and committed. The unit
     * itself comes through the inbox.
     */
    private void clearAway(Throwable failure) {
        broken = null;
        commits.giveUp(failure);
        List<Waiting> told = List.copyOf(ride.units());
        ride.clear();
        if (!told.isEmpty()) {
            told.forEach(Waiting::rememberTold);
            commits.commitAnew(told);
        }
        ride.written();
    }

    /** Takes units that have come since: the larger a batch, the fewer commits. @return whether there were any */
    private boolean takeMore(List<Waiting> taken) {
        return inbox.drainTo(taken, BATCH_MAX - taken.size() - ride.size() - urgent.size());
    }

    /**
     * Has the riders decided and reports them; on a server with all other units, in one trip.
     *
     * @return the failure, or null
     */
    private @Nullable Throwable decide(List<Waiting> taken) {
        int rodeBefore = ride.size();
        for (Waiting waiting : taken) {
            (waiting.rides() && ride.isAllowed() ? ride.units() : urgent).add(waiting);
        }
        taken.clear();
        List<Waiting> fresh = ride.units().subList(rodeBefore, ride.size());
        List<Waiting> decidable = alone ? fresh : all();
        if (decidable.isEmpty()) {
            return null;
        }
        Throwable failure = commits.attempt(
                Pulse.Work.DECISION, decidable.size(), () -> batch.decide(connection.statements(), decidable));
        if (failure == null) {
            if (!alone) {
                crossing.decided(System.nanoTime() - batchNanos);
            }
            ride.decided(rodeBefore);
            commits.report(fresh, true);
        }
        return failure;
    }

    private boolean isRideOver() {
        return ride.size() + urgent.size() >= BATCH_MAX || ride.isOver();
    }

    /** Returns riders and others, in the order in which they are decided. */
    private List<Waiting> all() {
        return Stream.concat(ride.units().stream(), urgent.stream()).toList();
    }

    /** Commits everything taken so far. @param failed the failure of its decision, or null */
    private void finish(@Nullable Throwable failed) {
        List<Waiting> all = all();
        if (all.isEmpty()) {
            return;
        }
        List<Waiting> undecided = alone ? urgent : List.of();
        long began = System.nanoTime();
        Throwable failure = failed != null ? failed : commits.tryCommit(undecided, all.size());
        ride.clear();
        urgent.clear();
        if (failure != null) {
            ride.forbid();
        }
        commits.conclude(all, failure, began);
        ride.written();
    }

    /**
     * Whether batches of other nodes are in the way of this node's: they hold the row of an account that this batch needs. Known by the time that the
     * decision of a batch takes, compared with what it takes undisturbed. In the writer's turn only.
     */
    static final class Crossing {

        private static final long WAIT_NANOS = Duration.ofMillis(2).toNanos();

        /** The number of batches after the last held-up batch that will probably be held up, too. */
        private static final int EXPECTED = 32;

        private long undisturbedNanos = Long.MAX_VALUE;
        private int expected;

        /** Returns whether the next batch is likely to wait for one of another node. */
        boolean isLikely() {
            return expected > 0;
        }

        /** Notes a batch. @param nanos from its beginning to its decision, waits for other nodes included */
        void decided(long nanos) {
            boolean isHeldUp = undisturbedNanos != Long.MAX_VALUE && nanos > 2 * undisturbedNanos + WAIT_NANOS;
            expected = isHeldUp ? EXPECTED : Math.max(0, expected - 1);
            // The least of late: a slower network or database becomes the measure after some hundred batches.
            undisturbedNanos = undisturbedNanos == Long.MAX_VALUE
                    ? nanos
                    : Math.min(nanos, undisturbedNanos + undisturbedNanos / 128 + 1_000);
        }
    }
}
