package dev.tollgate.models.prices;

import dev.tollgate.models.Pricing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A price that was set.
 *
 * @param sequence from 1, over all models
 * @param at the time at which it was set
 * @param from the time from which it is in force; null if that is at once
 * @param pricing the price, whose version never changes meaning
 */
public record PriceVersion(
        long sequence, String modelId, Instant at, @Nullable Instant from, Pricing pricing) {}
