package dev.tollgate.calls.metering;

import dev.tollgate.models.Tariff;

/**
 * The most that is counted of a call, regardless of its upstream's report (D53). In tokens, all candidates together.
 *
 * @param promptTokens by the bytes of the prompt, what a search adds included, even where the prompt was counted since
 * @param billedOutputTokens the maximum in force, or the model's limit where there is none; with the reasoning where that is billed
 * @param hasMaximum whether it is a maximum, at which an answer ends
 * @param modelOutputTokens the model's limit: what reasoning that is not billed counts within
 * @param reasoningBilled whether reasoning counts in the billed output
 * @param tariff the rates, for the parts that have one
 * @param extras the most audio and searches, and the tier as asked
 */
record UsageLimits(
        long promptTokens,
        long billedOutputTokens,
        boolean hasMaximum,
        long modelOutputTokens,
        boolean reasoningBilled,
        Tariff tariff,
        Bounds.Extras extras) {}
