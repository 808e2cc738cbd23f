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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the periods of plans, and ends plans whose last period has passed (Z45, Z50), or whose period is paid with credits of the sandbox, which serve nothing
 * any more (K16). Several servers may sweep at once: a plan's row changes once. A period whose credits the ledger refuses is tried again with each sweep while
 * it lasts. Thread-safe; blocks.
 */
public final class PlanSweep {

    public static final Duration EVERY = Duration.ofSeconds(1);

    /** The plans of one commit: each has up to three changes. */
    private static final int ROWS_MAX = 20;

    private static final Duration WARN_EVERY = Duration.ofMinutes(1);
    private static final Logger log = LoggerFactory.getLogger(PlanSweep.class);

    private final Plans plans;
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private final Writer writer;
    private final BooleanSupplier isReal;
    private final InstantSource clock;
    private volatile Instant warnedAt = Instant.MIN;
    private volatile Instant lookAt = Instant.MIN;

    /** @param isReal whether the installation's calls cost money: credits of the sandbox serve nothing there */
    public PlanSweep(Plans plans, Writer writer, BooleanSupplier isReal, InstantSource clock) {
        this.plans = plans;
        this.writer = writer;
        this.isReal = isReal;
        this.clock = clock;
    }

    public void sweep() {
        Instant now = clock.instant();
        boolean hasTurned = each(
                after -> plans.due(now, after, ROWS_MAX),
                due -> turn(due.stream().map(its -> plans.next(its, now)).toList(), now));
        if (isReal.getAsBoolean() && (hasTurned || !now.isBefore(lookAt))) {
            lookAt = now.plus(LOOK_EVERY);
            each(
                    after -> plans.ofSandbox(after, ROWS_MAX),
                    unpaid -> unpaid.forEach(its -> {
                        if (its.due() <= Subscription.DUE_MAX) { // else once fewer of those that were assigned are left
                            turn(List.of(plans.unpaid(its, now)), now);
                        }
                    }));
        }
    }

    /** Takes plans by the page. @return whether there was one */
    private static boolean each(Function<String, List<Subscription>> pages, Consumer<List<Subscription>> take) {
        String after = "";
        List<Subscription> page;
        do {
            page = pages.apply(after);
            if (!page.isEmpty()) {
                take.accept(page);
                after = page.getLast().accountId();
            }
        } while (page.size() == ROWS_MAX);
        return !after.isEmpty();
    }

    /** Returns the newest plan of an account as the calendar has it now; null if it never had one. */
    public @Nullable Subscription present(String accountId) {
        Subscription last = plans.last(accountId);
        Instant now = clock.instant();
        if (last == null || !last.isDue(now)) {
            return last;
        }
        turn(List.of(plans.next(last, now)), now);
        return plans.last(accountId);
    }

    private void turn(List<Turn> turns, Instant now) {
        List<Change> changes = new ArrayList<>();
        turns.forEach(turn -> changes.addAll(turn.changes()));
        writer.commitAndWait(Unit.of(changes));
        for (Turn turn : turns) {
            ApiError refusal = turn.refusal();
            if (refusal != null && warnedAt.isBefore(now.minus(WARN_EVERY))) {
                warnedAt = now;
                log.warn("the plan of account {} cannot go on: {}", turn.after().accountId(), refusal.message());
            }
        }
    }
}
