package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.upstreams.hops.HopBounds;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The phase before the hold: loads the media, then reserves by the upper bound of the prompt's bytes. If not even the smallest useful output is
 * covered, the upstream counts the prompt, free of charge, and its count replaces the bound; only then may a call with the provider's tools hold
 * less than its most (D31). A prompt that is long enough for the rates of long
 * prompts by its bytes alone is counted first, then held once, at the rates that apply (P6a). No call holds while it counts, so calls of one account
 * do not refuse each other.
 */
final class Reserving implements Phase {

    /** The longest wait for a turn to count. */
    static final long WAIT_NANOS_MAX = 10_000_000_000L;

    private final Call call;
    private final Counting counting;
    private final @Nullable Loading loading;
    private Translation translation;

    /** A mark for a pending load, count or reservation. Until its result arrives, the call cannot be refused. */
    private boolean awaits;

    private Counting.@Nullable Place place;

    private long waitsSinceNanos;
    private Consumer<Optional<PromptCount>> whenCounted = counted -> {};

    /** A granted hold that this phase has to give back if the call ends in it. */
    private Books.@Nullable Held hold;

    private boolean givesBack;
    private @Nullable ApiError stopped;
    private CallOutcome stoppedBy = CallOutcome.STOPPED;

    Reserving(Call call, Counting counting, MediaAccess media) {
        this.call = call;
        this.counting = counting;
        this.translation = call.request().translation();
        Ask ask = call.request().ask();
        boolean loadsNothing =
                translation.prepared().wanted().isEmpty() && ask.media().made() == null;
        this.loading = loadsNothing
                ? null
                : new Loading(
                        media,
                        call.request(),
                        call.loop(),
                        ask.requests(),
                        (loaded, refusal) -> call.turn(() -> loaded(loaded, refusal)));
    }

    /** Asks first whether the account may make a further call that may end free although its upstream reports usage (E72). */
    void begin() {
        awaits = call.books().mayEndFree(call.request(), refusal -> call.turn(() -> mayEndFree(refusal)));
        if (!awaits) {
            load();
        }
    }

    private void mayEndFree(@Nullable ApiError refusal) {
        awaits = false;
        if (isEnding()) {
            endUnheld();
        } else if (refusal != null) {
            refused(refusal);
        } else {
            load();
        }
    }

    private void load() {
        if (loading != null) {
            loading.begin();
            awaits = true;
        } else {
            admit();
        }
    }

    private void loaded(Translation loaded, @Nullable ApiError refusal) {
        awaits = false;
        translation = loaded;
        if (refusal == null) {
            admit();
        } else {
            refused(refusal);
        }
    }

    /**
     * Holds by the bytes of the prompt, or counts it first if they alone make it a long one: no call holds while it counts (P6a). A call whose key does not
     * allow the lowest rates is refused before its prompt is counted.
     */
    private void admit() {
        ApiError above =
                Refusals.aboveCeiling(call.request(), translation.bounds().ofShortPrompt());
        if (above != null) {
            refused(above);
        } else if (translation.bounds().isLong() || isBeyondContext()) {
            countInTurn(this::countedLong);
        } else {
            reserve(false, this::reservedByBytes);
        }
    }

    /** Returns whether the bound of the prompt's bytes leaves too little of the context for the maximum, and a count may leave more. */
    private boolean isBeyondContext() {
        HopBounds hops = translation.bounds().hops();
        return hops != null && hops.isBeyondContext();
    }

    private void reserve(boolean mayRunOnLess, Consumer<Books.Reservation> then) {
        ApiError above = Refusals.aboveCeiling(call.request(), translation.bounds());
        if (above != null) {
            refused(above);
            return;
        }
        call.course().takesFirst(CallStep.RESERVING);
        call.books()
                .reserve(
                        call.taskId(),
                        call.request(),
                        translation.bounds(),
                        mayRunOnLess,
                        reservation -> call.turn(() -> {
                            awaits = false;
                            then.accept(reservation);
                        }),
                        call::holdLost);
        awaits = true;
    }

    private void reservedByBytes(Books.Reservation reservation) {
        if (reservation instanceof Books.NotHeld refused && refused.worthCounting() && !isEnding()) {
            countInTurn(counted -> counted(counted, refused));
        } else {
            reserved(reservation);
        }
    }

