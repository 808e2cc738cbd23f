package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogFields;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Count;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.sessions.CacheUse;
import dev.tollgate.upstreams.sessions.CallPrompt;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phase after the end is decided. Everything that can throw (usage, pricing, signatures, rendering the end) comes before the settlement is
 * offered to the store, so a fault until then releases the hold in full. Afterwards only the store's answer counts (decision 0007).
 */
final class Resolving implements Phase {

    private static final Logger log = LoggerFactory.getLogger(Resolving.class);

    private final Call call;
    private final Bounds bounds;
    private final Hold hold;
    private final AnswerUnderWay answer;
    private final @Nullable Long tokensMaxApplied;
    private final Ending ending;
    private final boolean isFreeIfRoom;

    /** The charge of a call that is no refund, or for which no free answer was left. */
    private Ending.@Nullable Charge due;

    /** A mark that the settlement or release has been offered to the store. */
    private boolean offered;

    private Sink.@Nullable End rendered;

    Resolving(
            Call call,
            Bounds bounds,
            Hold hold,
            AnswerUnderWay answer,
            @Nullable Long tokensMaxApplied,
            Ending ending,
            boolean isFreeIfRoom) {
        this.call = call;
        this.bounds = bounds;
        this.hold = hold;
        this.answer = answer;
        this.tokensMaxApplied = tokensMaxApplied;
        this.ending = ending;
        this.isFreeIfRoom = isFreeIfRoom;
    }

    void begin() {
        switch (ending) {
            case Ending.Refund refund when isFreeIfRoom -> giveBackIfFree(refund);
            case Ending.Refund refund ->
                giveBack(refund.error(), () -> call.sink().failed(refund.error()));
            case Ending.Departure departure -> giveBack(null, () -> {});
            case Ending.Charge charge -> charge(charge);
        }
    }

    private void charge(Ending.Charge charge) {
        due = charge;
        if (!hold.isGrowing()) {
            reckon(charge);
        }
    }

    /** Releases the hold if the account has room for one more free answer, else charges what was reported (E72). */
    private void giveBackIfFree(Ending.Refund refund) {
        CallDetails details = released(refund.error());
        call.books()
                .giveBackIfFree(
                        call.taskId(),
                        call.request(),
                        details,
                        isFree -> call.turn(() -> {
                            if (isFree) {
                                call.over(() -> call.sink().failed(refund.error()));
                            } else {
                                offered = false;
                                chargeReported();
                            }
                        }));
        offered = true;
    }

    private void chargeReported() {
        boolean isGone = call.isCallerGone();
        if (isGone) {
            call.course().ends(CallOutcome.CANCELLED, null);
        } else {
            call.course().endsChargedByRequest();
            answer.delivery().showRefusal(answer.attempts());
        }
        charge(new Ending.Charge(
                isGone ? Books.End.CANCELLED : Books.End.COMPLETED,
                isGone ? CallOutcome.CANCELLED : CallOutcome.COMPLETED,
                null));
    }

    private void refund(ApiError error, CallOutcome outcome) {
        call.course().ends(outcome, error);
        giveBack(error, () -> call.sink().failed(error));
    }

    /** @param error null if the caller left */
    private void giveBack(@Nullable ApiError error, Runnable end) {
        CallDetails details = released(error);
        offered = true;
        call.books().giveBack(call.taskId(), details, () -> call.turn(() -> call.over(end)));
    }

    private CallDetails released(@Nullable ApiError error) {
        call.attempt("reckon its costs", () -> reckonCosts(null));
        String model = call.answerModel(null); // nothing that an upstream has said may hold up a release
        CallDetails details = TaskDetails.released(model, error, call.course().trace(null));
        call.course().offered(answer);
        return details;
    }

    /** Returns whether the upstream has counted the prompt. Several requests count it several times. */
    private boolean isCounted() {
        return answer.usage().reportedInputTokens() > 0 && call.request().ask().requests() == 1;
    }

    /** Returns the prompt if the upstream has counted it. */
    private @Nullable CallPrompt counted() {
        return isCounted() ? call.request().translation().prompt() : null;
    }

    private void readCache(Usage usage) {
        CallPrompt prompt = counted();
        if (prompt != null) {
            call.course()
                    .cached(CacheUse.of(
                            prompt,
                            usage,
                            bounds.model().upstream().cacheMinTokens(),
                            bounds.model().pricing().tariff(),
                            project()));
        }
    }

    private void keepPrompt(Usage usage) {
        if (isCounted()) {
            call.request().translation().text().counted(usage.promptTokens());
        }
        CallPrompt prompt = counted();
        boolean isAlone = !call.request().ask().continuesAnswer(); // else its count has what earlier hops have written
        if (prompt != null && isAlone) {
            prompt.answered(usage.promptTokens(), project());
        }
    }

    private long project() {
        SentCall sent = answer.sent();
        return sent == null ? 0 : sent.projectPlace();
    }

    private void reckonCosts(Books.@Nullable Bill bill) {
        Costs costs = Costs.of(
                call.request(),
                bounds,
                call.answering().rows(),
                call.course().answers(),
                bill == null ? null : answer,
                bill);
        call.course().costs(costs, bill != null);
        for (String channel : costs.refused()) {
            log.warn(
                    Event.USAGE_ANOMALY,
                    "task {}: the cost that channel {} reported was refused (below zero, no amount, or above 100 times the list price);"
                            + " the list price counts",
                    call.taskId(),
                    channel,
                    LogFields.task(call.taskId()));
        }
    }

