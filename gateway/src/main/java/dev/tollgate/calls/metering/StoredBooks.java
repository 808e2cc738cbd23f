package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Extend;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Reserve.Confirm;
import dev.tollgate.books.ledger.Reserve.OnLess;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.calls.lines.LineRefusals;
import dev.tollgate.calls.lines.RunningLines;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.KeyState;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Riding;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books of one call in the store. A hold is made and extended only if the key's row, read within the same transaction, allows it. Confined to its
 * call.
 */
final class StoredBooks implements Books {

    private static final Logger log = LoggerFactory.getLogger(StoredBooks.class);

    static final String CREDITS_EXHAUSTED = "CREDITS_EXHAUSTED";
    private static final String SPEND_LIMIT = "SPEND_LIMIT";
    private static final String KEY_DISABLED = "KEY_DISABLED";

    /** The most moves of a key that a call follows. */
    private static final int MOVES_MAX = 10;

    private final Accounting accounting;
    private final Executor loop;
    private final Keeper keeper;
    private final Releases releases;
    private final Settling settling;
    private final RunningLines.@Nullable Place line;
    private boolean hasFreeEnd;
    private FreeEnds.@Nullable Look free;

    /** @param loop runs on the call's event loop */
    StoredBooks(Accounting accounting, Executor loop, Keeper keeper) {
        this(accounting, loop, keeper, null);
    }

    /** @param line its place among the running lines; null for a call that is no line's */
    StoredBooks(Accounting accounting, Executor loop, Keeper keeper, RunningLines.@Nullable Place line) {
        this.line = line;
        this.keeper = keeper;
        this.accounting = accounting;
        this.loop = loop;
        this.releases = new Releases(accounting, loop, keeper);
        this.settling = new Settling(accounting, loop, keeper, releases);
    }

    @Override
    public boolean mayEndFree(MeteredCall request, Consumer<@Nullable ApiError> then) {
        boolean isCounted = FreeEnds.isCounted(request);
        if (!isCounted
                && !accounting
                        .freeEnds()
                        .mayMeet(request.door(), request.model().id())) {
            return false;
        }
        look(request.accountId(), (look, error) -> {
            ApiError refusal =
                    look == null ? error : FreeEnds.refusal(look, request.ask().requests());
            hasFreeEnd = refusal == null;
            free = isCounted ? look : null;
            then.accept(refusal);
        });
        return true;
    }

    /** @param then receives the free answers of an account, or the error that they cannot be read, on the call's loop */
    private void look(String accountId, BiConsumer<FreeEnds.@Nullable Look, @Nullable ApiError> then) {
        Thread.ofVirtual().name("free-ends").start(() -> {
            FreeEnds.Look look = null;
            ApiError error = null;
            try {
                look = Records.read(() -> accounting.freeEnds().look(accountId));
            } catch (ApiException e) {
                error = e.error();
            } catch (RuntimeException e) { // the call waits for an answer
                log.error(Event.CALL_FAULT, "the free ends of account {} could not be counted", accountId, e);
                error = Records.unreadable();
            }
            FreeEnds.Look found = look;
            ApiError trouble = error;
            loop.execute(() -> then.accept(found, trouble));
        });
    }

    @Override
    public boolean hasFreeEnd() {
        return hasFreeEnd;
    }

    @Override
    public void endsFree(MeteredCall request, int answers, boolean unshown) {
        if (unshown && !FreeEnds.isCounted(request)) {
            accounting.freeEnds().meets(request.door(), request.model().id());
        }
        releases.count(answers);
    }

    @Override
    public void giveBackIfFree(String taskId, MeteredCall request, CallDetails details, Consumer<Boolean> then) {
        look(request.accountId(), (look, error) -> {
            if (look != null && !look.has(1)) {
                then.accept(false);
            } else {
                releases.beginIfFree(taskId, details, look == null ? FreeAnswers.Room.LEAST : look.room(), then);
            }
        });
    }

    @Override
    public void reserve(
            String taskId,
            MeteredCall request,
            Bounds bounds,
            boolean mayRunOnLess,
            Consumer<Reservation> then,
            Consumer<ApiError> lost) {
        reserve(
                new Question(taskId, request, bounds, mayRunOnLess, then, lost),
                new KeyState.Moved(request.keyId(), request.owner()),
                0);
    }

    /** The question of a reservation, which may be asked under several ids of its key. */
    private record Question(
            String taskId,
            MeteredCall request,
            Bounds bounds,
            boolean mayRunOnLess,
            Consumer<Reservation> then,
            Consumer<ApiError> lost) {

        /** Returns the smaller hold of a call that may use the provider's tools; null for others. */
        @Nullable
        OnLess less() {
            Bounds less = bounds.less();
            return less == null ? null : new OnLess(less.leastMicros(), less.wantedMicros(), mayRunOnLess);
        }
    }

