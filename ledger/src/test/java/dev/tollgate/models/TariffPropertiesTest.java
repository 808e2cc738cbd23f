package dev.tollgate.models;

import static org.assertj.core.api.Assertions.fail;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Randomly;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Properties of every price and every usage (P6, P6a), a quarter of a million cases in all; {@code -Dprice.cases} sets another number. */
class TariffPropertiesTest {

    private static final int CASES_A_ROUND = 500;

    private static final int MILLION = 1_000_000;
    private static final int CASES = Integer.getInteger("price.cases", Effort.of(MILLION / 4, 10 * MILLION));

    /** @param number in a million */
    private static void cases(int number, Consumer<Random> test) {
        Randomly.run((int) ((long) number * CASES / MILLION) / CASES_A_ROUND, random -> {
            for (int i = 0; i < CASES_A_ROUND; i++) {
                test.accept(random);
            }
        });
    }

    @Test
    void a_charge_is_the_exact_sum_rounded_once_by_the_rule() {
        cases(300_000, random -> {
            Pricing pricing = RandomPrices.pricing(random);
            Usage usage = RandomPrices.usage(random, pricing.tariff());
            long charge = pricing.chargeMicros(usage);
            long exact = ExactCharge.micros(pricing, usage);
            if (charge != exact) {
                fail("%s charges %d, not %d, for %s", pricing, charge, exact, usage);
            }
        });
    }

    @Test
    void a_task_shows_the_sum_before_it_is_rounded() {
        cases(50_000, random -> {
            Pricing pricing = RandomPrices.pricing(random);
            Usage usage = RandomPrices.usage(random, pricing.tariff());
            ExactCharge.Exact exact = ExactCharge.exact(pricing.tariff(), usage, pricing.reasoningBilled());
            BigDecimal credits = exact.input().add(exact.output()).movePointLeft(6);
            if (credits.compareTo(pricing.exactCredits(usage)) != 0) {
                fail("%s: %s, not %s, for %s", pricing, pricing.exactCredits(usage), credits, usage);
            }
        });
    }

    @Test
    void a_cost_is_the_exact_sum_rounded_up_once() {
        cases(150_000, random -> {
            Tariff tariff = RandomPrices.tariff(random);
            Usage usage = RandomPrices.usage(random, tariff);
            long cost = new UpstreamModel.Cost(Instant.MIN, tariff).micros(usage);
            long exact = ExactCharge.costMicros(tariff, usage);
            if (cost != exact) {
                fail("%s costs %d, not %d, for %s", tariff, cost, exact, usage);
            }
        });
    }

    @Test
    void the_charge_of_an_uncached_call_never_falls_when_a_count_grows() {
        cases(200_000, random -> {
            Pricing pricing = RandomPrices.pricing(random);
            Usage usage = uncached(RandomPrices.usage(random, pricing.tariff()));
            Usage more = grown(random, usage);
            if (pricing.chargeMicros(more) < pricing.chargeMicros(usage)) {
                fail("%s charges less for %s than for %s", pricing, more, usage);
            }
        });
    }

    /** Returns a usage of which one count is larger, as far as to the longest context; audio takes the place of text. */
    private static Usage grown(Random random, Usage usage) {
        int which = random.nextInt(8);
        long more = random.nextBoolean() ? 1 : RandomPrices.tokens(random);
        return new Usage(
                        usage.tier(),
                        usage.promptTokens() + (which == 0 ? more : 0),
                        usage.of(Count.TOOLS) + (which == 1 ? more : 0),
                        usage.candidatesTokens() + (which == 2 ? more : 0),
                        usage.thoughtsTokens() + (which == 3 ? more : 0),
                        0,
                        usage.of(Count.CACHED_AUDIO),
                        usage.of(Count.AUDIO) + (which == 4 ? more : 0),
                        usage.of(Count.IMAGE),
                        usage.of(Count.TEXT),
                        usage.searches() + (which == 5 ? 1 + random.nextInt(10) : 0))
                .with(Count.OUTPUT_IMAGE, usage.of(Count.OUTPUT_IMAGE) + (which == 6 ? more : 0))
                .with(Count.MAPS, which == 7 ? 1 : usage.of(Count.MAPS));
    }

    private static Usage uncached(Usage usage) {
        return usage.with(Count.CACHED, 0);
    }

