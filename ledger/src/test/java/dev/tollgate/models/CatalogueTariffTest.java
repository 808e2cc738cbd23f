package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prices and costs of the catalogue with every rate, in every form, and every mistake in them (P1 to P4). */
class CatalogueTariffTest {

    private static final String REST =
            "reasoning: billed, rounding: {rule: nearest-component, step: 0.0001, minimum: 0}";
    private static final String CATALOGUE = """
            created: 2026-01-02T03:04:05Z
            models:
              - id: house
                active: true
                upstream: up
                answers_as: requested
                price: PRICE
                usage: tokens
                defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: none}
                tools: {functions: true, search: true, together: false}
                response_format: {json: true, with_functions: true, with_search: false}
            upstream_models:
              - name: up
                limits: {input_tokens: 1000, output_tokens: 100}
                candidates: 2
                penalties: true
                logprobs: true
                thinking: {by: none}
                media_resolution: part
                media_in_tool_results: true
                trailing_assistant: true
                signatures: true
                list_price_usd: COST
            """;
    private static final String COST = "{input: 1, output: 2}";

    @TempDir
    Path folder;

    @Test
    void a_price_has_every_rate_of_a_vendor() {
        Tariff tariff = price("input: 2, output: 12, cached_input: 0.2, audio_input: 3, search_per_1000: 14,"
                + " above: {prompt_tokens: 200000, input: 4, output: 18, cached_input: 0.4, audio_input: 6, search_per_1000: 15},"
                + " tiers: {flex: 0.5, priority: 1.8001}, search_counts: calls");
        assertThat(tariff)
                .isEqualTo(new Tariff(
                        new PriceRates(2_000_000, 12_000_000, 200_000, 3_000_000, 14_000_000),
                        new Step(200_000, new PriceRates(4_000_000, 18_000_000, 400_000, 6_000_000, 15_000_000)),
                        SearchCounts.CALLS,
                        new Tiers(5_000, 18_001)));
    }

    @Test
    void a_price_of_input_and_output_alone_has_no_other_rates() {
        Tariff tariff = price("input: 2, output: 12");
        assertThat(tariff).isEqualTo(Tariff.of(2_000_000, 12_000_000));
        assertThat(tariff.isPlain()).isTrue();
        assertThat(tariff.tiers().offers(ServiceTier.STANDARD)).isFalse();
    }

    @Test
    void the_extreme_rates_and_factors_are_taken() {
        assertThat(price("input: 0, output: 1000000, cached_input: 0, audio_input: 0, search_per_1000: 1000000,"
                                + " tiers: {flex: 0.0001}")
                        .rates())
                .isEqualTo(new PriceRates(0, PriceRates.MAX, 0, 0, PriceRates.MAX));
        assertThat(price("input: 1, output: 10000, tiers: {priority: 100}").tiers())
                .isEqualTo(new Tiers(0, Tiers.FACTOR_MAX));
    }

