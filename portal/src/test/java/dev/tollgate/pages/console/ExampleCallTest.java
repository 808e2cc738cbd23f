package dev.tollgate.pages.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.console.prices.ConsolePrices.ExampleCall;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The margin of example calls, at the list price of a model whose long prompts cost more: US$ 2 / 12 / 0.20, above 200,000 tokens 4 / 18 / 0.40. */
class ExampleCallTest {

    private static final long CREDIT = 1_000_000;
    private static final UpstreamModel.Cost COST = new UpstreamModel.Cost(
            Instant.MIN, tariff(rates(400, 2_400, 40), new PriceRates.Step(200_000, rates(800, 3_600, 80))));
    private static final ExampleCall LONG = ExampleCall.ALL.get(1);
    private static final ExampleCall CACHED = ExampleCall.ALL.get(2);

    private static PriceRates rates(long input, long output, long cached) {
        return new PriceRates(input * CREDIT, output * CREDIT, cached * CREDIT, input * CREDIT, 0);
    }

    private static Tariff tariff(PriceRates rates, PriceRates.@Nullable Step above) {
        return new Tariff(rates, above, SearchCounts.QUERIES, Tiers.NONE);
    }

    private static Pricing price(Tariff tariff) {
        return new Pricing(
                "a@1", tariff, false, new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 10_000, 10_000));
    }

    private static List<String> shown(ExampleCall call, Pricing price) {
        return List.of(call.charge(price, Money.CREDITS), call.cost(COST, Money.CREDITS), call.margin(price, COST));
    }

    @Test
    void a_prompt_of_250_000_tokens_costs_the_step_of_the_upstream() {
        Pricing flat = price(tariff(rates(500, 3_000, 50), null));
        assertThat(shown(LONG, flat)).containsExactly("131.00", "207.20", "−58.2 %");
        Pricing stepped = price(tariff(rates(500, 3_000, 50), new PriceRates.Step(200_000, rates(1_000, 4_500, 100))));
        assertThat(shown(LONG, stepped)).containsExactly("259.00", "207.20", "20.0 %");
    }

    @Test
    void a_prompt_that_is_cached_by_90_percent_costs_the_cached_rate() {
        assertThat(shown(CACHED, price(tariff(rates(500, 3_000, 50), null)))).containsExactly("7.75", "6.20", "20.0 %");
        assertThat(shown(CACHED, price(tariff(rates(500, 3_000, 500), null))))
                .containsExactly("28.00", "6.20", "77.8 %");
    }
}
