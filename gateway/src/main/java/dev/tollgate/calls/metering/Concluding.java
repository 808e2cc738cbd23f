package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.lines.LineRefusals;
import dev.tollgate.calls.metering.Ending.Free;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a response that is being relayed: shows the rest that may be shown, decides the {@link Ending}, and resolves the call. Confined to its call.
 */
final class Concluding {

    /** The upstream's own word for a response that has reached its maximum. */
    private static final String MAX_TOKENS = "MAX_TOKENS";

    private static final ApiError BUSY = ApiError.of(
                    ErrorCode.INTERNAL_ERROR, "The server is busy with long answers. Retry in a moment.")
            .withStatus(503)
            .retryAfter(Duration.ofSeconds(1));

    private final Call call;
    private final Asking asking;
    private final Bounds bounds;
    private final Hold hold;
    private final SecondTry<AnswerUnderWay> answers;
    private final @Nullable Long tokensMaxApplied;
    private boolean judging;

    Concluding(Call call, Asking asking, Bounds bounds, Hold hold, @Nullable Long tokensMaxApplied) {
        this.call = call;
        this.asking = asking;
        this.bounds = bounds;
        this.hold = hold;
        this.answers = asking.answers();
        this.tokensMaxApplied = tokensMaxApplied;
    }

    // ---- the answer is whole ----

    /**
     * Ends a response that the upstream has completed.
     *
     * @param phase the call's phase until now
     * @param unfit receives a response that does not match its schema and can be requested once more (D48)
     */
    void complete(Phase phase, Consumer<Sink.Draft> unfit) {
        if (judging) {
            return;
        }
        Delivery delivery = answer().delivery();
        if (delivery.isBlocked()) {
            fail(UpstreamErrors.blocked(), CallOutcome.BLOCKED, freeOr(Free.OR_CHARGED), true);
        } else if (delivery.isUnusable()) {
            fail(delivery.unusable(), CallOutcome.FAILED_UPSTREAM, ofUnusable(), isByRequest());
        } else {
            if (answer().usage().passedMaximum()) {
                delivery.endAtMaximum(List.of(), MAX_TOKENS, answer().attempts());
            }
            delivery.showKeptBack(answer().attempts());
            judge(phase, unfit);
        }
    }

    /** Checks the response against its schema, if it can still be replaced (D48). */
    private void judge(Phase phase, Consumer<Sink.Draft> unfit) {
        Sink.Draft draft = call.sink().draft();
        if (draft == null) {
            charge(Books.End.COMPLETED);
        } else {
            judging = true;
            draft.check(
                    call.loop(),
                    fits -> call.turn(() -> {
                        if (call.isIn(phase)) { // else it has ended in the meantime, e.g. by a stop
                            judged(draft, fits, unfit);
                        }
                    }));
        }
    }

    private void judged(Sink.Draft draft, boolean fits, Consumer<Sink.Draft> unfit) {
        judging = false;
        if (fits || !asking.mayAskAgain()) {
            charge(Books.End.COMPLETED);
        } else {
            unfit.accept(draft);
        }
    }

    // ---- it is cut ----

    /** Cuts the response where the hold is used up and cannot grow: the covered part is shown, with the finish reason of a cut by length (D32). */
    void cut(long usedTokens) {
        if (chargedFirst()) {
            return;
        }
        endHere();
        AnswerUnderWay answer = answer();
        Coverage coverage = hold.coverage();
        long before = answer.waiting().tokensBeforeHead();
        long coveredTokens = coverage.tokens() - before;
        answer.delivery().goesOn(answer.waiting().batches());
        List<UpstreamEvent> events = LengthCut.of(
                answer.waiting().removeHead(), usedTokens - before, coveredTokens, reasoningBilled(), imageWeight());
        boolean partly = coveredTokens > 0 && events.stream().anyMatch(Delivery::isOutput);
        answer.usage().cutAt(partly ? coverage.tokens() : before);
        answer.delivery().cutShort(events, hold.limit(), answer.attempts());
        call.course().stoppedBy(hold.limitedBy());
        boolean holdUsed = partly
                && promptIsKnown()
                && coverage.endsWithHold()
                && coverage.isUsedUpBy(answer.usage().usage());
        charge(holdUsed ? Books.End.CUT_HOLD_USED : Books.End.CUT);
    }

    /** Ends the response at the maximum in force, which the reported output exceeds (D53). Images that the hold covers stay. */
    void atMaximum() {
        if (chargedFirst()) {
            return;
        }
        endHere();
        AnswerUnderWay answer = answer();
        List<UpstreamEvent> events = answer.usage().passedText() ? textWithinMaximum(answer) : withinMaximum(answer);
        answer.delivery().endAtMaximum(events, MAX_TOKENS, answer.attempts());
        charge(Books.End.COMPLETED);
    }

