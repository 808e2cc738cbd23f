package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.books.rollups.CallFigures;
import dev.tollgate.calls.metering.Books.Trace;
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
    private Costs costs = Costs.NONE;
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

    void costs(Costs reckoned) {
        costs = reckoned;
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
    }

    /** @param answer the response that is charged or released */
    void offered(AnswerUnderWay answer) {
        offered = answer;
        takes(CallStep.OFFERED);
    }

    void charged(Books.Bill bill, UsageMeter usage) {
        charge = new OverCall.Charge(
                bill.usage(), bill.chargeMicros(), bill.shortfallMicros(), usage.flags(), usage.excess() != null);
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
                costs.attempts().stream()
                        .map(cost -> new OverCall.Cost(cost.channel(), Math.max(0, cost.micros())))
                        .toList(),
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

    private long micros() {
        return Math.max(0, (nanoTime.getAsLong() - arrivedNanos) / 1_000);
    }

    /**
     * Returns the course so far, for the books.
     *
     * @param filter the provider's word for the filter that stopped the response; null if none did
     * @param isComplete whether the response came to its end and is charged
     */
    Trace trace(@Nullable String filter, boolean isComplete) {
        Arrival arrival = request.arrival();
        SentCall last = last();
        String channel = last == null ? "" : CourseJson.cut(last.channel());
        String model = last == null ? "" : CourseJson.cut(last.model());
        long timed = isComplete ? timedMillis() : 0;
        CourseJson json = new CourseJson(arrival == null ? "" : arrival.requestId())
                .steps(steps, micros())
                .timed(timed)
                .upstream(
                        channel,
                        model,
                        answers.isEmpty() ? null : answers.getLast().responseId())
                .answer(streamed, filter)
                .compaction(request.ask().compacts())
                .stoppedBy(stoppedBy)
                .ignored(ignored);
        CacheUse told = json.hasRoomForCache() ? cache : null;
        if (told != null) {
            json.cache(told);
        }
        long firstByte = steps.has(CallStep.HEARD) ? steps.at(CallStep.HEARD) / 1_000 : CallFigures.NONE;
        return new Trace(json.attempts(sent), firstByte, timed, channel, model, costs, told);
    }

    private long timedMillis() {
        boolean isTimed = steps.has(CallStep.HEARD) && steps.has(CallStep.DONE);
        return isTimed ? (steps.at(CallStep.DONE) - steps.at(CallStep.HEARD)) / 1_000 : 0;
    }

    /** Returns the upstream request of the final response. It need not be the latest: a first response may replace its second one again. */
    private @Nullable SentCall last() {
        if (offered != null && offered.sent() != null) {
            return offered.sent();
        }
        return sent.isEmpty() ? null : sent.getLast();
    }
}