    /** A tier multiplies token rates alone. */
    @Test
    void a_tier_leaves_the_highest_search_rate_as_it_is() {
        Tariff tariff = price("input: 1, output: 1, search_per_1000: 1000000, tiers: {priority: 1.8}");
        assertThat(tariff.rates().searchMicros()).isEqualTo(PriceRates.MAX);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            input: 2, output: 1, cached_input: 2.1        | .cached_input is '2.1'; allowed is a number of credits from 0 to 2, at most the input rate.
            input: 2, output: 1, cached_audio_input: 1.9  | .cached_audio_input is '1.9'; allowed is a number of credits from 2 to 2, at least the cached input rate, at most the audio input rate.
            input: 2, output: 1, audio_input: 1.9         | .audio_input is '1.9'; allowed is a number of credits from 2 to 1000000, at least the input rate.
            input: 2, output: 1, image_output: 0.9        | .image_output is '0.9'; allowed is a number of credits from 1 to 1000000, at least the output rate.
            input: 2, output: 0, image_output: 1          | .image_output is '1'; allowed is a number of credits from 0 to 0, at least the output rate.
            input: 2, output: 1, cached_input: -1         | .cached_input is '-1'; allowed is a number of credits from 0 to 2, at most the input rate.
            input: 2, output: 1, cached_input: {a: 1}     | .cached_input is a mapping; allowed is a number of credits from 0 to 2, at most the input rate.
            input: 2, output: 1, audio_input: 1000000.1   | .audio_input is '1000000.1'; allowed is a number of credits from 2 to 1000000, at least the input rate.
            input: 2, output: 1, search_per_1000: 1e1     | .search_per_1000 is '1e1'; allowed is a number of credits from 0 to 1000000.
            input: 2, output: 1, maps_per_1000: -1        | .maps_per_1000 is '-1'; allowed is a number of credits from 0 to 1000000.
            input: 2, output: 1, cached: 1                | .cached is an unknown key; allowed is one of above, audio_input, cached_audio_input, cached_input, image_output, input,
            input: 2, output: 1, search: 1                | .search is an unknown key; allowed is one of above,
            input: 2, output: 1, from: 2026-12-01T00:00:00Z | .from is an unknown key; allowed is one of above,
            input: 2, output: 1, search_counts: queries   | .search_counts needs 'search_per_1000', a rate above 0.
            input: 2, output: 1, search_per_1000: 1, search_counts: tokens | .search_counts is 'tokens'; allowed is queries or calls.
            input: 2, output: 1, above: {input: 2, output: 1}                     | .above.prompt_tokens is missing.
            input: 2, output: 1, above: {prompt_tokens: 0, input: 2, output: 1}   | .above.prompt_tokens is '0'; allowed is a whole number from 1 to 1000000000.
            input: 2, output: 1, above: {prompt_tokens: 2e5, input: 2, output: 1} | .above.prompt_tokens is '2e5'; allowed is a whole number
            input: 2, output: 1, above: 200000                                    | .above is '200000'; allowed is an object with prompt_tokens, input, output, cached_input, audio_input, cached_audio_input, image_output, search_per_1000, maps_per_1000, or null.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 1.9, output: 1} | .above.input is '1.9'; allowed is a number of credits from 2 to 1000000, at least the rate of shorter prompts.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 2, output: 0.9} | .above.output is '0.9'; allowed is a number of credits from 1 to 1000000, at least the rate of shorter prompts.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 2}              | .above.output is missing.
            input: 2, output: 1, above: {prompt_tokens: 9, output: 2}             | .above.input is missing.
            input: 2, output: 1, cached_input: 1, above: {prompt_tokens: 9, input: 2, output: 1}                    | .above.cached_input is missing.
            input: 2, output: 1, cached_input: 2, above: {prompt_tokens: 9, input: 3, output: 1}                    | .above.cached_input is missing.
            input: 2, output: 1, cached_input: 1, above: {prompt_tokens: 9, input: 2, output: 1, cached_input: 0.5} | .above.cached_input is '0.5'; allowed is a number of credits from 1 to 2, at least the rate of shorter prompts, at most the input rate.
            input: 2, output: 1, cached_input: 1, above: {prompt_tokens: 9, input: 3, output: 1, cached_input: 3.1} | .above.cached_input is '3.1'; allowed is a number of credits from 1 to 3, at least the rate of shorter prompts, at most the input rate.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 3, output: 1, cached_input: 2.9}                  | .above.cached_input is a rate that the price has for long prompts alone; name it for shorter ones, too, or not at all.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 3, output: 1, cached_input: 3}                    | .above.cached_input is a rate that the price has for long prompts alone;
            input: 2, output: 1, cached_input: 2, above: {prompt_tokens: 9, input: 3, output: 1, cached_input: 2.9} | .above.cached_input is a rate that the price has for long prompts alone;
            input: 2, output: 1, above: {prompt_tokens: 9, input: 3, output: 1, audio_input: 4}                     | .above.audio_input is a rate that the price has for long prompts alone;
            input: 2, output: 1, above: {prompt_tokens: 9, input: 2, output: 1, search_per_1000: 7}                 | .above.search_per_1000 is a rate that the price has for long prompts alone;
            input: 2, output: 1, search_per_1000: 0, above: {prompt_tokens: 9, input: 2, output: 1, search_per_1000: 7} | .above.search_per_1000 is a rate that the price has for long prompts alone;
            input: 2, output: 1, audio_input: 3, above: {prompt_tokens: 9, input: 3, output: 1}                     | .above.audio_input is missing.
            input: 2, output: 1, audio_input: 3, above: {prompt_tokens: 9, input: 2, output: 1, audio_input: 2.5}   | .above.audio_input is '2.5'; allowed is a number of credits from 3 to 1000000, at least the rate of shorter prompts, at least the input rate.
            input: 2, output: 1, search_per_1000: 1, above: {prompt_tokens: 9, input: 2, output: 1}                 | .above.search_per_1000 is missing.
            input: 2, output: 1, maps_per_1000: 1, above: {prompt_tokens: 9, input: 2, output: 1}                   | .above.maps_per_1000 is missing.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 2, output: 1, maps_per_1000: 1}                   | .above.maps_per_1000 is a rate that the price has for long prompts alone
            input: 2, output: 1, search_per_1000: 1, above: {prompt_tokens: 9, input: 2, output: 1, search_per_1000: 0.5} | .above.search_per_1000 is '0.5'; allowed is a number of credits from 1 to 1000000, at least the rate of shorter prompts.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 2, output: 1, tiers: {flex: 1}} | .above.tiers is not known; allowed are prompt_tokens, input, output, cached_input, audio_input, cached_audio_input, image_output, search_per_1000, maps_per_1000.
            input: 2, output: 1, tiers: {flex: 0}         | .tiers.flex is '0'; allowed is a number above 0, up to 100, with at most 4 decimals.
            input: 2, output: 1, tiers: {flex: 0.12345}   | .tiers.flex is '0.12345'; allowed is a number above 0, up to 100, with at most 4 decimals.
            input: 2, output: 1, tiers: {priority: 100.1} | .tiers.priority is '100.1'; allowed is a number above 0, up to 100, with at most 4 decimals.
            input: 2, output: 1, tiers: {priority: -1}    | .tiers.priority is '-1'; allowed is a number above 0, up to 100, with at most 4 decimals.
            input: 2, output: 1, tiers: {batch: 0.5}      | .tiers.batch is not known; allowed are flex, priority.
            input: 2, output: 1, tiers: flex              | .tiers is 'flex'; allowed is an object with flex, priority, or null.
            input: 2, output: 600000, tiers: {priority: 1.8}                                                     | .tiers.priority is 1.8, which makes a rate of 600000 higher than 1000000 credits, the most.
            input: 2, output: 1, above: {prompt_tokens: 9, input: 600000, output: 1}, tiers: {priority: 1.8}     | .tiers.priority is 1.8, which makes a rate of 600000 higher than 1000000 credits, the most.
            """)
    void a_mistake_in_a_price_is_named_with_its_place(String rates, String complaint) {
        assertComplaint(price(rates, "v1"), "models.yaml:7: models[0].price" + complaint);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a*b, '''*'' is no part of a version.'",
        "house@set-7, '''@set-'' marks the versions that are set while the program runs.'",
    })
    void a_version_keeps_clear_of_groups_and_set_prices(String version, String complaint) {
        assertComplaint(price("input: 2, output: 1", version), "models.yaml:7: models[0].price.version " + complaint);
    }

    @Test
    void a_dated_price_is_in_force_from_its_instant_on() {
        PriceSchedule prices = house(list(
                        "from: 2026-12-01T00:00:00-08:00, version: second, input: 4, output: 20",
                        "version: first, input: 2, output: 10",
                        "from: 2027-06-01T00:00:00.5+05:30, version: third, input: 5, output: 30"))
                .prices();
        Instant second = Instant.parse("2026-12-01T08:00:00Z");
        Instant third = Instant.parse("2027-05-31T18:30:00.500Z");
        assertThat(prices.at(Instant.EPOCH).version()).isEqualTo("first");
        assertThat(prices.at(second.minusNanos(1)).version()).isEqualTo("first");
        assertThat(prices.at(second).version()).isEqualTo("second");
        assertThat(prices.at(third.minusNanos(1)).tariff()).isEqualTo(Tariff.of(4_000_000, 20_000_000));
        assertThat(prices.at(third).tariff()).isEqualTo(Tariff.of(5_000_000, 30_000_000));
    }

    @Test
    void a_model_is_sold_at_the_price_in_force() {
        Model model = house(list(
                "version: first, input: 2, output: 10",
                "from: 2026-12-01T00:00:00Z, version: second, input: 4, output: 20"));
        assertThat(model.pricing().version()).isEqualTo("first");
        assertThat(model.at(Instant.parse("2026-12-01T00:00:00Z")).pricing().version())
                .isEqualTo("second");
        assertThat(model.at(Instant.EPOCH)).isSameAs(model);
    }

    @ParameterizedTest(name = "{0} then {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            from: 2026-12-01T00:00:00Z, version: a  | from: 2027-01-01T00:00:00Z, version: b      | price has a 'from' in every price; allowed is a list whose first price has none.
            version: a                              | version: b                                  | price[1] has no 'from', like a price before it; allowed is one price without it.
            from: 2027-01-01T00:00:00Z, version: a  | from: 2026-12-31T16:00:00-08:00, version: b | price[1] holds from the same time on as another price; allowed is one price for each 'from'.
            version: a                              | from: 2027-01-01T00:00:00Z, version: a      | price[1].version 'a' names another price already.
            version: a                              | from: 2027-01-01T00:00:00, version: b       | price[1].from is '2027-01-01T00:00:00'; allowed is a time like 2026-11-01T00:00:00Z or 2026-12-01T00:00:00-08:00.
            version: a                              | from: 2027-01-01, version: b                | price[1].from is '2027-01-01'; allowed is a time like
            version: a                              | from: 2027-02-30T00:00:00Z, version: b      | price[1].from is '2027-02-30T00:00:00Z'; allowed is a time like
            version: a                              | from: 2027-01-01T00:00:00Z                  | price[1].version is missing.
            version: a                              | from: 2027-01-01T00:00:00Z, version: b*1    | price[1].version '*' is no part
            """)
    void a_mistake_in_a_list_of_prices_is_named(String first, String second, String complaint) {
        String prices = list(first + ", input: 1, output: 1", second + ", input: 1, output: 1");
        assertComplaint(
                CATALOGUE.replace("PRICE", prices).replace("COST", COST), "models.yaml:7: models[0]." + complaint);
    }

    @Test
    void a_list_of_prices_has_at_least_one() {
        assertComplaint(
                CATALOGUE.replace("PRICE", "[]").replace("COST", COST),
                "models[0].price is a list; allowed is a price, or a list of at least one.");
        assertComplaint(
                CATALOGUE.replace("PRICE", "[5]").replace("COST", COST),
                "models[0].price[0] is '5'; allowed is a mapping.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "cached_input: 1",
                "audio_input: 3",
                "search_per_1000: 1",
                "tiers: {flex: 0.5}",
                "above: {prompt_tokens: 9, input: 2, output: 1}"
            })
    void a_price_in_units_has_input_and_output_alone(String further) {
        String units = price("input: 2, output: 1, " + further, "v1").replace("usage: tokens", "usage: units");
        assertComplaint(
                units,
                "models.yaml:8: models[0].usage is units: such a price has 'input' and 'output' alone, without"
                        + " cached_input, audio_input, cached_audio_input, image_output, search_per_1000, maps_per_1000, above and tiers.");
        load(price("input: 2, output: 1", "v1").replace("usage: tokens", "usage: units"));
    }

    @Test
    void every_price_of_a_list_in_units_has_input_and_output_alone() {
        String prices = list(
                "version: a, input: 1, output: 1",
                "from: 2027-01-01T00:00:00Z, version: b, input: 1, output: 1, tiers: {flex: 0.5}");
        assertComplaint(
                CATALOGUE.replace("PRICE", prices).replace("COST", COST).replace("usage: tokens", "usage: units"),
                "models[0].usage is units");
    }

    @Test
    void the_former_keys_of_costs_keep_their_meaning() {
        Tariff expected = new Tariff(
                new PriceRates(250_000_000, 2_000_000_000, 62_000_000, 250_000_000, 7_000_000_000L),
                null,
                SearchCounts.CALLS,
                Tiers.NONE);
        assertThat(costs("{input: 1.25, cached: 0.31, output: 10, search: 0.035}"))
                .containsExactly(new UpstreamModel.Cost(Instant.MIN, expected));
        assertThat(costs("{input: 1.25, cached_input: 0.31, output: 10, search_per_1000: 35, search_counts: calls}"))
                .containsExactly(new UpstreamModel.Cost(Instant.MIN, expected));
    }

    @Test
    void costs_without_a_search_rate_are_equal_in_both_forms() {
        assertThat(costs("{input: 1, cached: 1, output: 2, search: 0}")).isEqualTo(costs(COST));
    }

    @Test
    void costs_can_begin_on_a_day_and_be_unknown_before() {
        List<UpstreamModel.Cost> costs = costs("[{from: 2027-01-01T00:00:00-08:00, input: 1.5, output: 7.5},"
                + " {from: 2026-11-01T00:00:00-07:00, input: 0.75, output: 3.75}]");
        assertThat(costs)
                .containsExactly(
                        new UpstreamModel.Cost(
                                Instant.parse("2026-11-01T07:00:00Z"), Tariff.of(150_000_000, 750_000_000)),
                        new UpstreamModel.Cost(
                                Instant.parse("2027-01-01T08:00:00Z"), Tariff.of(300_000_000, 1_500_000_000)));
        assertThat(costs("[]")).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {input: 1, output: 2, cached: 1, cached_input: 1}          | .cached says the same as 'cached_input', which is there too; leave one of them out.
            {input: 1, output: 2, search: 1, search_per_1000: 1}       | .search says the same as 'search_per_1000', which is there too; leave one of them out.
            {input: 1, output: 2, search: 1, search_counts: queries}   | .search_counts belongs to 'search_per_1000'; 'search' is a rate for each call with a search.
            {input: 1, output: 2, cached: 1.1}                         | .cached is '1.1'; allowed is a number of dollars from 0 to 1, at most the input rate.
            {input: 1, output: 2, cached: 0.5, above: {prompt_tokens: 9, input: 1, output: 2}} | .above.cached_input is missing.
            {input: 1, output: 2, search: 1, above: {prompt_tokens: 9, input: 1, output: 2}}   | .above.search_per_1000 is missing.
            {input: 1, output: 2, search: 1, above: {prompt_tokens: 9, input: 1, output: 2, search_per_1000: 999}} | .above.search_per_1000 is '999'; allowed is a number of dollars from 1000 to 5000, at least the rate of shorter prompts.
            {input: 1, output: 2, search: 5.1}                         | .search is a thousandth of 'search_per_1000', which is 5100; allowed is a number of dollars from 0 to 5000.
            {input: 5000.1, output: 2}                                 | .input is '5000.1'; allowed is a number of dollars from 0 to 5000.
            {input: 1, output: 4000, tiers: {priority: 1.8}}           | .tiers.priority is 1.8, which makes a rate of 4000 higher than 5000 dollars, the most.
            {input: 1, output: 2, version: v}                          | .version is an unknown key; allowed is one of above, audio_input, cached, cached_audio_input, cached_input, image_output, input, maps_per_1000, output, search,
            {input: 1, output: 2, from: 2026-12-01T00:00:00Z}          | .from is an unknown key
            {output: 2}                                                | .input is missing.
            """)
    void a_mistake_in_a_cost_is_named_with_its_place(String cost, String complaint) {
        assertComplaint(
                CATALOGUE
                        .replace("PRICE", "{version: v1, input: 1, output: 1, " + REST + "}")
                        .replace("COST", cost),
                "models.yaml:23: upstream_models[0].list_price_usd" + complaint);
    }

    private static String list(String... prices) {
        return "[{" + String.join(", " + REST + "}, {", prices) + ", " + REST + "}]";
    }

    private static String price(String rates, String version) {
        return CATALOGUE
                .replace("PRICE", "{version: \"" + version + "\", " + rates + ", " + REST + "}")
                .replace("COST", COST);
    }

    private Tariff price(String rates) {
        return Objects.requireNonNull(load(price(rates, "v1")).find("house"))
                .pricing()
                .tariff();
    }

    private Model house(String prices) {
        return Objects.requireNonNull(
                load(CATALOGUE.replace("PRICE", prices).replace("COST", COST)).find("house"));
    }

    private List<UpstreamModel.Cost> costs(String cost) {
        String yaml = CATALOGUE
                .replace("PRICE", "{version: v1, input: 1, output: 1, " + REST + "}")
                .replace("COST", cost);
        return Objects.requireNonNull(load(yaml).upstream("up")).costs();
    }

    private void assertComplaint(String yaml, String part) {
        assertThatThrownBy(() -> load(yaml)).isInstanceOf(ConfigException.class).hasMessageContaining(part);
    }

    private Catalogue load(String yaml) {
        try {
            return CatalogueLoader.load(Files.writeString(folder.resolve("models.yaml"), yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
