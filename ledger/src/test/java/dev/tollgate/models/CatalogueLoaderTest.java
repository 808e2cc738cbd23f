package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.conversation.Effort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueLoaderTest {

    private static final String SMALL = """
            created: 2026-01-02T03:04:05Z
            models:
              - id: house
                aliases: [house-latest]
                active: true
                upstream: up
                answers_as: requested
                price:
                  version: v1
                  input: 0.000001
                  output: 2.5
                  reasoning: billed
                  rounding: {rule: nearest-component, step: 0.0001, minimum: 0}
                usage: units
                defaults: {stream: false, include_thoughts: false, reasoning_effort: low, max_tokens: 7}
                tools: {functions: true, search: false, together: false}
                response_format: {json: true, with_functions: true, with_search: false}
            upstream_models:
              - name: up
                limits: {input_tokens: 1000, output_tokens: 100}
                candidates: 2
                penalties: true
                logprobs: true
                thinking: {by: budget, min: 10, max: 20, efforts: {none: 0, low: 10, high: -1}}
                media_resolution: part
                media_in_tool_results: true
                trailing_assistant: true
                signatures: true
            """;

    @TempDir
    Path folder;

    @Test
    void an_operators_file_replaces_the_whole_catalogue() {
        Catalogue catalogue = load(SMALL);
        assertThat(catalogue.all()).hasSize(1);
        Model model = Objects.requireNonNull(catalogue.find("house-latest"));
        assertThat(model.id()).isEqualTo("house");
        assertThat(model.pricing().inputMicrosPerMillion()).isEqualTo(1);
        assertThat(model.pricing().outputMicrosPerMillion()).isEqualTo(2_500_000);
        assertThat(model.maxTokensByDefault()).isEqualTo(7);
        assertThat(model.effortByDefault()).isEqualTo(Effort.LOW);
        assertThat(model.upstream().costs()).isEmpty();
        assertThat(model.upstream().penalties()).isTrue();
    }

    @Test
    void the_form_of_openai_is_for_prices_that_bill_reasoning() {
        String openai = SMALL.replace("usage: units", "usage: openai");
        assertThat(Objects.requireNonNull(load(openai).find("house")).usageForm())
                .isEqualTo(Model.UsageForm.OPENAI);
        assertComplaint(
                openai.replace("reasoning: billed", "reasoning: free"),
                "models[0].usage is 'openai'; allowed is tokens, as price.reasoning is not billed.");
    }

    @Test
    void an_inactive_model_is_unknown_but_keeps_its_names() {
        assertThat(load(SMALL.replace("active: true", "active: false")).find("house"))
                .isNull();
        assertComplaint(
                SMALL.replace("aliases: [house-latest]", "aliases: [house]").replace("active: true", "active: false"),
                "models[0].aliases[0] 'house' names another model already.");
    }

    @Test
    void a_row_may_raise_the_time_of_its_calls_up_to_an_hour() {
        assertThat(load(SMALL.replace("active: true", "active: true\n    call_seconds_max: 3600"))
                        .callTimeMax(Duration.ofMinutes(15)))
                .isEqualTo(Duration.ofHours(1));
        assertThat(load(SMALL).callTimeMax(Duration.ofMinutes(15))).isEqualTo(Duration.ofMinutes(15));
        assertComplaint(
                SMALL.replace("active: true", "active: true\n    call_seconds_max: 3601"),
                "models[0].call_seconds_max is '3601'; allowed is a whole number from 1 to 3600");
    }

    @Test
    void a_long_response_needs_one_context_and_one_candidate() {
        String limits = "limits: {input_tokens: 1000, output_tokens: 100}\n    candidates: 2";
        String shared = SMALL.replace(
                limits,
                "limits: {input_tokens: 1000, output_tokens: 100, shared: true, long_tokens: %s}\n    candidates: %s");
        assertThat(shared).isNotEqualTo(SMALL);
        assertThat(load(SMALL).find("house").longTokensMax()).isZero();
        assertThat(load(shared.formatted("1000", "1")).find("house").longTokensMax())
                .isEqualTo(1_000);
        assertThat(load(shared.formatted("0", "1")).find("house").longTokensMax())
                .isZero();
        assertThat(load(shared.formatted("300", "1")).callTimeMax(Duration.ofMinutes(15)))
                .isEqualTo(Duration.ofHours(1));
        assertComplaint(
                shared.formatted("100", "1"),
                "upstream_models[0].limits.long_tokens is '100'; allowed is a whole number from 101 to 1000");
        assertComplaint(
                shared.formatted("1000", "2"),
                "upstream_models[0].limits.long_tokens needs 'shared: true' and 'candidates: 1'.");
    }

    @Test
    void a_row_for_sale_may_have_shorter_long_responses() {
        String limits = "limits: {input_tokens: 1000, output_tokens: 100}\n    candidates: 2";
        String long_ = SMALL.replace(
                limits,
                "limits: {input_tokens: 1000, output_tokens: 100, shared: true, long_tokens: 500}\n    candidates: 1");
        String row = "active: true\n    long_tokens: ";
        assertThat(load(long_.replace("active: true", row + 300)).find("house").longTokensMax())
                .isEqualTo(300);
        assertThat(load(long_.replace("active: true", row + 0)).find("house").longTokensMax())
                .isZero();
        assertComplaint(
                long_.replace("active: true", row + 501),
                "models[0].long_tokens is '501'; allowed is 0, or a whole number above 100 and up to 500");
        assertComplaint(
                SMALL.replace("active: true", row + 300),
                "models[0].long_tokens is '300'; allowed is 0, as 'up' has no 'long_tokens'");
    }

    @Test
    void a_price_that_is_set_in_one_built_in_catalogue_is_not_in_another() {
        Catalogue one = CatalogueLoader.builtIn();
        Model model = one.all().getFirst();
        Pricing another = one.all().get(1).pricing();
        one.use(Map.of(model.id(), List.of(new PriceSchedule.Dated(Instant.MIN, another))));
        assertThat(one.all().getFirst().pricing()).isEqualTo(another);
        assertThat(CatalogueLoader.builtIn().all().getFirst()).isEqualTo(model);
    }

    @Test
    void the_built_in_file_loads_as_an_operators_copy() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/models.yaml"))) {
            assertThat(load(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                            .all())
                    .isEqualTo(CatalogueLoader.builtIn().all());
        }
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "input: 0.000001 | input: 0.0000001 | models.yaml:10: models[0].price.input is '0.0000001'; allowed is a number of credits from 0 to 1000000, with at most 6 decimals.",
                "input: 0.000001 | input: -1 | models.yaml:10: models[0].price.input is '-1'",
                "input: 0.000001 | input: 1e3 | models.yaml:10: models[0].price.input is '1e3'",
                "input: 0.000001 | input: 1000000.1 | models.yaml:10: models[0].price.input is '1000000.1'",
                "input: 0.000001 | inptu: 1 | models.yaml:10: models[0].price.inptu is an unknown key; allowed is one of above, audio_input, cached_audio_input, cached_input, image_output, input, maps_per_1000, output, reasoning, rounding, search_counts, search_per_1000, tiers, version.",
                "    input: 0.000001 | # | models.yaml:8: models[0].price.input is missing.",
                "upstream: up | upstream: down | models.yaml:6: models[0].upstream is 'down'; allowed is one of up.",
                "usage: units | usage: coins | models.yaml:14: models[0].usage is 'coins'; allowed is one of openai, tokens, units.",
                "rule: nearest-component | rule: floor-total | models[0].usage is 'units'; allowed is tokens, as price.rounding is not nearest-component.",
                "step: 0.0001 | step: 0 | models[0].price.rounding.step is '0'; allowed is a decimal number above 0.",
                "max_tokens: 7 | max_tokens: 101 | models[0].defaults.max_tokens is '101'; allowed is a whole number from 1 to 100.",
                "reasoning_effort: low | reasoning_effort: medium | is 'medium'; allowed is one of high, low, model, none.",
                "active: true | active: yes | models.yaml:5: models[0].active is 'yes'; allowed is one of false, true.",
                "low: 10 | low: 9 | upstream_models[0].thinking.efforts.low is '9'; allowed is -1, 0 or a whole number from 10 to 20.",
                "low: 10 | soft: 10 | upstream_models[0].thinking.efforts.soft is an unknown key",
                "by: budget | by: magic | upstream_models[0].thinking.by is 'magic'; allowed is one of budget, level, none.",
                "id: house | id: the house | models.yaml:3: models[0].id is 'the house'; allowed is 1 to 128 of",
                "version: v1 | version: ' ' | models[0].price.version is ' '; allowed is 1 to 128 characters.",
                "created: 2026-01-02T03:04:05Z | created: yesterday | models.yaml:1: created is 'yesterday'; allowed is a time like",
                "aliases: [house-latest] | aliases: house-latest | models.yaml:4: models[0].aliases is 'house-latest'; allowed is a list.",
                "name: up | name: [up] | upstream_models[0].name is a list; allowed is a single value.",
            })
    void a_mistake_is_named_with_its_place_and_what_is_allowed(String from, String to, String complaint) {
        assertThat(SMALL).contains(from);
        assertComplaint(SMALL.replace(from, to), complaint);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {gemini: {at: 2026-12-01T00:00:00Z, becomes: other}}  | upstream_models[0].retires.gemini.becomes is 'other'; allowed is one of next, up.
            {gemini: {at: 2026-12-01T00:00:00Z, becomes: up}}     | upstream_models[0].retires.gemini.becomes leads back to 'up' itself
            {openai: {at: 2026-12-01T00:00:00Z, becomes: next}}   | upstream_models[0].retires.openai is an unknown key; allowed is one of gemini, vertex.
            {gemini: {at: 2026-12-01, becomes: next}}             | upstream_models[0].retires.gemini.at is '2026-12-01'; allowed is a time like
            {gemini: {becomes: next}}                             | upstream_models[0].retires.gemini.at is missing.
            """)
    void the_end_of_a_model_names_a_day_and_another_model_with_rules(String retires, String complaint) {
        String next = SMALL.substring(SMALL.indexOf("  - name: up")).replace("name: up", "name: next");
        assertComplaint(SMALL + "    retires: " + retires + "\n" + next, complaint);
    }

    @Test
    void a_circle_of_successors_is_refused() {
        String next = SMALL.substring(SMALL.indexOf("  - name: up")).replace("name: up", "name: next");
        String ends = "    retires: {gemini: {at: 2026-12-01T00:00:00Z, becomes: %s}}\n";
        assertComplaint(
                SMALL + ends.formatted("next") + next + ends.formatted("up"),
                "upstream_models[0].retires.gemini.becomes leads back to 'up' itself");
    }

    @Test
    void two_prices_from_the_same_day_on_are_refused() {
        String price = "{from: 2027-01-01T00:00:00Z, input: 1, cached: 1, output: 1, search: 1}";
        assertComplaint(
                SMALL + "    list_price_usd: [" + price + ", " + price + "]\n",
                "upstream_models[0].list_price_usd[1] holds from the same time on as another price");
    }

    @Test
    void an_entry_that_stands_twice_is_refused() {
        String upstream = SMALL.substring(SMALL.indexOf("  - name: up"));
        assertComplaint(SMALL + upstream, "upstream_models[1].name 'up' is given a second time.");
        String model = SMALL.substring(SMALL.indexOf("  - id"), SMALL.indexOf("upstream_models"));
        assertComplaint(SMALL.replace("upstream_models:", model + "upstream_models:"), "models[1]");
    }

    @Test
    void a_price_version_names_one_price_only() {
        String model = SMALL.substring(SMALL.indexOf("  - id"), SMALL.indexOf("upstream_models"))
                .replace("house", "villa");
        assertComplaint(
                SMALL.replace("upstream_models:", model + "upstream_models:"),
                "models[1].price.version 'v1' names another price already.");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128})
    void a_price_version_may_be_as_long_as_its_limit(int characters) {
        String version = "v".repeat(characters);
        Model model = Objects.requireNonNull(
                load(SMALL.replace("version: v1", "version: " + version)).find("house"));
        assertThat(model.pricing().version()).isEqualTo(version);
        assertComplaint(SMALL.replace("version: v1", "version: " + "v".repeat(129)), "models[0].price.version");
    }

    @Test
    void a_catalogue_has_up_to_a_thousand_models() {
        String model = SMALL.substring(SMALL.indexOf("  - id"), SMALL.indexOf("upstream_models"));
        assertThat(load(repeated(model, 1_000)).all()).hasSize(1_000);
        assertComplaint(repeated(model, 1_001), "models is a list; allowed is a list of 1 to 1000 entries.");
    }

    private static String repeated(String model, int times) {
        StringBuilder models = new StringBuilder();
        for (int i = 0; i < times; i++) {
            models.append(model.replace("house", "house" + i).replace("version: v1", "version: v" + i));
        }
        return SMALL.replace(model, models);
    }

    @Test
    void an_empty_file_and_a_missing_one_are_refused() {
        assertComplaint("", "created is missing.");
        assertThatThrownBy(() -> CatalogueLoader.load(folder.resolve("none.yaml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.yaml: cannot be read");
    }

    @Test
    void a_model_that_makes_speech_makes_nothing_else_and_has_a_maximum() {
        String speech = SMALL.replace("usage: units", "usage: openai") + "    output: [audio]\n";
        assertThat(load(speech).all().getFirst().speaks()).isTrue();
        assertThat(load(speech).all().getFirst().answers()).isFalse();
        assertThat(load(SMALL).all().getFirst().speaks()).isFalse();
        assertComplaint(speech.replace("usage: openai", "usage: units"), "openai, as 'up' makes speech");
        assertComplaint(
                speech.replace("max_tokens: 7", "max_tokens: none"), "a number of tokens, as 'up' makes speech");
        for (String output : List.of("[text]", "[audio, text]", "[]")) {
            assertComplaint(
                    speech.replace("[audio]", output), "[audio], for a model without 'images' that makes speech");
        }
        String images = "    images: {sizes: {1K: 1120}, size: 1K, ratios: ['1:1'], inputs: 1}\n";
        assertComplaint(speech + images, "[audio], for a model without 'images' that makes speech");
    }

    private void assertComplaint(String yaml, String part) {
        assertThatThrownBy(() -> load(yaml)).isInstanceOf(ConfigException.class).hasMessageContaining(part);
    }

    private Catalogue load(String yaml) {
        try {
            return CatalogueLoader.load(Files.writeString(folder.resolve("models.yaml"), yaml));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
