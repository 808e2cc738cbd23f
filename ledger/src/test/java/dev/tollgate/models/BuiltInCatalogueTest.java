package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Effort;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows that are sold out of the box (protocol 3.1). */
class BuiltInCatalogueTest {

    private static final Catalogue DOCUMENTED = CatalogueLoader.load(Path.of("models/documented.yaml"));
    private static final Catalogue COMPLETE = CatalogueLoader.load(Path.of("models/gemini-all.yaml"));

    private final Catalogue catalogue = CatalogueLoader.builtIn();

    @Test
    void five_documented_models_come_first() {
        assertThat(catalogue.all().stream().limit(5).map(Model::id))
                .containsExactly(
                        "gemini-2.5-pro",
                        "gemini-3-pro",
                        "gemini-3.1-pro",
                        "google/gemini-2.5-pro",
                        "google/gemini-2.5-pro-preview");
        assertThat(catalogue.created()).isEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
    }

    @Test
    void the_documented_rows_stay_as_they_were() {
        assertThat(catalogue.all().subList(0, 5)).isEqualTo(DOCUMENTED.all());
        assertThat(catalogue.created()).isEqualTo(DOCUMENTED.created());
    }

    @Test
    void all_further_rows_equal_the_complete_catalogues() {
        Set<String> taken = new HashSet<>();
        DOCUMENTED.all().forEach(model -> {
            taken.add(model.id());
            taken.addAll(model.aliases());
        });
        assertThat(catalogue.all().stream().skip(5).toList())
                .isEqualTo(COMPLETE.all().stream()
                        .filter(model -> !taken.contains(model.id()))
                        .map(model -> without(taken, model))
                        .toList());
    }

    private static Model without(Set<String> taken, Model model) {
        return new Model(
                model.id(),
                model.aliases().stream().filter(alias -> !taken.contains(alias)).toList(),
                model.active(),
                model.upstream(),
                model.pricing(),
                model.usageForm(),
                model.answersWithUpstreamName(),
                model.streamByDefault(),
                model.thoughtsByDefault(),
                model.effortByDefault(),
                model.maxTokensByDefault(),
                model.tools(),
                model.formats(),
                model.rates(),
                model.prices(),
                model.callTimeMax(),
                model.imagesMax(),
                model.longTokens());
    }

