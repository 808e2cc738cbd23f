package dev.tollgate.models;

import java.time.Instant;
import java.util.Optional;

/**
 * A model that is sold below the upstream's own price: what an operator is warned of at the start.
 *
 * @param modelId the public id
 * @param price what the customer pays
 * @param upstream what stands behind it
 * @param from since when or from when on that is so
 * @param cost what the upstream charges
 */
public record BelowCost(String modelId, Pricing price, UpstreamModel upstream, Instant from, UpstreamModel.Cost cost) {

    /** Empty where the upstream's price of a time is not known, or neither the input's nor the output's is undercut then. */
    public static Optional<BelowCost> of(Model model, Instant at) {
        UpstreamModel.Cost cost = model.upstream().cost(at);
        if (cost == null || !undercuts(model.pricing(), cost)) {
            return Optional.empty();
        }
        return Optional.of(new BelowCost(model.id(), model.pricing(), model.upstream(), at, cost));
    }

    /** One line for the start, of what is so from a day on. */
    public String sentenceFromThen() {
        return "From " + Written.day(from) + " on " + sentence();
    }

    /** One line for the start, of what is so now. */
    public String sentence() {
        String thoughts = price.reasoningBilled() ? "" : ", its thoughts free";
        return "%s is sold at %s in / %s out credits per million tokens%s; %s costs %s / %s."
                .formatted(
                        modelId,
                        Written.credits(price.inputMicrosPerMillion()),
                        Written.credits(price.outputMicrosPerMillion()),
                        thoughts,
                        upstream.name(),
                        Written.credits(cost.inputMicrosPerMillion()),
                        Written.credits(cost.outputMicrosPerMillion()));
    }

    private static boolean undercuts(Pricing price, UpstreamModel.Cost cost) {
        return price.inputMicrosPerMillion() < cost.inputMicrosPerMillion()
                || price.outputMicrosPerMillion() < cost.outputMicrosPerMillion();
    }
}
