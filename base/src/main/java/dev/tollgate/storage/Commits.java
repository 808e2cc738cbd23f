package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.storage.StoreUnavailable.OutcomeUnknown;
import dev.tollgate.storage.WriterObserver.BatchEnd;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits decided units and reports their outcome. A batch that fails is rolled back. It is tried again if another node was in its way, the
 * connection was lost before the commit, or there is room on the disk again. After that its units are tried one by one, so that a bad unit
 * fails alone. In the writer's turn only, except for the setters.
 */
final class Commits {

    private static final int AGAIN_MAX = 3;

    private static final Logger log = LoggerFactory.getLogger(Commits.class);

    private final WriterConnection connection;
    private final Batch batch;
    private final Ride ride;
    private final Pulse pulse;
    private volatile Runnable outcomeUnknown = () -> {};
    private volatile WriterObserver observer = WriterObserver.NONE;

    /** A piece of work on the database. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    Commits(WriterConnection connection, Batch batch, Ride ride, Pulse pulse) {
        this.connection = connection;
        this.batch = batch;
        this.ride = ride;
        this.pulse = pulse;
    }

    void whenOutcomeUnknown(Runnable action) {
        outcomeUnknown = action;
    }

    void watchedBy(WriterObserver watching) {
        observer = watching;
    }

    /**
     * Runs a step. If it fails, nothing of the batch is left in the database and in the parts.
     *
     * @param units the units of work that it is about
     * @return the failure, or null
     */
    @Nullable
    Throwable attempt(Pulse.Work work, int units, Step step) {
        pulse.asked(work, units);
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
            giveUp(e);
            return e;
        }
    }

    /** Rolls back and has the parts forget the batch. */
    void giveUp(Throwable failure) {
        connection.giveUp(failure);
        batch.undone();
    }

    /**
     * Decides the given units after those that are decided, and commits all of them.
     *
     * @param units the number of all of them
     * @return the failure, or null
     */
    @Nullable
    Throwable tryCommit(List<Waiting> undecided, int units) {
        return attempt(Pulse.Work.COMMIT, units, () -> {
            Statements statements = connection.statements();
            batch.decide(statements, undecided);
            for (Waiting waiting : undecided) {
                waiting.requireAsTold();
            }
            batch.write(statements);
            connection.commit();
            batch.committed();
        });
    }

    /** Decides and commits units of a batch that was rolled back, and reports them. */
    void commitAnew(List<Waiting> some) {
        Throwable failure = tryCommit(some, some.size());
        if (failure == null) {
            committed(some);
        } else {
            commitAgain(some, failure);
        }
    }

    /** Reports a batch that was committed, or tries it again. @param failure of its first commit, or null */
    void conclude(List<Waiting> all, @Nullable Throwable failure, long beganNanos) {
        BatchEnd end = BatchEnd.COMMITTED;
        if (failure == null) {
            committed(all);
        } else {
            all.forEach(Waiting::rememberTold);
            end = commitAgain(all, failure);
        }
        observer.ended(end, all.size(), System.nanoTime() - beganNanos);
    }

    private BatchEnd commitAgain(List<Waiting> all, Throwable before) {
        Throwable failure = before;
        for (int again = 0; again < AGAIN_MAX && failure != null && mayPass(Failures.kind(failure)); again++) {
            if (!pulse.isInTrouble()) { // otherwise the cause has been logged
                log.info("a batch of {} units is tried again: {}", all.size(), failure.getMessage());
            }
            failure = tryCommit(all, all.size());
        }
        if (failure != null && connection.makeRoom(failure)) {
            failure = tryCommit(all, all.size());
        }
        if (failure == null) {
            committed(all);
            return BatchEnd.AGAIN;
        }
        if (all.size() == 1 || isEveryones(Failures.kind(failure))) {
            boolean isUnknown = failure instanceof OutcomeUnknown;
            Reports.fail(all, failure, pulse.isTroubleLogged() && !isUnknown);
            pulse.logged();
            return isUnknown ? BatchEnd.UNKNOWN : BatchEnd.FAILED;
        }
        all.forEach(waiting -> commitAnew(List.of(waiting)));
        return BatchEnd.SPLIT;
    }

    /** Returns whether a failure says nothing about the units: each of them alone would meet it again. */
    private static boolean isEveryones(Failures.Kind kind) {
        return kind == Failures.Kind.DISCONNECTED || kind == Failures.Kind.UNAVAILABLE;
    }

    private static boolean mayPass(Failures.Kind kind) {
        return kind == Failures.Kind.CONFLICT || kind == Failures.Kind.DISCONNECTED;
    }

    private void committed(List<Waiting> all) {
        pulse.committed();
        for (Waiting waiting : all) {
            waiting.becameDurable();
            if (waiting.rides() && waiting.unit().writes()) {
                ride.allow();
            }
        }
        report(all, false);
    }

    /** Reports units that succeeded, and their waiting times. @param riding whether they are decided only */
    void report(List<Waiting> some, boolean riding) {
        long now = System.nanoTime();
        for (int i = 0; i < some.size(); i++) {
            Waiting waiting = some.get(i);
            if (!waiting.isReported()) {
                observer.reported(riding, now - waiting.offeredNanos());
            }
        }
        Reports.report(some, null);
    }

    /** Notes that the thread that offers a unit reports it itself. */
    void reported(Waiting rider, long now) {
        rider.reported();
        observer.reported(true, now - rider.offeredNanos());
    }
}
