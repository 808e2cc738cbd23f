package dev.tollgate.books.plans;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the periods of plans, and ends plans whose last period has passed (Z45, Z50). Several servers may sweep at once: a plan's row changes once. A period
 * whose credits the ledger refuses is tried again with each sweep while it lasts. Thread-safe; blocks.
 */
public final class PlanSweep {

    public static final Duration EVERY = Duration.ofSeconds(1);

    /** The plans of one commit: each has up to three changes. */
    private static final int ROWS_MAX = 20;

    private static final Duration WARN_EVERY = Duration.ofMinutes(1);
    private static final Logger log = LoggerFactory.getLogger(PlanSweep.class);

    private final Plans plans;
    private final Writer writer;
    private final InstantSource clock;
    private volatile Instant warnedAt = Instant.MIN;

    public PlanSweep(Plans plans, Writer writer, InstantSource clock) {
        this.plans = plans;
        this.writer = writer;
        this.clock = clock;
    }

    public void sweep() {
        Instant now = clock.instant();
        String after = "";
        List<Subscription> due;
        do {
            due = plans.due(now, after, ROWS_MAX);
            if (!due.isEmpty()) {
                turn(due, now);
                after = due.getLast().accountId();
            }
        } while (due.size() == ROWS_MAX);
    }

    /** Returns the newest plan of an account as the calendar has it now; null if it never had one. */
    public @Nullable Subscription present(String accountId) {
        Subscription last = plans.last(accountId);
        Instant now = clock.instant();
        if (last == null || !last.isDue(now)) {
            return last;
        }
        turn(List.of(last), now);
        return plans.last(accountId);
    }

    private void turn(List<Subscription> due, Instant now) {
        List<Turn> turns = due.stream().map(each -> plans.next(each, now)).toList();
        List<Change> changes = new ArrayList<>();
        turns.forEach(turn -> changes.addAll(turn.changes()));
        writer.commitAndWait(Unit.of(changes));
        for (Turn turn : turns) {
            ApiError refusal = turn.refusal();
            if (refusal != null && warnedAt.isBefore(now.minus(WARN_EVERY))) {
                warnedAt = now;
                log.warn(
                        "a period of the plan of account {} cannot begin: {}",
                        turn.after().accountId(),
                        refusal.message());
            }
        }
    }
}
