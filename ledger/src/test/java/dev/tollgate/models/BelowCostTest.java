package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Warnings about each rate that is sold below cost. */
class BelowCostTest {

    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final String SALE =
            "input: 400, output: 2400, cached_input: 40, audio_input: 600, search_per_1000: 2800,"
                    + " above: {prompt_tokens: 200000, input: 800, output: 3600, cached_input: 80, audio_input: 1200,"
                    + " search_per_1000: 2800}, tiers: {flex: 0.5, priority: 1.8}";

    /** Warnings with amounts in dollars. */
    private static final String COST = "input: 2, output: 12, cached_input: 0.2, audio_input: 3, search_per_1000: 14,"
            + " above: {prompt_tokens: 200000, input: 4, output: 18, cached_input: 0.4, audio_input: 6,"
            + " search_per_1000: 14}, tiers: {flex: 0.5, priority: 1.8}";

    @TempDir
    Path folder;

    @Test
    void no_rate_that_equals_its_cost_is_a_loss() throws IOException {
        assertThat(losses(price(SALE), COST)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cached_input: 40,              | cached_input: 39.9,             | cached input at 39.9, cost 40
            audio_input: 600,              | audio_input: 599,               | audio input at 599, cost 600
            search_per_1000: 2800, above   | search_per_1000: 2700, above    | 1,000 searches at 2,700, cost 2,800
            cached_input: 80,              | cached_input: 79,               | prompts above 200,000 tokens: cached input at 79, cost 80
            prompt_tokens: 200000, input: 800, | prompt_tokens: 200000, input: 700, | prompts above 200,000 tokens: input at 700, cost 800
            prompt_tokens: 200000,         | prompt_tokens: 200001,          | prompts above 200,000 tokens: input at 400, cost 800, output at 2,400, cost 3,600, cached input at 40, cost 80, audio input at 600, cost 1,200
            flex: 0.5                      | flex: 0.4                       | at tier flex: input at 160, cost 200, output at 960, cost 1,200, cached input at 16, cost 20, audio input at 240, cost 300
            """)
    void each_rate_below_its_cost_is_named(String from, String to, String loss) throws IOException {
        assertThat(SALE).contains(from);
        assertThat(losses(price(SALE.replace(from, to)), COST))
                .containsExactly("house is sold below the cost of up: " + loss + ".");
    }

    @Test
    void a_tier_that_is_not_on_offer_is_no_loss() throws IOException {
        assertThat(losses(price(SALE.replace("flex: 0.5, ", "")), COST)).isEmpty();
    }

    @Test
    void a_loss_of_input_is_named_first_and_only_once() throws IOException {
        assertThat(losses(price("input: 300, output: 2400"), COST))
                .containsExactly("house is sold at 300 in / 2,400 out credits per million tokens; up costs 400 / 2,400."
                        + " Also below cost: audio input at 300, cost 600, 1,000 searches at 0, cost 2,800;"
                        + " prompts above 200,000 tokens: output at 2,400, cost 3,600.");
    }

    @Test
    void a_price_that_rises_with_its_cost_is_no_loss() throws IOException {
        String from = "from: 2026-12-01T00:00:00-08:00, ";
        String sale = "[{version: a, input: 1, output: 2, " + rules() + "}, {version: b, " + from
                + "input: 2, output: 4, " + rules() + "}]";
        String cost = "[{input: 0.005, output: 0.01}, {" + from + "input: 0.01, output: 0.02}]";

        assertThat(lossesOf(sale, cost)).isEmpty();
        assertThat(lossesOf(sale.replace("12-01", "12-02"), cost))
                .containsExactly(
                        "From 1 Dec 2026 on house is sold at 1 in / 2 out credits per million tokens; up costs 2 / 4.");
        assertThat(lossesOf(sale.replace("input: 2, output: 4", "input: 0, output: 4"), cost.replace("12-01", "12-03")))
                .as("a price that falls")
                .startsWith(
                        "From 1 Dec 2026 on house is sold at 0 in / 4 out credits per million tokens; up costs 1 / 2.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-26T12:00:00Z", "2026-12-01T08:00:00Z", "2027-01-01T08:00:00Z"})
    void the_complete_catalogue_is_sold_without_a_loss(String now) {
        Catalogue catalogue = CatalogueLoader.load(Path.of("models/gemini-all.yaml"));
        assertThat(losses(catalogue, Instant.parse(now))).isEmpty();
    }

    @Test
    void models_at_the_providers_price_share_one_sentence() {
        assertThat(foresight(CatalogueLoader.builtIn(), NOW).withoutMargin())
                .containsExactly(
                        "gemini-4-argon and 21 further models are sold at the provider's price, without margin.");
        assertThat(foresight(CatalogueLoader.load(Path.of("models/documented.yaml")), NOW)
                        .withoutMargin())
                .isEmpty();
    }

    @Test
    void further_rows_of_the_built_in_catalogue_are_no_loss() {
        assertThat(losses(CatalogueLoader.builtIn(), NOW))
                .isEqualTo(losses(CatalogueLoader.load(Path.of("models/documented.yaml")), NOW));
    }

    private static String rules() {
        return "reasoning: billed, rounding: {rule: floor-total, step: 0.000001, minimum: 0}";
    }

    private static String price(String rates) {
        return "{version: a, " + rates + ", " + rules() + "}";
    }

    private List<String> losses(String price, String cost) throws IOException {
        return lossesOf(price, "{" + cost + "}");
    }

    private List<String> lossesOf(String price, String cost) throws IOException {
        Path file = folder.resolve("models.yaml");
        Files.writeString(file, """
                created: 2026-01-02T03:04:05Z
                models:
                  - id: house
                    active: true
                    upstream: up
                    answers_as: requested
                    price: %s
                    usage: tokens
                    defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: none}
                    tools: {functions: true, search: true, together: false}
                    response_format: {json: true, with_functions: true, with_search: false}
                upstream_models:
                  - name: up
                    limits: {input_tokens: 1000000, output_tokens: 2000}
                    candidates: 8
                    penalties: true
                    logprobs: true
                    thinking: {by: none}
                    media_resolution: part
                    media_in_tool_results: true
                    trailing_assistant: true
                    signatures: false
                    list_price_usd: %s
                """.formatted(price, cost));
        return losses(CatalogueLoader.load(file), NOW);
    }

    /** Returns the losses of a server whose only channel is the Gemini API, as it served the models when the catalogue was written. */
    private static List<String> losses(Catalogue catalogue, Instant now) {
        ModelLife written = new ModelLife() {
            @Override
            public Model current(Model model) {
                Retirement end = retirement(model);
                return end == null
                        ? model
                        : model.standingOn(Objects.requireNonNull(catalogue.upstream(end.successor())));
            }

            @Override
            public @Nullable Retirement retirement(Model model) {
                UpstreamModel.Retirement end = model.upstream().retirements().get("gemini");
                return end == null || end.at().isAfter(NOW) ? null : new Retirement(end.at(), end.becomes(), true);
            }
        };
        return new Foresight(catalogue, written, now).losses();
    }

    /** Looks ahead where no model retires. */
    private static Foresight foresight(Catalogue catalogue, Instant now) {
        ModelLife stays = new ModelLife() {
            @Override
            public Model current(Model model) {
                return model;
            }

            @Override
            public @Nullable Retirement retirement(Model model) {
                return null;
            }
        };
        return new Foresight(catalogue, stays, now);
    }
}
