package dev.tollgate.metering;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.fatal.Fatal;
import dev.tollgate.keys.KeyState;
import dev.tollgate.keys.Spend;
import dev.tollgate.ledger.Confirm;
import dev.tollgate.ledger.Extend;
import dev.tollgate.ledger.Ledger;
import dev.tollgate.ledger.Release;
import dev.tollgate.ledger.Reserve;
import dev.tollgate.ledger.ReserveOutcome;
import dev.tollgate.ledger.Settle;
import dev.tollgate.ledger.SpendLimits;
import dev.tollgate.models.Model;
import dev.tollgate.models.Usage;
import dev.tollgate.receipts.WriteReceipt;
import dev.tollgate.signatures.SignedPart;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.tasks.CloseTask;
import dev.tollgate.tasks.OpenTask;
import dev.tollgate.tasks.TaskResult;
import dev.tollgate.tasks.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The units of work of one call: what belongs together commits together. Outcomes are handed to the call's event loop once they
 * are durable; only that of a reservation as soon as it is decided, so that the upstream is asked while it becomes durable.
 */
final class Books {

    private static final Logger log = LoggerFactory.getLogger(Books.class);
    private static final String CREDITS_EXHAUSTED = "CREDITS_EXHAUSTED";
    private static final String SPEND_LIMIT = "SPEND_LIMIT";
    private static final String KEY_DISABLED = "KEY_DISABLED";
    private static final Duration STORE_WAIT = Duration.ofSeconds(1);

    /** For a minute each second, then each minute; told each time of the latter. */
    private static final int RELEASE_TRIES_QUICK = 60;

    private static final int RELEASE_PAUSES_MAX = 60;
    private static final int RELEASE_TRIES_TOLD = 60;

    /** A caller waits for the end of its answer meanwhile; about a minute. */
    private static final int SETTLE_TRIES_MAX = 60;

    private final Accounting accounting;
    private final Executor loop;
    private final Keeper keeper;

    Books(Accounting accounting, Executor loop, Keeper keeper) {
        this.accounting = accounting;
        this.loop = loop;
        this.keeper = keeper;
    }

    boolean callerHoldsBack() {
        return keeper.callerHoldsBack();
    }

    sealed interface Reservation {}

    /**
     * @param limit the word that the answer carries if it is cut where the hold ends (D32)
     * @param durable whether the hold is durable by now; until it is nothing may leave
     */
    record Held(long micros, String limit, BooleanSupplier durable) implements Reservation {}

    /** @param worthCounting whether something could be spent, so that a better bound of the prompt may help (D31) */
    record Refused(ApiError error, boolean worthCounting) implements Reservation {}

    /** Somebody else's call has the idempotency key; the keeper knows. */
    record Lost() implements Reservation {}

    sealed interface Extension {}

    record Grown(long heldMicros) implements Extension {}

    /** @param nativeReason the word that the cut answer carries (D32) */
    record NotGrown(String nativeReason) implements Extension {}

    /** The store did not take it: nobody knows whether it could have grown. */
    record NotRecorded(ApiError error) implements Extension {}

    sealed interface Settled {}

    record Charged(Usage usage, long micros) implements Settled {}

    record NotDurable(ApiError error) implements Settled {}

    /** How a call that is charged has ended. */
    enum End {
        COMPLETED(TaskStatus.COMPLETED),
        /** Cut by length; what was delivered is charged. */
        CUT(TaskStatus.COMPLETED),
        /** Cut by length within a piece: the hold is charged whole (D46). */
        CUT_HOLD_USED(TaskStatus.COMPLETED),
        /** The caller has left. */
        CANCELLED(TaskStatus.CANCELLED);

        private final TaskStatus status;

        End(TaskStatus status) {
            this.status = status;
        }
    }

    /**
     * @param answerModel the model as the answer names it
     * @param flags oddities of the usage; more may be added
     * @param excess what was reported beyond what the call can come to (D53), or null
     * @param heldMicros what is held for the call, extensions included
     * @param limits what the call can come to
     * @param tokensMaxApplied the maximum that a shrunk call ran with (D31)
     * @param signed what is kept of the answer for later turns
     * @param channel the name of the channel that answered
     * @param upstreamModel the upstream's name of the model that answered
     */
    record Settlement(
            String taskId,
            MeteredRequest request,
            String answerModel,
            Usage usage,
            Set<UsageMeter.Flag> flags,
            ExcessReports.@Nullable Excess excess,
            long heldMicros,
            UsageLimits limits,
            @Nullable Long tokensMaxApplied,
            End end,
            List<SignedPart> signed,
            String channel,
            String upstreamModel) {

        Model model() {
            return request.model();
        }
    }

    // ---- reserve ----

