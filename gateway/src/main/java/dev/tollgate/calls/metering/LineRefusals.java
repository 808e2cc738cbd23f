package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.ReserveOutcome;

/** Refusals that only lines of batches get. Their batch pauses; the line is not at fault. */
public final class LineRefusals {

    /** The batch pauses with the reason {@code price} (J18). */
    public static final ApiError PRICE = ApiError.of(
            ErrorCode.INSUFFICIENT_CREDITS,
            "With the most that this line can cost, the batch could cost more than its 'max_credits', because prices have risen since it was validated.");

    /** The batch pauses with the reason {@code provider} (J3). */
    public static final ApiError NO_FLEX = ApiError.of(
            ErrorCode.UPSTREAM_ERROR,
            "No channel grants the tier flex for the model at present. Lines without a tier were accepted at flex and do not run at another one.");

    private LineRefusals() {}

    /** The line waits for another one of its account, or another call, to end. */
    static ApiError of(ReserveOutcome.LeavesTooLittle refused) {
        return ApiError.of(
                        ErrorCode.INSUFFICIENT_CREDITS,
                        "While other lines of the account run, the credits and limits that are left must cover the line's most twice: 2 × "
                                + Credits.text(refused.wantedMicros()) + " credits.")
                .lacking(new Shortage.OfCredits(null, 0, Math.max(1, refused.reservedMicros())));
    }
}