    @Test
    void the_dated_preview_is_an_alias_of_the_preview() {
        assertThat(catalogue.find("google/gemini-2.5-pro-preview-05-06"))
                .isSameAs(catalogue.find("google/gemini-2.5-pro-preview"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-3.1", "models/gemini-2.5-pro", "google/gemini-3-pro", "GEMINI-2.5-PRO", ""})
    void nothing_but_ids_and_aliases_is_found(String name) {
        assertThat(catalogue.find(name)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro,                gemini-2.5-pro,         true,  true,  HIGH, ,    true,  false, 57000000,  450000000",
        "gemini-3-pro,                  gemini-3.1-pro-preview, true,  true,  HIGH, ,    true,  false, 160000000, 960000000",
        "gemini-3.1-pro,                gemini-3.1-pro-preview, true,  true,  HIGH, ,    false, true,  160000000, 960000000",
        "google/gemini-2.5-pro,         gemini-2.5-pro,         false, false, ,     512, true,  false, 262500000, 2100000000",
        "google/gemini-2.5-pro-preview, gemini-2.5-pro,         false, false, ,     512, true,  false, 262500000, 2100000000",
    })
    void each_row_is_what_its_document_says(
            String id,
            String upstream,
            boolean stream,
            boolean thoughts,
            Effort effort,
            Long maxTokens,
            boolean functions,
            boolean upstreamName,
            long inputMicros,
            long outputMicros) {
        Model model = model(id);
        assertThat(model.upstream().name()).isEqualTo(upstream);
        assertThat(model.streamByDefault()).isEqualTo(stream);
        assertThat(model.thoughtsByDefault()).isEqualTo(thoughts);
        assertThat(model.effortByDefault()).isEqualTo(effort);
        assertThat(model.maxTokensByDefault()).isEqualTo(maxTokens);
        assertThat(model.tools()).isEqualTo(new Model.Tools(functions, true, false, 8, true, true, 131_072));
        assertThat(model.formats()).isEqualTo(new Model.Formats(true, false, false));
        assertThat(model.answersWithUpstreamName()).isEqualTo(upstreamName);
        assertThat(model.pricing().inputMicrosPerMillion()).isEqualTo(inputMicros);
        assertThat(model.pricing().outputMicrosPerMillion()).isEqualTo(outputMicros);
    }

    @Test
    void limits_equal_the_catalogue_table() {
        assertThat(catalogue.answering()).allSatisfy(model -> {
            if (!model.makesImages()) {
                assertThat(model.upstream().inputTokensMax()).isEqualTo(1_048_576);
                assertThat(model.upstream().outputTokensMax()).isEqualTo(65_536);
            }
        });
    }

    @Test
    void effort_is_a_budget_on_2_5_and_a_level_on_3() {
        assertThat(upstream("gemini-2.5-pro").thinking())
                .isEqualTo(new Thinking.Budget(
                        128,
                        32_768,
                        Map.of(
                                Effort.MINIMAL,
                                1024L,
                                Effort.LOW,
                                1024L,
                                Effort.MEDIUM,
                                8192L,
                                Effort.HIGH,
                                24_576L,
                                Effort.XHIGH,
                                32_768L,
                                Effort.MAX,
                                32_768L)));
        assertThat(upstream("gemini-3.1-pro-preview").thinking())
                .isEqualTo(new Thinking.Level(
                        Map.of(
                                Effort.MINIMAL,
                                "LOW",
                                Effort.LOW,
                                "LOW",
                                Effort.MEDIUM,
                                "MEDIUM",
                                Effort.HIGH,
                                "HIGH",
                                Effort.XHIGH,
                                "HIGH",
                                Effort.MAX,
                                "HIGH"),
                        true));
    }

    @Test
    void thinking_cannot_be_turned_off_for_a_pro_model() {
        assertThat(upstream("gemini-2.5-pro").thinking().efforts()).doesNotContain(Effort.NONE);
        assertThat(upstream("gemini-3.1-pro-preview").thinking().efforts()).doesNotContain(Effort.NONE);
        assertThat(upstream("gemini-2.5-flash").thinking().efforts()).contains(Effort.NONE);
    }

    @Test
    void the_upstreams_dollars_are_kept_as_credits() {
        assertThat(upstream("gemini-2.5-pro").costs())
                .containsExactly(new UpstreamModel.Cost(
                        Instant.MIN,
                        new Tariff(
                                ofPro(250_000_000, 2_000_000_000),
                                new PriceRates.Step(200_000, ofPro(500_000_000, 3_000_000_000L)),
                                Tariff.SearchCounts.CALLS,
                                new Tariff.Tiers(5_000, 18_000))));
    }

    private static PriceRates ofPro(long input, long output) {
        return new PriceRates(input, output, input / 10, input, input / 10, output, 7_000_000_000L, 5_000_000_000L);
    }

    @Test
    void an_announced_price_applies_from_midnight_in_california() {
        UpstreamModel flash = upstream("gemini-3.8-flash");
        assertThat(Objects.requireNonNull(flash.cost(Instant.parse("2027-01-01T07:59:59Z")))
                        .outputMicrosPerMillion())
                .isEqualTo(750_000_000);
        assertThat(Objects.requireNonNull(flash.cost(Instant.parse("2027-01-01T08:00:00Z")))
                        .outputMicrosPerMillion())
                .isEqualTo(1_500_000_000);
    }

    private Model model(String id) {
        return Objects.requireNonNull(catalogue.find(id), id);
    }

    private UpstreamModel upstream(String name) {
        return Objects.requireNonNull(catalogue.upstream(name), name);
    }
}
