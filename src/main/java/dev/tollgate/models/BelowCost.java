package dev.tollgate.models;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * A model that is sold below the upstream's own price: what an operator is warned of at the start.
 *
 * @param modelId the public id
 * @param price what the customer pays
 * @param upstream what stands behind it
 * @param cost what the upstream charges
 */
public record BelowCost(String modelId, Pricing price, UpstreamModel upstream, UpstreamModel.Cost cost) {

    /** Empty where the upstream's price is not known, or neither the input's nor the output's is undercut. */
    public static Optional<BelowCost> of(Model model) {
        UpstreamModel.Cost cost = model.upstream().cost();
        if (cost == null || !undercuts(model.pricing(), cost)) {
            return Optional.empty();
        }
        return Optional.of(new BelowCost(model.id(), model.pricing(), model.upstream(), cost));
    }

    /** One line for the start. */
    public String sentence() {
        String thoughts = price.reasoningBilled() ? "" : ", its thoughts free";
        return "%s is sold at %s in / %s out credits per million tokens%s; %s costs %s / %s."
                .formatted(
                        modelId,
                        credits(price.inputMicrosPerMillion()),
                        credits(price.outputMicrosPerMillion()),
                        thoughts,
                        upstream.name(),
                        credits(cost.inputMicrosPerMillion()),
                        credits(cost.outputMicrosPerMillion()));
    }

    private static boolean undercuts(Pricing price, UpstreamModel.Cost cost) {
        return price.inputMicrosPerMillion() < cost.inputMicrosPerMillion()
                || price.outputMicrosPerMillion() < cost.outputMicrosPerMillion();
    }

    private static String credits(long micros) {
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }
}