    /** Told once it is decided; a hold may become durable only later, or never, which {@link #confirm} finds out. */
    void reserve(String taskId, MeteredRequest request, Bounds bounds, Consumer<Reservation> then) {
        Instant now = accounting.clock().instant();
        KeyState key = new KeyState(request.keyId(), now);
        Reserve reserve = new Reserve(
                taskId,
                request.accountId(),
                request.keyId(),
                bounds.leastMicros(),
                bounds.wantedMicros(),
                () -> limits(key),
                () -> keeper.won() && key.usable(),
                now);
        OpenTask task = new OpenTask(reserve, request.door(), request.requestedModel());
        List<Change> claim = keeper.claim(reserve);
        if (claim.isEmpty()) {
            Deciding deciding = new Deciding();
            deciding.riding = accounting
                    .writer()
                    .ride(
                            Unit.of(key, reserve, task),
                            loop,
                            failure -> then.accept(reservation(failure, reserve, key, deciding::isDurable)));
        } else {
            accounting
                    .writer()
                    .commit(
                            unit(claim, key, reserve, task),
                            loop,
                            failure -> then.accept(reservation(failure, reserve, key, () -> true)));
        }
    }

    /** A unit may be reported before the call that offers it has returned. */
    private static final class Deciding {

        private Writer.@Nullable Riding riding;

        boolean isDurable() {
            return riding != null && riding.isDurable();
        }
    }

    /** Waits until a hold is durable. @param then told null, or why it will never be: then nothing may leave */
    void confirm(String taskId, Consumer<@Nullable ApiError> then) {
        Confirm confirm = new Confirm(taskId);
        accounting.writer().commit(Unit.of(confirm), loop, failure -> {
            if (failure != null) {
                then.accept(unavailable(failure));
            } else {
                then.accept(confirm.outcome() ? null : givenBack());
            }
        });
    }

    private static Unit unit(List<Change> kept, Change... changes) {
        if (kept.isEmpty()) {
            return Unit.of(changes);
        }
        List<Change> all = new ArrayList<>(List.of(changes));
        all.addAll(kept);
        return Unit.of(all);
    }

    private Reservation reservation(
            @Nullable StoreException failure, Reserve reserve, KeyState key, BooleanSupplier durable) {
        if (failure != null) {
            return new Refused(unavailable(failure), false);
        }
        if (!keeper.won()) {
            keeper.lost();
            return new Lost();
        }
        return switch (reserve.outcome()) {
            case ReserveOutcome.Reserved reserved ->
                new Held(reserved.heldMicros(), reserve.heldBackByWindow() ? SPEND_LIMIT : CREDITS_EXHAUSTED, durable);
            case ReserveOutcome.InsufficientCredits refused ->
                new Refused(Refusals.of(refused), refused.availableMicros() > 0);
            case ReserveOutcome.SpendLimitReached refused ->
                new Refused(
                        Refusals.of(refused, reserve.at()),
                        refused.usedMicros() + refused.heldMicros() < refused.limitMicros());
            case ReserveOutcome.NotAllowed refused -> new Refused(refusal(key.outcome()), false);
        };
    }

    // ---- extend ----

    /** For an answer that goes on, if its key and account may go on, too (D54). */
    void extend(String taskId, MeteredRequest request, long leastMicros, long wantedMicros, Consumer<Extension> then) {
        Instant now = accounting.clock().instant();
        KeyState key = KeyState.ofRunningCall(request.keyId(), now);
        commit(key, new Extend(taskId, leastMicros, wantedMicros, () -> limits(key), key::usable, now), then);
    }

    /** For what was used already (D33). */
    private void extendAtSettlement(
            String taskId, MeteredRequest request, long wantedMicros, Consumer<Extension> then) {
        Instant now = accounting.clock().instant();
        KeyState key = KeyState.ofRunningCall(request.keyId(), now);
        commit(key, Extend.atSettlement(taskId, 1, wantedMicros, () -> limits(key), now), then);
    }

    /** As the key's row says within the transaction. */
    private static SpendLimits limits(KeyState key) {
        Spend spend = key.spend();
        return new SpendLimits(spend.hourMicros(), spend.dayMicros(), spend.totalMicros());
    }

    private void commit(KeyState key, Extend extend, Consumer<Extension> then) {
        accounting
                .writer()
                .commit(
                        Unit.of(key, extend),
                        loop,
                        failure -> then.accept(
                                failure == null ? extension(extend.outcome()) : new NotRecorded(unavailable(failure))));
    }

    private static Extension extension(Extend.Outcome outcome) {
        return switch (outcome) {
            case Extend.Extended extended -> new Grown(extended.heldMicros());
            case Extend.BalanceExhausted exhausted -> new NotGrown(CREDITS_EXHAUSTED);
            case Extend.WindowExhausted exhausted -> new NotGrown(SPEND_LIMIT);
            case Extend.NotAllowed refused -> new NotGrown(KEY_DISABLED);
            case Extend.AlreadyResolved resolved -> new NotGrown(CREDITS_EXHAUSTED);
        };
    }

