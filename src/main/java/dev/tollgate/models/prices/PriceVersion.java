package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import java.time.Instant;

/**
 * A price that was set.
 *
 * @param sequence from 1, over all models
 * @param pricing its version names it for good
 */
public record PriceVersion(long sequence, String modelId, Instant at, Pricing pricing) {}
