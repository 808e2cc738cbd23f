package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines of a call's price on its page. */
class PriceLinesTest {

    private static final Rounding FLOOR = new Rounding(Rounding.Form.FLOOR_TOTAL, 1, 1);

    /** The rates of a prompt above the step, which flex halves. */
    private static final PriceRates ABOVE =
            new PriceRates(800_000_000, 3_600_000_000L, 80_000_000, 1_200_000_000, 2_800_000_000L);

    /** The price and the call of the worked example in docs/billing.md. */
    private static final Tariff EXAMPLE = new Tariff(
            new PriceRates(400_000_000, 1_800_000_000, 40_000_000, 600_000_000, 2_800_000_000L),
            new PriceRates.Step(200_000, ABOVE),
            Tariff.SearchCounts.QUERIES,
            new Tariff.Tiers(5_000, 0));

    private static final Usage CALL =
            new Usage(ServiceTier.FLEX, 250_000, 0, 1_300, 700, 180_000, 0, 8_000, 0, 1_300, 3);

    private static Tariff rates(long cachedMicros, long searchMicros, Tariff.SearchCounts counts) {
        return new Tariff(
                new PriceRates(400_000_000, 1_800_000_000, cachedMicros, 400_000_000, searchMicros),
                null,
                counts,
                Tariff.Tiers.NONE);
    }

    private static PriceLines lines(Tariff tariff, Usage usage, Rounding rounding, long chargeMicros) {
        return PriceLines.of(new Pricing("m@1", tariff, true, rounding), usage, null, chargeMicros);
    }

    private static List<String> texts(PriceLines price) {
        return price.lines().stream()
                .map(line -> String.join("|", line.what(), line.about(), line.tokens(), line.rate(), line.amount()))
                .toList();
    }

    @Test
    void each_component_of_a_charge_has_a_line() {
        PriceLines price = lines(EXAMPLE, CALL, FLOOR, 48_800_000);

        assertThat(texts(price))
                .containsExactly(
                        "Prompt|not cached, without audio|62,000|400|24.800000",
                        "Cached prompt||180,000|40|7.200000",
                        "Audio|not cached|8,000|600|4.800000",
                        "Completion||1,300|1,800|2.340000",
                        "Thoughts||700|1,800|1.260000",
                        "Search||3 queries|2,800 per thousand|8.400000",
                        "Exact||||48.800000",
                        "Rounded down to steps of 0.000001, at least 0.000001||||0.000000",
                        "Charged|$0.2440|||48.800000");
        assertThat(price.basis())
                .isEqualTo("Price version m@1, valid at the time of the call."
                        + " Rates of a long prompt, above 200,000 tokens, and of the service tier flex.");
    }

    @Test
    void a_component_of_nothing_has_no_line() {
        PriceLines price =
                lines(rates(400_000_000, 0, Tariff.SearchCounts.QUERIES), Usage.of(10, 20, 0), FLOOR, 40_000);

        assertThat(price.lines())
                .extracting(PriceLines.Line::what)
                .contains("Prompt", "Completion")
                .hasSize(5);
        assertThat(price.basis()).isEqualTo("Price version m@1, valid at the time of the call.");
    }

    @Test
    void a_prompt_that_is_all_cached_has_one_line() {
        PriceLines price = lines(
                rates(40_000_000, 0, Tariff.SearchCounts.QUERIES),
                new Usage(10, 0, 20, 0, 10, 0, 0, 20),
                FLOOR,
                36_400);

        assertThat(price.lines()).extracting(PriceLines.Line::what).startsWith("Cached prompt", "Completion");
    }

    @Test
    void searches_that_are_charged_by_the_call_count_once() {
        PriceLines price = lines(
                rates(400_000_000, 7_000_000_000L, Tariff.SearchCounts.CALLS),
                Usage.of(10, 20, 0).with(Count.SEARCHES, 3),
                FLOOR,
                7_040_000);

        assertThat(texts(price)).contains("Search||1 call|7,000 per thousand|7.000000", "Exact||||7.040000");
    }

    @ParameterizedTest
    @CsvSource({
        "FLOOR_TOTAL, 1, 1, 48800000",
        "FLOOR_TOTAL, 10000, 100000000, 100000000",
        "NEAREST_COMPONENT, 700000, 0, 48300000",
        "FLOOR_TOTAL, 1, 1, 40000000",
    })
    void the_lines_add_up_to_the_charge(Rounding.Form form, long step, long minimum, long chargeMicros) {
        PriceLines price = lines(EXAMPLE, CALL, new Rounding(form, step, minimum), chargeMicros);
        BigDecimal sum = BigDecimal.ZERO;
        for (PriceLines.Line line : price.lines()) {
            BigDecimal amount = new BigDecimal(line.amount().replace(",", "").replace('−', '-'));
            if (line.what().equals("Exact") || line.isSum()) {
                assertThat(sum).as(line.what()).isEqualByComparingTo(amount);
            } else {
                sum = sum.add(amount);
            }
        }
        assertThat(sum).isEqualByComparingTo(BigDecimal.valueOf(chargeMicros, 6));
    }
}
