package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.SentCall;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;

/** The reasons why a call's upstream is held back. It continues if no reason is left. Confined to its call. */
final class PauseReasons {

    enum Reason {
        CALLER_READS_SLOWLY,
        EVENT_LEAVES,
        HOLD_GROWS,
        HOLD_NOT_DURABLE,
        NO_ROOM
    }

    private final Course course;
    private final Books books;
    private final SecondTry<AnswerUnderWay> answers;
    private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    private final SlowCaller slowCaller;

    PauseReasons(Course course, Books books, LongSupplier nanoTime, SecondTry<AnswerUnderWay> answers) {
        this.course = course;
        this.books = books;
        this.answers = answers;
        this.slowCaller = new SlowCaller(nanoTime);
    }

    /** The answer waits for its hold. */
    void byHold(Reason reason) {
        if (reasons.add(reason)) {
            course.waitsForHold();
            pause();
        }
    }

    /** The answer waits for its caller. @return whether that is new */
    boolean byCaller() {
        if (!reasons.add(Reason.CALLER_READS_SLOWLY)) {
            return false;
        }
        course.waitsForCaller();
        if (books.callerHoldsBack()) {
            slowCaller.holdsBack();
        }
        pause();
        return true;
    }

    /** The answer waits for a large event, which leaves as fast as its caller takes it. @return whether that is new */
    boolean byEvent() {
        boolean isNew = reasons.add(Reason.EVENT_LEAVES);
        if (isNew) {
            slowCaller.takesAnEvent();
            pause();
        }
        return isNew;
    }

    /** The answer waits for room on the heap. */
    void byRoom() {
        if (reasons.add(Reason.NO_ROOM)) {
            pause();
        }
    }

    private void pause() {
        SentCall sent = answers.current().sent();
        if (sent != null) {
            sent.pause();
        }
    }

    /** The caller has caught up. @return whether it was waited for */
    boolean callerReads() {
        boolean waited = reasons.remove(Reason.CALLER_READS_SLOWLY) | reasons.remove(Reason.EVENT_LEAVES);
        if (waited) {
            slowCaller.letsGo();
        }
        return waited;
    }

    void remove(Reason reason) {
        reasons.remove(reason);
    }

    /** Lets the upstream go on if there is no reason left. */
    void resume() {
        SentCall sent = answers.current().sent();
        if (reasons.isEmpty() && sent != null) {
            sent.resume();
        }
    }

    /** Returns whether the caller's slow reading is to blame if the upstream breaks off now (D18, D19). */
    boolean isCallerToBlame() {
        return slowCaller.isToBlame();
    }

    /** The judgement whether an upstream breaks because its caller did not read (D18, D19). Confined to its call. */
    static final class SlowCaller {

        /** The time after a resumed read in which a noticed break counts as earlier: the bytes still in the connection are read immediately. */
        private static final long NOTICED_NANOS = Duration.ofSeconds(1).toNanos();

        private final LongSupplier nanoTime;
        /** The time after which an event that is still leaving counts as read slowly. */
        private static final long EVENT_NANOS = Duration.ofSeconds(10).toNanos();

        private boolean takesAnEvent;
        private long takesSinceNanos;
        private boolean holdsBack;
        private boolean heldBack;
        private long letGoNanos;

        SlowCaller(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
        }

        void holdsBack() {
            holdsBack = true;
        }

        void takesAnEvent() {
            takesAnEvent = true;
            takesSinceNanos = nanoTime.getAsLong();
        }

        void letsGo() {
            boolean held = isHoldingBack();
            takesAnEvent = false;
            holdsBack = false;
            if (held) {
                heldBack = true;
                letGoNanos = nanoTime.getAsLong();
            }
        }

        private boolean isHoldingBack() {
            return holdsBack || takesAnEvent && nanoTime.getAsLong() - takesSinceNanos > EVENT_NANOS;
        }

        boolean isToBlame() {
            return isHoldingBack() || (heldBack && nanoTime.getAsLong() - letGoNanos < NOTICED_NANOS);
        }
    }
}
