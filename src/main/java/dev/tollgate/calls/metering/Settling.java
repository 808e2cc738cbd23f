package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.receipts.WriteReceipt;
import dev.tollgate.books.rollups.CallEnd;
import dev.tollgate.books.rollups.CallFigures;
import dev.tollgate.books.rollups.CountCall;
import dev.tollgate.books.tasks.CloseTask;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Charges one call: charge, receipt, task, signatures and kept answer in one commit. Confined to its call. */
final class Settling {

    private static final Logger log = LoggerFactory.getLogger(Settling.class);

    /** A caller waits for the end of its answer meanwhile; about a minute. */
    private static final int TRIES_MAX = 60;

    private final Accounting accounting;
    private final Executor loop;
    private final Keeper keeper;
    private final Releases releases;

    Settling(Accounting accounting, Executor loop, Keeper keeper, Releases releases) {
        this.accounting = accounting;
        this.loop = loop;
        this.keeper = keeper;
        this.releases = releases;
    }

    /** A unit is used once; a settlement that is tried again has another one of the same changes. */
    private record Due(Books.Settlement settlement, Settle settle, CallFigures figures, Consumer<Books.Settled> then) {}

    void begin(Books.Settlement settlement, Consumer<Books.Settled> then) {
        Settle settle = new Settle(
                settlement.taskId(),
                settlement.bill().chargeMicros(),
                settlement.bill().shortfallMicros(),
                accounting.clock().instant());
        CallFigures figures = figures(settlement, settle.at());
        List<Change> changes = changes(settlement, settle, figures);
        Due due = new Due(settlement, settle, figures, then);
        keeper.keep(
                settlement.request().accountId(),
                settle,
                kept -> kept(due, changes, kept),
                error -> refused(due, error));
    }

    private List<Change> changes(Books.Settlement settlement, Settle settle, CallFigures figures) {
        List<Change> changes = new ArrayList<>();
        changes.add(settle);
        changes.add(receipt(settlement, settle));
        changes.add(
                new CloseTask(settle, settlement.end().status(), settlement.answerModel(), TaskDetails.of(settlement)));
        changes.add(new CountCall(settle, figures));
        changes.addAll(accounting
                .signatures()
                .keeping(
                        settle,
                        settlement.request().accountId(),
                        settlement.upstreamModel(),
                        settlement.channel(),
                        settlement.signed()));
        return changes;
    }

    /** What the call cost is reckoned at the list price of the day, rounded up once. */
    private static CallFigures figures(Books.Settlement settlement, Instant at) {
        Books.Bill bill = settlement.bill();
        Usage usage = bill.usage();
        UpstreamModel.Cost cost = settlement.model().upstream().cost(at);
        return new CallFigures(
                end(settlement.end()),
                settlement.flags().contains(UsageFlag.ESTIMATED),
                usage,
                settlement.trace().firstByteMillis(),
                settlement.trace().channel(),
                settlement.trace().upstreamModel(),
                cost == null ? CallFigures.NONE : cost.micros(usage),
                bill.shortfallMicros());
    }

    private static CallEnd end(Books.End end) {
        return switch (end) {
            case COMPLETED -> CallEnd.COMPLETED;
            case CUT, CUT_HOLD_USED -> CallEnd.CUT;
            case CANCELLED -> CallEnd.CANCELLED;
        };
    }

    private static WriteReceipt receipt(Books.Settlement settlement, Settle settle) {
        return new WriteReceipt(
                settle,
                settlement.request().accountId(),
                settlement.request().keyPrefix(),
                settlement.answerModel(),
                settlement.model().pricing().version(),
                settlement.printed().canonical());
    }

    /** Nothing has been offered yet: a fault of ours must not leave the hold. */
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
     * Once it may have been written, nothing else is: the same settlement is tried until the store says what became of it, for it is
     * charged or refused by then, and the caller is to hear which.
     */
    private void commit(Due due, Unit unit, int tries) {
        accounting.writer().commit(unit, loop, failure -> {
            Settle settle = due.settle();
            if (failure == null && settle.resolved()) {
                tell(due.settlement(), settle);
                due.then().accept(new Books.Charged(due.figures()));
            } else if (failure == null && tries > 0 && settle.isSettled()) {
                due.then().accept(new Books.Charged(due.figures())); // by an earlier try
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
                settlement.answerModel(),
                TaskStatus.FAILED,
                TaskDetails.of(error),
                settlement.trace(),
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

    /** Once a call. Where an answer was cut or its caller has left, a report that is missing is nobody's fault. */
    private static void tellOddUsage(Books.Settlement settlement) {
        if (settlement.flags().isEmpty()) {
            return;
        }
        log.atLevel(settlement.end() == Books.End.COMPLETED ? Level.WARN : Level.INFO)
                .addMarker(Event.USAGE_ANOMALY)
                .log(
                        "task {}: the usage that channel {} has reported could not be charged as it is: {}",
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
                    "task {}: {} micro-credits were used that nothing covered, on channel {}",
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
                    "account {}: {} shortfalls today; until tomorrow its calls are held for in full or refused",
                    settlement.request().accountId(),
                    settle.shortfallsToday(),
                    LogFields.account(settlement.request().accountId()));
        }
    }
}
