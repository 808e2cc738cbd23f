package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The phase before the hold: loads the media, then reserves by the upper bound of the prompt's bytes. If not even the smallest useful output is
 * covered, the upstream counts the prompt, free of charge, and its count replaces the bound (D31). So it does where a prompt is long enough for the
 * rates of long prompts by its bytes alone: the hold is made at the rates of short prompts, and extended if the count is above them, too (P6a).
 */
final class Reserving implements Phase {

    private final Call call;
    private final Counting counting;
    private final @Nullable Loading loading;
    private Translation translation;

    /** Whether a load, count or reservation is pending. Until its result arrives, the call cannot be refused. */
    private boolean awaits;

    /** A granted hold that this phase has to give back if the call ends in it. */
    private Books.@Nullable Held hold;

    private boolean givesBack;
    private @Nullable ApiError stopped;
    private CallOutcome stoppedBy = CallOutcome.STOPPED;

    Reserving(Call call, Counting counting, MediaAccess media) {
        this.call = call;
        this.counting = counting;
        this.translation = call.request().translation();
        this.loading = translation.prepared().wanted().isEmpty()
                ? null
                : new Loading(
                        media,
                        call.request(),
                        call.loop(),
                        (loaded, refusal) -> call.turn(() -> loaded(loaded, refusal)));
    }

    void begin() {
        if (loading != null) {
            loading.begin();
            awaits = true;
        } else {
            reserve();
        }
    }

    private void loaded(Translation loaded, @Nullable ApiError refusal) {
        awaits = false;
        translation = loaded;
        if (refusal == null) {
            reserve();
        } else {
            refused(refusal);
        }
    }

    private void reserve() {
        call.course().takes(CallStep.RESERVING);
        call.books()
                .reserve(
                        call.taskId(),
                        call.request(),
                        translation.bounds().belowStep(),
                        reservation -> call.turn(() -> reservedByBytes(reservation)),
                        call::holdLost);
        awaits = true;
    }

    private void reservedByBytes(Books.Reservation reservation) {
        awaits = false;
        hold = reservation instanceof Books.Held held ? held : null;
        if (reservation instanceof Books.Refused refused
                && refused.worthCounting()
                && counting.enter(call.request().accountId())) {
            count(counted -> counted(counted, refused));
        } else if (hold != null && isLongByBytes() && !isEnding()) {
            Books.Held held = hold;
            if (counting.enter(call.request().accountId())) {
                count(counted -> countedUnderHold(counted, held));
            } else {
                extend(held);
            }
        } else {
            reserved(reservation);
        }
    }

    private boolean isLongByBytes() {
        Bounds bounds = translation.bounds();
        return bounds.belowStep() != bounds;
    }

    private boolean isEnding() {
        return stopped != null || call.isCallerGone();
    }

    private void count(Consumer<Optional<PromptCount>> then) {
        String accountId = call.request().accountId();
        try {
            translation.prepared().count(counted -> {
                counting.leave(accountId);
                call.turn(() -> {
                    awaits = false;
                    then.accept(counted);
                });
            });
            awaits = true;
        } catch (RuntimeException | Error e) {
            counting.leave(accountId);
            throw e;
        }
    }

    private void counted(Optional<PromptCount> counted, Books.Refused refused) {
        Bounds bounds = translation.bounds();
        ApiError tooLong = beyondContext(counted);
        if (tooLong != null) {
            refused(tooLong);
            return;
        }
        Bounds counts = translation.counted(counted, call.request().ask()).bounds();
        if (counts.leastMicros() < bounds.belowStep().leastMicros()) {
            translation = translation.withBounds(counts);
            call.books()
                    .reserve(
                            call.taskId(),
                            call.request(),
                            counts,
                            reservation -> call.turn(() -> {
                                awaits = false;
                                reserved(reservation);
                            }),
                            call::holdLost);
            awaits = true;
        } else {
            refused(refused.error());
        }
    }

    private @Nullable ApiError beyondContext(Optional<PromptCount> counted) {
        return counted.isEmpty()
                ? null
                : UpstreamErrors.beyondContext(
                        counted.get(),
                        call.request().ask(),
                        translation.bounds().model().upstream());
    }

