package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import org.junit.jupiter.api.Test;

class TariffTest {

    private static final PriceRates PLAIN = PriceRates.of(10, 20);
    private static final PriceRates WHOLE = new PriceRates(10, 20, 4, 30, 6, 90, 5, 7);

    private static Tariff tariff(PriceRates rates, PriceRates above) {
        return new Tariff(rates, new Step(100, above), SearchCounts.QUERIES, new Tiers(5_000, 0));
    }

    @Test
    void a_part_has_a_rate_if_short_or_long_prompts_have_one() {
        Tariff none = tariff(PLAIN, PriceRates.of(20, 40));
        assertThat(Rate.OPTIONAL.stream().anyMatch(none::has)).isFalse();
        Tariff alone = Tariff.of(10, 20);
        assertThat(Rate.OPTIONAL.stream().anyMatch(alone::has)).isFalse();
        Tariff ofLong = tariff(PLAIN, new PriceRates(20, 40, 12, 30, 14, 41, 1, 1));
        assertThat(Rate.OPTIONAL.stream().allMatch(ofLong::has)).isTrue();
        Tariff ofShort = tariff(WHOLE, new PriceRates(30, 90, 30, 30, 30, 90, 5, 7));
        assertThat(Rate.OPTIONAL.stream().allMatch(ofShort::has)).isTrue();
    }

    @Test
    void the_step_begins_one_token_above_its_number() {
        Tariff tariff = tariff(PLAIN, PriceRates.of(20, 40));
        assertThat(tariff.stepOf(Usage.of(100, 0, 0))).isZero();
        assertThat(tariff.stepOf(Usage.of(101, 0, 0))).isEqualTo(100);
        assertThat(tariff.of(Usage.of(100, 0, 0))).isEqualTo(PLAIN);
        assertThat(tariff.of(Usage.of(101, 0, 0))).isEqualTo(PriceRates.of(20, 40));
        assertThat(Tariff.of(10, 20).stepOf(Usage.of(101, 0, 0))).isZero();
    }

    @Test
    void standard_is_on_offer_together_with_any_other_tier() {
        assertThat(Tiers.NONE.offers(ServiceTier.STANDARD)).isFalse();
        Tiers flex = new Tiers(5_000, 0);
        assertThat(flex.offers(ServiceTier.STANDARD) && flex.offers(ServiceTier.FLEX))
                .isTrue();
        assertThat(flex.offers(ServiceTier.PRIORITY)).isFalse();
        Tiers priority = new Tiers(0, 18_000);
        assertThat(priority.offers(ServiceTier.STANDARD) && priority.offers(ServiceTier.PRIORITY))
                .isTrue();
        assertThat(priority.offers(ServiceTier.FLEX)).isFalse();
    }

    @Test
    void the_cheaper_tier_is_the_one_with_the_lower_factor() {
        Tiers tiers = new Tiers(5_000, 18_000);
        assertThat(tiers.cheaper(ServiceTier.FLEX, ServiceTier.STANDARD)).isEqualTo(ServiceTier.FLEX);
        assertThat(tiers.cheaper(ServiceTier.PRIORITY, ServiceTier.STANDARD)).isEqualTo(ServiceTier.STANDARD);
        assertThat(Tiers.NONE.cheaper(ServiceTier.PRIORITY, ServiceTier.STANDARD))
                .isEqualTo(ServiceTier.STANDARD);
    }

    @Test
    void a_step_below_the_row_and_rates_beyond_the_most_are_refused() {
        assertThatThrownBy(() -> tariff(PLAIN, PriceRates.of(9, 40))).isInstanceOf(IllegalArgumentException.class);
        long beyond = PriceRates.MAX + 1;
        assertThatThrownBy(() -> new PriceRates(1, 1, 1, beyond, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PriceRates(1, 1, 1, 1, beyond)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new Tariff(PriceRates.of(1, PriceRates.MAX), null, SearchCounts.QUERIES, new Tiers(0, 10_001)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void equal_tiers_keep_the_second_one_named() {
        Tiers tiers = new Tiers(5_000, 10_000);
        assertThat(tiers.cheaper(ServiceTier.PRIORITY, ServiceTier.STANDARD)).isEqualTo(ServiceTier.STANDARD);
        assertThat(tiers.cheaper(ServiceTier.STANDARD, ServiceTier.PRIORITY)).isEqualTo(ServiceTier.PRIORITY);
    }
}