    private List<UpstreamEvent> withinMaximum(AnswerUnderWay answer) {
        long before = answer.waiting().wordsBeforeHead();
        long tokens = answer.usage().billedWordTokens(reasoningBilled()) - before;
        Bounds.UsageLimits limits = bounds.usageLimits();
        long left = limits.coverableTokens() - limits.images().mostWeight() - before;
        return LengthCut.atMaximum(
                answer.waiting().removeHead(), 0, tokens, left, reasoningBilled(), imageWeightInText());
    }

    /** Returns what a picture counts as text: only one of a model that should make none. */
    private long imageWeightInText() {
        return bounds.extras().images().most() == 0 ? imageWeight() : 0;
    }

    private long imageWeight() {
        return bounds.extras().images().weight();
    }

    /** The report, or the estimate, counts the head and the text that was shown before it without a report. */
    private List<UpstreamEvent> textWithinMaximum(AnswerUnderWay answer) {
        long bytesBefore = answer.waiting().textBytesBeforeHead();
        long before = answer.waiting().textReportedBeforeHead();
        long tokens = answer.usage().textTokensSoFar() - before;
        long left = bounds.usageLimits().textTokens() - before;
        return LengthCut.atMaximum(
                answer.waiting().removeHead(), bytesBefore, tokens, left, false, imageWeightInText());
    }

    /** Stops the upstream. The searches that it has reported count, even if the text that came with them is not shown. */
    private void endHere() {
        stopUpstream();
        answer().waiting().countSearches(answer().usage());
    }

    /**
     * Returns whether the prompt's tokens are known. If they are not, the rest of the hold is no fraction of a token but the margin of the media's
     * upper bound.
     */
    private boolean promptIsKnown() {
        return answer().usage().reportedInputTokens() >= 0 || !bounds.mediaUncounted();
    }

    /** Ends the call at Tollgate's own time limit, which is a cut by length, too (D32). */
    void timeIsUp() {
        if (judging) {
            charge(Books.End.COMPLETED);
        } else if (!chargedFirst()) {
            cutOr("TIMEOUT", CallOutcome.CUT_TIME, UpstreamErrors.unavailable(), CallOutcome.FAILED_UPSTREAM);
        }
    }

    /** Ends the call where there is no room on the heap for more of its answer, which is a cut by length, too. A line is given back in full. */
    void noRoom() {
        if (judging) {
            charge(Books.End.COMPLETED);
        } else if (call.request().terms().isOfLine()) {
            refund(LineRefusals.NO_ROOM, CallOutcome.STOPPED);
        } else if (!chargedFirst()) {
            cutOr("SERVER_BUSY", CallOutcome.CUT_ROOM, BUSY, CallOutcome.STOPPED);
        }
    }

    /** Cuts the response behind what was shown, or refunds it if that is nothing. */
    private void cutOr(String nativeReason, CallOutcome cut, ApiError error, CallOutcome failed) {
        AnswerUnderWay answer = answer();
        if (answer.delivery().hasOutput()) {
            endHere();
            answer.delivery().goesOn(answer.waiting().batches());
            answer.waiting().leaveOut(answer.usage());
            answer.delivery().cutShort(List.of(), nativeReason, answer.attempts());
            charge(Books.End.CUT, cut);
        } else {
            refund(error, failed);
        }
    }

    // ---- it breaks off ----

    /** @param callerToBlame whether the upstream broke because its caller did not read */
    void failed(UpstreamFailure failure, boolean callerToBlame) {
        if (failure.kind() == UpstreamFailure.Kind.LOCAL) {
            fail(UpstreamErrors.of(failure, call.request().ask()), CallOutcome.STOPPED, Free.UNCOUNTED, false);
        } else if (callerToBlame) { // what was reported is charged (D18, D19)
            answer().waiting().countReports(answer().usage());
            end(new Ending.Charge(
                    Books.End.CANCELLED,
                    CallOutcome.CANCELLED,
                    UpstreamErrors.of(failure, call.request().ask())));
        } else {
            fail(
                    UpstreamErrors.of(failure, call.request().ask()),
                    CallOutcome.FAILED_UPSTREAM,
                    Free.UNCOUNTED,
                    failure.kind().isOfRequest() || call.request().ask().isAtFlex());
        }
    }

    /** @param heard whether the upstream has said anything (D35) */
    void callerLeft(boolean heard) {
        boolean finishedBefore = takeBack() || answer().isFinished();
        stopUpstream();
        AnswerUnderWay answer = answer();
        if (finishedBefore) {
            answer.waiting().addRest();
        }
        answer.delivery().endWith(answer.waiting().batches());
        if (finishedBefore) {
            answer.waiting().countAll(answer.usage(), hold.coverage());
            charge(call.sink().isMidway() ? Books.End.CANCELLED : Books.End.COMPLETED);
        } else if (heard) {
            if (hold.isConfirming()) { // it was reported all the same
                answer.waiting().takeCovered(answer.usage(), hold.coverage(), head -> false, reported -> {});
            }
            answer.waiting().countReports(answer.usage());
            charge(Books.End.CANCELLED);
        } else {
            end(new Ending.Departure());
        }
    }

    private void fail(ApiError error, CallOutcome outcome, Free free, boolean isByRequest) {
        if (!chargedFirst()) {
            end(new Ending.Refund(error, outcome, free, isByRequest));
        }
    }