    /** The prompt is counted, and a hold at the rates of short prompts exists. */
    private void countedUnderHold(Optional<PromptCount> counted, Books.Held held) {
        ApiError tooLong = beyondContext(counted);
        if (tooLong != null) {
            giveBack(tooLong, outcome(tooLong));
            return;
        }
        translation = translation.counted(counted, call.request().ask());
        if (isLongByBytes() && !isEnding()) {
            extend(held);
        } else {
            held(held);
        }
    }

    /** Extends a hold at the rates of short prompts to those of long ones. If that fails, the call needs room for its least output all the same. */
    private void extend(Books.Held held) {
        Bounds bounds = translation.bounds();
        long least = Math.max(1, bounds.leastMicros() - held.micros());
        long wanted = Math.max(least, bounds.wantedMicros() - held.micros());
        call.books()
                .extend(
                        call.taskId(),
                        call.request(),
                        least,
                        wanted,
                        extension -> call.turn(() -> {
                            awaits = false;
                            extended(held, extension);
                        }));
        awaits = true;
    }

    private void extended(Books.Held held, Books.Extension extension) {
        switch (extension) {
            case Books.Grown grown -> held(new Books.Held(grown.heldMicros(), held.limit(), held.mayLeave()));
            case Books.NotGrown refused -> {
                if (held.micros() >= translation.bounds().leastMicros()) {
                    held(new Books.Held(held.micros(), refused.nativeReason(), held.mayLeave()));
                } else {
                    ApiError tooLow =
                            Refusals.ofLongPrompt(refused, translation.bounds().leastMicros(), held.micros());
                    giveBack(tooLow, outcome(tooLow));
                }
            }
            case Books.NotRecorded unknown -> giveBack(unknown.error(), CallOutcome.FAILED_STORE);
        }
    }

    /** Ends a call that has a hold and no relay yet. */
    private void giveBack(ApiError error, CallOutcome outcome) {
        givesBack = true;
        call.course().ends(outcome, error);
        call.books()
                .giveBack(
                        call.taskId(),
                        call.answerModel(null),
                        TaskStatus.FAILED,
                        TaskDetails.of(error),
                        call.course().trace(null),
                        () -> call.turn(() -> call.over(() -> call.sink().failed(error))));
    }

    private void reserved(Books.Reservation reservation) {
        switch (reservation) {
            case Books.Refused refused -> refused(refused.error());
            case Books.Lost lost -> {
                call.course().ends(CallOutcome.REPEATED, null);
                call.over(() -> {});
            }
            case Books.Held held -> {
                hold = held;
                held(held);
            }
        }
    }

    private void refused(ApiError error) {
        ApiError told = stopped == null ? error : stopped;
        call.course().ends(stopped == null ? outcome(error) : stoppedBy, told);
        call.over(() -> call.sink().failed(told));
    }

    private static CallOutcome outcome(ApiError error) {
        return error.status() < 500 ? CallOutcome.REFUSED : CallOutcome.FAILED_STORE;
    }

    private void held(Books.Held held) {
        call.course().takes(CallStep.RESERVED);
        Relaying relaying = new Relaying(call, translation, held);
        call.enter(relaying);
        if (call.isCallerGone()) {
            relaying.callerLeft();
        } else if (stopped != null) {
            relaying.refund(stopped, stoppedBy);
        } else {
            relaying.begin();
        }
    }

    // ---- what else happens ----

    @Override
    public void callerLeft() {
        if (loading != null) {
            loading.stop();
        }
    }

    /** Ends the call. A pending reservation still arrives, and is released then. */
    @Override
    public void stop(ApiError error) {
        stopped = error;
        if (loading != null) {
            loading.stop();
        }
    }

    @Override
    public void timeIsUp() {
        stop(UpstreamErrors.unavailable());
    }

    @Override
    public void holdLost(ApiError error) {
        stoppedBy = CallOutcome.FAILED_STORE;
        stop(error);
    }

    @Override
    public void holdKnown(Books.Extension extension) {}

    @Override
    public void broken(ApiError error) {
        stoppedBy = CallOutcome.FAILED_FAULT;
        stop(error);
        if (!awaits && hold == null) {
            refused(error);
        } else if (!awaits && !givesBack) {
            giveBack(error, stoppedBy);
        }
    }
}
