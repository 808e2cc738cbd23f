package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.models.UpstreamModel.SamplingLack;
import dev.tollgate.models.lists.ModelsHandler;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamModelTest {

    private static final Thinking BUDGETS = new Thinking.Budget(
            128, 32_768, Map.of(Effort.NONE, 0L, Effort.LOW, 1024L, Effort.MEDIUM, 8192L, Effort.HIGH, 24_576L));
    private static final Thinking LEVELS = new Thinking.Level(
            Map.of(Effort.NONE, "NOTHING", Effort.LOW, "LOW", Effort.MEDIUM, "MEDIUM", Effort.HIGH, "HIGH"), false);
    private static final Thinking LEVELS_AND_BUDGETS = new Thinking.Level(Map.of(Effort.LOW, "LOW"), true);

    private static UpstreamModel model(String name, Thinking thinking, UpstreamModel.Cost... costs) {
        return new UpstreamModel(
                name,
                new UpstreamModel.Limits(1000, 1000, false, 1, 0),
                new UpstreamModel.Abilities(true, false, false, false, false, false, false),
                thinking,
                UpstreamModel.Output.TEXT,
                List.of(costs),
                Map.of(),
                null);
    }

    private static UpstreamModel after(Thinking before, Thinking thinking) {
        return model("next", thinking).inPlaceOf(model("old", before));
    }

    @Test
    void a_successor_keeps_its_own_rules() {
        UpstreamModel old = model("old", BUDGETS);
        UpstreamModel next = model("next", LEVELS);
        assertThat(next.asked()).isSameAs(next);
        assertThat(next.inPlaceOf(old).asked()).isSameAs(old);
        assertThat(next.inPlaceOf(old).name()).isEqualTo("next");
        assertThat(next.inPlaceOf(old).thinking()).isEqualTo(LEVELS);
    }

    @ParameterizedTest
    @CsvSource({
        "1, false, false, false, ",
        "2, true, true, true, CANDIDATES",
        "1, true, true, true, PRESENCE_PENALTY",
        "1, false, true, true, FREQUENCY_PENALTY",
        "1, false, false, true, LOGPROBS"
    })
    void a_model_names_the_first_setting_of_sampling_that_it_lacks(
            int candidates, boolean presence, boolean frequency, boolean logprobs, @Nullable SamplingLack lack) {
        assertThat(model("old", BUDGETS).lacks(candidates, presence, frequency, logprobs))
                .isEqualTo(lack);
    }

    @ParameterizedTest
    @CsvSource({"1, LOW", "1024, LOW", "1025, MEDIUM", "8192, MEDIUM", "8193, HIGH", "24576, HIGH", "32768, HIGH"})
    void a_budget_becomes_the_least_level_that_covers_it_else_the_greatest(long tokens, String level) {
        assertThat(after(BUDGETS, LEVELS).levelFor(tokens)).isEqualTo(level);
    }

    @Test
    void a_budget_that_forbids_thoughts_becomes_the_least_level() {
        assertThat(after(BUDGETS, LEVELS).levelFor(0)).isEqualTo("NOTHING");
    }

    @Test
    void a_budget_that_the_model_chooses_becomes_no_level() {
        assertThat(after(BUDGETS, LEVELS).levelFor(-1)).isNull();
    }

    @Test
    void an_effort_that_the_successor_does_not_know_becomes_no_level() {
        assertThat(after(BUDGETS, new Thinking.Level(Map.of(Effort.LOW, "LOW"), false))
                        .levelFor(20_000))
                .isNull();
    }

    @Test
    void budgets_are_translated_only_for_models_with_levels_alone() {
        assertThat(after(BUDGETS, LEVELS).translatesBudgets()).isTrue();
        assertThat(after(BUDGETS, LEVELS_AND_BUDGETS).translatesBudgets()).isFalse();
        assertThat(after(BUDGETS, BUDGETS).translatesBudgets()).isFalse();
        assertThat(after(LEVELS, LEVELS).translatesBudgets()).isFalse();
        assertThat(model("next", LEVELS).translatesBudgets()).isFalse();
        assertThat(after(BUDGETS, LEVELS_AND_BUDGETS).levelFor(1024)).isNull();
        assertThat(after(LEVELS, LEVELS).levelFor(1024)).isNull();
    }

    @Test
    void the_latest_price_that_has_begun_is_the_cost() {
        Instant first = Instant.parse("2026-01-01T00:00:00Z");
        Instant second = Instant.parse("2026-06-01T00:00:00Z");
        UpstreamModel.Cost late = Costs.cost(second, 2, 2, 2, 2);
        UpstreamModel.Cost early = Costs.cost(first, 1, 1, 1, 1);
        UpstreamModel model = model("old", BUDGETS, late, early);
        assertThat(model.cost(first.minusMillis(1))).isNull();
        assertThat(model.cost(first)).isEqualTo(early);
        assertThat(model.cost(second.minusMillis(1))).isEqualTo(early);
        assertThat(model.cost(second)).isEqualTo(late);
    }

    @ParameterizedTest
    @CsvSource({
        "30, 20, 7, 3, 200000000, 100000000, 1200000000, 16000",
        "1, 0, 0, 0, 1, 0, 1, 1",
        "100000000, 0, 100000000, 0, 10000000000, 5000000000, 10000000000, 2000000000000",
        "100000001, 0, 100000001, 0, 10000000001, 5000000000, 10000000001, 2000000020201",
        "1000000000, 400000000, 600000000, 400000000, 1000000000000, 500000000000, 1000000000000, 1800000000000000",
        // Each of these would leave a long where one number alone is past what plain arithmetic is for.
        "10000000000, 0, 0, 0, 10000000000, 0, 0, 100000000000000",
        "0, 0, 0, 10000000000, 0, 0, 10000000000, 100000000000000",
        "10000000000, 0, 0, 0, 1000000000000, 0, 0, 10000000000000000",
        "10000000000, 10000000000, 0, 0, 1000000000000, 1000000000000, 0, 10000000000000000",
        "0, 0, 10000000000, 0, 0, 0, 1000000000000, 10000000000000000"
    })
    void what_a_call_costs_is_exact_and_rounded_up_once(
            long input,
            long cached,
            long shown,
            long thought,
            long inputMicros,
            long cachedMicros,
            long outputMicros,
            long costMicros) {
        UpstreamModel.Cost cost = Costs.cost(Instant.EPOCH, inputMicros, cachedMicros, outputMicros, 0);
        Usage usage = new Usage(input, 0, shown, thought, cached, 0, 0, 0);
        assertThat(cost.micros(usage)).isEqualTo(costMicros);
    }

    @Test
    void an_unknown_model_is_named_as_far_as_its_name_can_be_shown() {
        String long80 = "m".repeat(80);
        assertThat(ModelsHandler.notFound(long80).message())
                .isEqualTo("The model '" + long80 + "' does not exist or is inactive.");
        assertThat(ModelsHandler.notFound(long80 + "x").message()).contains("'" + long80 + "…'");
        assertThat(ModelsHandler.notFound("a\nb").message()).contains("'a?b'");
        assertThat(ModelsHandler.notFound("a").status()).isEqualTo(404);
    }
}
