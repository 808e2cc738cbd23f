package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.upstreams.pool.PreparedCall;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.TraceId;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import dev.tollgate.upstreams.pool.UpstreamFailure;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something is held: the upstream is asked, and of what it says is shown what the hold covers, which grows first where it does not. Ends
 * by deciding how the call ends.
 */
final class Relaying implements Phase {

    private static final Logger log = LoggerFactory.getLogger(Relaying.class);

    /** No model's output limit comes near it; an upstream that goes past it is broken. */
    private static final long ANSWER_BYTES_MAX = 64L << 20;

    /**
     * What may wait for the hold to become durable before the upstream is held back: more than comes within a sync of the disk, for an
     * upstream that breaks while it is held back takes along what was under way.
     */
    private static final long UNCONFIRMED_SIZE_MAX = 32 << 10;

    /** The upstream's own word for an answer that has come to its maximum. */
    private static final String MAX_TOKENS = "MAX_TOKENS";

    /** Why the upstream is held back. */
    private enum Reason {
        CALLER_READS_SLOWLY,
        HOLD_GROWS,
        HOLD_NOT_DURABLE
    }

    private final Call call;
    private final Sink sink;
    private final PreparedCall prepared;
    private final Bounds bounds;
    private final long promptBytes;
    private final Hold hold;
    private final SecondTry<AnswerUnderWay> answers;
    private final boolean cutToContext;
    private final @Nullable Long tokensMaxApplied;
    private final Set<Reason> heldBackFor = EnumSet.noneOf(Reason.class);
    private final SlowCaller slowCaller;

    private boolean heard;
    private boolean judging;
    private @Nullable UpstreamFailure failedUnconfirmed;

    /** @param translation with the media loaded, and the bounds that the hold is made for */
    Relaying(Call call, Translation translation, Books.Held held) {
        this.call = call;
        this.sink = call.sink();
        this.prepared = translation.prepared();
        this.bounds = translation.bounds();
        this.promptBytes = translation.promptBytes();
        this.hold = new Hold(bounds, held);
        this.answers = new SecondTry<>(newAnswer(0));
        this.cutToContext =
                !Objects.equals(bounds.askedTokensMax(), call.request().askedTokensMax());
        this.tokensMaxApplied = coverage().isLimited()
                ? Long.valueOf(coverage().tokens() / bounds.candidates())
                : cutToContext ? bounds.askedTokensMax() : null;
        this.slowCaller = new SlowCaller(call.nanoTime());
    }

    private AnswerUnderWay newAnswer(int attemptsBefore) {
        return new AnswerUnderWay(
                new UsageMeter(promptBytes, bounds.usageLimits()),
                new Delivery(sink, bounds.candidates()),
                new Backlog(reasoningBilled()),
                attemptsBefore);
    }

    // ---- ask ----

    void begin() {
        List<String> ignored = ignored();
        sink.admitted(new Sink.Admission(call.taskId(), tokensMaxApplied, ignored));
        call.course().ignoring(ignored);
        send();
    }

    /** Fields that translation found without effect, and a maximum that was cut to the context (D21). */
    private List<String> ignored() {
        String field = call.request().tokensMaxField();
        if (!cutToContext || field == null) {
            return prepared.ignored();
        }
        List<String> all = new ArrayList<>(prepared.ignored());
        all.add(field);
        return all;
    }

    private void send() {
        AnswerUnderWay asked = answer();
        SentCall sent = prepared.send(bounds.upstreamTokensMax(coverage().tokens()), new Ear(asked));
        asked.sentAs(sent);
        call.course().asked(sent, asked);
    }

    /** Hears the upstream of one answer until that has ended. */
    private final class Ear implements UpstreamListener {

        private final AnswerUnderWay answer;

        Ear(AnswerUnderWay answer) {
            this.answer = answer;
        }

        @Override
        public @Nullable TraceId trace() {
            Arrival arrival = call.request().arrival();
            return arrival == null ? null : TraceId.of(arrival.requestId());
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            call.turn(() -> {
                if (listens()) {
                    heard(events);
                }
            });
        }

        @Override
        public void ended() {
            call.turn(() -> {
                if (listens()) {
                    answer.end();
                    pump();
                }
            });
        }

        @Override
        public void failed(UpstreamFailure failure) {
            call.turn(() -> {
                if (listens()) {
                    upstreamFailed(failure);
                }
            });
        }

        private boolean listens() {
            return call.isIn(Relaying.this) && !answer.isEnded() && failedUnconfirmed == null;
        }
    }

