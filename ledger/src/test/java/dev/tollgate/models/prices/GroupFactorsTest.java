package dev.tollgate.models.prices;

import static dev.tollgate.models.Pricing.Rounding.Form.FLOOR_TOTAL;
import static dev.tollgate.models.Pricing.Rounding.Form.NEAREST_COMPONENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.RandomPrices;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A group's factors: which one counts for a model, what may be written, and what they make of a price. */
class GroupFactorsTest {

    private static final Pricing.Rounding CENT = new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 100, 2_000);

    private static GroupFactors factors(int factor, Map<String, Integer> models) {
        return new GroupFactors(factor, new TreeMap<>(models));
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-4-argon, 700",
        "gemini-4-carbon, 900",
        "gemini-4, 850",
        "gemini-4-pro-max, 950",
        "google/gemini-4-argon, 850",
        "gemini-4-, 900",
        "other, 850"
    })
    void the_entry_of_the_id_counts_then_the_longest_beginning(String model, int factor) {
        GroupFactors factors = factors(
                850, Map.of("gemini-4-*", 900, "gemini-4-argon", 700, "gemini-4-pro*", 950, "gemini-4-argon*", 1));

        assertThat(factors.of(model)).isEqualTo(factor);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 999, 2_000})
    void each_rate_is_multiplied_and_rounded_up(int factor) {
        Random random = new Random(factor);
        for (int i = 0; i < 2_000; i++) {
            Tariff tariff = RandomPrices.tariff(random);
            Pricing price = new Pricing("base-1", tariff, true, CENT);
            Pricing priced;
            try {
                priced = price.inGroup(factor, "gold.3");
            } catch (IllegalArgumentException e) {
                assertThat(factor).as("only a higher price can be too high").isEqualTo(2_000);
                continue;
            }
            for (Rate rate : Rate.values()) {
                assertThat(rate.of(priced.tariff().rates())).isEqualTo(times(rate.of(tariff.rates()), factor));
                if (tariff.above() != null) {
                    assertThat(rate.of(priced.tariff().above().rates()))
                            .isEqualTo(times(rate.of(tariff.above().rates()), factor));
                }
            }
            assertThat(priced.version()).isEqualTo("base-1*gold.3");
            assertThat(priced.reasoningBilled()).isTrue();
            assertThat(priced.rounding()).isEqualTo(CENT);
            assertThat(priced.tariff().tiers()).isEqualTo(tariff.tiers());
            assertThat(PriceTerms.read(priced.version(), PriceTerms.of(priced))).isEqualTo(priced);
        }
    }

    private static long times(long rate, int factor) {
        return BigDecimal.valueOf(rate)
                .multiply(BigDecimal.valueOf(factor, 3))
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
    }

    @Test
    void a_factor_of_one_is_the_standard_price_itself() {
        Pricing price = new Pricing("base-1", Tariff.of(3, 5), false, CENT);

        assertThat(factors(850, Map.of("m", 1_000)).of("m", price, "gold.3")).isSameAs(price);
        assertThat(Pricing.groupOf("base-1")).isNull();
        assertThat(Pricing.groupOf("base-1*gold.3")).isEqualTo("gold.3");
        assertThat(Pricing.baseOf("base-1*gold.3")).isEqualTo("base-1");
    }

    @Test
    void a_tier_multiplies_after_the_factor_and_the_minimum_stays() {
        Tariff tariff = new Tariff(
                PriceRates.of(1_001, 3_333),
                new Step(1_000, PriceRates.of(2_002, 6_666)),
                Tariff.SearchCounts.QUERIES,
                new Tariff.Tiers(5_001, 0));
        Pricing price =
                new Pricing("base-1", tariff, true, new Pricing.Rounding(FLOOR_TOTAL, 1, 7)).inGroup(999, "gold.1");

        assertThat(price.chargeMicros(new Usage(ServiceTier.FLEX, 1_000, 0, 1_000_000)))
                .as("1,000 × 501 and 1,000,000 × 1,666")
                .isEqualTo(1_666);
        assertThat(price.chargeMicros(new Usage(ServiceTier.FLEX, 1_001, 0, 1_000_000)))
                .as("1,001 × 1,001 and 1,000,000 × 3,331")
                .isEqualTo(3_332);
        assertThat(price.chargeMicros(Usage.of(1, 0, 0))).isEqualTo(7);
    }

    @Test
    void units_and_free_models_keep_their_rounding() {
        Pricing.Rounding units = new Pricing.Rounding(NEAREST_COMPONENT, 100, 0);
        Pricing price = new Pricing("base-1", Tariff.of(1_000_000, 4_000_000), true, units).inGroup(850, "gold.1");
        Usage usage = Usage.of(1_000, 1_000, 0);

        assertThat(price.inputUnitsMicros(usage)).as("850, a half up").isEqualTo(900);
        assertThat(price.chargeMicros(usage)).isEqualTo(900 + 3_400);
        assertThat(new Pricing("free-1", Tariff.of(0, 0), true, units)
                        .inGroup(2_000, "gold.1")
                        .chargeMicros(usage))
                .isZero();
    }

    @Test
    void the_row_keeps_all_factors() {
        GroupFactors factors = factors(850, Map.of("gemini-4-*", 900, "gemini-3-pro", 1_000));

        assertThat(factors.body()).isEqualTo("{\"factor\":850,\"models\":{\"gemini-3-pro\":1000,\"gemini-4-*\":900}}");
        assertThat(GroupFactors.read(factors.body())).isEqualTo(factors);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"factor\":0}|'factor' is 0; allowed is a whole number of thousandths from 1 to 2000.",
                "{\"factor\":2001}|'factor' is 2001; allowed is a whole number of thousandths from 1 to 2000.",
                "{\"factor\":1.5}|'factor' is 1.5; allowed is a whole number of thousandths from 1 to 2000.",
                "{\"factor\":\"a lot\"}|'factor' is \"a lot\"; allowed is a whole number of thousandths from 1 to 2000.",
                "{\"models\":{\"m\":0}}|'models.m' is 0; allowed is a whole number of thousandths from 1 to 2000.",
                "{\"models\":{\"*\":5}}|'models' has an entry for \"*\"; allowed is a model's id, or the beginning of ids with * after it,"
                        + " like gemini-4-*.",
                "{\"models\":{\"a*b\":5}}|'models' has an entry for \"a*b\"; allowed is a model's id, or the beginning of ids with * after it,"
                        + " like gemini-4-*.",
                "{\"models\":[]}|'models' is []; allowed is an object with a whole number of thousandths from 1 to 2000 for each model."
            })
    void what_is_not_allowed_is_refused_by_field_and_value(String json, String message) {
        Body body =
                Body.of((ObjectNode) ApiJson.MAPPER.readTree(json), List.of(GroupFactors.FACTOR, GroupFactors.MODELS));

        assertThatThrownBy(() -> {
                    for (Field<?> field : List.of(GroupFactors.FACTOR, GroupFactors.MODELS)) {
                        if (body.has(field)) {
                            body.get(field);
                        }
                    }
                })
                .hasMessage(message);
    }

    @Test
    void a_command_has_thousandths_of_each_model() {
        JsonNode typed = GroupFactors.MODELS.typed().apply("gemini-4-* 900\n\n gemini-3-pro=1000, lone\r\n");

        assertThat(typed).hasToString("{\"gemini-4-*\":900,\"gemini-3-pro\":1000,\"lone\":\"\"}");
    }

    @Test
    void a_form_has_the_percentage_of_a_model_on_each_line() {
        assertThat(GroupFactors.MODELS.inForm("gemini-4-* 90\n\n gemini-3-pro=100 %\r\nx 92.5%"))
                .hasToString("{\"gemini-4-*\":900,\"gemini-3-pro\":1000,\"x\":925}");
        GroupFactors factors = factors(1, Map.of("b", 925, "a*", 900));
        assertThat(factors.typed()).isEqualTo("a* 90\nb 92.5");
        assertThat(factors.typedFactor()).isEqualTo("0.1");
    }

    @ParameterizedTest
    @CsvSource({"gemini-4-* 90.05, 90.05", "gemini-4-* 900, 900", "gemini-4-*, ''"})
    void a_percentage_that_is_none_is_refused_by_its_model(String line, String value) {
        assertThatThrownBy(() -> GroupFactors.MODELS.inForm(line))
                .hasMessage("gemini-4-* is \"%s\"; allowed is a percentage from 0.1 to 200 in steps of 0.1.", value);
    }
}
