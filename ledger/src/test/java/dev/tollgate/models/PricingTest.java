package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Randomly;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricingTest {

    private static final Pricing.Rounding CENTS =
            new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 10_000, 10_000);
    private static final Pricing.Rounding UNITS = new Pricing.Rounding(Pricing.Rounding.Form.NEAREST_COMPONENT, 100, 0);

    /** The longest context that a catalogue can name. */
    private static final long TOKENS_MAX = 100_000_000;

    private final Catalogue catalogue = CatalogueLoader.builtIn();

    @ParameterizedTest(name = "{0} in, {1} out, {2} thoughts on {3}")
    @CsvSource({
        "194, 229, 457,  gemini-3.1-pro,                250000",
        "9,   791, 1339, google/gemini-2.5-pro,         4475400",
        "1,   10,  180,  google/gemini-2.5-pro-preview, 399300",
        "8,   1,   0,    gemini-3.1-pro,                10000",
        "0,   0,   0,    gemini-3.1-pro,                0",
        "0,   0,   500,  gemini-3.1-pro,                10000",
        "0,   0,   0,    google/gemini-2.5-pro,         0",
        "1048576, 65536, 0, gemini-3.1-pro,             230680000",
    })
    void a_call_is_charged_as_the_documents_print_it(long in, long out, long thoughts, String id, long chargeMicros) {
        assertThat(model(id).pricing().chargeMicros(Usage.of(in, out, thoughts)))
                .isEqualTo(chargeMicros);
    }

    @ParameterizedTest(name = "{0}/{1} a million: {2} in, {3} out is {4}, printed {5}")
    @CsvSource({
        "160, 960,  194, 229, 0.25088, 250000",
        "500, 2500, 20,  661, 1.6625,  1660000",
        "300, 1500, 18,  42,  0.0684,  60000",
    })
    void published_samples_are_cut_down_to_two_decimals(
            long in, long out, long prompt, long completion, BigDecimal exact, long chargeMicros) {
        Pricing pricing = new Pricing("sample", in * 1_000_000, out * 1_000_000, false, CENTS);
        Usage usage = Usage.of(prompt, completion, 0);
        assertThat(pricing.exactCredits(usage)).isEqualByComparingTo(exact);
        assertThat(pricing.chargeMicros(usage)).isEqualTo(chargeMicros);
    }

    @Test
    void a_step_is_asked_of_each_prompt_of_several_requests() {
        Randomly.run(2_000, random -> {
            Pricing pricing = RandomPrices.pricing(random);
            PriceRates.Step above = pricing.tariff().above();
            long prompt = above == null || random.nextBoolean()
                    ? 1 + random.nextInt(1_000_000)
                    : Math.max(1, above.promptTokens() - 2 + random.nextInt(5));
            int requests = 1 + random.nextInt(10);
            Usage one = Usage.of(prompt, 10, 0);
            Usage all = Usage.of(prompt * requests, 10L * requests, 0).ofRequests(requests, pricing.tariff());
            assertThat(pricing.exactCredits(all))
                    .isEqualByComparingTo(pricing.exactCredits(one).multiply(BigDecimal.valueOf(requests)));
            assertThat(pricing.tariff().stepOf(all)).isEqualTo(pricing.tariff().stepOf(one));
            assertThat(all.inputTokens()).isEqualTo(prompt * requests);
        });
    }

    @ParameterizedTest(name = "{0} tokens of 2.625 units are {1}")
    @CsvSource({"1, 3", "2, 5", "3, 8", "4, 11", "9, 24", "12, 32", "20, 53", "1048576, 2752512"})
    void units_are_rounded_to_the_nearest_and_a_half_up(long tokens, long units) {
        Pricing pricing = model("google/gemini-2.5-pro").pricing();
        assertThat(pricing.inputUnitsMicros(Usage.of(tokens, 0, 0))).isEqualTo(units * 100);
    }

    @Test
    void tokens_that_the_upstreams_tools_added_are_charged_as_input() {
        Pricing pricing = model("gemini-3.1-pro").pricing();
        Usage searched = new Usage(194, 1_000_000, 229, 457, 0, 0, 0, 229);
        assertThat(pricing.chargeMicros(searched)).isEqualTo(160_250_000);
    }

    @Test
    void the_charge_never_falls_when_a_count_rises() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Pricing pricing = randomPricing(random);
            Usage usage = Usage.of(random.nextInt(5_000), random.nextInt(5_000), random.nextInt(5_000));
            Usage more = Usage.of(
                    usage.promptTokens() + random.nextInt(3),
                    usage.candidatesTokens() + random.nextInt(3),
                    usage.thoughtsTokens() + random.nextInt(3));
            assertThat(pricing.chargeMicros(more))
                    .as("seed %d, %s, %s then %s", seed, pricing, usage, more)
                    .isGreaterThanOrEqualTo(pricing.chargeMicros(usage));
        }
    }

    @Test
    void a_charge_is_less_than_a_step_away_from_the_exact_cost() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Pricing pricing = randomPricing(random);
            Usage usage = Usage.of(random.nextInt(1_000_000), random.nextInt(1_000_000), random.nextInt(1_000_000));
            long exactMicros = pricing.exactCredits(usage).movePointRight(6).longValue();
            long off = Math.abs(pricing.chargeMicros(usage) - exactMicros);
            assertThat(off)
                    .as("seed %d, %s, %s", seed, pricing, usage)
                    .isLessThanOrEqualTo(Math.max(
                            pricing.rounding().stepMicros(), pricing.rounding().minimumMicros()));
        }
    }

    @Test
    void a_budget_covers_exactly_as_many_tokens_as_counting_them_one_by_one_finds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Pricing pricing = randomPricing(random);
            Usage prompt = Usage.of(random.nextInt(300), 0, 0);
            long budgetMicros = random.nextLong(400_000);
            long tokensMax = random.nextInt(400);
            assertThat(pricing.outputTokensCovered(prompt, budgetMicros, tokensMax))
                    .as("seed %d, %s, %s, budget %d, at most %d", seed, pricing, prompt, budgetMicros, tokensMax)
                    .isEqualTo(countedOneByOne(pricing, prompt, budgetMicros, tokensMax));
        }
    }

    @Test
    void a_budget_below_the_prompt_covers_nothing_at_all() {
        Pricing pricing = model("google/gemini-2.5-pro").pricing();
        assertThat(pricing.outputTokensCovered(Usage.of(100, 0, 0), 26_299, 10)).isEqualTo(-1);
        assertThat(pricing.outputTokensCovered(Usage.of(100, 0, 0), 26_300, 10)).isZero();
        assertThat(pricing.outputTokensCovered(Usage.of(100, 0, 0), 28_400, 10)).isEqualTo(1);
        assertThat(pricing.outputTokensCovered(Usage.of(100, 0, 0), Long.MAX_VALUE, 10))
                .isEqualTo(10);
    }

    @Test
    void a_free_model_is_covered_by_nothing() {
        Pricing free = new Pricing("free", 0, 0, false, new Pricing.Rounding(CENTS.form(), 1, 0));
        assertThat(free.outputTokensCovered(Usage.of(5, 0, 0), 0, 65_536)).isEqualTo(65_536);
    }

    @Test
    void a_charge_is_exact_at_every_size_up_to_the_dearest_price_and_the_longest_call() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            Pricing pricing = new Pricing(
                    "random",
                    upTo(random, Pricing.MICROS_PER_MILLION_MAX),
                    upTo(random, Pricing.MICROS_PER_MILLION_MAX),
                    random.nextBoolean(),
                    randomRounding(random));
            Usage usage = new Usage(
                    upTo(random, TOKENS_MAX),
                    upTo(random, TOKENS_MAX),
                    upTo(random, TOKENS_MAX),
                    upTo(random, TOKENS_MAX),
                    0,
                    0,
                    0,
                    0);
            assertThat(pricing.chargeMicros(usage))
                    .as("seed %d, %s, %s", seed, pricing, usage)
                    .isEqualTo(chargedByTheRule(pricing, usage));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FLOOR_TOTAL,       99999999, 99999999, 199999998000000",
        "FLOOR_TOTAL,       1,        0,        1000000",
        "NEAREST_COMPONENT, 99999999, 99999999, 199999998000000",
        "NEAREST_COMPONENT, 0,        1,        1000000",
    })
    void the_longest_call_at_the_dearest_price_is_charged_to_the_micro_credit(
            Pricing.Rounding.Form form, long in, long out, long chargeMicros) {
        Pricing dearest = new Pricing(
                "dearest",
                Pricing.MICROS_PER_MILLION_MAX,
                Pricing.MICROS_PER_MILLION_MAX,
                true,
                new Pricing.Rounding(form, 1, 0));
        assertThat(dearest.chargeMicros(Usage.of(in, out, 0))).isEqualTo(chargeMicros);
        assertThat(dearest.chargeMicros(Usage.of(in, 0, out))).isEqualTo(chargeMicros);
    }

    @Test
    void any_single_token_costs_the_minimum_and_no_token_costs_nothing() {
        Pricing almostFree = new Pricing("almost-free", 1, 1, true, CENTS);
        assertThat(almostFree.chargeMicros(Usage.NONE)).isZero();
        for (int first = 0; first < 4; first++) {
            for (int second = 0; second < 4; second++) {
                long[] counts = new long[4];
                counts[first] = 7;
                counts[second] = 7;
                Usage usage = new Usage(counts[0], counts[1], counts[2], counts[3], 0, 0, 0, 0);
                assertThat(almostFree.chargeMicros(usage)).as(usage.toString()).isEqualTo(10_000);
            }
        }
    }

    @Test
    void prices_outside_the_range_are_refused_and_those_at_its_ends_are_taken() {
        long most = Pricing.MICROS_PER_MILLION_MAX;
        assertThatThrownBy(() -> new Pricing("v", -1, 0, false, CENTS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pricing("v", 0, -1, false, CENTS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pricing("v", most + 1, 0, false, CENTS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pricing("v", 0, most + 1, false, CENTS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new Pricing("v", most, most, false, CENTS).inputMicrosPerMillion())
                .isEqualTo(most);
        assertThat(new Pricing("v", 0, 0, false, CENTS).outputMicrosPerMillion())
                .isZero();
    }

    @Test
    void a_rounding_has_a_step_and_no_negative_minimum() {
        assertThatThrownBy(() -> new Pricing.Rounding(CENTS.form(), 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pricing.Rounding(CENTS.form(), 1, -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pricing.Rounding(CENTS.form(), 1_000_000_001, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new Pricing.Rounding(CENTS.form(), 1_000_000_000, 0).stepMicros())
                .isEqualTo(1_000_000_000);
    }

    @Test
    void a_task_says_in_words_how_its_charge_was_rounded() {
        assertThat(CENTS.describe()).isEqualTo("floor to 0.01, minimum 0.01");
        assertThat(UNITS.describe()).isEqualTo("input and output each to the nearest 0.0001, a half up");
        assertThat(new Pricing.Rounding(UNITS.form(), 100, 200).describe())
                .isEqualTo("input and output each to the nearest 0.0001, a half up, minimum 0.0002");
    }

    /** The published rule once more, in decimals. */
    private static long chargedByTheRule(Pricing pricing, Usage usage) {
        Pricing.Rounding rounding = pricing.rounding();
        long outputTokens = usage.candidatesTokens() + (pricing.reasoningBilled() ? usage.thoughtsTokens() : 0);
        long inputTokens = usage.promptTokens() + usage.of(Count.TOOLS);
        BigDecimal step = BigDecimal.valueOf(rounding.stepMicros());
        BigDecimal input = steps(inputTokens, pricing.inputMicrosPerMillion(), step);
        BigDecimal output = steps(outputTokens, pricing.outputMicrosPerMillion(), step);
        BigDecimal charge =
                switch (rounding.form()) {
                    case FLOOR_TOTAL -> input.add(output).setScale(0, RoundingMode.DOWN);
                    case NEAREST_COMPONENT ->
                        input.setScale(0, RoundingMode.HALF_UP).add(output.setScale(0, RoundingMode.HALF_UP));
                };
        long micros = charge.multiply(step).longValueExact();
        boolean anything = inputTokens + usage.candidatesTokens() + usage.thoughtsTokens() > 0;
        return anything ? Math.max(micros, rounding.minimumMicros()) : micros;
    }

    /** Exact in 40 digits where the step is a power of ten. */
    private static BigDecimal steps(long tokens, long microsPerMillion, BigDecimal step) {
        return BigDecimal.valueOf(tokens)
                .multiply(BigDecimal.valueOf(microsPerMillion))
                .movePointLeft(6)
                .divide(step);
    }

    private static Pricing.Rounding randomRounding(Random random) {
        long step = BigDecimal.ONE.movePointRight(random.nextInt(7)).longValueExact();
        Pricing.Rounding.Form[] forms = Pricing.Rounding.Form.values();
        return new Pricing.Rounding(forms[random.nextInt(forms.length)], step, random.nextInt(20_000));
    }

    /** Every order of magnitude is as likely as the others; 0 and the most come too. */
    private static long upTo(Random random, long most) {
        return Math.min(most, random.nextLong(1L << random.nextInt(1, 42)));
    }

    private static long countedOneByOne(Pricing pricing, Usage prompt, long budgetMicros, long tokensMax) {
        long covered = -1;
        for (long tokens = 0; tokens <= tokensMax; tokens++) {
            if (pricing.chargeMicros(withOutput(prompt, tokens)) <= budgetMicros) {
                covered = tokens;
            }
        }
        return covered;
    }

    private static Usage withOutput(Usage prompt, long tokens) {
        return prompt.with(Count.COMPLETION, prompt.candidatesTokens() + tokens);
    }

    private static Pricing randomPricing(Random random) {
        return new Pricing(
                "random",
                random.nextLong(3_000_000_000L),
                random.nextLong(3_000_000_000L),
                random.nextBoolean(),
                random.nextBoolean() ? CENTS : UNITS);
    }

    private Model model(String id) {
        return Objects.requireNonNull(catalogue.find(id), id);
    }
}
