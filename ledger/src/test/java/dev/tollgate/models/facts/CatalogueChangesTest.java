package dev.tollgate.models.facts;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.CatalogueLoader.Facts;
import dev.tollgate.models.Model;
import dev.tollgate.models.facts.CatalogueChanges.Change;
import dev.tollgate.models.facts.CatalogueChanges.Missing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facts of the vendor next to an operator's own prices, and what adopting others would change. */
class CatalogueChangesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static final String HOUSE = """
            created: 2026-01-02T03:04:05Z
            models:
              - id: house
                aliases: [villa]
                active: true
                upstream: old
                answers_as: requested
                price:
                  version: house-1
                  input: 400
                  output: 2000
                  reasoning: billed
                  rounding: {rule: floor-total, step: 0.000001, minimum: 0}
                usage: openai
                defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: none}
                tools: {functions: true, search: false, together: false}
                response_format: {json: true, with_functions: true, with_search: false}
            """;

    private static final String OLD = """
              - name: old
                limits: {input_tokens: 1000, output_tokens: 2000}
                candidates: 8
                penalties: true
                logprobs: true
                thinking: {by: budget, min: 10, max: 20, efforts: {low: 10, high: 20}}
                media_resolution: part
                media_in_tool_results: true
                trailing_assistant: true
                signatures: false
                list_price_usd: {input: 1.5, output: 9}
            """;

    private static final String NEXT = OLD.replace("name: old", "name: next")
            .replace("candidates: 8", "candidates: 1")
            .replace(
                    "{input: 1.5, output: 9}",
                    "[{input: 0.75, output: 3.75}, {from: '2027-01-01T00:00:00Z', input: 2, output: 8}]");

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Settings settings(Path models, Path vendor) {
        return SettingsLoader.load(
                vendor == null
                        ? Map.of("data", folder.toString(), "models.file", models.toString())
                        : Map.of(
                                "data",
                                folder.toString(),
                                "models.file",
                                models.toString(),
                                "models.vendor-file",
                                vendor.toString()),
                Map.of());
    }

    private List<Change> changes(String vendor) throws IOException {
        Facts facts = Facts.of(file("vendor.yaml", "upstream_models:\n" + vendor));
        return compared(OLD + NEXT, facts).all();
    }

    private CatalogueChanges compared(String own, Facts facts) throws IOException {
        Settings settings = settings(file("own.yaml", HOUSE + "upstream_models:\n" + own), null);
        return new CatalogueChanges(CatalogueLoader.of(settings), CatalogueLoader.of(settings, facts), NOW);
    }

    private List<Missing> missing(String own, String vendor) throws IOException {
        Facts facts = Facts.of(file("vendor.yaml", "upstream_models:\n" + vendor));
        return compared(own, facts).missing(facts.names());
    }

    @Test
    void rows_in_use_that_other_facts_lack_are_named() throws IOException {
        String retired = OLD + "    retires: {gemini: {at: '2026-12-08T00:00:00Z', becomes: next}}\n";
        assertThat(missing(OLD + NEXT, OLD)).as("next serves nothing").isEmpty();
        assertThat(missing(retired + NEXT, OLD)).as("next would serve nothing").isEmpty();
        assertThat(missing(retired + NEXT, retired)).extracting(Missing::name).containsExactly("next");
        assertThat(missing(OLD + NEXT, retired)).extracting(Missing::name).containsExactly("next");
        assertThat(missing(OLD + NEXT, NEXT)).singleElement().satisfies(row -> {
            assertThat(row.name()).isEqualTo("old");
            assertThat(row.renamed()).isNull();
            assertThat(row.models()).extracting(Model::id).containsExactly("house");
        });
    }

    @Test
    void a_row_under_another_name_is_named_with_it() throws IOException {
        String renamed = OLD.replace("name: old", "name: old-001");
        assertThat(missing(OLD + NEXT, renamed + NEXT))
                .extracting(Missing::name, Missing::renamed)
                .containsExactly(tuple("old", "old-001"));
        assertThat(missing(OLD + NEXT, renamed.replace("1.5", "0.75") + NEXT))
                .extracting(Missing::renamed)
                .as("another row")
                .containsOnlyNulls();
    }

    @Test
    void the_same_facts_change_nothing() throws IOException {
        assertThat(changes(OLD + NEXT)).isEmpty();
        assertThat(changes(NEXT.replace("name: next", "name: never-sold"))).isEmpty();
    }

    @Test
    void another_price_is_named_with_what_it_was() throws IOException {
        assertThat(changes(OLD.replace("1.5", "0.75"))).singleElement().satisfies(change -> {
            assertThat(change.from()).isEqualTo(NOW);
            assertThat(change.kinds()).containsExactly("gemini", "vertex");
            assertThat(change.words()).containsExactly("it costs US$ 0.75 in, 9 out instead of US$ 1.5 in, 9 out");
            assertThat(change.models()).extracting(Model::id).containsExactly("house");
        });
    }

    @Test
    void a_retirement_is_named_by_day_with_the_costs_after_it() throws IOException {
        List<Change> changes =
                changes(OLD + "    retires: {gemini: {at: '2026-12-08T00:00:00Z', becomes: next}}\n" + NEXT);
        assertThat(changes).extracting(Change::from).containsExactly(Instant.parse("2026-12-08T00:00:00Z"));
        Change change = changes.getFirst();
        assertThat(change.kinds()).containsExactly("gemini");
        assertThat(change.words()).containsExactly("next answers instead of old", "n is at most 1, not 8");
        assertThat(Objects.requireNonNull(change.costAfter()).inputMicrosPerMillion())
                .isEqualTo(150_000_000);
    }

    @Test
    void facts_that_do_not_fit_are_refused_with_their_line() throws IOException {
        Settings settings = settings(file("own.yaml", HOUSE + "upstream_models:\n" + OLD + NEXT), null);
        Path bad = file("bad.yaml", "upstream_models:\n" + OLD.replace("candidates: 8", "candidates: none"));
        assertThatThrownBy(() -> CatalogueLoader.of(settings, Facts.of(bad)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(bad + ":4");
    }

    @Test
    void a_vendors_file_wins_by_name_over_the_operators_own() throws IOException {
        Path own = file("own.yaml", HOUSE + "upstream_models:\n" + OLD + NEXT);
        Path vendor = file("vendor.yaml", HOUSE.replace("400", "1") + "upstream_models:\n" + OLD.replace("1.5", "0.5"));
        Catalogue catalogue = CatalogueLoader.of(settings(own, vendor));
        Model house = Objects.requireNonNull(catalogue.find("villa"));
        assertThat(house.pricing().inputMicrosPerMillion())
                .as("own prices stay")
                .isEqualTo(400_000_000);
        assertThat(Objects.requireNonNull(house.upstream().cost(NOW)).inputMicrosPerMillion())
                .isEqualTo(100_000_000);
        assertThat(catalogue.upstreamNames()).containsExactly("old", "next");
        assertThat(catalogue.isOwn("next")).isTrue();
        assertThat(catalogue.isOwn("old")).isFalse();
    }

    @Test
    void a_file_without_facts_has_the_built_in_ones() throws IOException {
        Path own = file("own.yaml", HOUSE.replace("upstream: old", "upstream: gemini-2.5-flash"));
        Catalogue catalogue = CatalogueLoader.of(settings(own, null));
        assertThat(catalogue.upstreamModels())
                .isEqualTo(CatalogueLoader.builtIn().upstreamModels());
        assertThat(catalogue.all()).extracting(Model::id).containsExactly("house");
        assertThat(catalogue.isOwn("gemini-2.5-flash")).isFalse();
    }
}
