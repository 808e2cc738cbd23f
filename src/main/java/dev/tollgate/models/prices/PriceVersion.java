package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import java.time.Instant;

/**
 * A price that was set.
 *
 * @param sequence from 1, over all models
 * @param pricing the price, whose version never changes meaning
 */
public record PriceVersion(long sequence, String modelId, Instant at, Pricing pricing) {}
