package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The health of the writer and its database. The writer's thread reports, any thread reads. */
final class Pulse {

    /** The interval of queries while there is nothing to write. */
    static final Duration ASK_EVERY = Duration.ofMillis(250);

    /** The interval of commits while there is nothing to write: a database that can be read may not accept writes. */
    static final Duration COMMIT_EVERY = Duration.ofSeconds(2);

    private static final Duration UNCOMMITTED_MAX = Duration.ofSeconds(10);

    /** A silence after which the server is not ready: readiness has to end within a second. */
    private static final Duration SILENT_MAX = Duration.ofMillis(900);

    /** A silence after which new waits are refused. Longer than a busy machine delays a commit. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Pulse.class);

    private volatile long answeredNanos = System.nanoTime();
    private volatile long committedNanos = System.nanoTime();
    private volatile @Nullable String trouble;

    /** A mark that the log has a unit's failure in the present trouble. In the writer's turn only. */
    private boolean logged;

    /** Notes that the database has answered, even if only to a read. */
    void answered() {
        answeredNanos = System.nanoTime();
    }

    /** Notes a commit, even of nothing. */
    void committed() {
        committedNanos = System.nanoTime();
        logged = false;
    }

    /** Returns whether a commit is due as a check. */
    boolean mayCommit() {
        return System.nanoTime() - committedNanos > COMMIT_EVERY.toNanos();
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

    /** Returns whether it has not answered for so long that new waits should be refused. */
    boolean isSilent() {
        return System.nanoTime() - answeredNanos > PATIENCE.toNanos();
    }

    /** Returns the present problem, or null. */
    @Nullable
    String complaint() {
        String now = trouble;
        if (now != null) {
            return now;
        }
        if (System.nanoTime() - answeredNanos > SILENT_MAX.toNanos()) {
            return "the writer or the database does not answer";
        }
        boolean uncommitted = System.nanoTime() - committedNanos > UNCOMMITTED_MAX.toNanos();
        return uncommitted ? "nothing was committed for ten seconds" : null;
    }
}
