package dev.tollgate.operator.admin.prices;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The margin of each component of a price over the upstream's own price, in percent of the price at the standard tier. It leaves out free
 * thoughts and the provider's free searches. Immutable.
 *
 * @param rates of prompts up to a step
 * @param above of prompts above the steps of both; null if neither has one
 */
public record Margins(Rates rates, @Nullable Rates above) {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    /**
     * @param percent by component, cut down to tenths, below zero for a loss; null if the cost is unknown or nothing is charged. Input and
     *     output are always there, the others if price or cost has a rate of its own.
     */
    public record Rates(Map<Rate, @Nullable BigDecimal> percent) {

        public Rates {
            percent = Collections.unmodifiableMap(percent);
        }

        public @Nullable BigDecimal input() {
            return percent.get(Rate.INPUT);
        }

        public @Nullable BigDecimal output() {
            return percent.get(Rate.OUTPUT);
        }
    }

    /** Returns the margins at a cost. @param cost null if unknown */
    public static Margins of(Tariff price, @Nullable Tariff cost) {
        boolean hasStep = price.above() != null || (cost != null && cost.above() != null);
        return new Margins(
                rates(price.rates(), cost == null ? null : cost.rates()),
                hasStep ? rates(above(price), cost == null ? null : above(cost)) : null);
    }

    /** Returns the rates of the longest prompts. */
    public static PriceRates above(Tariff tariff) {
        PriceRates.Step step = tariff.above();
        return step == null ? tariff.rates() : step.rates();
    }

    private static Rates rates(PriceRates price, @Nullable PriceRates cost) {
        Map<Rate, @Nullable BigDecimal> percent = new EnumMap<>(Rate.class);
        PriceRates at = cost == null ? price : cost;
        boolean isKnown = cost != null;
        for (Rate rate : Rate.values()) {
            if (price.isComparable(rate, at)) {
                percent.put(rate, percent(rate.of(price), rate.of(at), isKnown));
            }
        }
        return new Rates(percent);
    }

    private static @Nullable BigDecimal percent(long priceMicros, long costMicros, boolean isKnown) {
        return !isKnown || priceMicros == 0
                ? null
                : BigDecimal.valueOf(priceMicros - costMicros)
                        .multiply(HUNDRED)
                        .divide(BigDecimal.valueOf(priceMicros), 1, RoundingMode.FLOOR);
    }
}
