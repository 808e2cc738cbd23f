package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The phase before the hold: loads the media, then reserves by the upper bound of the prompt's bytes. If not even the smallest useful output is
 * covered, the upstream counts the prompt, free of charge, and its count replaces the bound (D31).
 */
final class Reserving implements Phase {

    private final Call call;
    private final Counting counting;
    private final @Nullable Loading loading;
    private Translation translation;

    /** Whether a load, count or reservation is pending. Until its result arrives, the call cannot be refused. */
    private boolean awaits;

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
                        translation.bounds(),
                        reservation -> call.turn(() -> reservedByBytes(reservation)),
                        call::holdLost);
        awaits = true;
    }

    private void reservedByBytes(Books.Reservation reservation) {
        awaits = false;
        if (reservation instanceof Books.Refused refused
                && refused.worthCounting()
                && counting.enter(call.request().accountId())) {
            count(refused);
        } else {
            reserved(reservation);
        }
    }

    private void count(Books.Refused refused) {
        String accountId = call.request().accountId();
        try {
            translation.prepared().count(counted -> {
                counting.leave(accountId);
                call.turn(() -> counted(counted, refused));
            });
            awaits = true;
        } catch (RuntimeException | Error e) {
            counting.leave(accountId);
            throw e;
        }
    }

    private void counted(Optional<PromptCount> counted, Books.Refused refused) {
        awaits = false;
        Bounds bounds = translation.bounds();
        Bounds counts = bounds;
        if (counted.isPresent()) {
            ApiError tooLong =
                    UpstreamErrors.beyondContext(counted.get(), bounds.model().upstream());
            if (tooLong != null) {
                refused(tooLong);
                return;
            }
            long prompt = PromptBound.counted(
                    counted.get().tokens(), call.request().ask(), counts.model().upstream());
            counts = counts.withCountedPrompt(counted.get().tokens(), Math.min(prompt, counts.promptTokensMax()));
        }
        if (counts.leastMicros() < bounds.leastMicros()) {
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

    private void reserved(Books.Reservation reservation) {
        switch (reservation) {
            case Books.Refused refused -> refused(refused.error());
            case Books.Lost lost -> {
                call.course().ends(CallOutcome.REPEATED, null);
                call.over(() -> {});
            }
            case Books.Held held -> held(held);
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
            relaying.stop(stopped);
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
    public void holdLost(ApiError error) {}

    @Override
    public void holdKnown(Books.Extension extension) {}

    @Override
    public void broken(ApiError error) {
        stoppedBy = CallOutcome.FAILED_FAULT;
        stop(error);
        if (!awaits) {
            refused(error);
        }
    }
}