    @Test
    void no_call_within_its_bounds_is_charged_more_than_the_bounds() {
        cases(200_000, random -> {
            Pricing pricing = RandomPrices.pricing(random);
            Usage bounds = uncached(RandomPrices.usage(random, pricing.tariff()));
            Usage call =
                    within(random, bounds, noDearer(random, pricing.tariff().tiers(), bounds.tier()));
            long most = pricing.chargeMicros(bounds);
            if (pricing.chargeMicros(call) > most) {
                fail("%s charges %d for %s, above %d", pricing, pricing.chargeMicros(call), call, most);
            }
        });
    }

    private static Usage within(Random random, Usage bounds, ServiceTier granted) {
        long output = random.nextLong(bounds.candidatesTokens() + 1);
        long prompt = within(random, bounds.promptTokens());
        return new Usage(
                        granted,
                        prompt,
                        within(random, bounds.of(Count.TOOLS)),
                        output,
                        within(random, bounds.thoughtsTokens()),
                        RandomPrices.part(random, prompt),
                        RandomPrices.part(random, prompt),
                        within(random, bounds.of(Count.AUDIO)),
                        0,
                        output,
                        within(random, bounds.searches()))
                .with(Count.OUTPUT_IMAGE, within(random, bounds.of(Count.OUTPUT_IMAGE)))
                .with(Count.MAPS, within(random, bounds.of(Count.MAPS)));
    }

    private static long within(Random random, long bound) {
        return random.nextInt(4) == 0 ? bound : random.nextLong(bound + 1);
    }

    private static ServiceTier noDearer(Random random, Tariff.Tiers tiers, ServiceTier asked) {
        ServiceTier granted = RandomPrices.tier(random);
        return tiers.factor(granted) <= tiers.factor(asked) ? granted : asked;
    }

    @Test
    void a_tier_multiplies_token_rates_rounded_up_and_no_rate_of_searches_or_maps() {
        cases(50_000, random -> {
            Tariff tariff = RandomPrices.tariff(random);
            Usage usage = RandomPrices.usage(random, tariff);
            PriceRates base =
                    tariff.isAbove(usage.promptTokens()) ? tariff.above().rates() : tariff.rates();
            BigDecimal factor = BigDecimal.valueOf(tariff.tiers().factor(usage.tier()), 4);
            PriceRates expected = new PriceRates(
                    ExactCharge.effective(base.inputMicros(), factor).longValueExact(),
                    ExactCharge.effective(base.outputMicros(), factor).longValueExact(),
                    ExactCharge.effective(base.cachedMicros(), factor).longValueExact(),
                    ExactCharge.effective(base.audioMicros(), factor).longValueExact(),
                    ExactCharge.effective(base.cachedAudioMicros(), factor).longValueExact(),
                    ExactCharge.effective(base.imageMicros(), factor).longValueExact(),
                    base.searchMicros(),
                    base.mapsMicros());
            if (!expected.equals(tariff.of(usage))) {
                fail("%s has %s, not %s, for %s", tariff, tariff.of(usage), expected, usage);
            }
        });
    }

    @Test
    void components_of_an_input_are_never_negative_and_add_up_to_it() {
        cases(50_000, random -> {
            Usage usage = RandomPrices.usage(random, RandomPrices.tariff(random));
            long cached = usage.cachedWithinPrompt();
            long audio = usage.uncachedAudioTokens();
            if (cached < 0 || audio < 0 || cached + audio > usage.promptTokens()) {
                fail("%d cached and %d audio tokens of %s", cached, audio, usage);
            }
            // One rate at a time counts the tokens of its component.
            long text = tokensAt(new PriceRates(1, 0, 0, 1, 0), usage) - tokensAt(new PriceRates(0, 0, 0, 1, 0), usage);
            long all = tokensAt(new PriceRates(1, 0, 1, 1, 0), usage);
            if (text < 0 || text + cached != all - audio || all != usage.inputTokens()) {
                fail("%d text, %d cached and %d audio tokens of %s", text, cached, audio, usage);
            }
        });
    }

    private static long tokensAt(PriceRates rates, Usage usage) {
        Tariff tariff = new Tariff(rates, null, Tariff.SearchCounts.QUERIES, Tariff.Tiers.NONE);
        return tariff.sum(usage, 0).total().longValueExact();
    }

    @Test
    void a_tariff_written_as_json_is_read_as_the_same() {
        cases(10_000, random -> {
            Tariff tariff = RandomPrices.tariff(random);
            Tariff read = TariffJson.read(TariffJson.of(tariff));
            if (!tariff.equals(read)) {
                fail("%s is read as %s from %s", tariff, read, TariffJson.of(tariff));
            }
        });
    }
}
