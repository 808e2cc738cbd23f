package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.running.CallNow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phase with a hold: asks the upstream and relays the output that the hold covers. Extends the hold before it is used up. Ends by deciding the
 * end of the call.
 */
final class Relaying implements Phase {

    private static final Logger log = LoggerFactory.getLogger(Relaying.class);

    /**
     * The size that may wait for a durable hold before the upstream is paused. It is more than arrives during one sync of the disk, because an
     * upstream that breaks while paused loses the data in flight.
     */
    private static final long UNCONFIRMED_SIZE_MAX = 32 << 10;

    private final Call call;
    private final Sink sink;
    private final Bounds bounds;
    private final Hold hold;
    private final SecondTry<AnswerUnderWay> answers;
    private final Asking asking;
    private final @Nullable Long tokensMaxApplied;
    private final PauseReasons heldBack;
    private final Concluding concluding;
    private final Silence silence;

    private @Nullable UpstreamFailure failedUnconfirmed;

    /** A mark that nothing is shown or ended, because a large event is leaving. */
    private boolean isStopped;

    /** @param translation the translation with its media loaded, and the bounds of the hold */
    @SuppressWarnings("this-escape") // nothing calls back before begin()
    Relaying(Call call, Translation translation, Books.Held held) {
        this.call = call;
        this.sink = call.sink();
        this.bounds = translation.bounds();
        this.hold = new Hold(bounds, held);
        this.asking = new Asking(call, this, translation);
        this.answers = asking.answers();
        this.tokensMaxApplied = coverage().isLimited()
                ? Long.valueOf(bounds.appliedTokensMax(coverage().tokens()))
                : asking.isCutToContext() ? bounds.callersMax() : null;
        this.heldBack = new PauseReasons(call.course(), call.books(), call.nanoTime(), answers);
        this.concluding = new Concluding(call, asking, bounds, hold, tokensMaxApplied);
        this.silence = new Silence(sink, hold, call.nanoTime().getAsLong(), this::confirm);
    }

    void begin() {
        List<String> ignored = asking.ignored();
        call.request().ask().media().paid();
        sink.admitted(new Sink.Admission(call.taskId(), tokensMaxApplied, ignored));
        call.course().ignoring(ignored);
        asking.send(coverage().tokens());
    }

    /** Returns whether events of the response still count. */
    boolean listensTo(AnswerUnderWay answer) {
        return call.isIn(this) && !answer.isEnded() && failedUnconfirmed == null;
    }

    /** Returns the call's figures if it ended now, by the output shown. */
    CallNow now() {
        UsageMeter usage = answer().usage();
        long tokens = usage.billedOutputTokens(reasoningBilled());
        long prompt = usage.reportedInputTokens();
        long micros = call.course().has(CallStep.HEARD)
                ? bounds.textMicros(prompt < 0 ? bounds.promptTokensMax() : prompt, tokens)
                : 0;
        long held = coverage().heldMicros();
        return new CallNow(call.taskId(), call.request().accountId(), tokens, Math.min(micros, held), held);
    }

    Silence silence() {
        return silence;
    }

    // ---- relay ----

    void heard(List<UpstreamEvent> events) {
        if (!call.course().has(CallStep.HEARD)) {
            call.course().takes(CallStep.HEARD);
            asking.tellIgnoredElsewhere();
        }
        answer().hears(events);
        if (Delivery.isStrange(events, bounds.candidates())) {
            concluding.stopUpstream();
            upstreamFailed(
                    new UpstreamFailure(UpstreamFailure.Kind.BROKEN, null, "a candidate that was not asked for"));
            return;
        }
        answer().take(events);
        pump();
    }

    /** Shows the waiting output that the hold covers. Extends the hold, or ends the response, if some is not covered. */
    void pump() {
        AnswerUnderWay answer = answer();
        if (waitsForEvent()) {
            return;
        }
        if (!mayShow()) {
            awaitHold(answer);
            return;
        }
        List<UpstreamEvent> ready = new ArrayList<>();
        call.collecting().begin();
        boolean covers = answer.waiting()
                .takeCovered(
                        answer.usage(),
                        coverage(),
                        head -> endsAtMaximum(ready, head) || !call.collecting().takes(head),
                        ready::addAll);
        if (!ready.isEmpty()) {
            show(ready);
            if (sink.wantsCost()) {
                sink.cost(now());
            }
        }
        if (!call.isCallerGone() && !waitsForEvent()) { // else noticed while writing; the next turn handles it
            goOnOrEnd(answer, covers);
        }
    }

    /** Returns whether a large event is leaving. When it has, what waits is looked at. */
    private boolean waitsForEvent() {
        isStopped |= sink.isMidway();
        return sink.isMidway();
    }

    private void goOnOrEnd(AnswerUnderWay answer, boolean covers) {
        long used = answer.usage().billedOutputTokens(reasoningBilled());
        if (answer.usage().isBeyondAnyAnswer()) {
            concluding.refund(UpstreamErrors.tooLong(), CallOutcome.FAILED_UPSTREAM);
        } else if (covers) {
            goOn(used);
        } else if (call.collecting().lacksRoom()) {
            lackRoom();
        } else if (isAtMaximum(answer.usage())) {
            concluding.atMaximum();
        } else if (coverage().mayGrow()) {
            heldBack.byHold(PauseReasons.Reason.HOLD_GROWS);
            grow(used, false);
        } else {
            concluding.cut(used);
        }
    }

    private void awaitHold(AnswerUnderWay answer) {
        if (answer.waiting().size() >= UNCONFIRMED_SIZE_MAX) {
            heldBack.byHold(PauseReasons.Reason.HOLD_NOT_DURABLE);
        }
        confirm();
    }