    /** What it would be charged if it ended now, by what has been shown. */
    CallNow now() {
        UsageMeter usage = answer().usage();
        long tokens = usage.billedOutputTokens(reasoningBilled());
        long prompt = usage.reportedInputTokens();
        long micros = heard ? bounds.chargeMicros(prompt < 0 ? bounds.promptTokensMax() : prompt, tokens) : 0;
        long held = coverage().heldMicros();
        return new CallNow(call.taskId(), call.request().accountId(), tokens, Math.min(micros, held), held);
    }

    // ---- relay ----

    private void heard(List<UpstreamEvent> events) {
        if (!heard) {
            heard = true;
            call.course().takesFirst(CallStep.HEARD);
            tellIgnored();
        }
        answer().hears(events);
        if (Delivery.isStrange(events, bounds.candidates())) {
            stopUpstream();
            upstreamFailed(
                    new UpstreamFailure(UpstreamFailure.Kind.BROKEN, null, "a candidate that was not asked for"));
            return;
        }
        answer().take(events);
        pump();
    }

    /** Another channel may have answered than the one that the call was translated for. */
    private void tellIgnored() {
        SentCall sent = answer().sent();
        if (sent != null && sent.count() > 1) {
            Set<String> told = new HashSet<>(prepared.ignored()); // perhaps a name for each part of a long conversation
            List<String> more = sent.ignored().stream()
                    .filter(field -> !told.contains(field))
                    .toList();
            if (!more.isEmpty()) {
                sink.ignoring(more);
                call.course().ignoring(more);
            }
        }
    }

    /** Shows what waits as far as the hold covers it; lets the hold grow, or ends the answer, where it does not. */
    private void pump() {
        AnswerUnderWay answer = answer();
        if (!mayShow()) {
            if (answer.waiting().size() >= UNCONFIRMED_SIZE_MAX) {
                holdBack(Reason.HOLD_NOT_DURABLE);
            }
            confirm();
            return;
        }
        List<UpstreamEvent> ready = new ArrayList<>();
        boolean covers = answer.waiting()
                .takeCovered(answer.usage(), coverage(), head -> endsAtMaximum(ready, head), ready::addAll);
        if (!ready.isEmpty()) {
            show(ready);
            if (sink.wantsCost()) {
                sink.cost(now());
            }
        }
        if (call.isCallerGone()) {
            return; // found out while it was shown; what follows from that is the next turn
        }
        long used = answer.usage().billedOutputTokens(reasoningBilled());
        if (answer.usage().deliveredBytes() > ANSWER_BYTES_MAX) {
            end(new Ending.Refund(UpstreamErrors.tooLong(), CallOutcome.FAILED_UPSTREAM));
        } else if (covers) {
            goOn(used);
        } else if (answer.usage().passedMaximum() && !coverage().endsWithHold()) {
            endAtMaximum(used);
        } else if (coverage().mayGrow()) {
            holdBack(Reason.HOLD_GROWS);
            grow(used, false);
        } else {
            cut(used);
        }
    }

    /** Whether a batch reports more output than the maximum (D53). Before there is output it may still be a refusal (D48). */
    private boolean endsAtMaximum(List<UpstreamEvent> ready, List<UpstreamEvent> head) {
        return answer().usage().passedMaximum()
                && !coverage().endsWithHold()
                && (answer().delivery().hasOutput() || Delivery.hasOutput(ready) || Delivery.hasOutput(head));
    }

