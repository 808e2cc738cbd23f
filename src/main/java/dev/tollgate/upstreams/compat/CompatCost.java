package dev.tollgate.upstreams.compat;

import dev.tollgate.upstreams.pool.UpstreamEvent.Cost;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads {@code usage.cost}: what a server says that it charged, in US dollars, as OpenRouter does. */
final class CompatCost {

    private CompatCost() {}

    /** Null where nothing is said. */
    static @Nullable Cost of(JsonNode usage) {
        JsonNode cost = usage.path("cost");
        if (cost.isMissingNode() || cost.isNull()) {
            return null;
        }
        return cost.isNumber() ? Cost.ofDollars(cost.decimalValue()) : new Cost(Cost.ODD);
    }
}
