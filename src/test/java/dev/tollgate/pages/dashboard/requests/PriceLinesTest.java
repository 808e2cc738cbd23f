package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.testing.Asserts.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines of a call's price on its page. */
class PriceLinesTest {

    private static final String FLOOR = "\"rule\":\"floor-total\",\"step\":0.000001,\"minimum\":0.000001";

    /** The call of the worked example in docs/billing.md. */
    private static final String EXAMPLE = """
            "input_per_million":400,"output_per_million":1800,"prompt_tokens":250000,"completion_tokens":1300,
            "reasoning_tokens":700,"reasoning_billed":true,"cached_tokens":180000,"cached_input_per_million":40,
            "audio_tokens":8000,"audio_input_per_million":600,"searches":3,"search_per_1000":2800,"tier":"flex",
            "step":200000""";

    private static PriceLines lines(String members, String rounding, long chargeMicros) {
        String pricing = "{\"price_version\":\"m@1\"," + members + ",\"rounding_rule\":{" + rounding + "}}";
        return Objects.requireNonNull(PriceLines.of(pricing, null, chargeMicros));
    }

    private static List<String> texts(PriceLines price) {
        return price.lines().stream()
                .map(line -> String.join(
                        "|", line.what(), line.about(), line.tokens(), line.rate() + line.rateNote(), line.amount()))
                .toList();
    }

    @Test
    void each_component_of_a_charge_has_a_line() {
        PriceLines price = lines(EXAMPLE, FLOOR, 48_800_000);

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
                        "Charged|$0.24|||48.800000");
        assertThat(price.basis())
                .isEqualTo("Price version m@1, valid at the time of the call."
                        + " Rates of a long prompt, above 200,000 tokens, and of the service tier flex.");
    }

    @Test
    void a_component_of_nothing_has_no_line() {
        PriceLines price = lines("""
                "input_per_million":400,"output_per_million":1800,"prompt_tokens":10,"completion_tokens":20,
                "reasoning_tokens":0,"reasoning_billed":true""", FLOOR, 40_000);

        assertThat(price.lines())
                .extracting(PriceLines.Line::what)
                .contains("Prompt", "Completion")
                .hasSize(5);
        assertThat(price.basis()).isEqualTo("Price version m@1, valid at the time of the call.");
    }

    @Test
    void a_prompt_that_is_all_cached_has_one_line() {
        PriceLines price = lines("""
                "input_per_million":400,"output_per_million":1800,"prompt_tokens":10,"completion_tokens":20,
                "reasoning_tokens":0,"reasoning_billed":true,"cached_tokens":10,
                "cached_input_per_million":40""", FLOOR, 36_400);

        assertThat(price.lines()).extracting(PriceLines.Line::what).startsWith("Cached prompt", "Completion");
    }

    @Test
    void searches_that_are_charged_by_the_call_count_once() {
        PriceLines price = lines("""
                "input_per_million":400,"output_per_million":1800,"prompt_tokens":10,"completion_tokens":20,
                "reasoning_tokens":0,"reasoning_billed":true,"searches":3,"search_per_1000":7000,
                "search_counts":"calls\"""", FLOOR, 7_040_000);

        assertThat(texts(price)).contains("Search||1 call|7,000 per thousand|7.000000", "Exact||||7.040000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                FLOOR + ";48800000",
                "\"rule\":\"floor-total\",\"step\":0.01,\"minimum\":100;100000000",
                "\"rule\":\"nearest-component\",\"step\":0.7,\"minimum\":0;48300000",
                FLOOR + ";40000000",
            })
    void the_lines_add_up_to_the_charge(String rounding, long chargeMicros) {
        PriceLines price = lines(EXAMPLE, rounding, chargeMicros);
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