    // ---- resolve ----

    /**
     * Charges the call. What a whole answer has used beyond the hold is held first, in a commit of its own (D33); one that was cut
     * or left is never charged above its hold (D19, D32). What is not covered is the operator's shortfall.
     */
    void settle(Settlement settlement, Consumer<Settled> then) {
        orGiveBack(settlement, then, () -> settleDue(settlement, then));
    }

    /** A fault of ours must not leave the hold: it goes back. */
    private void orGiveBack(Settlement settlement, Consumer<Settled> then, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error("task {} could not be settled", settlement.taskId(), e);
            notDurable(settlement, givenBack(), then);
        }
    }

    private void settleDue(Settlement settlement, Consumer<Settled> then) {
        long due = settlement.model().pricing().chargeMicros(settlement.usage());
        long held = settlement.heldMicros();
        if (settlement.end() == End.COMPLETED && due > held) {
            extendAtSettlement(settlement.taskId(), settlement.request(), due - held, extension -> {
                switch (extension) {
                    case Grown grown -> charge(settlement, new Charge(Math.min(due, grown.heldMicros()), due), then);
                    case NotGrown notGrown -> charge(settlement, new Charge(held, due), then);
                    case NotRecorded notRecorded -> notDurable(settlement, notRecorded.error(), then);
                }
            });
        } else {
            long micros = settlement.end() == End.CUT_HOLD_USED ? held : Math.min(due, held);
            charge(settlement, new Charge(micros, due), then);
        }
    }

    /**
     * @param micros what the customer pays
     * @param dueMicros what the usage comes to
     */
    private record Charge(long micros, long dueMicros) {

        long shortfallMicros() {
            return Math.max(0, dueMicros - micros);
        }
    }

    private void charge(Settlement settlement, Charge charge, Consumer<Settled> then) {
        orGiveBack(settlement, then, () -> chargeNow(settlement, charge, then));
    }

    private void chargeNow(Settlement settlement, Charge charge, Consumer<Settled> then) {
        long micros = charge.micros();
        if (charge.shortfallMicros() > 0) {
            settlement.flags().add(UsageMeter.Flag.SHORTFALL);
        }
        Settle settle = new Settle(
                settlement.taskId(),
                micros,
                charge.shortfallMicros(),
                accounting.clock().instant());
        CloseTask task = new CloseTask(
                settle,
                settlement.end().status,
                settlement.answerModel(),
                TaskDetails.of(settlement, micros, micros > charge.dueMicros()));
        WriteReceipt receipt = receipt(settlement, settle);
        List<Change> signatures = signatures(settlement, settle);
        keeper.keep(
                settlement,
                micros,
                settle,
                kept -> commit(
                        settlement, settle, micros, unit(both(signatures, kept), settle, receipt, task), 0, then),
                error -> notDurable(settlement, error, then));
    }

    /**
     * Once it may have been written, nothing else is: the same settlement is tried until the store says what became of it, for it is
     * charged or refused by then, and the caller is to hear which.
     */
    private void commit(
            Settlement settlement, Settle settle, long micros, Unit unit, int tries, Consumer<Settled> then) {
        accounting.writer().commit(unit, loop, failure -> {
            if (failure == null && settle.resolved()) {
                tellShortfall(settlement, settle);
                tellOddUsage(settlement);
                tellExcess(settlement);
                then.accept(new Charged(settlement.usage(), micros));
            } else if (failure == null && tries > 0 && settle.isSettled()) {
                then.accept(new Charged(settlement.usage(), micros)); // by an earlier try
            } else if (failure == null) {
                then.accept(new NotDurable(givenBack())); // this node was taken for dead (D34)
            } else if ((tries > 0 || failure.mayHaveTakenEffect()) && tries < SETTLE_TRIES_MAX) {
                Unit again = Unit.of(unit.changes());
                accounting
                        .later()
                        .execute(() -> loop.execute(() -> commit(settlement, settle, micros, again, tries + 1, then)));
            } else {
                notDurable(settlement, unavailable(failure), then);
            }
        });
    }

    private void notDurable(Settlement settlement, ApiError error, Consumer<Settled> then) {
        release(settlement.taskId(), settlement.answerModel(), TaskStatus.FAILED, TaskDetails.of(error), 0);
        then.accept(new NotDurable(error));
    }

    private List<Change> signatures(Settlement settlement, Settle settle) {
        return accounting
                .signatures()
                .keeping(
                        settle,
                        settlement.request().accountId(),
                        settlement.upstreamModel(),
                        settlement.channel(),
                        settlement.signed());
    }

    private static List<Change> both(List<Change> some, List<Change> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static WriteReceipt receipt(Settlement settlement, Settle settle) {
        return new WriteReceipt(
                settle,
                settlement.request().accountId(),
                settlement.request().keyPrefix(),
                settlement.answerModel(),
                settlement.model().pricing().version(),
                Printed.usage(settlement.model(), settlement.usage()).toCanonicalJson());
    }

    /** Once a call. Where an answer was cut or its caller has left, a report that is missing is nobody's fault. */
    private static void tellOddUsage(Settlement settlement) {
        List<String> odd = settlement.flags().stream()
                .filter(flag -> flag != UsageMeter.Flag.SHORTFALL)
                .map(UsageMeter.Flag::wireName)
                .toList();
        if (!odd.isEmpty()) {
            log.atLevel(settlement.end() == End.COMPLETED ? Level.WARN : Level.INFO)
                    .log(
                            "task {}: the usage that channel {} has reported could not be charged as it is: {}",
                            settlement.taskId(),
                            settlement.channel(),
                            String.join(", ", odd));
        }
    }

    private void tellExcess(Settlement settlement) {
        if (settlement.excess() != null) {
            accounting
                    .excess()
                    .tell(settlement.taskId(), settlement.channel(), settlement.excess(), settlement.limits());
        }
    }

    private static void tellShortfall(Settlement settlement, Settle settle) {
        if (settle.shortfallMicros() > 0) {
            log.warn(
                    "task {}: {} micro-credits were used that nothing covered",
                    settlement.taskId(),
                    settle.shortfallMicros());
        }
        if (settle.shortfallsToday() == Ledger.SHORTFALLS_MAX) {
            log.warn(
                    "account {}: {} shortfalls today; until tomorrow its calls are held for in full or refused",
                    settlement.request().accountId(),
                    settle.shortfallsToday());
        }
    }

    /** Gives everything back because the call has failed (D18). */
    void fail(String taskId, String model, ApiError error, Runnable then) {
        release(taskId, model, TaskStatus.FAILED, TaskDetails.of(error), 0, then);
    }

    /** Gives everything back because the caller left before the upstream had said anything (D35). */
    void cancel(String taskId, String model, Runnable then) {
        release(taskId, model, TaskStatus.CANCELLED, TaskResult.NONE, 0, then);
    }

    private void release(String taskId, String model, TaskStatus status, TaskResult result, int tries) {
        release(taskId, model, status, result, tries, () -> {});
    }

    /**
     * Tries until it is done, ever more seldom: a hold must not outlive its call for good, whatever goes wrong with it. What is still held at
     * a stop is released at the start.
     */
    private void release(String taskId, String model, TaskStatus status, TaskResult result, int tries, Runnable then) {
        try {
            Release release =
                    new Release(taskId, Release.Why.RELEASE, accounting.clock().instant());
            CloseTask task = new CloseTask(release, status, model, result);
            accounting.writer().commit(unit(keeper.free(release), release, task), loop, failure -> {
                if (failure != null) {
                    releaseLater(taskId, model, status, result, tries, failure);
                }
                then.run();
            });
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            releaseLater(taskId, model, status, result, tries, e);
            then.run();
        }
    }

    private void releaseLater(
            String taskId, String model, TaskStatus status, TaskResult result, int tries, Throwable failure) {
        if (tries % RELEASE_TRIES_TOLD == 0) {
            log.error("task {}: what it holds could not be given back, and is tried again", taskId, failure);
        }
        int pauses = tries < RELEASE_TRIES_QUICK ? 1 : RELEASE_PAUSES_MAX;
        pause(pauses, () -> release(taskId, model, status, result, tries + 1));
    }

    /** @param pauses of about a second each */
    private void pause(int pauses, Runnable then) {
        accounting.later().execute(() -> {
            if (pauses > 1) {
                pause(pauses - 1, then);
            } else {
                loop.execute(then);
            }
        });
    }

    private static ApiError unavailable(StoreException failure) {
        log.error("the store did not take a unit of work", failure);
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The service cannot record the call right now. Please try again.")
                .withStatus(503)
                .retryAfter(STORE_WAIT);
    }

    private static ApiError givenBack() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        "The call was ended and its credits were given back. Please try again.")
                .withStatus(503)
                .retryAfter(STORE_WAIT);
    }

    private static ApiError refusal(KeyState.Outcome state) {
        return ApiError.of(
                ErrorCode.INVALID_API_KEY,
                switch (state) {
                    case DISABLED -> "The API key is disabled.";
                    case EXPIRED -> "The API key has expired.";
                    case ACCOUNT_BLOCKED, USABLE -> "The account of this API key is blocked.";
                    case UNKNOWN -> "The API key does not exist.";
                });
    }
}
