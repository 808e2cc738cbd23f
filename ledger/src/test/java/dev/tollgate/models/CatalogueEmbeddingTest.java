package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of the catalogue with {@code kind: embedding} (E69). */
class CatalogueEmbeddingTest {

    private static final String ROWS = """
            created: 2026-01-02T03:04:05Z
            models:
              - id: vectors
                kind: embedding
                active: true
                upstream: up
                price: {version: v1, input: 30, rounding: {rule: floor-total, step: 0.000001, minimum: 0}}
              - id: chat
                active: true
                upstream: answers
                answers_as: requested
                price:
                  version: v2
                  input: 1
                  output: 2.5
                  reasoning: billed
                  rounding: {rule: floor-total, step: 0.0001, minimum: 0}
                usage: tokens
                defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: none}
                tools: {functions: true, search: false, together: false}
                response_format: {json: true, with_functions: true, with_search: false}
            upstream_models:
              - name: up
                kind: embedding
                limits: {input_tokens: 2048}
                dimensions: {min: 128, max: 3072}
                task_types: [CLUSTERING, RETRIEVAL_QUERY]
                scales_shorter: true
                list_price_usd: {input: 0.15}
              - name: answers
                kind: chat
                limits: {input_tokens: 1000, output_tokens: 100}
                candidates: 2
                penalties: true
                logprobs: true
                thinking: {by: none}
                media_resolution: part
                media_in_tool_results: true
                trailing_assistant: true
                signatures: true
            """;

    @TempDir
    Path folder;

    private Catalogue load(String yaml) {
        try {
            return CatalogueLoader.load(Files.writeString(folder.resolve("models.yaml"), yaml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_row_of_embeddings_has_an_input_price_and_its_rules() {
        Model model = Objects.requireNonNull(load(ROWS).find("vectors"));
        assertThat(model.isEmbedding()).isTrue();
        assertThat(model.pricing().inputMicrosPerMillion()).isEqualTo(30_000_000);
        assertThat(model.pricing().outputMicrosPerMillion()).isZero();
        assertThat(model.upstream().inputTokensMax()).isEqualTo(2_048);
        EmbeddingRules rules = Objects.requireNonNull(model.upstream().embedding());
        assertThat(rules.dimensionsMin()).isEqualTo(128);
        assertThat(rules.dimensionsMax()).isEqualTo(3_072);
        assertThat(rules.taskTypes()).containsExactly("CLUSTERING", "RETRIEVAL_QUERY");
        assertThat(rules.scalesShorter()).isTrue();
        assertThat(BelowCost.ofAnyRate(model, load(ROWS).created())).isEmpty(); // US$ 0.15 are 30 credits
        assertThat(Objects.requireNonNull(load(ROWS).find("chat")).isEmbedding())
                .isFalse();
    }

    @Test
    void the_complete_catalogue_sells_embeddings_at_googles_prices() {
        Catalogue catalogue = CatalogueLoader.load(Path.of("models/gemini-all.yaml"));
        assertThat(catalogue.all().stream().filter(Model::isEmbedding).map(Model::id))
                .containsExactly("gemini-embedding-001", "gemini-embedding-2");
        assertThat(catalogue.all()).filteredOn(Model::isEmbedding).allSatisfy(model -> assertThat(
                        model.pricing().tariff())
                .isEqualTo(Objects.requireNonNull(model.upstream().cost(catalogue.created()))
                        .tariff()));
        assertThat(catalogue.answering())
                .noneMatch(Model::isEmbedding)
                .noneMatch(Model::speaks)
                .hasSize(catalogue.all().size() - 4);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            input: 30,         | input: 30, output: 1,   | models.yaml:7: models[0].price.output is an unknown key; allowed is one of input, rounding, version.
            active: true       | usage: tokens           | models.yaml:5: models[0].usage is an unknown key; allowed is one of active, aliases, call_seconds_max, id, kind, price, rates, upstream.
            kind: embedding    | kind: image             | models.yaml:4: models[0].kind is 'image'; allowed is one of chat, embedding.
            upstream: up       | upstream: answers       | models[0].upstream 'answers' is of the other kind; allowed is an upstream model with 'kind: embedding'
            upstream: answers  | upstream: up            | models[1].upstream 'up' is of the other kind; allowed is an upstream model with 'kind: chat'
            {min: 128, max: 3072} | {min: 4000, max: 3072} | upstream_models[0].dimensions.min is '4000'; allowed is a whole number from 1 to 3072
            {min: 128, max: 3072} | {max: 3072}          | upstream_models[0].dimensions.min is missing.
            CLUSTERING         | clustering              | upstream_models[0].task_types[0] is 'clustering'; allowed is a word of 1 to 64 of A-Z and _
            {input_tokens: 2048} | {input_tokens: 2048, output_tokens: 1} | upstream_models[0].limits.output_tokens is an unknown key; allowed is one of input_tokens.
            {input: 0.15}      | {input: 0.15, output: 0} | upstream_models[0].list_price_usd.output is an unknown key
            scales_shorter: true | retires: {}           | upstream_models[0].retires is an unknown key
            signatures: true   | retires: {gemini: {at: 2026-12-01T00:00:00Z, becomes: up}} | upstream_models[1].retires.gemini.becomes 'up' is of the other kind
            """)
    void a_mistake_is_named_with_its_place_and_what_is_allowed(String from, String to, String complaint) {
        String changed = to.startsWith("retires: {gemini") ? "signatures: true\n    " + to : to;
        assertThat(ROWS).contains(from);
        assertThatThrownBy(() -> load(ROWS.replaceFirst(java.util.regex.Pattern.quote(from), changed)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(complaint);
    }
}
