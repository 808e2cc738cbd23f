package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health of the writer and its database. The writer's thread reports, any thread reads. A silence is the database's only in time that this process
 * had: while the whole process is stopped, its clock is, too.
 */
final class Pulse {

    /** The interval of queries while there is nothing to write. */
    static final Duration ASK_EVERY = Duration.ofMillis(250);

    /** The interval of commits while there is nothing to write: a database that can be read may not accept writes. */
    static final Duration COMMIT_EVERY = Duration.ofSeconds(2);

    private static final Duration UNCOMMITTED_MAX = Duration.ofSeconds(10);

    /** A silence after which the server is not ready: readiness has to end within a second. */
    private static final Duration SILENT_MAX = Duration.ofMillis(900);

    /** The time without an answer that refuses new waits. Longer than a busy machine delays a commit. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Pulse.class);

    private final LongAdder refusals = new LongAdder();

    /** The refusals since the last answer. */
    private final AtomicLong refused = new AtomicLong();

    private volatile LongSupplier clock = System::nanoTime;
    private volatile long answeredNanos = System.nanoTime();
    private volatile long committedNanos = System.nanoTime();
    private volatile @Nullable Question unanswered;
    private volatile @Nullable String trouble;

    /** The kinds of questions to the database. */
    enum Work {
        CHECK("a check"),
        TURN("a wait for its turn"),
        DECISION("a decision"),
        COMMIT("a commit");

        private final String words;

        Work(String words) {
            this.words = words;
        }
    }

    /** The first question after an answer. @param units the units of work that it is about */
    private record Question(Work work, int units, long nanos) {}

    /** @param had the time that this process has had, in nanoseconds, for differences */
    void timedBy(LongSupplier had) {
        clock = had;
    }

    private long since(long nanos) {
        return clock.getAsLong() - nanos;
    }

    /** Notes a question to the database. */
    void asked(Work work, int units) {
        if (unanswered == null) {
            unanswered = new Question(work, units, clock.getAsLong());
        }
    }

    /** A mark that the log has a unit's failure in the present trouble. In the writer's turn only. */
    private boolean logged;

    /** Notes that the database has answered, even if only to a read. */
    void answered() {
        answeredNanos = clock.getAsLong();
        Question question = unanswered;
        unanswered = null;
        if (question != null && refused.get() > 0) {
            log.info(
                    Event.STORE_BACK,
                    "the database answers again, after {} ms; refused requests: {}",
                    TimeUnit.NANOSECONDS.toMillis(since(question.nanos())),
                    refused.getAndSet(0));
        }
    }

    /** Notes a commit, even of nothing. */
    void committed() {
        committedNanos = clock.getAsLong();
        logged = false;
    }

    /** Returns whether a commit is due as a check. */
    boolean mayCommit() {
        return since(committedNanos) > COMMIT_EVERY.toNanos();
    }

    /** Notes that the database accepted a write. */
    void wrote() {
        if (trouble != null) {
            trouble = null;
            log.info(Event.STORE_BACK, "the database accepts writes again");
        }
    }

    void failed(Throwable failure) {
        if (!Failures.isOfStore(failure)) {
            return;
        }
        if (trouble == null) {
            log.error(Event.STORE_UNAVAILABLE, "the database accepts no writes: {}", failure.toString());
        }
        trouble = failure instanceof StoreUnavailable ? failure.getMessage() : "the database accepts no writes";
    }

    /** Notes that the failure of a unit was logged. */
    void logged() {
        logged = isInTrouble();
    }

    /** Returns whether the log has a failure of the present trouble: units that are offered again and again then fail without a log line. */
    boolean isTroubleLogged() {
        return logged && isInTrouble();
    }

    /** Returns whether a write has failed and none has succeeded since. */
    boolean isInTrouble() {
        return trouble != null;
    }

    /**
     * Returns whether a question is unanswered for so long that a new wait is refused. Counts the refusal, and logs the first since the
     * last answer.
     *
     * @param waiting the units of work that wait for the writer
     */
    boolean refuses(int waiting) {
        Question question = unanswered;
        long silence = question == null ? 0 : since(question.nanos());
        if (question == null || silence <= PATIENCE.toNanos()) {
            return false;
        }
        refusals.increment();
        if (refused.getAndIncrement() == 0) {
            log.error(
                    Event.STORE_UNAVAILABLE,
                    "requests are refused: the database has not answered {} for {} ms; units of work in it: {}, waiting for the writer: {}",
                    question.work().words,
                    TimeUnit.NANOSECONDS.toMillis(silence),
                    question.units(),
                    waiting);
        }
        return true;
    }

    long refusals() {
        return refusals.sum();
    }

    /** Returns the present problem, or null. */
    @Nullable
    String complaint() {
        String now = trouble;
        if (now != null) {
            return now;
        }
        if (since(answeredNanos) > SILENT_MAX.toNanos()) {
            return "the writer or the database does not answer";
        }
        boolean uncommitted = since(committedNanos) > UNCOMMITTED_MAX.toNanos();
        return uncommitted ? "nothing was committed for ten seconds" : null;
    }
}
