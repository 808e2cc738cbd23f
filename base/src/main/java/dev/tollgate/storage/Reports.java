package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports outcomes to the callers that offered units: in the writer's turn, on their own executors. */
final class Reports {

    private static final Logger log = LoggerFactory.getLogger(Reports.class);

    private Reports() {}

    /**
     * Reports a failure: to units that were reported as decided as their loss, to the others as their outcome.
     *
     * @param isTold whether the log already has the failure
     */
    static void fail(List<Waiting> all, Throwable failure, boolean isTold) {
        if (failure instanceof Unit.Refused) {
            log.info("a unit of work was refused: {}", failure.getMessage());
        } else if (all.size() == 1 && Failures.isTaken(failure)) {
            log.warn("a unit of work was refused, because a row of it exists: {}", Failures.why(failure));
        } else if (!isTold) {
            log.error(
                    Event.STORE_UNAVAILABLE,
                    "{} of work failed: {}",
                    all.size() == 1 ? "a unit" : all.size() + " units",
                    Failures.why(failure),
                    failure);
        }
        StoreException told = Failures.of(failure);
        List<Waiting> unreported = new ArrayList<>();
        for (Waiting waiting : all) {
            if (waiting.isReported()) {
                tellLost(waiting, told);
            } else {
                waiting.unit().forgetOutcomes();
                unreported.add(waiting);
            }
        }
        report(unreported, told);
    }

    private static void tellLost(Waiting waiting, StoreException failure) {
        try {
            waiting.executor().execute(() -> waiting.tellLost(failure));
        } catch (RuntimeException e) {
            log.warn("the loss of a unit could not be handed over", e);
        }
    }

    /**
     * Reports each unit once: units that were reported as decided are passed over. Those of one executor are handed over
     * together, since waking an event loop for each would cost more than the reports themselves.
     */
    static void report(List<Waiting> some, @Nullable StoreException failure) {
        Map<Executor, List<Waiting>> byExecutor = new IdentityHashMap<>();
        for (Waiting waiting : some) {
            if (!waiting.isReported()) {
                waiting.reported();
                byExecutor
                        .computeIfAbsent(waiting.executor(), executor -> new ArrayList<>())
                        .add(waiting);
            }
        }
        byExecutor.forEach((executor, told) -> handOver(executor, told, failure));
    }

    /** Hands the reports of one executor over as one task. */
    static void handOver(Executor executor, List<Waiting> told, @Nullable StoreException failure) {
        try {
            executor.execute(() -> told.forEach(waiting -> waiting.tellOutcome(failure)));
        } catch (RuntimeException e) {
            log.warn("the outcome of {} units could not be handed over", told.size(), e);
        }
    }
}
