package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.Call;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.calls.replay.Answers.KnownAnswer;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An idempotency key in use: looks up its response, and otherwise makes the call on the event loop of the first caller. All callers, the first one
 * included, read its spool. At its end the key leaves the list of keys in use before any reader sees the end, so that a retry starts again or finds
 * the kept response.
 */
final class KeyedCall implements SpooledAnswer.Ending {

    private static final Logger log = LoggerFactory.getLogger(KeyedCall.class);

    private static final Duration BUSY_WAIT = Duration.ofSeconds(1);

    private final KnownAnswers known;
    private final AnswerName name;
    private final String accountId;
    private final String bodyHash;
    private final Consumer<KeyedCall> unknown;
    private final Executor loop;
    private final Lease memory;
    private final Spool spool;

    private volatile boolean counted;
    private volatile boolean replays;
    private @Nullable Call call;

    /**
     * @param accountId the account whose share of keys in use it counts in
     * @param unknown called on the loop if the name is unknown, to {@link #make} the call or {@link #refuse} it
     * @param loop the event loop of the first caller
     * @param memory held while the key is in the list of keys in use
     */
    KeyedCall(
            KnownAnswers known,
            AnswerName name,
            String accountId,
            String bodyHash,
            Consumer<KeyedCall> unknown,
            Executor loop,
            Lease memory) {
        this.known = known;
        this.name = name;
        this.accountId = accountId;
        this.bodyHash = bodyHash;
        this.unknown = unknown;
        this.loop = loop;
        this.memory = memory;
        this.spool = new Spool(known.folder(), known.io());
    }

    /** Starts the lookup of a key that has a place among the keys in use. */
    void beginCounted() {
        counted = true;
        begin();
    }

    /** Starts a lookup without a place: it only reads known responses. */
    void begin() {
        known.io().execute(this::look);
    }

    /** Returns whether the key has a place among the keys in use to give back. */
    boolean isCounted() {
        return counted;
    }

    String accountId() {
        return accountId;
    }

    /** Refuses the call because too many keys are in use. */
    void refuseBusy() {
        refuse(busy());
    }

    boolean isOf(String other) {
        return bodyHash.equals(other);
    }

    Lease memory() {
        return memory;
    }

    Spool spool() {
        return spool;
    }

    /** Returns whether the response was kept from an earlier call. */
    boolean replays() {
        return replays;
    }

    private void look() {
        try {
            Optional<KnownAnswer> found = known.answers().find(name);
            if (found.isEmpty()) {
                loop.execute(() -> unknown.accept(this));
            } else if (!isOf(found.get().bodyHash())) {
                refuse(IdempotencyKey.usedForAnotherBody());
            } else {
                answer(found.get());
            }
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.STORE_UNAVAILABLE, "an idempotency key could not be looked up", e);
            refuse(busy());
        }
    }

    private void answer(KnownAnswer found) {
        switch (found.state()) {
            case RUNNING -> await(found.taskId());
            case KEPT -> replay(found);
            case DROPPED -> refuse(IdempotencyKey.answerDropped(found.taskId()));
        }
    }

    /** Waits for another node's call, or for a release that is not committed. */
    private void await(String taskId) {
        if (!known.awaited().add(this, taskId)) {
            refuse(busy());
        }
    }

    /** Ends this call if all its callers have left, so that no call is made for no reader. @return whether this call is over */
    boolean leaveIfUnread() {
        boolean unread = spool.closeIfUnread();
        if (unread) {
            known.over(name, this);
        }
        return unread;
    }

    private void replay(KnownAnswer found) {
        replays = true;
        known.over(name, this);
        try {
            spool.open(found);
            known.replayed(ReplayedFrom.FILE);
        } catch (NoSuchFileException e) {
            replayCopy(found, IdempotencyKey.answerElsewhere(found.taskId()));
        } catch (IOException | StoreException e) {
            log.error(Event.SPOOL_FAILED, "the kept answer of {} cannot be read", found.taskId(), e);
            replayCopy(found, IdempotencyKey.answerUnreadable(found.taskId()));
        }
    }

    /** @param otherwise the error if there is no copy */
    private void replayCopy(KnownAnswer found, ApiError otherwise) {
        byte[] copy = known.answers().copy(name, found.taskId());
        if (copy == null) {
            log.warn(
                    Event.SPOOL_FAILED, "the kept answer of {} cannot be read: there is no copy of it", found.taskId());
            refuse(otherwise);
            return;
        }
        try {
            spool.open(found, copy);
            known.replayed(ReplayedFrom.COPY);
        } catch (IOException | StoreException e) {
            log.error(Event.SPOOL_FAILED, "the copy of the kept answer of {} cannot be read", found.taskId(), e);
            refuse(IdempotencyKey.answerUnreadable(found.taskId()));
        }
    }

    /** Has the call made. */
    void make(MeteredCall made, Function<Outlet, Sink> door) {
        RememberedRefusals.Print print = new RememberedRefusals.Print(made.keyId(), bodyHash);
        ApiError refusal = known.refusals().find(print);
        if (refusal != null) {
            known.replayed(ReplayedFrom.REFUSAL);
            refuse(refusal);
            return;
        }
        try {
            SpoolOutlet outlet = new SpoolOutlet(spool, loop, this::broken);
            SpooledAnswer answer = new SpooledAnswer(name, bodyHash, spool, outlet, door.apply(outlet), this);
            call = known.meter().start(made, known.refusals().watching(print, answer), answer);
        } catch (ApiException notNow) {
            refuse(notNow.error());
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.CALL_FAULT, "a call under an idempotency key could not be made", e);
            refuse(ApiError.of(ErrorCode.INTERNAL_ERROR, "An internal error occurred."));
        }
    }

    private void broken() {
        if (call != null) {
            call.stop(SpooledAnswer.cannotSpool());
        }
    }

    void refuse(ApiError error) {
        known.over(name, this);
        spool.fail(error);
    }

    @Override
    public void completed(List<String> dropped) {
        known.over(name, this);
        if (!dropped.isEmpty()) {
            known.io().execute(() -> known.folder().delete(dropped));
        }
    }

    @Override
    public void failed() {
        known.over(name, this);
    }

    @Override
    public void lost() {
        begin();
    }

    private static ApiError busy() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        "The service cannot look the Idempotency-Key up right now. Please try again.")
                .withStatus(503)
                .retryAfter(BUSY_WAIT);
    }
}
