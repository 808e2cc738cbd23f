package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import org.jspecify.annotations.Nullable;

/** The part of a call that its row stores: counts, price and course (D41), never the prompt or the response. */
final class TaskDetails {

    private TaskDetails() {}

    static CallDetails of(Books.Settlement settlement) {
        Books.Bill bill = settlement.bill();
        int flags = settlement.trace().flags();
        for (UsageFlag flag : settlement.flags()) {
            flags |= CallFlag.valueOf(flag.name()).bit();
        }
        return new CallDetails(
                end(settlement.end()),
                settlement.answerModel(),
                null,
                bill.isUncovered() ? flags | CallFlag.UNCOVERED.bit() : flags,
                settlement.tokensMaxApplied(),
                settlement.trace().times(),
                CallDetails.Bill.of(
                        settlement.model().pricing(),
                        settlement.request().pricedAt(),
                        bill.usage(),
                        settlement.model().usageForm(),
                        settlement.tier()),
                settlement.trace().course());
    }

    private static CallEnd end(Books.End end) {
        return switch (end) {
            case COMPLETED -> CallEnd.COMPLETED;
            case CUT, CUT_HOLD_USED -> CallEnd.CUT;
            case CANCELLED -> CallEnd.CANCELLED;
        };
    }

    /** Returns the details of a call whose hold is released. @param error null if the caller left */
    static CallDetails released(String model, @Nullable ApiError error, Books.Trace trace) {
        return new CallDetails(
                error == null ? CallEnd.CANCELLED : CallEnd.FAILED,
                model,
                error == null ? null : new CallError(error.code().code(), error.message()),
                trace.flags(),
                null,
                trace.times(),
                null,
                trace.uncharged());
    }
}
