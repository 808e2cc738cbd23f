package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;

/**
 * A price estimate of a call that is not made (D43).
 *
 * @param leastMicros the prompt alone, uncached and without searches, as the upstream counts it; without its count the least that any call costs
 * @param mostMicros the most that the whole answer can cost (D31), with all searches (P6a)
 * @param messagesMostMicros the same at Messages, where unrequested thoughts get room above a small maximum (E39)
 * @param promptTokensMax no tokenizer makes more of the prompt
 * @param tokensMax the maximum in force for each answer; the model's own limit where there is none
 */
public record PriceEstimate(
        long leastMicros, long mostMicros, long messagesMostMicros, long promptTokensMax, long tokensMax) {

    /**
     * @param counted the prompt's tokens; empty where the upstream does not count
     * @throws dev.tollgate.base.error.ApiException 400 where the prompt goes beyond the model's context, as the call would be refused
     */
    public static PriceEstimate of(MeteredCall call, Optional<PromptCount> counted) {
        Bounds bounds = call.translation().bounds();
        if (counted.isPresent()) {
            requireContext(counted.get(), call);
        }
        Long asked = bounds.askedTokensMax();
        long tokensMax = asked == null ? bounds.model().upstream().outputTokensMax() : asked;
        long most = bounds.mostMicros(tokensMax * bounds.candidates());
        long least = counted.isPresent()
                ? bounds.textMicros(counted.get().tokens(), 0)
                : bounds.model().pricing().rounding().minimumMicros();
        long room = bounds.model().pricing().reasoningBilled() && tokensMax > 0
                ? bounds.model().upstream().thoughtsRoom(tokensMax)
                : 0;
        long messagesMost = bounds.mostMicros((tokensMax + room) * bounds.candidates());
        return new PriceEstimate(Math.min(least, most), most, messagesMost, bounds.promptTokensMax(), tokensMax);
    }

    private static void requireContext(PromptCount counted, MeteredCall call) {
        ApiError tooLong = UpstreamErrors.beyondContext(
                counted, call.ask(), call.translation().bounds().model().upstream());
        if (tooLong != null) {
            throw tooLong.asException();
        }
    }
}
