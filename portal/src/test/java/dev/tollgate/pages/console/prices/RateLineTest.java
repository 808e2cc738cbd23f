package dev.tollgate.pages.console.prices;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.Tariff;
import dev.tollgate.pages.frame.Money;
import org.junit.jupiter.api.Test;

class RateLineTest {

    private static final Tariff PRICE = Tariff.of(160_000_000, 960_000_000);
    private static final Tariff COST = Tariff.of(100_000_000, 600_000_000);

    @Test
    void a_price_and_its_cost_are_in_the_shown_unit() {
        RateLine credits = RateLine.of(PRICE, COST, Money.CREDITS).getFirst();
        RateLine dollars = RateLine.of(PRICE, COST, Money.DOLLARS).getFirst();
        assertThat(credits.first() + " " + credits.second() + " " + credits.why())
                .isEqualTo("160 100 leaves 60");
        assertThat(dollars.first() + " " + dollars.second() + " " + dollars.why())
                .isEqualTo("$0.80 $0.50 leaves $0.30");
    }
}