    /** @param as the id and the owner of the key, which may have been moved since the call was let in @param moves how often it had been by then */
    private void reserve(Question asked, KeyState.Moved as, int moves) {
        Instant now = accounting.clock().instant();
        MeteredCall request = asked.request();
        KeyState key = new KeyState(as.keyId(), request.keyPrefix(), now);
        OpenHold hold = new OpenHold(
                asked.taskId(),
                request.accountId(),
                as.keyId(),
                request.door(),
                request.model().id(),
                now,
                as.owner().memberId(),
                as.owner().teamId(),
                request.labels().text());
        Reserve reserve = reserve(hold, asked, key);
        if (free != null) {
            reserve.mayEndFree(request.ask().requests(), free.room());
        }
        List<Change> claim = keeper.claim(reserve);
        if (claim.isEmpty()) {
            ride(reserve, key, asked, moves);
        } else {
            List<Change> all = new ArrayList<>(List.of(key, reserve));
            all.addAll(claim);
            accounting.writer().commit(Unit.of(all), loop, failure -> {
                if (!goesOn(failure, reserve, key, asked, moves)) {
                    asked.then().accept(reservation(failure, reserve, key, () -> true));
                }
            });
        }
    }

    /** Makes the reservation. A line holds its most or nothing, and leaves as much to others while another line of its account runs (J18). */
    private Reserve reserve(OpenHold hold, Question asked, KeyState key) {
        Bounds bounds = asked.bounds();
        long most = line == null ? bounds.wantedMicros() : most(bounds);
        Reserve reserve = new Reserve(
                hold,
                line == null ? bounds.leastMicros() : most,
                most,
                line == null ? asked.less() : null,
                key::spend,
                () -> keeper.won() && key.usable());
        if (line != null) {
            reserve.leaveAsMuch(line::isBehindAnother);
        }
        return reserve;
    }

    /** Returns the most that a call can cost, by the model's maximum if it has none. */
    private static long most(Bounds bounds) {
        return bounds.mostMicros(
                bounds.coverableTokens() - bounds.extras().images().mostWeight());
    }

    /**
     * Reserves without waiting for the disk. If no other node shares the books, the decision stands, and a crash releases the hold, written or not
     * (D58).
     */
    private void ride(Reserve reserve, KeyState key, Question asked, int moves) {
        Deciding deciding = new Deciding();
        BooleanSupplier mayLeave = accounting.writer().isEmbedded() ? () -> true : deciding::isDurable;
        deciding.riding = accounting
                .writer()
                .ride(
                        Unit.of(key, reserve),
                        loop,
                        failure -> {
                            deciding.goesOn = goesOn(failure, reserve, key, asked, moves);
                            if (!deciding.goesOn) {
                                asked.then().accept(reservation(failure, reserve, key, mayLeave));
                            }
                        },
                        failure -> {
                            if (!deciding.goesOn) {
                                asked.lost().accept(StoreTrouble.unavailable(Objects.requireNonNull(failure)));
                            }
                        });
    }

    /** Reserves under the next id of a key that was moved. @return whether it does */
    private boolean goesOn(@Nullable StoreException failure, Reserve reserve, KeyState key, Question asked, int moves) {
        KeyState.Moved to =
                failure == null && reserve.outcome() instanceof ReserveOutcome.NotAllowed ? key.movedTo() : null;
        if (to == null || moves == MOVES_MAX) {
            return false;
        }
        reserve(asked, to, moves + 1);
        return true;
    }

    /** A unit may be reported before the call that offers it has returned. */
    private static final class Deciding {

        private @Nullable Riding riding;
        private boolean goesOn;

        boolean isDurable() {
            return riding != null && riding.isDurable();
        }
    }

    @Override
    public void confirm(String taskId, Consumer<@Nullable ApiError> then) {
        Confirm confirm = new Confirm(taskId);
        accounting.writer().commit(Unit.of(confirm), loop, failure -> {
            if (failure != null) {
                then.accept(StoreTrouble.unavailable(failure));
            } else {
                then.accept(confirm.outcome() ? null : StoreTrouble.givenBack());
            }
        });
    }

