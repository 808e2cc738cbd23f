package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Charges one call: commits the call's row with charge and receipt, roll-ups, signatures and kept response together. Confined to its call. */
record Settling(Accounting accounting, Executor loop, Keeper keeper, Releases releases) {

    private static final Logger log = LoggerFactory.getLogger(Settling.class);

    /** Tries of a settlement whose outcome is unknown, about a minute. The caller waits for its end that long. */
    private static final int TRIES_MAX = 60;

    /** A settlement to commit. Each try needs a new unit with the same changes. */
    private record Due(Books.Settlement settlement, Settle settle, Consumer<Books.Settled> then) {}

    void begin(Books.Settlement settlement, Consumer<Books.Settled> then) {
        Settle settle = new Settle(
                settlement.taskId(),
                settlement.bill().chargeMicros(),
                TaskDetails.of(settlement),
                accounting.clock().instant());
        settle.endsFree(settlement.freeAnswers());
        List<Change> changes = changes(settlement, settle);
        Due due = new Due(settlement, settle, then);
        keeper.keep(
                settlement.request().accountId(),
                settle,
                kept -> kept(due, changes, kept),
                error -> refused(due, error));
    }

    private List<Change> changes(Books.Settlement settlement, Settle settle) {
        List<Change> changes = new ArrayList<>();
        changes.add(settle);
        changes.add(new CountCall(settle));
        if (!settlement.request().terms().isOfLine()) { // its conversation does not go on (J13)
            changes.addAll(signatures(settlement, settle));
        }
        changes.addAll(settlement.kept().apply(settle));
        if (FreeEnds.isCounted(settlement.request())) {
            changes.add(accounting.freeEnds().charging(settlement.request(), settle));
        }
        return changes;
    }

    private List<Change> signatures(Books.Settlement settlement, Settle settle) {
        return accounting
                .signatures()
                .keeping(
                        settle,
                        settlement.request().accountId(),
                        settlement.upstreamModel(),
                        settlement.channel(),
                        settlement.signed());
    }

    /** Offers the settlement. A fault before that releases the hold. */
    private void kept(Due due, List<Change> changes, List<Change> kept) {
        try {
            changes.addAll(kept);
            commit(due, Unit.of(changes), 0);
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(
                    Event.CALL_FAULT,
                    "task {} could not be settled",
                    due.settlement().taskId(),
                    LogFields.task(due.settlement().taskId()),
                    e);
            refused(due, StoreTrouble.givenBack());
        }
    }

    /**
     * Commits the settlement. If the store may have written it, the same settlement is retried until the store reports its state: only then is it
     * known whether the caller was charged or refused.
     */
    private void commit(Due due, Unit unit, int tries) {
        accounting.writer().commit(unit, loop, failure -> {
            Settle settle = due.settle();
            if (failure == null && settle.resolved()) {
                tell(due.settlement(), settle);
                due.then().accept(new Books.Charged());
            } else if (failure == null && tries > 0 && settle.isSettled()) {
                due.then().accept(new Books.Charged()); // by an earlier try
            } else if (failure == null) {
                due.then().accept(new Books.NotCharged(StoreTrouble.givenBack())); // this node was taken for dead (D34)
            } else if ((tries > 0 || failure.mayHaveTakenEffect()) && tries < TRIES_MAX) {
                Unit again = Unit.of(unit.changes());
                accounting.later().execute(() -> loop.execute(() -> commit(due, again, tries + 1)));
            } else {
                refused(due, StoreTrouble.unavailable(failure));
            }
        });
    }

    private void refused(Due due, ApiError error) {
        Books.Settlement settlement = due.settlement();
        releases.begin(
                settlement.taskId(),
                TaskDetails.released(settlement.answerModel(), error, settlement.trace()),
                () -> {});
        due.then().accept(new Books.NotCharged(error));
    }

    private void tell(Books.Settlement settlement, Settle settle) {
        tellShortfall(settlement, settle);
        tellOddUsage(settlement);
        if (settlement.excess() != null) {
            accounting
                    .excess()
                    .tell(settlement.taskId(), settlement.channel(), settlement.excess(), settlement.limits());
        }
    }

    /** Logs odd usage once a call. At INFO level if the response was cut or its caller disconnected, because a missing report is no fault then. */
    private static void tellOddUsage(Books.Settlement settlement) {
        if (settlement.flags().isEmpty()) {
            return;
        }
        log.atLevel(settlement.end() == Books.End.COMPLETED ? Level.WARN : Level.INFO)
                .addMarker(Event.USAGE_ANOMALY)
                .log(
                        "task {}: usage reported by channel {} was corrected before the charge: {}",
                        settlement.taskId(),
                        settlement.channel(),
                        String.join(
                                ", ",
                                settlement.flags().stream()
                                        .map(UsageFlag::wireName)
                                        .toList()),
                        LogFields.task(settlement.taskId()).of(settlement.answerModel(), settlement.channel()));
    }

    private static void tellShortfall(Books.Settlement settlement, Settle settle) {
        if (settle.shortfallMicros() > 0) {
            log.warn(
                    Event.SHORTFALL,
                    settle.isUncovered()
                            ? "task {}: usage exceeded hold and balance by {} micro-credits (shortfall) on channel {}"
                            : "task {}: estimated usage exceeded the hold by {} micro-credits (shortfall) on channel {}",
                    settlement.taskId(),
                    settle.shortfallMicros(),
                    settlement.channel(),
                    LogFields.task(settlement.taskId())
                            .ofAccount(settlement.request().accountId())
                            .of(settlement.answerModel(), settlement.channel()));
        }
        if (settle.shortfallsToday() == Ledger.SHORTFALLS_MAX) {
            log.warn(
                    Event.SHORTFALL,
                    "account {}: {} shortfalls today; until tomorrow its calls are held in full or refused",
                    settlement.request().accountId(),
                    settle.shortfallsToday(),
                    LogFields.account(settlement.request().accountId()));
        }
    }
}
