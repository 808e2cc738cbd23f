package dev.tollgate.books.rollups;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The part of the writer's work that keeps the roll-ups, and the sweep that folds them. */
public final class Rollups {

    /** The days that quarters are kept by the clock; in addition an account keeps the quarters of its newest 99 days with calls. */
    public static final int QUARTER_DAYS = 100;

    public static final Duration SWEEP_EVERY = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(Rollups.class);

    private final Writer writer;
    private final InstantSource clock;
    private final AtomicBoolean sweeping = new AtomicBoolean();

    public Rollups(Writer writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    /** Returns the part, which follows the ledger and the tasks. @param nodeId owner of the operator's rows; evaluated on the writer's thread */
    public static Part<?> part(Supplier<String> nodeId) {
        return new RollupsPart(nodeId);
    }

    /**
     * Folds days that are due, a few accounts in each commit, and deletes old quarters. Safe on several servers at the same time: one does
     * the work. Blocks; a second call at the same time does nothing.
     */
    public void sweep() {
        if (!sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            FoldUsage step;
            do {
                step = new FoldUsage(clock.instant());
                writer.commitAndWait(Unit.of(step));
            } while (step.isMore());
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "usage could not be folded into days; trying again next time", e);
        } finally {
            sweeping.set(false);
        }
    }
}