    private Reservation reservation(
            @Nullable StoreException failure, Reserve reserve, KeyState key, BooleanSupplier mayLeave) {
        if (failure != null) {
            return new NotHeld(StoreTrouble.unavailable(failure), false);
        }
        if (!keeper.won()) {
            keeper.lost();
            return new Lost();
        }
        return switch (reserve.outcome()) {
            case ReserveOutcome.Reserved reserved -> held(reserved, reserve.heldBackBy(), mayLeave);
            case ReserveOutcome.Short refused ->
                new NotHeld(Refusals.of(refused, reserve.at()), refused.leavesSomething());
            case ReserveOutcome.NotOnLess refused ->
                new NotHeld(Refusals.of(refused, reserve.at()), refused.most().leavesSomething());
            case ReserveOutcome.LeavesTooLittle refused -> new NotHeld(LineRefusals.of(refused), false);
            case ReserveOutcome.NoFreeAnswer _ ->
                new NotHeld(FreeEnds.heldByRunningCalls(Objects.requireNonNull(free)), false);
            case ReserveOutcome.NotAllowed refused -> new NotHeld(refusal(key), false);
        };
    }

    private static Held held(
            ReserveOutcome.Reserved reserved, ReserveOutcome.@Nullable SpendLimitReached by, BooleanSupplier mayLeave) {
        long micros = reserved.heldMicros();
        return by == null
                ? new Held(micros, reserved.onLess(), CREDITS_EXHAUSTED, null, mayLeave)
                : new Held(micros, reserved.onLess(), SPEND_LIMIT, Refusals.limit(by), mayLeave);
    }

    @Override
    public void extend(
            String taskId, MeteredCall request, long leastMicros, long wantedMicros, Consumer<Extension> then) {
        extend(new Growth(taskId, leastMicros, wantedMicros, then), request.keyId(), 0);
    }

    private record Growth(String taskId, long leastMicros, long wantedMicros, Consumer<Extension> then) {}

    /** A running call of a key that was moved goes on while the key may be used, and counts for its old owner. */
    private void extend(Growth growth, String keyId, int moves) {
        Instant now = accounting.clock().instant();
        KeyState key = KeyState.ofRunningCall(keyId, now);
        Extend extend =
                new Extend(growth.taskId(), growth.leastMicros(), growth.wantedMicros(), key::spend, key::usable, now);
        commit(key, extend, extension -> {
            KeyState.Moved to = extension instanceof NotGrown refused
                            && refused.nativeReason().equals(KEY_DISABLED)
                    ? key.movedTo()
                    : null;
            if (to != null && moves < MOVES_MAX) {
                extend(growth, to.keyId(), moves + 1);
            } else {
                growth.then().accept(extension);
            }
        });
    }

    @Override
    public void extendForUsed(String taskId, MeteredCall request, long wantedMicros, Consumer<Extension> then) {
        Instant now = accounting.clock().instant();
        KeyState key = KeyState.ofRunningCall(request.keyId(), now);
        commit(key, Extend.atSettlement(taskId, 1, wantedMicros, key::spend, now), then);
    }

    private void commit(KeyState key, Extend extend, Consumer<Extension> then) {
        accounting
                .writer()
                .commit(
                        Unit.of(key, extend),
                        loop,
                        failure -> then.accept(
                                failure == null
                                        ? extension(extend)
                                        : new NotRecorded(StoreTrouble.unavailable(failure))));
    }

    private static Extension extension(Extend extend) {
        return switch (extend.outcome()) {
            case Extend.Extended extended -> new Grown(extended.heldMicros());
            case Extend.BalanceExhausted exhausted -> new NotGrown(CREDITS_EXHAUSTED);
            case Extend.WindowExhausted exhausted ->
                new NotGrown(SPEND_LIMIT, Refusals.limit(Objects.requireNonNull(extend.stoppedBy())));
            case Extend.NotAllowed refused -> new NotGrown(KEY_DISABLED);
            case Extend.AlreadyResolved resolved -> new NotGrown(CREDITS_EXHAUSTED);
        };
    }

    private static ApiError refusal(KeyState key) {
        return switch (key.outcome()) {
            case DISABLED -> unusable("The API key is disabled.");
            case EXPIRED -> unusable("The API key has expired.");
            case TEAM_PAUSED -> KeyGate.teamPaused(key.pausedTeam());
            case ACCOUNT_BLOCKED, USABLE -> unusable("The account of this API key is blocked.");
            case UNKNOWN -> unusable("The API key does not exist.");
            case DELETED, MOVED -> unusable("The API key was deleted.");
            case REPLACED -> unusable("The API key has been replaced by a new one.");
        };
    }

    private static ApiError unusable(String message) {
        return ApiError.of(ErrorCode.INVALID_API_KEY, message);
    }

    @Override
    public void settle(Settlement settlement, Consumer<Settled> then) {
        settling.begin(settlement, then);
    }

    @Override
    public void giveBack(String taskId, CallDetails details, Runnable then) {
        releases.begin(taskId, details, then);
    }

    @Override
    public boolean callerHoldsBack() {
        return keeper.callerHoldsBack();
    }
}
