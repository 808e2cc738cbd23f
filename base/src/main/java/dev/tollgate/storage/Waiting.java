package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unit that was offered to the writer, with its completions. A class and not a record: two of them are never equal. Fields that are not
 * final belong to the thread that has the writer's turn, except for {@code durable}.
 */
final class Waiting implements Riding {

    private static final Logger log = LoggerFactory.getLogger(Waiting.class);

    private final Unit unit;
    private final boolean rides;
    private final Executor executor;
    private final Completion completion;
    private final Completion lost;
    private final long offeredNanos = System.nanoTime();
    private boolean reported;
    private @Nullable List<Object> told;
    private volatile boolean durable;

    Waiting(Unit unit, boolean rides, Executor executor, Completion completion, Completion lost) {
        this.unit = unit;
        this.rides = rides;
        this.executor = executor;
        this.completion = completion;
        this.lost = lost;
    }

    Unit unit() {
        return unit;
    }

    long offeredNanos() {
        return offeredNanos;
    }

    /** Returns whether it may be reported before it is durable. */
    boolean rides() {
        return rides;
    }

    Executor executor() {
        return executor;
    }

    @Override
    public boolean isDurable() {
        return durable;
    }

    void becameDurable() {
        durable = true;
    }

    boolean isReported() {
        return reported;
    }

    void reported() {
        reported = true;
    }

    /** Remembers the reported outcomes of a batch that failed: its second decision has to give the same. */
    void rememberTold() {
        told = reported ? unit.outcomes() : null;
    }

    /** @throws IllegalStateException if the second decision differs from the reported one */
    void requireAsTold() {
        if (told != null && !told.equals(unit.outcomes())) {
            throw new IllegalStateException("told as " + told + ", and now " + unit.outcomes());
        }
    }

    /** Reports the outcome. On its executor. */
    void tellOutcome(@Nullable StoreException failure) {
        tell(completion, failure);
    }

    /** Reports the loss of a unit that was reported as decided. On its executor. */
    void tellLost(StoreException failure) {
        tell(lost, failure);
    }

    private static void tell(Completion told, @Nullable StoreException failure) {
        try {
            told.completed(failure);
        } catch (RuntimeException | Error e) { // the other units of the batch wait for their reports
            Fatal.check(e);
            log.error("a completion has failed", e);
        }
    }
}