    /** What leaves in one piece does so after its charge. */
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
            end(new Ending.Refund(failure, CallOutcome.FAILED_STORE));
            return;
        }
        heldBackFor.remove(Reason.HOLD_NOT_DURABLE);
        pump();
        goOnReading();
        UpstreamFailure failed = failedUnconfirmed;
        if (failed != null && call.isIn(this)) {
            upstreamFailed(failed);
        }
    }

    private void goOn(long used) {
        if (answer().isEnded()) {
            complete();
        } else if (coverage().runsShort(used)) {
            grow(used, true);
        }
    }

    private void show(List<UpstreamEvent> events) {
        answer().delivery().show(events, answer().attempts());
        call.course().takesFirst(CallStep.SHOWN);
        if (sink.full() && heldBackFor.add(Reason.CALLER_READS_SLOWLY)) {
            call.course().waitsForCaller();
            if (call.books().callerHoldsBack()) {
                slowCaller.holdsBack();
            }
            pause();
            sink.onDrain(() -> call.turn(this::drained));
        }
    }

    private void drained() {
        if (heldBackFor.remove(Reason.CALLER_READS_SLOWLY)) {
            slowCaller.letsGo();
            goOnReading();
        }
    }

    private void holdBack(Reason reason) {
        if (heldBackFor.add(reason)) {
            call.course().waitsForHold();
            pause();
        }
    }

    private void pause() {
        SentCall sent = answer().sent();
        if (sent != null) {
            sent.pause();
        }
    }

    private void goOnReading() {
        SentCall sent = answer().sent();
        if (call.isIn(this) && heldBackFor.isEmpty() && sent != null) {
            sent.resume();
        }
    }

    // ---- let the hold grow ----

    /** @param ahead whether the answer can go on meanwhile */
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
            end(new Ending.Refund(unknown.error(), CallOutcome.FAILED_STORE));
            return;
        }
        heldBackFor.remove(Reason.HOLD_GROWS);
        pump();
        goOnReading();
    }

    // ---- the ways to end ----

    private void complete() {
        if (judging) {
            return;
        }
        Delivery delivery = answer().delivery();
        if (delivery.isBlocked()) {
            failOrTakeBack(UpstreamErrors.blocked(), CallOutcome.BLOCKED);
        } else if (delivery.isUnusable()) {
            failOrTakeBack(UpstreamErrors.unavailable(), CallOutcome.FAILED_UPSTREAM);
        } else {
            if (answer().usage().passedMaximum()) {
                delivery.endAtMaximum(List.of(), MAX_TOKENS, answer().attempts());
            }
            delivery.showKeptBack(answer().attempts());
            judge();
        }
    }

    /** Whether it is what the caller asked for, where that can be told and it can still be asked for anew (D48). */
    private void judge() {
        Sink.Draft draft = sink.draft();
        if (draft == null) {
            charge(Books.End.COMPLETED);
        } else {
            judging = true;
            draft.check(call.loop(), fits -> call.turn(() -> judged(draft, fits)));
        }
    }

    private void judged(Sink.Draft draft, boolean fits) {
        if (!call.isIn(this)) {
            return; // ended meanwhile, e.g. by a stop
        }
        judging = false;
        if (fits || answers.isSecond() || !prepared.mayAskAgain()) {
            charge(Books.End.COMPLETED);
        } else {
            askAnew(draft);
        }
    }

    /** Once, under the same hold; only the answer that is delivered is charged (D48). */
    private void askAnew(Sink.Draft draft) {
        log.info("task {}: the answer does not fit its schema and is asked for once more", call.taskId());
        answers.begin(newAnswer(answer().attempts()));
        draft.beginAnew();
        send();
    }

    /** Whether the answer that was put aside is the one after all: nothing better has come. */
    private boolean takeBack() {
        Sink.Draft draft = sink.draft();
        if (!answers.isSecond() || draft == null) {
            return false;
        }
        int asked = answer().attempts();
        stopUpstream();
        answers.takeBack();
        draft.takeBack();
        sink.answering(asked);
        return true;
    }

    private void failOrTakeBack(ApiError error, CallOutcome outcome) {
        if (takeBack()) {
            charge(Books.End.COMPLETED);
        } else {
            end(new Ending.Refund(error, outcome));
        }
    }

    /** The hold is used up and cannot grow: what it covers is shown, and the answer ends as one cut by length (D32). */
    private void cut(long usedTokens) {
        if (takeBack()) {
            charge(Books.End.COMPLETED);
            return;
        }
        stopUpstream();
        AnswerUnderWay answer = answer();
        long before = answer.waiting().tokensBeforeHead();
        long coveredTokens = coverage().tokens() - before;
        answer.delivery().goesOn(answer.waiting().batches());
        List<UpstreamEvent> events =
                LengthCut.of(answer.waiting().removeHead(), usedTokens - before, coveredTokens, reasoningBilled());
        boolean partly = coveredTokens > 0 && events.stream().anyMatch(Delivery::isOutput);
        answer.usage().cutAt(partly ? coverage().tokens() : before);
        answer.delivery().cutShort(events, hold.limit(), answer.attempts());
        boolean holdUsed = partly && promptIsKnown() && coverage().endsWithHold();
        charge(holdUsed ? Books.End.CUT_HOLD_USED : Books.End.CUT);
    }

    /** More output was reported than the maximum in force: the answer ends there, as one that has come to its length (D53). */
    private void endAtMaximum(long usedTokens) {
        if (takeBack()) {
            charge(Books.End.COMPLETED);
            return;
        }
        stopUpstream();
        AnswerUnderWay answer = answer();
        long before = answer.waiting().tokensBeforeHead();
        long left = bounds.usageLimits().billedOutputTokens() - before;
        List<UpstreamEvent> events =
                LengthCut.atMaximum(answer.waiting().removeHead(), usedTokens - before, left, reasoningBilled());
        answer.delivery().endAtMaximum(events, MAX_TOKENS, answer.attempts());
        charge(Books.End.COMPLETED);
    }

    /** Else the rest of the hold is no fraction of a token, but what media might have come to at most. */
    private boolean promptIsKnown() {
        return answer().usage().reportedInputTokens() >= 0 || !bounds.mediaUncounted();
    }

    /** Our own time limit is a length cut too (D32). */
    @Override
    public void timeIsUp() {
        if (judging || takeBack()) {
            charge(Books.End.COMPLETED);
        } else if (answer().delivery().hasOutput()) {
            stopUpstream();
            answer().delivery().goesOn(answer().waiting().batches());
            answer().waiting().leaveOut(answer().usage());
            answer().delivery().cutShort(List.of(), "TIMEOUT", answer().attempts());
            charge(Books.End.CUT, CallOutcome.CUT_TIME);
        } else {
            end(new Ending.Refund(UpstreamErrors.unavailable(), CallOutcome.FAILED_UPSTREAM));
        }
    }

    /** Which upstream it was, too: of several channels one may be the one that fails. */
    private LogFields about() {
        LogFields.About about =
                LogFields.task(call.taskId()).ofAccount(call.request().accountId());
        SentCall sent = answer().sent();
        return sent == null ? about : about.of(sent.model(), sent.channel());
    }

    private void upstreamFailed(UpstreamFailure failure) {
        if (hold.isConfirming()) {
            failedUnconfirmed = failure; // what came before it is shown first, and nothing that comes after it
            stopUpstream();
            return;
        }
        log.warn(
                Event.UPSTREAM_FAILED,
                "task {}: upstream {}: {}",
                call.taskId(),
                failure.kind(),
                failure.told(),
                about());
        if (answer().isFinished()) {
            answer().end(); // a failure after the finish reasons completes the answer (D38)
            pump();
        } else if (slowCaller.isToBlame()) {
            end(new Ending.Charge(
                    Books.End.CANCELLED,
                    CallOutcome.CANCELLED,
                    UpstreamErrors.of(failure))); // what was reported (D18, D19)
        } else {
            failOrTakeBack(UpstreamErrors.of(failure), CallOutcome.FAILED_UPSTREAM);
        }
    }

    @Override
    public void stop(ApiError error) {
        end(new Ending.Refund(error, CallOutcome.STOPPED));
    }

    @Override
    public void holdLost(ApiError error) {
        end(new Ending.Refund(error, CallOutcome.FAILED_STORE));
    }

    @Override
    public void broken(ApiError error) {
        end(new Ending.Refund(error, CallOutcome.FAILED_FAULT));
    }

    @Override
    public void callerLeft() {
        boolean finishedBefore = takeBack() || answer().isFinished();
        stopUpstream();
        AnswerUnderWay answer = answer();
        if (finishedBefore) {
            answer.waiting().countAll(answer.usage(), coverage());
            charge(Books.End.COMPLETED);
        } else if (heard) {
            if (hold.isConfirming()) { // it was reported all the same
                answer.waiting().takeCovered(answer.usage(), coverage(), head -> false, reported -> {});
            }
            charge(Books.End.CANCELLED);
        } else {
            end(new Ending.Departure());
        }
    }

    private void charge(Books.End how) {
        charge(how, outcome(how));
    }

    private void charge(Books.End how, CallOutcome outcome) {
        end(new Ending.Charge(how, outcome, null));
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
        call.course().ends(ending.outcome(), ending.error());
        answer().waiting().clear();
        answer().delivery().clear();
        Sink.Draft judged = judging ? sink.draft() : null;
        if (judged != null) {
            call.attempt("stop the judging of its answer", judged::abandon);
        }
        Resolving resolving = new Resolving(call, bounds, hold, answer(), tokensMaxApplied, ending);
        call.enter(resolving);
        resolving.begin();
    }

    /** Whatever comes of that, the call goes on to its end. */
    private void stopUpstream() {
        SentCall sent = answer().sent();
        if (sent != null && !answer().isEnded()) {
            call.attempt("stop its upstream", sent::cancel);
        }
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
