package dev.tollgate.models;

import java.time.Instant;
import java.util.Optional;

/**
 * A model that is sold below the upstream's own price, for a warning to the operator at the start.
 *
 * @param modelId the public id
 * @param price the customer's price
 * @param upstream the upstream model
 * @param from start of the loss, in the past or the future
 * @param cost the upstream's price
 */
public record BelowCost(String modelId, Pricing price, UpstreamModel upstream, Instant from, UpstreamModel.Cost cost) {

    /** Returns empty if the upstream's price at a time is unknown, or neither its input price nor its output price is undercut. */
    public static Optional<BelowCost> of(Model model, Instant at) {
        UpstreamModel.Cost cost = model.upstream().cost(at);
        if (cost == null || !undercuts(model.pricing(), cost)) {
            return Optional.empty();
        }
        return Optional.of(new BelowCost(model.id(), model.pricing(), model.upstream(), at, cost));
    }

    /** Returns one line for the start about a loss from a day on. */
    public String sentenceFromThen() {
        return "From " + Written.day(from) + " on " + sentence();
    }

    /** Returns one line for the start about a present loss. */
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
