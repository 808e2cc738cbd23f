package dev.tollgate.serving;

import dev.tollgate.base.log.Event;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.rollups.Rollups.CountAbandoned;
import dev.tollgate.calls.replay.Answers.FreeAbandoned;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases the holds of calls that were left open (D34): by an earlier run in an embedded database, by dead nodes in a shared
 * one. Thread-safe.
 */
public final class AbandonedHolds {

    private static final Logger log = LoggerFactory.getLogger(AbandonedHolds.class);

    private final Writer writer;
    private final InstantSource clock;
    private final AtomicLong atStart = new AtomicLong();
    private final AtomicLong ofDeadNodes = new AtomicLong();
    private final AtomicBoolean running = new AtomicBoolean();

    public AbandonedHolds(Writer writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    /** Blocks until none is left. */
    public void releaseAtStart() {
        int left;
        do {
            left = giveBackAndWait().outcome().size();
            atStart.addAndGet(left);
            if (left == ReleaseAbandoned.AT_ONCE_MAX) {
                log.info("more than {} calls were left open", ReleaseAbandoned.AT_ONCE_MAX);
            }
        } while (left == ReleaseAbandoned.AT_ONCE_MAX);
    }

    /** Does nothing while an earlier round still runs. Does not block. */
    public void releaseOfDeadNodes() {
        if (running.compareAndSet(false, true)) {
            giveBack().whenComplete((expired, failure) -> {
                running.set(false);
                if (failure == null && !expired.outcome().isEmpty()) {
                    int count = expired.outcome().size();
                    ofDeadNodes.addAndGet(count);
                    log.warn(Event.HOLDS_GIVEN_BACK, "gave back the holds of {} calls of dead nodes", count);
                }
            });
        }
    }

    private CompletableFuture<ReleaseAbandoned> giveBack() {
        ReleaseAbandoned expired = new ReleaseAbandoned(clock.instant());
        return writer.commit(Unit.of(expired, new CountAbandoned(expired), new FreeAbandoned(expired)))
                .thenApply(unit -> expired);
    }

    private ReleaseAbandoned giveBackAndWait() {
        try {
            return giveBack().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException failure ? failure : e;
        }
    }

    /** Returns the number of holds that this start has given back. */
    public long atStart() {
        return atStart.get();
    }

    /** Returns the number of holds of nodes that have died since the start. */
    public long ofDeadNodes() {
        return ofDeadNodes.get();
    }
}
