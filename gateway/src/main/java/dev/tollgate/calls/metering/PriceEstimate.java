package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.upstreams.pool.PromptCount;
import java.time.Instant;
import java.util.Arrays;
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
        if (counted.isPresent()) {
            requireContext(counted.get(), call);
        }
        return of(call.translation().bounds(), counted);
    }

    /**
     * Returns an estimate of a call that may begin at any time until a deadline: the least and the most of all prices that are in force until then (J28).
     * Nothing is counted.
     */
    public static PriceEstimate until(Instant deadline, MeteredCall call) {
        return until(deadline, call.pricedAt(), call.translation().bounds());
    }

    /** Returns the same of a call whose conversation lies elsewhere and has not been read: its prompt fills the model's context, at the dearest tier. */
    public static PriceEstimate unread(Instant deadline, Instant from, Model model) {
        long context = model.upstream().inputTokensMax();
        return Arrays.stream(ServiceTier.values())
                .filter(tier -> tier == ServiceTier.STANDARD || model.pricing().offers(tier))
                .map(tier -> Bounds.unread(model, context, tier))
                .map(bounds -> until(deadline, from, bounds))
                .reduce(PriceEstimate::or)
                .orElseThrow();
    }

    static PriceEstimate until(Instant deadline, Instant from, Bounds bounds) {
        PriceEstimate all = of(bounds, Optional.empty());
        for (PriceSchedule.Dated next : bounds.model().prices().after(from)) {
            if (next.from().isBefore(deadline)) {
                all = all.or(of(bounds.at(next.from()), Optional.empty()));
            }
        }
        return all;
    }

    private PriceEstimate or(PriceEstimate other) {
        return new PriceEstimate(
                Math.min(leastMicros, other.leastMicros),
                Math.max(mostMicros, other.mostMicros),
                Math.max(messagesMostMicros, other.messagesMostMicros),
                Math.max(promptTokensMax, other.promptTokensMax),
                Math.max(tokensMax, other.tokensMax));
    }

    private static PriceEstimate of(Bounds bounds, Optional<PromptCount> counted) {
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