    /** Returns whether a batch reports more output than the maximum (D53). Before there is output it may still be a refusal (D48). */
    private boolean endsAtMaximum(List<UpstreamEvent> ready, List<UpstreamEvent> head) {
        return isAtMaximum(answer().usage())
                && (answer().delivery().hasOutput() || Delivery.hasOutput(ready) || Delivery.hasOutput(head));
    }

    /** Returns whether an answer passes the maximum before its hold ends. A hold that ends before the maximum may cover all text within it, and more. */
    private boolean isAtMaximum(UsageMeter usage) {
        boolean isCovered = usage.passedText() && coverage().covers(usage.shownOutputTokens(reasoningBilled()));
        return usage.passedMaximum() && (!coverage().endsWithHold() || isCovered);
    }

    /** Returns whether output may leave. A response that leaves as a whole does so after its charge. */
    private boolean mayShow() {
        return hold.mayLeave() || sink.leavesWhole();
    }

    private void confirm() {
        if (!hold.isConfirming()) {
            call.books().confirm(call.taskId(), failure -> call.turn(() -> confirmed(failure)));
            hold.confirms();
        }
    }

    private void confirmed(@Nullable ApiError failure) {
        hold.confirmed(failure == null);
        if (!call.isIn(this)) {
            return;
        }
        if (failure != null) {
            concluding.refund(failure, CallOutcome.FAILED_STORE);
            return;
        }
        heldBack.remove(PauseReasons.Reason.HOLD_NOT_DURABLE);
        pump();
        goOnReading();
        UpstreamFailure failed = failedUnconfirmed;
        if (failed != null && call.isIn(this)) {
            upstreamFailed(failed);
        }
    }

    private void lackRoom() {
        if (call.collecting().mustEnd()) {
            concluding.noRoom();
        } else {
            heldBack.byRoom();
        }
    }

    @Override
    public void roomMayBeFree() {
        heldBack.remove(PauseReasons.Reason.NO_ROOM);
        pump();
        goOnReading();
    }

    @Override
    public void roomIsWanted() {
        concluding.noRoom();
    }

    private void goOn(long used) {
        if (answer().isEnded()) {
            concluding.complete(this, draft -> asking.askAgain(draft, coverage().tokens()));
        } else if (coverage().runsShort(used)) {
            grow(used, true);
        }
    }

    private void show(List<UpstreamEvent> events) {
        answer().delivery().show(events, answer().attempts());
        call.course().takesFirst(CallStep.SHOWN);
        if (sink.isMidway() ? heldBack.byEvent() : sink.full() && heldBack.byCaller()) {
            sink.onDrain(() -> call.turn(this::callerReads));
        }
    }

    private void callerReads() {
        if (heldBack.callerReads()) {
            if (isStopped && call.isIn(this)) {
                isStopped = false;
                pump();
            }
            goOnReading();
        }
    }

    private void goOnReading() {
        if (call.isIn(this)) {
            heldBack.resume();
        }
    }

    // ---- let the hold grow ----

    /** @param ahead whether the response can continue without the extension */
    private void grow(long usedTokens, boolean ahead) {
        if (hold.isGrowing()) {
            return;
        }
        call.books()
                .extend(
                        call.taskId(),
                        call.request(),
                        coverage().leastExtensionMicros(),
                        coverage().wantedExtensionMicros(usedTokens),
                        extension -> call.turn(() -> {
                            hold.grown(extension);
                            call.phase().holdKnown(extension);
                        }));
        hold.grows(ahead);
    }

    @Override
    public void holdKnown(Books.Extension extension) {
        if (extension instanceof Books.NotRecorded unknown) {
            concluding.refund(unknown.error(), CallOutcome.FAILED_STORE);
            return;
        }
        heldBack.remove(PauseReasons.Reason.HOLD_GROWS);
        pump();
        goOnReading();
    }

    // ---- the ways to end ----

    void upstreamFailed(UpstreamFailure failure) {
        if (hold.isConfirming()) {
            failedUnconfirmed = failure; // earlier output is shown first, later output never
            concluding.stopUpstream();
            return;
        }
        log.warn(
                Event.UPSTREAM_FAILED,
                "task {}: upstream {}: {}",
                call.taskId(),
                failure.kind(),
                failure.loggable(),
                asking.about());
        if (answer().isFinished() && failure.kind() != UpstreamFailure.Kind.LOCAL) {
            answer().end(); // a failure after the finish reasons completes the answer (D38)
            pump();
        } else {
            concluding.failed(failure, heldBack.isCallerToBlame());
        }
    }

    @Override
    public void timeIsUp() {
        concluding.timeIsUp();
    }

    @Override
    public void stop(ApiError error) {
        refund(error, CallOutcome.STOPPED);
    }

    /** Ends the call before its upstream is asked. */
    void refund(ApiError error, CallOutcome outcome) {
        concluding.refund(error, outcome);
    }

    @Override
    public void holdLost(ApiError error) {
        concluding.refund(error, CallOutcome.FAILED_STORE);
    }

    @Override
    public void broken(ApiError error) {
        concluding.refund(error, CallOutcome.FAILED_FAULT);
    }

    @Override
    public void callerLeft() {
        concluding.callerLeft(call.course().has(CallStep.HEARD));
    }

    private AnswerUnderWay answer() {
        return answers.current();
    }

    private Coverage coverage() {
        return hold.coverage();
    }

    private boolean reasoningBilled() {
        return bounds.model().pricing().reasoningBilled();
    }
}
