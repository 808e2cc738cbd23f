package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.base.memory.Lease;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one call: reserve, ask, relay what the hold covers, let the hold grow before it is used up, resolve it once, end the answer.
 *
 * <p>Model: the call is in one {@link Phase}. Each thing that can happen (the store answers, the upstream says something, the caller
 * leaves, time is up) comes in a {@link #turn} of its own: turns follow each other and never nest, so no phase changes under a step that
 * is being taken. A fault of ours in any turn ends the call for both sides: as long as the settlement cannot have been committed
 * everything goes back, from then on only the store's answer counts.
 *
 * <p>Concurrency: confined to the event loop of the exchange; the store's answers are brought there by {@link Books}.
 */
public final class Call implements Running {

    private static final Logger log = LoggerFactory.getLogger(Call.class);

    private final Books books;
    private final MeteredCall request;
    private final String taskId;
    private final Sink sink;
    private final Executor loop;
    private final LongSupplier nanoTime;
    private final Course course;
    private final CallObserver observer;
    private final Runnable whenOver;
    private final Deque<Runnable> turns = new ArrayDeque<>(2);

    private Phase phase;
    private boolean turning;
    private boolean callerGone;
    private long tokensUsed;

    /**
     * @param loop runs on the exchange's event loop
     * @param whenOver run once, when nothing is held for it any more and before the caller hears the end
     */
    @SuppressWarnings("this-escape") // the first phase knows its call, and does nothing with it before it is begun
    Call(
            Books books,
            Counting counting,
            MediaAccess media,
            MeteredCall metered,
            String taskId,
            Sink sink,
            Executor loop,
            LongSupplier nanoTime,
            CallObserver observer,
            Runnable whenOver) {
        this.books = books;
        this.request = metered;
        this.taskId = taskId;
        this.sink = sink;
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.course = new Course(taskId, metered, !sink.leavesWhole(), nanoTime);
        this.observer = observer;
        this.whenOver = whenOver;
        this.phase = new Reserving(this, counting, media);
    }

    // ---- what happens ----

    void begin() {
        turn(() -> {
            if (phase instanceof Reserving reserving) {
                course.takes(CallStep.STARTED);
                reserving.begin();
            }
        });
    }

    @Override
    public void gone() {
        callerGone = true;
        turn(() -> phase.callerLeft());
    }

    /** Ends the call from outside, e.g. at the end of a drain: everything goes back (D18). */
    public void stop(ApiError error) {
        turn(() -> phase.stop(error));
    }

    void timeIsUp() {
        turn(() -> phase.timeIsUp());
    }

    void holdLost(ApiError error) {
        turn(() -> phase.holdLost(error));
    }

    /** Takes a step when those before it have been taken; a fault in it ends the call. */
    void turn(Runnable step) {
        if (turning) {
            turns.add(step);
            return;
        }
        turning = true;
        take(step);
        for (Runnable next = turns.poll(); next != null; next = turns.poll()) {
            take(next);
        }
        turning = false;
    }

    private void take(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.CALL_FAULT, "task {} has met a fault", taskId, LogFields.task(taskId), e);
            phase.broken(ApiError.of(ErrorCode.INTERNAL_ERROR, "An unexpected error has ended the call."));
        }
    }

    // ---- for its phases ----

    void enter(Phase next) {
        phase = next;
    }

    boolean isIn(Phase other) {
        return phase == other;
    }

    Phase phase() {
        return phase;
    }

    /** Nothing is held any more. @param end tells the caller, unless it has left */
    void over(Runnable end) {
        phase = Phase.Over.OVER;
        attempt("let its media go", () -> request.ask().media().release());
        attempt("take its leave", whenOver);
        attempt("be counted", () -> observer.over(course.over()));
        if (!callerGone && !attempt("tell its end", end)) {
            attempt("cut its caller off", sink::cut);
        }
    }

    /** What has to be tried, whatever comes of it. */
    boolean attempt(String what, Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.CALL_FAULT, "task {} could not {}", taskId, what, LogFields.task(taskId), e);
            return false;
        }
    }

    /** What the upstream was made to do for it counts, whoever pays. */
    void used(long tokens) {
        tokensUsed = tokens;
    }

    long tokensUsed() {
        return tokensUsed;
    }

    /** Null while nothing is held, and once it is being settled. */
    @Nullable
    CallNow now() {
        return phase instanceof Relaying relaying ? relaying.now() : null;
    }

    boolean isCallerGone() {
        return callerGone;
    }

    Books books() {
        return books;
    }

    MeteredCall request() {
        return request;
    }

    String taskId() {
        return taskId;
    }

    Sink sink() {
        return sink;
    }

    Executor loop() {
        return loop;
    }

    Course course() {
        return course;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    /** What the call's request takes is charged to it. */
    Lease memory() {
        return request.memory();
    }

    /** As the answer names the model. */
    String answerModel(@Nullable String upstreamVersion) {
        return request.answerModel(upstreamVersion);
    }
}