    /** Settles after a pending extension, which left the held amount unknown. */
    @Override
    public void holdKnown(Books.Extension extension) {
        if (due != null && !offered) {
            reckon(due);
        }
    }

    private void reckon(Ending.Charge charge) {
        Usage used = used(charge);
        call.used(used.inputTokens() + used.candidatesTokens() + used.thoughtsTokens());
        Pricing pricing = bounds.model().pricing();
        Books.Bill bill = new Books.Bill(
                used,
                pricing.chargeMicros(used),
                pricing.chargeMicros(answer.usage().reported()),
                hold.coverage().heldMicros(),
                charge.end());
        if (bill.missingMicros() == 0) {
            settle(charge, bill);
        } else {
            call.books()
                    .extendForUsed(
                            call.taskId(),
                            call.request(),
                            bill.missingMicros(),
                            extension -> call.turn(() -> extendedForUsed(charge, bill, extension)));
        }
    }

    private Usage used(Ending.Charge charge) {
        if (isFreeIfRoom) {
            return answer.usage().reported();
        }
        Usage usage = answer.usage().usage();
        return charge.end() == Books.End.CANCELLED ? withSeenPrefix(usage) : usage;
    }

    /** Counts the prefix that the same project has just read as cached, if its caller left before any usage was reported (E86). */
    private Usage withSeenPrefix(Usage used) {
        CallPrompt prompt = call.request().translation().prompt();
        return prompt == null
                        || answer.usage().reportedInputTokens() >= 0
                        || used.promptTokens() < bounds.model().upstream().cacheMinTokens()
                ? used
                : used.with(Count.CACHED, prompt.seenTokens(used.promptTokens(), project()))
                        .with(Count.CACHED_AUDIO, 0);
    }

    private void extendedForUsed(Ending.Charge charge, Books.Bill bill, Books.Extension extension) {
        if (offered) {
            return; // a fault has given everything back
        }
        switch (extension) {
            case Books.Grown grown -> settle(charge, bill.withHeld(grown.heldMicros()));
            case Books.NotGrown notGrown -> settle(charge, bill);
            case Books.NotRecorded unknown
            when charge.end() == Books.End.COMPLETED -> refund(unknown.error(), CallOutcome.FAILED_STORE);
            case Books.NotRecorded _ ->
                settle(charge, bill.unasked()); // what was shown is paid from the hold all the same
        }
    }

    private void settle(Ending.Charge charge, Books.Bill bill) {
        SentCall sent = answer.sent();
        PrintedUsage printed = bounds.model().printed(bill.usage());
        List<SignedPart> signed = call.sink().signed();
        Sink.End end = call.isCallerGone() || charge.error() != null
                ? null
                : call.sink()
                        .end(new Sink.Completion(
                                printed, bill.chargeMicros(), answer.usage().answeredTier()));
        rendered = end;
        reckonCosts(bill);
        readCache(bill.usage());
        Books.Settlement settlement = new Books.Settlement(
                call.taskId(),
                call.request(),
                answerModel(),
                bill,
                printed,
                isFreeIfRoom ? answer.usage().reportedFlags() : answer.usage().flags(),
                answer.usage().excess(),
                bounds.usageLimits(),
                tokensMaxApplied,
                charge.end(),
                signed,
                settle -> kept(end, settle),
                answer.usage().answeredTier(),
                sent == null ? "" : sent.channel(),
                sent == null ? "" : sent.model(),
                call.course().trace(answer.delivery().filter()),
                sent == null ? 0 : sent.madeForNothing());
        call.course().offered(answer);
        call.books().settle(settlement, settled -> call.turn(() -> settled(charge, bill, settled)));
        offered = true;
    }

    /** Returns the door's own changes for the unit of the charge, and those that note which models have answered for others. */
    private List<Change> kept(Sink.@Nullable End end, Settle settle) {
        List<Change> changes = new ArrayList<>(end == null ? List.of() : end.kept(settle));
        for (AnswerUnderWay each : call.course().answers()) {
            SentCall its = each.sent();
            Change note = its == null ? null : call.answering().noting(its.channel(), its.model(), each.version());
            if (note != null) {
                changes.add(note);
            }
        }
        return changes;
    }

    private void settled(Ending.Charge charge, Books.Bill bill, Books.Settled settled) {
        switch (settled) {
            case Books.Charged _ -> {
                call.course().charged(bill, answer.usage());
                call.attempt("keep the print of its prompt", () -> keepPrompt(bill.usage()));
                call.over(() -> tellEnd(charge));
            }
            case Books.NotCharged refused -> {
                call.course().ends(CallOutcome.FAILED_STORE, refused.error());
                call.over(() -> call.sink().failed(refused.error()));
            }
        }
    }

    private void tellEnd(Ending.Charge charge) {
        if (charge.error() != null) {
            call.sink().failed(charge.error());
        } else if (rendered != null) {
            rendered.send();
        }
    }

    private String answerModel() {
        return call.answerModel(answer.version());
    }

    // ---- what else happens: the end is decided ----

    @Override
    public void broken(ApiError error) {
        if (!offered) {
            refund(error, CallOutcome.FAILED_FAULT);
        }
    }

    @Override
    public void callerLeft() {}

    @Override
    public void stop(ApiError error) {}

    @Override
    public void timeIsUp() {}

    @Override
    public void holdLost(ApiError error) {}
}
