package dev.tollgate.pages.playground;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.models.Pricing;
import org.jspecify.annotations.Nullable;

/** The maximum with which a call would be let in that has been refused. Pure. */
final class LowerMaximum {

    private static final long MILLION = 1_000_000;

    private LowerMaximum() {}

    /**
     * Never too many: what the prompt was counted as is known only as far as the sum's rounding tells. The output rate of short prompts takes
     * more tokens off than the rate of long ones, so it is right for both.
     *
     * @param asked the maximum that it was refused with, 0 for none
     * @return 0 if there is none
     */
    static long tokens(Shortage.OfCredits shortage, Pricing pricing, long asked) {
        @Nullable Long least = shortage.leastMicros();
        long free = shortage.freeMicros();
        if (least == null
                || pricing.outputMicrosPerMillion() == 0
                || free < pricing.rounding().minimumMicros()) {
            return 0;
        }
        long tokens = pricing.leastOutputTokens();
        if (asked > 0) {
            tokens = Math.min(tokens, asked);
        }
        // a sum is cut down to whole steps; components are rounded each for itself, which may be half a step off
        // twice
        long step = pricing.rounding().stepMicros();
        boolean cutDown = pricing.rounding().form() == Pricing.Rounding.Form.FLOOR_TOTAL;
        long missing = cutDown ? least - free / step * step : least - free + step;
        if (missing > Long.MAX_VALUE / MILLION) { // the page's script sends the figures itself
            return 0;
        }
        return Math.max(0, tokens - Math.ceilDiv(missing * MILLION, pricing.outputMicrosPerMillion()));
    }
}
