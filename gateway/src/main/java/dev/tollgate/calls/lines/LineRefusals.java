package dev.tollgate.calls.lines;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.ReserveOutcome;

/** The refusals that only lines of batches get. */
public final class LineRefusals {

    /** No channel grants flex any more to a line that runs at no other tier: its batch pauses with the reason {@code provider} (J3). */
    public static final ApiError NO_FLEX = ApiError.of(
            ErrorCode.UPSTREAM_ERROR,
            "No channel grants the tier flex for the model at present. Lines without a tier were accepted at flex and run at no other one.");

    /** The server has no room for the answer (J13): the line is made again, a few times. */
    public static final ApiError NO_ROOM = ApiError.of(
            ErrorCode.INTERNAL_ERROR, "The server had no room for the answer beside others. Nothing was charged.");

    private LineRefusals() {}

    /** Returns the refusal of a line that would leave too little next to another line of its account: it waits for a running call to end. */
    public static ApiError of(ReserveOutcome.LeavesTooLittle refused) {
        return ApiError.of(
                        ErrorCode.INSUFFICIENT_CREDITS,
                        "While other lines of the account run, the credits and limits that are left must cover the line's most twice: 2 × "
                                + Credits.text(refused.wantedMicros()) + " credits.")
                .lacking(new Shortage.OfCredits(null, 0, Math.max(1, refused.reservedMicros())));
    }
}
