package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.base.words.Sentence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Warnings at the start: models that retire, models sold below cost, and models whose responses may be empty. */
class ForesightTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant DAY = Instant.parse("2026-12-24T00:00:00Z");

    private static final String HOUSE = """
              - id: house
                aliases: []
                active: true
                upstream: old
                answers_as: requested
                price:
                  version: house-1
                  input: 10
                  output: 20
                  reasoning: billed
                  rounding: {rule: nearest-component, step: 0.0001, minimum: 0}
                usage: units
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
            """;

    @TempDir
    Path folder;

    private final Map<String, ModelLife.Retirement> ends = new HashMap<>();

    /** What serves a model on its channels, where these differ. */
    private final Map<String, Set<String>> served = new HashMap<>();

    private boolean grantsFlex = true;

    private Foresight foresight(String models, String upstreams) throws IOException {
        Path file = folder.resolve("models.yaml");
        Files.writeString(file, "created: 2026-01-02T03:04:05Z\nmodels:\n" + models + "upstream_models:\n" + upstreams);
        return foresight(CatalogueLoader.load(file));
    }

    private Foresight foresight(Catalogue catalogue) {
        ModelLife life = new ModelLife() {
            @Override
            public Model current(Model model) {
                Retirement end = retirement(model);
                return end == null || !end.isInEffect()
                        ? model
                        : model.standingOn(Objects.requireNonNull(catalogue.upstream(end.successor())));
            }

            @Override
            public Model offered(Model model) {
                return grantsFlex ? model : model.withoutFlex();
            }

            @Override
            public @Nullable Retirement retirement(Model model) {
                return ends.get(model.id());
            }

            @Override
            public Set<String> servedBy(Model model, Instant at) {
                Set<String> names = served.get(model.id());
                return names == null ? ModelLife.super.servedBy(model, at) : names;
            }
        };
        return new Foresight(catalogue, life, NOW);
    }

    private static String villa(String upstream) {
        return HOUSE.replace("house", "villa").replace("upstream: old", "upstream: " + upstream);
    }

    private static String next(String... changes) {
        String next = OLD.replace("name: old", "name: next");
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(next).contains(changes[i]);
            next = next.replace(changes[i], changes[i + 1]);
        }
        return next;
    }

    // ---- models that retire ----

    @Test
    void models_whose_end_is_far_are_not_spoken_of() throws IOException {
        assertThat(foresight(HOUSE, OLD).retirements().stream().map(Sentence::english))
                .isEmpty();
    }

    @Test
    void models_of_one_retiring_upstream_model_share_a_sentence() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        assertThat(foresight(HOUSE + villa("old"), OLD + next()).retirements().stream()
                        .map(Sentence::english))
                .containsExactly("The provider retires old on 24 Dec 2026. next will then answer for house.");
        ends.put("villa", new ModelLife.Retirement(DAY, "next", false));
        assertThat(foresight(HOUSE + villa("old"), OLD + next()).retirements().stream()
                        .map(Sentence::english))
                .containsExactly("The provider retires old on 24 Dec 2026. next will then answer for house, villa.");
    }

    @Test
    void models_that_end_on_different_days_are_named_each() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        ends.put("villa", new ModelLife.Retirement(DAY.plus(Duration.ofDays(1)), "next", false));
        assertThat(foresight(HOUSE + villa("old"), OLD + next()).retirements().stream()
                        .map(Sentence::english))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("The provider retires old on 25 Dec 2026");
    }

    @Test
    void after_a_retirement_the_present_successor_is_named() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", true));
        assertThat(foresight(HOUSE, OLD + next()).retirements().stream().map(Sentence::english))
                .containsExactly("next now answers for house instead of old (retirement: 24 Dec 2026).");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            candidates: 8                          | candidates: 1                                                | n is at most 1, not 8
            signatures: false                      | signatures: true                                             | thought signatures required
            penalties: true                        | penalties: false                                             | no penalties
            logprobs: true                         | logprobs: false                                              | no logprobs
            trailing_assistant: true               | trailing_assistant: false                                    | no continuation of an assistant's message
            input_tokens: 1000                     | input_tokens: 999                                            | limits of 999 tokens in and 2,000 out
            output_tokens: 2000                    | output_tokens: 1999                                          | limits of 1,000 tokens in and 1,999 out
            thinking: {by: budget, min: 10, max: 20, efforts: {low: 10, high: 20}} | thinking: {by: level, efforts: {high: HIGH, low: LOW, medium: LOW}} | thinking levels (LOW, HIGH) instead of budgets
            """)
    void differences_that_callers_notice_are_named(String from, String to, String told) throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        assertThat(foresight(HOUSE, OLD + next(from, to)).retirements().stream().map(Sentence::english))
                .singleElement()
                .asString()
                .endsWith("answer for house. Differences: " + told + ".");
        // The other way round there is no loss, except for a model that thinks by levels.
        assertThat(foresight(HOUSE, OLD.replace(from, to) + next()).retirements().stream()
                        .map(Sentence::english))
                .singleElement()
                .asString()
                .endsWith("answer for house.");
    }

    @Test
    void several_differences_are_named_together() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        String after = next("penalties: true", "penalties: false", "logprobs: true", "logprobs: false");
        assertThat(foresight(HOUSE, OLD + after).retirements().stream().map(Sentence::english))
                .singleElement()
                .asString()
                .endsWith("Differences: no penalties; no logprobs.");
    }

    @Test
    void what_the_old_and_the_new_one_lack_is_no_difference() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        String little = OLD.replace("penalties: true", "penalties: false")
                .replace("logprobs: true", "logprobs: false")
                .replace("trailing_assistant: true", "trailing_assistant: false")
                .replace("signatures: false", "signatures: true");
        assertThat(foresight(HOUSE, little + little.replace("name: old", "name: next")).retirements().stream()
                        .map(Sentence::english))
                .singleElement()
                .asString()
                .doesNotContain("differs");
    }

    // ---- what is sold below cost ----

    /** A dollar is 200 credits. */
    private static String price(String dollarsIn, String dollarsOut) {
        return "input: " + dollarsIn + ", cached: 0, output: " + dollarsOut + ", search: 0}";
    }

    private static String costs(String... costs) {
        return "    list_price_usd: [" + String.join(", ", costs) + "]\n";
    }

    private static final String LOSS = "house is sold at 10 in / 20 out credits per million tokens; ";

    @Test
    void what_is_sold_at_its_cost_or_above_it_or_at_an_unknown_cost_is_no_loss() throws IOException {
        assertThat(foresight(HOUSE, OLD).losses()).isEmpty();
        assertThat(foresight(HOUSE, OLD + costs("{" + price("0.05", "0.1"))).losses())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.051, 0.1, 10.2 / 20", "0.05, 0.101, 10 / 20.2"})
    void what_is_sold_below_its_cost_in_or_out_is_a_loss(String in, String out, String cost) throws IOException {
        assertThat(foresight(HOUSE, OLD + costs("{" + price(in, out))).losses())
                .containsExactly(LOSS + "old costs " + cost + ".");
    }

    @Test
    void a_loss_names_free_thoughts() throws IOException {
        String free = HOUSE.replace("reasoning: billed", "reasoning: free");
        assertThat(foresight(free, OLD + costs("{" + price("1", "1"))).losses())
                .containsExactly(
                        "house is sold at 10 in / 20 out credits per million tokens, its thoughts free; old costs 200 / 200.");
    }

    @Test
    void a_near_loss_is_reported_with_its_day() throws IOException {
        String soon = costs("{" + price("0", "0"), "{from: 2026-12-24T00:00:00Z, " + price("1", "0"));
        assertThat(foresight(HOUSE, OLD + soon).losses())
                .containsExactly("From 24 Dec 2026 on " + LOSS + "old costs 200 / 0.");
    }

    @ParameterizedTest
    @CsvSource({"2027-01-19T12:00:00Z, 1", "2027-01-19T12:00:01Z, 0"})
    void a_loss_more_than_sixty_days_away_is_not_reported(String from, int told) throws IOException {
        String far = costs("{" + price("0", "0"), "{from: " + from + ", " + price("1", "0"));
        assertThat(foresight(HOUSE, OLD + far).losses()).hasSize(told);
    }

    @Test
    void each_new_loss_is_reported_once() throws IOException {
        String growing = costs(
                "{" + price("1", "0"),
                "{from: 2026-11-01T00:00:00Z, " + price("2", "0"),
                "{from: 2026-12-01T00:00:00Z, " + price("3", "0"));
        assertThat(foresight(HOUSE, OLD + growing).losses())
                .containsExactly(LOSS + "old costs 400 / 0.", "From 1 Dec 2026 on " + LOSS + "old costs 600 / 0.");
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        assertThat(foresight(HOUSE, OLD + costs("{" + price("1", "0")) + next()).losses())
                .as("what comes after is not known to cost more")
                .containsExactly(LOSS + "old costs 200 / 0.");
    }

    @Test
    void the_successors_cost_counts_from_its_day_on() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        String later = next() + costs("{" + price("1", "0"), "{from: 2027-01-01T00:00:00Z, " + price("2", "0"));
        assertThat(foresight(HOUSE, OLD + later).losses())
                .containsExactly(
                        "From 24 Dec 2026 on " + LOSS + "next costs 200 / 0.",
                        "From 1 Jan 2027 on " + LOSS + "next costs 400 / 0.");
    }

    @Test
    void a_successors_equal_cost_is_reported_again_under_its_name() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", false));
        String same = costs("{" + price("1", "0"));
        assertThat(foresight(HOUSE, OLD + same + next() + same).losses())
                .containsExactly(LOSS + "old costs 200 / 0.", "From 24 Dec 2026 on " + LOSS + "next costs 200 / 0.");
    }

    @Test
    void a_successor_that_answers_already_costs_already() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", true));
        assertThat(foresight(HOUSE, OLD + next() + costs("{" + price("1", "0"))).losses())
                .containsExactly(LOSS + "next costs 200 / 0.");
    }

    @Test
    void a_loss_is_one_of_any_model_that_serves() throws IOException {
        String both = OLD + costs("{" + price("0.05", "0.1")) + next() + costs("{" + price("1", "0"));
        assertThat(foresight(HOUSE, both).losses()).isEmpty();
        served.put("house", Set.of("old", "next"));
        assertThat(foresight(HOUSE, both).losses()).containsExactly(LOSS + "next costs 200 / 0.");
        served.put("house", Set.of("a model of another server"));
        assertThat(foresight(HOUSE, both).losses()).isEmpty();
    }

    @Test
    void who_sells_3_5_flash_from_vertex_is_warned_before() {
        Foresight foresight = foresight(CatalogueLoader.builtIn());
        Model flash = Objects.requireNonNull(foresight.catalogue().find("gemini-3.5-flash"));
        served.put(flash.id(), Set.of("gemini-3.6-flash"));
        assertThat(foresight.losses(flash)).isEmpty();
        served.put(flash.id(), Set.of("gemini-3.6-flash", "gemini-3.5-flash"));
        assertThat(foresight.losses(flash).stream()
                        .map(loss -> foresight.sentence(loss).english()))
                .hasSize(2)
                .first()
                .asString()
                .startsWith(
                        "From 8 Dec 2026 on gemini-3.5-flash is sold at 150 in / 750 out credits per million tokens;"
                                + " gemini-3.5-flash costs 300 / 1,800.");
    }

    @Test
    void an_older_copy_of_the_catalogue_is_told() throws IOException {
        assertThat(foresight(CatalogueLoader.builtIn()).otherFacts()).isEmpty();
        String older = OLD.replace("name: old", "name: gemini-3.5-flash");
        String mine = HOUSE.replace("upstream: old", "upstream: gemini-3.5-flash");
        assertThat(foresight(mine + villa("old"), older + OLD).otherFacts()).containsExactly("gemini-3.5-flash");
    }

    // ---- small answers ----

    private static final String SMALL = ": the default maximum is ";

    private static String atMost(String model, long tokens) {
        return model.replace("max_tokens: none", "max_tokens: " + tokens);
    }

    @ParameterizedTest
    @CsvSource({"1024, 1", "1025, 0"})
    void a_short_answer_of_what_always_thinks_may_be_empty(long tokens, int told) throws IOException {
        assertThat(foresight(atMost(HOUSE, tokens), OLD).smallAnswers()).hasSize(told);
    }

    @Test
    void the_models_of_one_kind_stand_in_one_sentence() throws IOException {
        assertThat(foresight(atMost(HOUSE, 7) + atMost(villa("old"), 7), OLD).smallAnswers())
                .singleElement()
                .asString()
                .startsWith("house, villa" + SMALL + "7 tokens, and old always thinks within it");
        assertThat(foresight(atMost(HOUSE, 7) + atMost(villa("old"), 8), OLD).smallAnswers())
                .hasSize(2);
    }

    @Test
    void no_answer_is_small_without_a_maximum_or_without_thoughts() throws IOException {
        String small = atMost(HOUSE, 7);
        assertThat(foresight(HOUSE, OLD).smallAnswers()).isEmpty();
        assertThat(foresight(small, OLD.replace("efforts: {low: 10", "efforts: {none: 0, low: 10"))
                        .smallAnswers())
                .isEmpty();
        assertThat(foresight(small, OLD.replaceAll("thinking: .*", "thinking: {by: none}"))
                        .smallAnswers())
                .isEmpty();
    }

    @Test
    void what_answers_now_is_what_thinks() throws IOException {
        ends.put("house", new ModelLife.Retirement(DAY, "next", true));
        assertThat(foresight(atMost(HOUSE, 7), OLD + next()).smallAnswers())
                .singleElement()
                .asString()
                .contains("and next always thinks");
    }

    // ---- changes announced to customers ----

    private static String words(ModelChange change) {
        return change.sentence().english();
    }

    @Test
    void customers_are_notified_of_a_retirement_within_30_days() throws IOException {
        ends.put("house", new ModelLife.Retirement(NOW.plus(Duration.ofDays(30)), "next", false));
        ends.put("villa", new ModelLife.Retirement(NOW.plus(Duration.ofDays(31)), "next", false));
        assertThat(foresight(HOUSE + villa("old"), OLD + next("candidates: 8", "candidates: 1"))
                        .retiring())
                .extracting(ModelChange::key, ForesightTest::words)
                .containsExactly(
                        tuple(
                                "house@2026-12-20",
                                "From 20 Dec 2026 next answers for house. Differences: n is at most 1, not 8. Name and price of house stay the same."));
    }

    @Test
    void customers_are_notified_of_a_doubled_cost_above_their_price() throws IOException {
        String costs = """
                    list_price_usd:
                      - {input: 0.05, cached: 0, output: 0.1, search: 0}
                      - {from: 2026-12-20T00:00:00Z, input: %s, cached: 0, output: %s, search: 0}
                """;
        assertThat(foresight(HOUSE, OLD + costs.formatted("0.1", "0.2")).doubling())
                .extracting(ModelChange::key, ForesightTest::words)
                .containsExactly(
                        tuple(
                                "house@2026-12-20",
                                "On 20 Dec 2026 the provider doubles its price for old, which answers for house. Your price for house stays until the operator changes it."));
        assertThat(foresight(HOUSE, OLD + costs.formatted("0.09", "0.19")).doubling())
                .as("less than double")
                .isEmpty();
        assertThat(foresight(
                                HOUSE.replace("input: 10", "input: 20").replace("output: 20", "output: 40"),
                                OLD + costs.formatted("0.1", "0.2"))
                        .doubling())
                .as("covered already")
                .isEmpty();
        assertThat(foresight(HOUSE, OLD + costs.formatted("0.1", "0.2").replace("12-20", "12-21"))
                        .doubling())
                .as("31 days ahead")
                .isEmpty();
    }

    /** A price of the house with the given members instead of its own, from the 20th of December on. */
    private static String rising(String... changes) {
        int begin = HOUSE.indexOf("      version:");
        String price = HOUSE.substring(begin, HOUSE.indexOf("    usage:"));
        String next = price.replace("house-1", "house-2");
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(next).contains(changes[i]);
            next = next.replace(changes[i], changes[i + 1]);
        }
        String first = "      - " + price.strip().replace("\n", "\n  ") + "\n";
        return HOUSE.replace(
                        price,
                        first + "      - from: 2026-12-20T00:00:00Z\n        "
                                + next.strip().replace("\n", "\n  ") + "\n")
                .replace("usage: units", "usage: tokens");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            input: 10         | input: 11.5                        | input from 10 to 11.5 credits (tokens by the million)
            input: 10         | input: 10; search_per_1000: 5      | 1,000 searches from 0 to 5 credits (tokens by the million)
            input: 10         | input: 9; audio_input: 12          | input from 10 to 9, audio input from 10 to 12 credits (tokens by the million)
            input: 10         | ~input: 10; above: {prompt_tokens: 5000, input: 11, output: 20}~ | prompts above 5,000 tokens: input from 10 to 11 credits (tokens by the million)
            minimum: 0        | minimum: 1                         | rounding from 'input and output each to the nearest 0.0001, a half up' to 'input and output each to the nearest 0.0001, a half up, minimum 1'
            input: 10         | input: 9                           | ~~
            """)
    void customers_are_notified_of_a_price_that_rises_in_any_part(String from, String to, String words)
            throws IOException {
        String house = rising(from, to.replace("; ", "\n      "));
        assertThat(foresight(house, OLD).rising())
                .extracting(ForesightTest::words)
                .isEqualTo(
                        words.isEmpty()
                                ? List.of()
                                : List.of("From 20 Dec 2026 the price of house changes: " + words + "."));
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 0"})
    void a_price_of_flex_counts_if_a_channel_grants_it(boolean isGranted, int changes) throws IOException {
        grantsFlex = isGranted;
        String house = rising("input: 10", "input: 10\n      tiers: {flex: 0.6}")
                .replaceFirst("input: 10", "input: 10\n        tiers: {flex: 0.4}");
        String costs = costs("{" + price("0.05", "0.1").replace("}", ", tiers: {flex: 0.5}}"));
        Foresight foresight = foresight(house, OLD + costs);
        assertThat(foresight.rising()).hasSize(changes);
        assertThat(foresight.losses()).hasSize(changes);
        grantsFlex = true;
        String key = foresight(rising("input: 10", "input: 11\n      tiers: {flex: 0.6}"), OLD)
                .rising()
                .getFirst()
                .key();
        grantsFlex = isGranted;
        ModelChange both = foresight(rising("input: 10", "input: 11\n      tiers: {flex: 0.6}"), OLD)
                .rising()
                .getFirst();
        assertThat(both.key()).isEqualTo(key);
    }

    @Test
    void no_price_is_promised_to_stay_that_is_set_to_change() throws IOException {
        ends.put("house", new ModelLife.Retirement(NOW.plus(Duration.ofDays(30)), "next", false));
        String costs = costs("{" + price("0.05", "0.1"), "{from: 2026-12-20T00:00:00Z, " + price("0.1", "0.2"));
        Foresight foresight =
                foresight(rising("input: 10", "input: 11").replace("2026-12-20", "2027-12-20"), OLD + costs + next());
        assertThat(foresight.retiring())
                .extracting(ForesightTest::words, ModelChange::keepsPrice)
                .containsExactly(
                        tuple("From 20 Dec 2026 next answers for house. The name house stays the same.", false));
        assertThat(foresight.doubling()).isEmpty();
        assertThat(foresight.rising()).as("more than 30 days ahead").isEmpty();
    }

    @Test
    void a_price_that_is_set_again_is_another_change() throws IOException {
        ModelChange first = change("input: 11");
        assertThat(change("input: 11").key())
                .isEqualTo(first.key())
                .startsWith("house*")
                .endsWith("@2026-12-20");
        assertThat(change("input: 12").key()).isNotEqualTo(first.key());
        assertThat(change("input: 12").corrects(first.key())).isTrue();
        assertThat(first.corrects(first.key())).isFalse();
        assertThat(first.corrects("house@2026-12-20"))
                .as("another kind of change")
                .isFalse();
    }

    private ModelChange change(String input) throws IOException {
        return foresight(rising("input: 10", input), OLD).rising().getFirst();
    }
}