    /** Releases the hold in full. */
    void refund(ApiError error, CallOutcome outcome) {
        end(new Ending.Refund(error, outcome, Free.UNCOUNTED, false));
    }

    /** Charges the first response if this one was its replacement: nothing better has arrived. @return whether there was a first response */
    private boolean chargedFirst() {
        boolean isBack = takeBack();
        if (isBack) {
            charge(Books.End.COMPLETED);
        }
        return isBack;
    }

    private boolean takeBack() {
        Sink.Draft draft = call.sink().draft();
        if (!answers.isSecond() || draft == null) {
            return false;
        }
        int asked = answer().attempts();
        stopUpstream();
        answer().waiting().countThrownAway(answer().usage());
        answers.takeBack();
        draft.takeBack();
        call.sink().answering(asked);
        return true;
    }

    private void charge(Books.End how) {
        charge(how, outcome(how));
    }

    /** Charges the response, if it is one: a blocked, unusable or unshowable one is free, however the call ends. */
    private void charge(Books.End how, CallOutcome outcome) {
        ApiError unshowable = call.isCallerGone() ? null : call.sink().unshowable();
        if (answer().delivery().isBlocked()) {
            end(new Ending.Refund(UpstreamErrors.blocked(), CallOutcome.BLOCKED, freeOr(Free.OR_CHARGED), true));
        } else if (answer().delivery().isUnusable()) {
            end(new Ending.Refund(
                    answer().delivery().unusable(), CallOutcome.FAILED_UPSTREAM, ofUnusable(), isByRequest()));
        } else if (unshowable != null) {
            end(new Ending.Refund(unshowable, CallOutcome.STOPPED, Free.COUNTED, true));
        } else if (!call.isCallerGone() && usedUpByThoughts()) {
            end(new Ending.Refund(
                    UpstreamErrors.usedUpByThoughts(call.request()), CallOutcome.STOPPED, Free.OR_CHARGED, true));
        } else {
            end(new Ending.Charge(how, outcome, null));
        }
    }

    /** Returns whether an unusable answer is the request's doing: calls that cannot be read, and images that the model does not make. */
    private boolean isByRequest() {
        return answer().delivery().isMalformed() || answer().delivery().saysNoImage();
    }

    /** Returns what an end without an answer is: always free at a call that was let in for it, else as given. */
    private Free freeOr(Free other) {
        return call.books().hasFreeEnd() ? Free.COUNTED : other;
    }

    /** Returns the same of an unusable one: what the upstream could not read itself is its failure. */
    private Free ofUnusable() {
        return freeOr(answer().delivery().saysNoImage() ? Free.OR_CHARGED : Free.UNCOUNTED);
    }

    /** Returns whether unrequested thoughts used up a maximum. A hold that ends before it is a cut, which is charged (D32). */
    private boolean usedUpByThoughts() {
        return call.request().ask().hasSmallMaximum()
                && !hold.coverage().endsWithHold()
                && answer().delivery().isCutInThoughts();
    }

    private CallOutcome outcome(Books.End how) {
        return switch (how) {
            case COMPLETED ->
                answer().delivery().finishReason() == FinishReason.LENGTH
                        ? CallOutcome.CUT_LENGTH
                        : CallOutcome.COMPLETED;
            case CUT, CUT_HOLD_USED -> hold.cutOutcome();
            case CANCELLED -> CallOutcome.CANCELLED;
        };
    }

    private void end(Ending ending) {
        stopUpstream();
        call.course().takesFirst(CallStep.DONE);
        call.course().ends(ending);
        if (!(ending instanceof Ending.Charge)) {
            answer().waiting().countThrownAway(answer().usage());
        }
        Free free =
                ending instanceof Ending.Refund refund && answer().usage().isPaid() ? refund.free() : Free.UNCOUNTED;
        if (free == Free.COUNTED) {
            SentCall sent = answer().sent();
            int answers = sent == null ? 1 : Math.max(1, sent.madeForNothing());
            boolean isUnshown = !call.isCallerGone() && call.sink().unshowable() != null;
            call.books().endsFree(call.request(), answers, isUnshown);
        }
        answer().waiting().clear();
        if (free != Free.OR_CHARGED) {
            answer().delivery().clear();
        }
        Sink.Draft judged = judging ? call.sink().draft() : null;
        if (judged != null) {
            call.attempt("stop the judging of its answer", judged::abandon);
        }
        Resolving resolving =
                new Resolving(call, bounds, hold, answer(), tokensMaxApplied, ending, free == Free.OR_CHARGED);
        call.enter(resolving);
        resolving.begin();
    }

    /** Cancels the upstream's request. A failure does not stop the call. */
    void stopUpstream() {
        SentCall sent = answer().sent();
        if (sent != null && !answer().isEnded()) {
            call.attempt("stop its upstream", sent::cancel);
        }
    }

    private AnswerUnderWay answer() {
        return answers.current();
    }

    private boolean reasoningBilled() {
        return bounds.model().pricing().reasoningBilled();
    }
}
