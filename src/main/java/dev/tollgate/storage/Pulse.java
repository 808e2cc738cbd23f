package dev.tollgate.storage;

import dev.tollgate.log.Event;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the writer and its database answer. Told by the writer's thread, asked by any. */
final class Pulse {

    /** How often the database is asked when there is nothing to write. */
    static final Duration ASK_EVERY = Duration.ofMillis(250);

    /** Readiness is to end within a second. */
    private static final Duration SILENT_MAX = Duration.ofMillis(900);

    private static final Logger log = LoggerFactory.getLogger(Pulse.class);

    private volatile long answeredNanos = System.nanoTime();
    private volatile @Nullable String trouble;

    /** The database has answered, if only to what was read. */
    void answered() {
        answeredNanos = System.nanoTime();
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

    /** Whether nothing was written since something could not be. */
    boolean isInTrouble() {
        return trouble != null;
    }

    /** What is wrong, or null. */
    @Nullable
    String complaint() {
        String now = trouble;
        if (now != null) {
            return now;
        }
        boolean silent = System.nanoTime() - answeredNanos > SILENT_MAX.toNanos();
        return silent ? "the writer or the database does not answer" : null;
    }
}
