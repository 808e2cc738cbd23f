package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits units of work, many at a time. One platform thread takes what waits (at most {@value #BATCH_MAX} units), lets the parts
 * decide and write it, commits once and only then reports. While a commit is being synced the next batch gathers, so the batch grows
 * with the load and a lonely unit does not wait. Where there is a crowd ({@link #gatherWhile}) a small batch of an embedded database waits
 * {@link #GATHER} for company: there a commit of its own for each unit would keep the processor from what the others of the crowd wait for.
 *
 * <p>A unit may {@link #ride}: it is reported once it is decided. In an embedded database, where nobody else writes and what was decided
 * stays true, it is written with the next commit that somebody waits for, or after {@link #RIDE_MAX}. On a server, where other nodes wait
 * for the rows that were locked for it, it is written and committed at once. Riders are decided before
 * the other units that came with them: none depends on what may still fail. After a failed commit nothing rides until one
 * that would have ridden was durable when it was reported.
 *
 * <p>In an embedded database a rider need not even wake the writer: where all that it depends on is in memory and nothing else waits, the
 * thread that offers it decides it in the writer's turn, which it only takes where it is free.
 *
 * <p>When a batch fails it is rolled back and its units are tried one by one: one bad unit fails alone. Where other nodes write too,
 * a batch that another was in the way of is tried again first, and one that lost its connection over a new one. The parts run in the order
 * given, each over the whole batch, so a later part sees what the earlier ones decided.
 *
 * <p>Threading: {@code commit} and {@code ride} may be called from any thread and do not block. Completions are handed to the executor
 * given with them, from the writer's thread or the one that offers: the executor must only hand over (an event loop's, or a pool's with room).
 * Those of one batch and one executor are handed over as one task. What is not final belongs to whoever has the turn: the writer's thread but
 * while it waits for work. Nobody else ever waits for the turn.
 */
public final class Writer implements AutoCloseable {

    /** Units that may wait; a commit takes well under a millisecond, so a full queue means that the disk is in trouble. */
    public static final int WAITING_MAX = 10_000;

    public static final int BATCH_MAX = 256;

    /** How long a unit may be decided and not durable: less than an upstream takes to say its first word. */
    public static final Duration RIDE_MAX = Duration.ofMillis(20);

    /** What the end of an answer waits for others in a crowd. */
    static final Duration GATHER = Duration.ofMillis(4);

    /** So many units need no company: more of them would hardly make a commit cheaper for each. */
    static final int GATHERED = 32;

    private static final int AGAIN_MAX = 3;

    private static final Logger log = LoggerFactory.getLogger(Writer.class);
    private static final Completion NOBODY = failure -> {};

    private final WriterConnection connection;
    private final Batch batch;
    private final Inbox inbox;
    private final Thread thread;
    private final ReentrantLock turn = new ReentrantLock();
    private final Ride ride = new Ride();
    private final List<Waiting> urgent = new ArrayList<>();
    private final boolean alone;
    private final Pulse pulse = new Pulse();
    private long askedNanos = System.nanoTime();
    private long idleAskedNanos = System.nanoTime();
    private @Nullable Throwable broken;
    private volatile Runnable outcomeUnknown = () -> {};
    private volatile WriterObserver observer = WriterObserver.NONE;
    private volatile BooleanSupplier crowd = () -> false;

    /** Whether the log has the trouble that the store is in: units that are offered again and again then fail in silence. */
    private boolean troubleTold;

    /** A unit that was reported as decided. */
    public interface Riding {

        /** Whether it is durable by now. What fails later never becomes so: a unit that depends on it will say. */
        boolean isDurable();
    }

    Writer(WriterConnection connection, List<Part<?>> parts, int waitingMax) {
        this.connection = connection;
        this.batch = new Batch(parts);
        this.inbox = new Inbox(waitingMax);
        this.alone = connection.isEmbedded();
        this.thread = Thread.ofPlatform().name("tollgate-writer").unstarted(Fatal.lasting("the writer", this::run));
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

    /** @param observer told of all batches from now on */
    public void watchedBy(WriterObserver observer) {
        this.observer = observer;
    }

    /** @param crowd whether so much is under way that units will come, asked on the writer's thread before a small batch is committed */
    public void gatherWhile(BooleanSupplier crowd) {
        this.crowd = crowd;
    }

    /** Units that wait to be taken. From any thread. */
    public int waiting() {
        return inbox.size();
    }

    /** Whether units may be reported once they are decided: not after a failed commit, until one succeeds. From any thread. */
    public boolean rides() {
        return ride.isAllowed();
    }

    /**
     * Whether units were reported as decided that a reader of the database does not see yet. Whoever has to see them commits something,
     * which carries them along. From any thread.
     */
    public boolean hasToldUnwritten() {
        return ride.hasToldUnwritten();
    }

    /** Whether nobody else writes to the database: then what is decided stays true. */
    public boolean isEmbedded() {
        return alone;
    }

    /** Whether the database has not answered for two seconds: whoever begins to wait now may wait for long. From any thread. */
    public boolean isSilent() {
        return pulse.isSilent();
    }

    /** Why nothing could be written now, or null. Waits for nothing; from any thread. */
    public @Nullable String complaint() {
        return pulse.complaint();
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
        offer(new Waiting(unit, false, executor, completion, NOBODY));
    }

    /**
     * Offers a unit that is reported once it is decided, though it may not be durable yet. A crash may lose it, and so may a failure of
     * the store: then whatever depends on it fails too. Its parts must not write where they decide ({@link Part#decide}).
     *
     * @param completion as above, of the decision
     * @param lost called at most once, after the unit was reported as decided: why it is not written and never will be
     * @return tells when it is durable
     */
    public Riding ride(Unit unit, Executor executor, Completion completion, Completion lost) {
        Waiting waiting = new Waiting(unit, true, executor, completion, lost);
        batch.check(unit);
        if (decideAtOnce(waiting)) {
            Reports.handOver(executor, List.of(waiting), null);
        } else {
            offer(waiting);
        }
        return waiting;
    }

    /** Here and now, where that needs no wait and no database: two switches between threads less for a call that is alone. */
    private boolean decideAtOnce(Waiting waiting) {
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
                | Error e) { // what it has left behind of the batch the writer clears away, and tries all of it again
            Fatal.check(e);
            broken = e;
            inbox.wake();
            return false;
        }
        ride(waiting);
        return true;
    }

    private void ride(Waiting waiting) {
        long now = System.nanoTime();
        ride.add(waiting, now);
        waiting.reported();
        observer.reported(true, now - waiting.offeredNanos());
        inbox.wakeBefore(ride.endNanos());
    }

    private void offer(Waiting waiting) {
        batch.check(waiting.unit());
        inbox.offer(waiting);
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
            OnePage.beginAnew();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException failure ? failure : e;
        }
    }

    /** Takes no more units, commits those that wait, then returns. */
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

    private void run() {
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
                askIfDue();
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
                askWhereInTrouble();
            }
        }
        inbox.stopped();
        while (takeMore(taken)) {
            Inbox.removeEnd(taken);
            finish(decide(taken));
        }
    }

    /** A batch may be committed without a row that it changes: only what is surely written tells that the database takes it again. */
    private void askWhereInTrouble() {
        long now = System.nanoTime();
        if (pulse.isInTrouble() && ride.isEmpty() && now - askedNanos > Pulse.ASK_EVERY.toNanos()) {
            askedNanos = now;
            ask();
        }
    }

    /** Nobody has anything to write; whether it could be written is asked all the same, and no oftener where the writer is alert. */
    private void askIfDue() {
        long now = System.nanoTime();
        if (now - idleAskedNanos >= Pulse.ASK_EVERY.toNanos()) {
            idleAskedNanos = now;
            ask();
        }
    }

    private void ask() {
        boolean inTrouble = pulse.isInTrouble();
        if (!inTrouble && !pulse.mayCommit()) {
            attempt(connection::ask);
        } else if (probe(inTrouble) == null) {
            pulse.committed();
            if (inTrouble) {
                pulse.wrote();
                troubleTold = false;
            }
        }
    }

    /** Where a disk is full nobody calls, so room has to be made here, too. */
    private @Nullable Throwable probe(boolean inTrouble) {
        Throwable failure = attempt(() -> connection.probe(inTrouble));
        return failure != null && connection.makeRoom(failure) ? attempt(() -> connection.probe(inTrouble)) : failure;
    }

    /** Waits a while for the first unit, or until the riders must not wait longer; takes what else is there. @return whether there will be more */
    private boolean take(List<Waiting> taken) {
        try {
            long now = System.nanoTime();
            Waiting first = inbox.await(turn, now, ride.sleepNanos(now));
            if (first != null) {
                taken.add(first);
            }
        } catch (InterruptedException e) {
            return true; // nobody has a reason to interrupt: close() asks by a mark in the queue
        }
        takeMore(taken);
        return !Inbox.removeEnd(taken);
    }

    /** Whether a commit is due that others will come to in time. */
    private boolean gathers() {
        return !urgent.isEmpty()
                && ride.size() + urgent.size() < GATHERED
                && ride.canWait(GATHER)
                && crowd.getAsBoolean();
    }

    /** Is not woken by those who come: each of them would cost more than it saves. */
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
     * Something has gone wrong where a unit was decided by who offered it: of the batch nothing is left, so what rode in it is decided again
     * and written. The unit itself comes through the queue.
     */
    private void clearAway(Throwable failure) {
        broken = null;
        connection.giveUp(failure);
        batch.undone();
        List<Waiting> told = List.copyOf(ride.units());
        ride.clear();
        if (!told.isEmpty()) {
            told.forEach(Waiting::rememberTold);
            Throwable again = attempt(() -> commitWith(told));
            if (again == null) {
                committed(told);
            } else {
                commitAgain(told, again);
            }
        }
        ride.written();
    }

    /** What has come meanwhile goes along: the larger a batch, the fewer commits. @return whether there was anything */
    private boolean takeMore(List<Waiting> taken) {
        return inbox.drainTo(taken, BATCH_MAX - taken.size() - ride.size() - urgent.size());
    }

    /**
     * Decides the riders and tells of it; on a server with all else that has come, in one trip.
     *
     * @return why it could not be decided, or null
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
        Throwable failure = attempt(() -> batch.decide(connection.statements(), units(decidable)));
        if (failure == null) {
            ride.decided(rodeBefore);
            tellWaits(fresh, true);
            Reports.report(fresh, null);
        }
        return failure;
    }

    private boolean isRideOver() {
        return ride.size() + urgent.size() >= BATCH_MAX || ride.isOver();
    }

    /** In the order in which it is decided. */
    private List<Waiting> all() {
        return Stream.concat(ride.units().stream(), urgent.stream()).toList();
    }

    /** Commits all that is at hand. @param failed why it could not even be decided, or null */
    private void finish(@Nullable Throwable failed) {
        List<Waiting> all = all();
        if (all.isEmpty()) {
            return;
        }
        List<Waiting> undecided = alone ? urgent : List.of();
        long began = System.nanoTime();
        Throwable failure = failed != null ? failed : attempt(() -> commitWith(undecided));
        ride.clear();
        urgent.clear();
        if (failure != null) {
            ride.forbid();
        }
        if (failure == null) {
            committed(all);
            observer.ended(WriterObserver.BatchEnd.COMMITTED, all.size(), System.nanoTime() - began);
        } else {
            all.forEach(Waiting::rememberTold);
            WriterObserver.BatchEnd end = commitAgain(all, failure);
            observer.ended(end, all.size(), System.nanoTime() - began);
        }
        ride.written();
    }

    /** Where another node was in the way, the connection was lost before the commit, or room was made, the batch may succeed now. */
    private WriterObserver.BatchEnd commitAgain(List<Waiting> all, Throwable before) {
        Throwable failure = before;
        for (int again = 0; again < AGAIN_MAX && failure != null && mayPass(Failures.kind(failure)); again++) {
            if (!pulse.isInTrouble()) { // else the cause was told
                log.info("a batch of {} units is tried again: {}", all.size(), failure.getMessage());
            }
            failure = attempt(() -> commitWith(all));
        }
        if (failure != null && connection.makeRoom(failure)) {
            failure = attempt(() -> commitWith(all));
        }
        if (failure == null) {
            committed(all);
            return WriterObserver.BatchEnd.AGAIN;
        }
        if (all.size() == 1 || isEveryones(Failures.kind(failure))) {
            boolean isTold = troubleTold && pulse.isInTrouble() && !(failure instanceof OutcomeUnknown);
            Reports.fail(all, failure, isTold);
            troubleTold = pulse.isInTrouble();
            return failure instanceof OutcomeUnknown ? WriterObserver.BatchEnd.UNKNOWN : WriterObserver.BatchEnd.FAILED;
        }
        all.forEach(this::commitAlone);
        return WriterObserver.BatchEnd.SPLIT;
    }

    private void tellWaits(List<Waiting> some, boolean ride) {
        long now = System.nanoTime();
        for (int i = 0; i < some.size(); i++) {
            Waiting waiting = some.get(i);
            if (!waiting.isReported()) {
                observer.reported(ride, now - waiting.offeredNanos());
            }
        }
    }

    private void commitAlone(Waiting waiting) {
        List<Waiting> alone = List.of(waiting);
        Throwable failure = attempt(() -> commitWith(alone));
        if (failure == null) {
            committed(alone);
        } else {
            commitAgain(alone, failure);
        }
    }

    /** A failure that says nothing about the units: each of them alone would meet it again. */
    private static boolean isEveryones(Failures.Kind kind) {
        return kind == Failures.Kind.DISCONNECTED || kind == Failures.Kind.UNAVAILABLE;
    }

    private static boolean mayPass(Failures.Kind kind) {
        return kind == Failures.Kind.CONFLICT || kind == Failures.Kind.DISCONNECTED;
    }

    private static List<Unit> units(List<Waiting> some) {
        return some.stream().map(waiting -> waiting.unit()).toList();
    }

    /** Commits what was decided before, and these. */
    private void commitWith(List<Waiting> more) throws Exception {
        Statements statements = connection.statements();
        batch.decide(statements, units(more));
        for (Waiting waiting : more) {
            waiting.requireAsTold();
        }
        batch.write(statements);
        connection.commit();
        batch.committed();
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    /** After a failure nothing of the batch is left, in the database and in the parts. */
    private @Nullable Throwable attempt(Step step) {
        try {
            step.run();
            pulse.answered();
            return null;
        } catch (OutcomeUnknown e) {
            pulse.failed(e);
            outcomeUnknown.run();
            batch.undone();
            return e;
        } catch (Throwable e) {
            Fatal.check(e);
            pulse.failed(e);
            connection.giveUp(e);
            batch.undone();
            return e;
        }
    }

    private void committed(List<Waiting> all) {
        pulse.committed();
        troubleTold = false;
        for (Waiting waiting : all) {
            waiting.becameDurable();
            if (waiting.rides() && waiting.unit().writes()) {
                ride.allow();
            }
        }
        tellWaits(all, false);
        Reports.report(all, null);
    }
}
