package dev.tollgate.pages.playground;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Usage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The maximum that helps. */
class LowerMaximumTest {

    private static Pricing pricing(Rounding.Form form, long input, long output) {
        boolean units = form == Rounding.Form.NEAREST_COMPONENT;
        return new Pricing("v", input, output, units, new Rounding(form, units ? 100 : 10_000, units ? 0 : 10_000));
    }

    @ParameterizedTest
    @EnumSource(Rounding.Form.class)
    void it_is_always_covered_and_hardly_more_would_be(Rounding.Form form) {
        Random random = new Random(7);
        int offered = 0;
        for (int i = 0; i < 20_000; i++) {
            long output = 1_000_000L * (1 + random.nextInt(3_000));
            Pricing pricing = pricing(form, 1_000_000L * random.nextInt(1_000), output);
            long asked = random.nextInt(3) == 0 ? 1 + random.nextInt(600) : 0;
            long tokens = pricing.leastOutputTokens();
            tokens = asked == 0 ? tokens : Math.min(tokens, asked);
            long prompt = 1 + random.nextInt(3_000);
            long least = pricing.chargeMicros(Usage.of(prompt, tokens, 0));
            long free = random.nextLong(0, least);
            long lower = LowerMaximum.tokens(new Shortage.OfCredits(least, free, 0), pricing, asked);
            long stepTokens = 2 + 2 * pricing.rounding().stepMicros() * 1_000_000 / output;
            if (lower > 0) {
                offered++;
                assertThat(lower).isLessThan(tokens);
                assertThat(pricing.chargeMicros(Usage.of(prompt, lower, 0))).isLessThanOrEqualTo(free);
            }
            if (lower + stepTokens < tokens && free >= pricing.rounding().minimumMicros()) {
                assertThat(pricing.chargeMicros(Usage.of(prompt, lower + stepTokens, 0)))
                        .isGreaterThan(free);
            }
        }
        assertThat(offered).isGreaterThan(1_000);
    }

    @Test
    void it_is_covered_at_the_rates_of_a_long_prompt() {
        PriceRates rates = new PriceRates(400_000_000, 2_400_000_000L, 40_000_000, 400_000_000, 2_800_000_000L);
        PriceRates above = new PriceRates(800_000_000, 3_600_000_000L, 80_000_000, 800_000_000, 2_800_000_000L);
        Pricing pricing = new Pricing(
                "v",
                new Tariff(rates, new Step(200_000, above), SearchCounts.QUERIES, Tariff.Tiers.NONE),
                true,
                new Rounding(Rounding.Form.FLOOR_TOTAL, 1, 1));
        for (long prompt : new long[] {200_000, 200_001, 250_000}) {
            long least = pricing.chargeMicros(Usage.of(prompt, pricing.leastOutputTokens(), 0));
            long free = least - 500_000;
            long lower = LowerMaximum.tokens(new Shortage.OfCredits(least, free, 0), pricing, 0);
            assertThat(lower).isPositive();
            assertThat(pricing.chargeMicros(Usage.of(prompt, lower, 0))).isLessThanOrEqualTo(free);
        }
    }

    @Test
    void what_no_call_can_need_offers_nothing() {
        Pricing pricing = pricing(Rounding.Form.FLOOR_TOTAL, 1_000_000, 1_000_000);
        long least = Long.MAX_VALUE / 1_000_000 + 20_000;
        assertThat(LowerMaximum.tokens(new Shortage.OfCredits(least, 10_000, 0), pricing, 0))
                .isZero();
    }
}
