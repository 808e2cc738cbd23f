package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallDetails.Tried;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.CallText;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.calls.metering.Books.Trace;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.pool.AttemptRecord;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.sessions.CacheUse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The times of a call's steps, its upstream requests, and its result. Confined to its call. */
final class Course {

    private final String taskId;
    private final MeteredCall request;
    private final boolean streamed;
    private final LongSupplier nanoTime;
    private final long arrivedNanos;
    private final CallSteps steps = new CallSteps();
    private final List<SentCall> sent = new ArrayList<>(1);
    private final List<AnswerUnderWay> answers = new ArrayList<>(1);

    private List<String> ignored;
    private int callerWaits;
    private int holdWaits;
    private CallOutcome outcome = CallOutcome.FAILED_FAULT;
    private @Nullable ApiError error;
    private boolean isByRequest;
    private Costs costs = Costs.NONE;
    private boolean hasBill;
    private @Nullable CacheUse cache;
    private @Nullable AnswerUnderWay offered;
    private Shortage.@Nullable OfLimit stoppedBy;
    private OverCall.@Nullable Charge charge;

    Course(String taskId, MeteredCall request, boolean streamed, LongSupplier nanoTime) {
        this.taskId = taskId;
        this.request = request;
        this.streamed = streamed;
        this.nanoTime = nanoTime;
        this.ignored = request.ignored();
        Arrival arrival = request.arrival();
        this.arrivedNanos = arrival == null ? nanoTime.getAsLong() : arrival.nanos();
    }

    void takes(CallStep step) {
        steps.take(step, micros());
    }

    /** Takes a step unless it has been taken. */
    void takesFirst(CallStep step) {
        if (!steps.has(step)) {
            takes(step);
        }
    }

    boolean has(CallStep step) {
        return steps.has(step);
    }

    void asked(SentCall call, AnswerUnderWay answer) {
        takesFirst(CallStep.ASKED);
        sent.add(call);
        answers.add(answer);
    }

    /** Returns the answers that were asked for, in their order. */
    List<AnswerUnderWay> answers() {
        return answers;
    }

    /** @param isCharged whether the first of the costs is the charged answer's */
    void costs(Costs reckoned, boolean isCharged) {
        costs = reckoned;
        hasBill = isCharged;
    }

    void cached(CacheUse use) {
        cache = use;
    }

    /** @param limit the limit or budget at which the response is cut; null if none cuts it */
    void stoppedBy(Shortage.@Nullable OfLimit limit) {
        stoppedBy = limit;
    }

    /** Adds fields without effect. */
    void ignoring(List<String> fields) {
        if (!fields.isEmpty()) {
            List<String> all = new ArrayList<>(ignored);
            all.addAll(fields);
            ignored = all;
        }
    }

    void waitsForCaller() {
        callerWaits++;
    }

    void waitsForHold() {
        holdWaits++;
    }

    /** Decides how the call is to end. */
    void ends(CallOutcome outcome, @Nullable ApiError error) {
        this.outcome = outcome;
        this.error = error;
        isByRequest = false;
    }

    /** Decides how the call is to end. */
    void ends(Ending ending) {
        ends(ending.outcome(), ending.error());
        isByRequest = ending.isByRequest();
    }

    /** Decides that the call is charged, although its own request got no answer. */
    void endsChargedByRequest() {
        ends(CallOutcome.COMPLETED, null);
        isByRequest = true;
    }

    /** @param answer the response that is charged or released */
    void offered(AnswerUnderWay answer) {
        offered = answer;
        takes(CallStep.OFFERED);
    }

    void charged(Books.Bill bill, UsageMeter usage) {
        charge = new OverCall.Charge(
                bill.usage(),
                bill.chargeMicros(),
                bill.shortfallMicros(),
                usage.flags(),
                usage.excess() != null,
                usage.answeredTier());
    }

