package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the writer and its database answer. Told by the writer's thread, asked by any. */
final class Pulse {

    /** How often the database is asked when there is nothing to write. */
    static final Duration ASK_EVERY = Duration.ofMillis(250);

    /** How often it commits something when there is nothing to write: what can be read may still not be written. */
    static final Duration COMMIT_EVERY = Duration.ofSeconds(2);

    private static final Duration UNCOMMITTED_MAX = Duration.ofSeconds(10);

    /** Readiness is to end within a second. */
    private static final Duration SILENT_MAX = Duration.ofMillis(900);

    /** From then on nobody should begin to wait. Longer than a busy machine keeps a commit waiting. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(Pulse.class);

    private volatile long answeredNanos = System.nanoTime();
    private volatile long committedNanos = System.nanoTime();
    private volatile @Nullable String trouble;

    /** Whether the log has a unit's failure in the present trouble. In the writer's turn only. */
    private boolean logged;

    /** The database has answered, if only to what was read. */
    void answered() {
        answeredNanos = System.nanoTime();
    }

    /** A commit has taken place, of something or of nothing. */
    void committed() {
        committedNanos = System.nanoTime();
        logged = false;
    }

    /** Whether it is time to try whether a commit takes place. */
    boolean mayCommit() {
        return System.nanoTime() - committedNanos > COMMIT_EVERY.toNanos();
    }

    /** The database has taken something. */
    void wrote() {
        if (trouble != null) {
            trouble = null;
            log.info(Event.STORE_BACK, "the database takes what is written again");
        }
    }

    void failed(Throwable failure) {
        if (!Failures.isOfStore(failure)) {
            return;
        }
        if (trouble == null) {
            log.error(Event.STORE_UNAVAILABLE, "the database takes nothing: {}", failure.toString());
        }
        trouble = failure instanceof StoreUnavailable ? failure.getMessage() : "the database takes nothing";
    }

    /** The log has the failure of a unit. */
    void logged() {
        logged = isInTrouble();
    }

    /** Returns whether the log has a failure of the present trouble: units that are offered again and again then fail without a log line. */
    boolean isTroubleLogged() {
        return logged && isInTrouble();
    }

    /** Whether nothing was written since something could not be. */
    boolean isInTrouble() {
        return trouble != null;
    }

    /** Whether it has not answered for so long that nobody should begin to wait for it. */
    boolean isSilent() {
        return System.nanoTime() - answeredNanos > PATIENCE.toNanos();
    }

    /** What is wrong, or null. */
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
