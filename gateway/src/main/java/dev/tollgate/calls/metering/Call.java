package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.running.CallNow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call: it reserves, asks the upstream, relays the output that the hold covers, extends the hold before it is used up, resolves it once, and ends
 * the response.
 *
 * <p>Model: the call is in one {@link Phase}. Each event (the store answers, the upstream sends something, the caller disconnects, the time limit is
 * reached) is handled in a {@link #turn} of its own. Turns follow each other and never nest, so no phase changes during a step. A fault in any turn
 * ends the call for both sides. Before the settlement can have been committed, a fault releases everything; afterwards only the store's answer
 * counts.
 *
 * <p>Concurrency: confined to the event loop of the exchange. {@link Books} brings the store's answers there.
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
    private final AnsweringModels answering;
    private final Runnable whenOver;
    private final Collecting collecting;
    private final Deque<Runnable> turns = new ArrayDeque<>(2);

    private Phase phase;
    private boolean turning;
    private boolean callerGone;
    private long tokensUsed;

    /** The parts that calls share, except for the books, which know the call's loop. */
    record Parts(
            Books books,
            Counting counting,
            MediaAccess media,
            AnswerRoom room,
            AnsweringModels answering,
            CallObserver observer) {}

    /**
     * @param loop runs tasks on the exchange's event loop
     * @param whenOver run once, when nothing is held for the call any longer and before the caller receives the end
     */
    @SuppressWarnings("this-escape") // the first phase knows its call, and does nothing with it before it is begun
    Call(
            Parts parts,
            MeteredCall metered,
            String taskId,
            Sink sink,
            Executor loop,
            LongSupplier nanoTime,
            Runnable whenOver) {
        this.books = parts.books();
        this.request = metered;
        this.taskId = taskId;
        this.sink = sink;
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.course = new Course(taskId, metered, !sink.leavesWhole(), nanoTime);
        this.observer = parts.observer();
        this.answering = parts.answering();
        this.whenOver = whenOver;
        this.collecting = new Collecting(new RoomOwner(), sink, metered, parts.room());
        this.phase = new Reserving(this, parts.counting(), parts.media());
    }

    private final class RoomOwner implements Collecting.Owner {

        @Override
        public void later(Runnable step) {
            loop.execute(() -> turn(step));
        }

        @Override
        public boolean isCallerGone() {
            return callerGone;
        }

        @Override
        public void answerHasLeft() {
            request.ask().media().releaseMade();
        }

        @Override
        public void roomMayBeFree() {
            phase.roomMayBeFree();
        }

        @Override
        public void roomIsWanted() {
            phase.roomIsWanted();
        }
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
        turn(() -> {
            phase.callerLeft();
            collecting.callerLeft();
        });
    }

    /** Ends the call from outside, e.g. at the end of a drain. The hold is released in full (D18). */
    public void stop(ApiError error) {
        turn(() -> phase.stop(error));
    }

    void timeIsUp() {
        turn(() -> phase.timeIsUp());
    }

    /** Tells the stream that the call runs, if an interval has passed. */
    void runs(long nowNanos, long intervalNanos) {
        if (isToBeTold(nowNanos, intervalNanos)) {
            turn(() -> {
                if (isToBeTold(nowNanos, intervalNanos) && phase instanceof Relaying relaying) {
                    relaying.silence().tell(nowNanos);
                }
            });
        }
    }

    /** Has the call go on without a count of its prompt, if it has waited long for its turn. */
    void waits() {
        turn(() -> {
            if (phase instanceof Reserving reserving && reserving.hasWaited()) {
                reserving.waitsNoLonger();
            }
        });
    }

    boolean waitsToCount() {
        return phase instanceof Reserving reserving && reserving.hasWaited();
    }

    private boolean isToBeTold(long nowNanos, long intervalNanos) {
        return !callerGone
                && phase instanceof Relaying relaying
                && relaying.silence().isDue(nowNanos, intervalNanos);
    }

    void holdLost(ApiError error) {
        turn(() -> phase.holdLost(error));
    }

    /** Runs a step after those that wait. A fault in it ends the call. */
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

    /** Ends the call once nothing is held. @param end notifies the caller, unless it has left */
    void over(Runnable end) {
        phase = Phase.Over.OVER;
        attempt("let its media go", () -> request.ask().media().release());
        attempt("take its leave", whenOver);
        attempt("be counted", () -> observer.over(course.over()));
        if (!callerGone && !attempt("tell its end", end)) {
            attempt("cut its caller off", sink::cut);
        }
        collecting.over();
    }

    /** Runs a step whose failure must not stop the call. @return whether it succeeded */
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

    /** Returns the room for what the sink keeps of the answer. */
    Collecting collecting() {
        return collecting;
    }

    /** Adds tokens that the upstream produced for the call, paid or not. */
    void used(long tokens) {
        tokensUsed = tokens;
    }

    long tokensUsed() {
        return tokensUsed;
    }

    /** Returns the call's current figures; null if nothing is held, or if it is being settled. */
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

    /** Returns the catalogue's row of an upstream's model; null if it has none. */
    AnsweringModels answering() {
        return answering;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    /** Returns the lease that is charged with the memory of the request. */
    Lease memory() {
        return request.memory();
    }

    /** Returns the model's name in the response. */
    String answerModel(@Nullable String upstreamVersion) {
        return request.answerModel(upstreamVersion);
    }
}