    private boolean isEnding() {
        return stopped != null || call.isCallerGone();
    }

    /** Ends a call for which nothing is held. */
    private void endUnheld() {
        if (stopped != null) {
            refused(stopped);
        } else {
            call.course().ends(CallOutcome.CANCELLED, null);
            call.over(() -> {});
        }
    }

    // ---- the count ----

    /** Has the prompt counted when it is the account's turn. @param then receives the count; empty if there is none, or if its turn does not come in time */
    private void countInTurn(Consumer<Optional<PromptCount>> then) {
        whenCounted = then;
        waitsSinceNanos = call.nanoTime().getAsLong();
        awaits = true;
        place = counting.queue(
                call.request().accountId(), () -> call.loop().execute(() -> call.turn(() -> count(then))));
        if (place == null) {
            goOnUncounted();
        }
    }

    private void count(Consumer<Optional<PromptCount>> then) {
        String accountId = call.request().accountId();
        place = null;
        if (isEnding()) {
            counting.leave(accountId);
            awaits = false;
            endUnheld();
            return;
        }
        try {
            translation.prepared().count(counted -> {
                counting.leave(accountId);
                call.turn(() -> {
                    awaits = false;
                    if (isEnding()) {
                        endUnheld();
                    } else {
                        then.accept(counted);
                    }
                });
            });
        } catch (RuntimeException | Error e) {
            counting.leave(accountId);
            awaits = false;
            throw e;
        }
    }

    /** Returns whether the call has waited as long for its turn to count as it may. */
    boolean hasWaited() {
        return place != null && call.nanoTime().getAsLong() - waitsSinceNanos >= WAIT_NANOS_MAX;
    }

    /** Gives up the turn to count, if it has not come. @return whether the call waited for it */
    private boolean leavesLine() {
        Counting.Place its = place;
        boolean left = its != null && counting.giveUp(call.request().accountId(), its);
        if (left) {
            place = null;
            awaits = false;
        }
        return left;
    }

    /** Goes on by the bytes of the prompt after a long wait for the turn to count. */
    void waitsNoLonger() {
        if (leavesLine()) {
            goOnUncounted();
        }
    }

    private void goOnUncounted() {
        awaits = false;
        whenCounted.accept(Optional.empty());
    }

    private void countedLong(Optional<PromptCount> counted) {
        ApiError tooLong = beyondContext(counted);
        if (tooLong != null) {
            refused(tooLong);
        } else {
            translation = translation.counted(counted, call.request().ask());
            reserve(true, this::reserved);
        }
    }

    private void counted(Optional<PromptCount> counted, Books.NotHeld refused) {
        ApiError tooLong = beyondContext(counted);
        if (tooLong != null) {
            refused(tooLong);
            return;
        }
        Bounds bounds = translation.bounds();
        Translation counts = translation.counted(counted, call.request().ask());
        if (counts.bounds().leastMicros() < bounds.leastMicros() || bounds.less() != null) {
            translation = counts;
            reserve(true, this::reserved);
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

    /** Ends a call that has a hold and no relay yet. */
    private void giveBack(ApiError error, CallOutcome outcome) {
        givesBack = true;
        call.course().ends(outcome, error);
        call.books()
                .giveBack(
                        call.taskId(),
                        TaskDetails.released(
                                call.answerModel(null), error, call.course().trace(null)),
                        () -> call.turn(() -> call.over(() -> call.sink().failed(error))));
    }

    private void reserved(Books.Reservation reservation) {
        switch (reservation) {
            case Books.NotHeld refused -> refused(refused.error());
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
        Relaying relaying = new Relaying(call, held.onLess() ? translation.onLess() : translation, held);
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
        if (leavesLine()) {
            endUnheld();
        }
    }

    /** Ends the call. A pending reservation still arrives, and is released then. */
    @Override
    public void stop(ApiError error) {
        stopped = error;
        if (loading != null) {
            loading.stop();
        }
        if (leavesLine()) {
            endUnheld();
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
        if (!call.isIn(this)) {
            return;
        }
        if (!awaits && hold == null) {
            refused(error);
        } else if (!awaits && !givesBack) {
            giveBack(error, stoppedBy);
        }
    }
}
