package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.docs.ModelList.Kind;
import dev.tollgate.pages.docs.ModelList.Order;
import dev.tollgate.pages.docs.ModelSpeeds.Speed;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The list of models with the catalogue of all models, as links and the search form ask for it. */
class ModelListTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final List<ModelFacts> ALL = ModelFactsTest.CATALOGUE.all().stream()
            .map(model -> ModelFactsTest.facts(model.id(), NOW))
            .toList();

    private static ModelFacts facts(String id) {
        return ModelFactsTest.facts(id, NOW);
    }

    private static ModelList list(String search, @Nullable Kind kind, @Nullable Order order, String... compared) {
        return new ModelList(
                ALL,
                Map.of(),
                search,
                kind,
                order,
                List.of(compared).stream().map(ModelListTest::facts).toList());
    }

    private static List<String> ids(ModelList list) {
        return list.listed().stream().map(facts -> facts.model().id()).toList();
    }

    @Test
    void a_search_finds_models_with_all_words_in_their_names() {
        assertThat(ids(list("LITE flash", null, null)))
                .isNotEmpty()
                .allMatch(id -> id.contains("flash") && id.contains("lite"));
        assertThat(ids(list("no such model", null, null))).isEmpty();
        assertThat(ids(list("", null, null))).hasSize(ALL.size());
    }

    @Test
    void a_filter_leaves_the_models_that_have_what_it_names() {
        assertThat(ids(list("", Kind.EMBEDDINGS, null))).isNotEmpty().allMatch(id -> id.contains("embedding"));
        assertThat(ids(list("", Kind.CHANGING, null)))
                .contains("gemini-4-argon")
                .doesNotContain("gemini-3.1-pro");
        assertThat(list("", Kind.FUNCTIONS, null).listed())
                .allMatch(facts -> facts.model().tools().functions());
    }

    @Test
    void a_column_sorts_the_list_and_takes_it_back() {
        ModelList byPrice = list("pro", null, Order.INPUT);
        assertThat(byPrice.listed())
                .extracting(facts -> facts.model().pricing().inputMicrosPerMillion())
                .hasSizeGreaterThan(2)
                .isSorted();
        assertThat(byPrice.sorted(Order.OUTPUT)).isEqualTo("/docs/models?q=pro&sort=output");
        assertThat(byPrice.sorted(Order.INPUT)).isEqualTo("/docs/models?q=pro");
    }

    @Test
    void three_models_are_compared_and_the_oldest_gives_way_to_a_fourth() {
        ModelList three = list("", null, null, "gemini-2.5-pro", "gemini-2.5-flash", "gemini-3.1-pro-preview");
        assertThat(three.comparing(facts("gemini-2.5-flash")))
                .isEqualTo("/docs/models?compare=gemini-2.5-pro%2Cgemini-3.1-pro-preview");
        assertThat(three.comparing(facts("gemini-4-argon")))
                .isEqualTo("/docs/models?compare=gemini-2.5-flash%2Cgemini-3.1-pro-preview%2Cgemini-4-argon");
        assertThat(three.rows(Money.CREDITS))
                .allMatch(row -> row.values().size() == 3)
                .extracting(row -> row.name().english())
                .contains("Input, per million tokens", "Context", "Tools")
                .doesNotContain("First byte");
    }

    @Test
    void speed_has_columns_only_if_one_is_known() {
        ModelList without = list("", null, null);
        assertThat(without.columns()).doesNotContain(Order.FIRST, Order.SPEED);
        Map<String, Speed> speeds = Map.of("gemini-2.5-pro", new Speed(700, 655));
        ModelList with = new ModelList(ALL, speeds, "", null, Order.SPEED, List.of());
        assertThat(with.columns()).contains(Order.FIRST, Order.SPEED);
        assertThat(ids(with)).startsWith("gemini-2.5-pro");
        assertThat(with.cell(Order.FIRST, facts("gemini-2.5-pro"), Money.DOLLARS))
                .isEqualTo("about 0.7 s");
        assertThat(with.cell(Order.SPEED, facts("gemini-2.5-pro"), Money.DOLLARS))
                .isEqualTo("66");
        assertThat(with.cell(Order.SPEED, facts("gemini-3.1-pro"), Money.DOLLARS))
                .isEqualTo("–");
    }

    @Test
    void prices_are_dollars_or_credits() {
        ModelList list = list("", null, null);
        assertThat(list.cell(Order.INPUT, facts("gemini-2.5-pro"), Money.CREDITS))
                .isEqualTo("250");
        assertThat(list.cell(Order.INPUT, facts("gemini-2.5-pro"), Money.DOLLARS))
                .isEqualTo("$1.25");
        assertThat(list.cell(Order.OUTPUT, facts("gemini-embedding-001"), Money.DOLLARS))
                .isEqualTo("–");
        assertThat(list.cell(Order.CONTEXT, facts("gemini-2.5-pro"), Money.DOLLARS))
                .isEqualTo("1M");
    }
}