    OverCall over() {
        takes(CallStep.OVER);
        SentCall last = last();
        return new OverCall(
                taskId,
                request,
                outcome,
                error,
                streamed,
                steps,
                charge,
                costsOver(),
                costs.refused(),
                cache,
                last == null ? "" : last.channel(),
                last == null ? "" : last.model(),
                offered == null ? null : offered.version(),
                offered == null ? null : offered.delivery().finishReason(),
                sent,
                callerWaits,
                holdWaits);
    }

    private List<OverCall.Cost> costsOver() {
        List<OverCall.Cost> over = new ArrayList<>(costs.attempts().size());
        for (Costs.Attempt attempt : costs.attempts()) {
            AttemptCost cost = attempt.cost();
            over.add(new OverCall.Cost(cost.channel(), Math.max(0, cost.micros())));
        }
        return over;
    }

    private long micros() {
        return Math.max(0, (nanoTime.getAsLong() - arrivedNanos) / 1_000);
    }

    /**
     * Returns the course so far, for the books.
     *
     * @param filter the provider's word for the filter that stopped the response; null if none did
     */
    Trace trace(@Nullable String filter) {
        Arrival arrival = request.arrival();
        SentCall last = last();
        String channel = last == null ? "" : CallText.name(last.channel());
        String model = last == null ? "" : CallText.name(costs.row().nameOf(last.model()));
        Times times = new Times(
                steps.at(CallStep.RESERVED),
                steps.at(CallStep.ASKED),
                steps.at(CallStep.HEARD),
                steps.at(CallStep.DONE),
                micros());
        List<Tried> tried = isOrdinary(channel, model) ? null : new ArrayList<>(1);
        CallDetails.Course course = new CallDetails.Course(
                arrival == null ? "" : CallText.name(arrival.requestId()),
                channel,
                model,
                answers.isEmpty() ? null : CallText.nameOrNull(answers.getLast().responseId()),
                CallText.nameOrNull(filter),
                CourseTexts.ignored(ignored),
                costs.amounts(),
                costs.row().price() == null ? null : costs.row().price().version(),
                cache == null ? null : CourseTexts.cache(cache),
                tried == null
                        ? null
                        : CallTexts.attempts(
                                json -> CourseTexts.attempts(json, sent, answers, hop(), tried), costs::write),
                CourseTexts.stoppedBy(stoppedBy),
                tried);
        int flags = costs.flags()
                | (streamed ? CallFlag.STREAMED.bit() : 0)
                | (request.ask().compacts() ? CallFlag.COMPACTION.bit() : 0)
                | (isByRequest ? CallFlag.BY_REQUEST.bit() : 0);
        return new Trace(flags, times, course, costs.attempts().isEmpty() ? null : costs::json);
    }

    /** Returns the number of the call's hop of a long answer; 0 if the answer is one call. */
    private int hop() {
        Hops hops = request.ask().hops();
        return hops != null && hops.isLong() ? hops.number() : 0;
    }

    /** Returns whether the row says all about the attempts: there was none, or a single one, which answered and has the only cost, if there is a cost. */
    private boolean isOrdinary(String channel, String model) {
        if (sent.size() != 1 || hop() > 0) {
            return sent.isEmpty();
        }
        List<AttemptRecord> tried = sent.getFirst().tried();
        if (tried.size() != 1) {
            return false;
        }
        AttemptRecord only = tried.getFirst();
        return only.isAnswer()
                && AnsweringModels.other(only.model(), answers.getFirst().version()) == null
                && CallText.name(only.channel()).equals(channel)
                && CallText.name(only.model()).equals(model)
                && steps.has(CallStep.ASKED)
                && steps.has(CallStep.HEARD)
                && costs.attempts().size() == (hasBill ? 1 : 0);
    }

    /** Returns the upstream request of the final response. It need not be the latest: a first response may replace its second one again. */
    private @Nullable SentCall last() {
        if (offered != null && offered.sent() != null) {
            return offered.sent();
        }
        return sent.isEmpty() ? null : sent.getLast();
    }
}
