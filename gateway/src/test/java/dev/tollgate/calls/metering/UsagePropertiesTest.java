package dev.tollgate.calls.metering;

import static org.assertj.core.api.Assertions.fail;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.RandomPrices;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.Randomly;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whatever an upstream reports, a call is charged within its bounds (P6, P6a, D53). */
class UsagePropertiesTest {

    private static final int ROUNDS = 200;
    private static final int CALLS_A_ROUND = 200;

    /** A random call: its price, its bounds and what its upstream has reported. */
    private record Reported(Pricing pricing, Bounds bounds, UsageMeter meter) {

        static Reported of(Random random) {
            Pricing pricing = RandomPrices.pricing(random);
            Bounds bounds = bounds(random, pricing);
            UsageMeter meter = new UsageMeter(random.nextLong(bounds.promptTokensByBytes() + 1), bounds.usageLimits());
            for (int batches = random.nextInt(5); batches > 0; batches--) {
                meter.observe(batch(random, bounds));
            }
            return new Reported(pricing, bounds, meter);
        }

        /** Bounds by the prompt's bytes, as an estimate has them, or a closer bound by the upstream's count. */
        private static Bounds bounds(Random random, Pricing pricing) {
            Tariff tariff = pricing.tariff();
            long step = tariff.above() == null
                    ? Sold.INPUT_TOKENS_MAX
                    : tariff.above().promptTokens();
            long byBytes = random.nextBoolean()
                    ? 1 + RandomPrices.upTo(random, Sold.INPUT_TOKENS_MAX - 1)
                    : Math.min(Sold.INPUT_TOKENS_MAX, step + random.nextInt(3));
            Model model = Sold.model(pricing, false);
            ServiceTier tier = RandomPrices.tier(random);
            Extras.Tools tools = random.nextBoolean()
                    ? Extras.Tools.NONE
                    : new Extras.Tools(1 + RandomPrices.upTo(random, 500_000), random.nextInt(2));
            Extras extras = new Extras(
                    random.nextLong(byBytes + 1),
                    random.nextInt(10),
                    tier,
                    0,
                    0,
                    Extras.Held.MOST,
                    Sold.images(model, tier),
                    tools);
            return new Bounds(
                    model,
                    byBytes + extras.toolTokensHeld(),
                    byBytes,
                    random.nextBoolean(),
                    1 + random.nextInt(3),
                    random.nextBoolean() ? null : Long.valueOf(1 + random.nextInt(20_000)),
                    null,
                    extras);
        }

        private static List<UpstreamEvent> batch(Random random, Bounds bounds) {
            List<UpstreamEvent> events = new ArrayList<>();
            for (int left = 1 + random.nextInt(4); left > 0; left--) {
                events.add(
                        switch (random.nextInt(8)) {
                            case 0 -> Said.text("x".repeat(random.nextInt(50)));
                            case 1 -> new UpstreamEvent.Thought(0, "x".repeat(random.nextInt(50)), null);
                            case 2 -> new UpstreamEvent.Searched(random.nextInt(20));
                            case 3 -> new UpstreamEvent.TierGranted(RandomPrices.tier(random));
                            case 5 -> UpstreamEvent.Located.ON_MAPS;
                            case 4 -> new UpstreamEvent.Media(0, "image/png", "AAAA");
                            default -> report(random, bounds);
                        });
            }
            return events;
        }

        private static UpstreamEvent report(Random random, Bounds bounds) {
            return new UpstreamEvent.Usage(
                    count(random, bounds),
                    random.nextInt(3) == 0 ? UpstreamEvent.Modalities.NONE : modalities(random, bounds),
                    modalities(random, bounds),
                    random.nextBoolean(),
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds));
        }

        private static UpstreamEvent.Modalities modalities(Random random, Bounds bounds) {
            return new UpstreamEvent.Modalities(
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds),
                    count(random, bounds));
        }

        private static long count(Random random, Bounds bounds) {
            return switch (random.nextInt(12)) {
                case 0 -> UpstreamEvent.Usage.ABSENT;
                case 1 -> -1 - RandomPrices.tokens(random);
                case 2 -> 0;
                case 3 -> Long.MAX_VALUE;
                case 4, 5 -> bounds.promptTokensByBytes();
                default -> RandomPrices.upTo(random, 2 * Sold.INPUT_TOKENS_MAX);
            };
        }

        long mostMicros() {
            return bounds.mostMicros(bounds.usageLimits().billedOutputTokens()
                    - bounds.extras().images().mostTokens());
        }
    }

    private static void calls(Consumer<Reported> test) {
        Randomly.run(ROUNDS, random -> {
            for (int i = 0; i < CALLS_A_ROUND; i++) {
                test.accept(Reported.of(random));
            }
        });
    }

    @Test
    void a_call_is_never_charged_above_its_most() {
        calls(call -> {
            Usage usage = call.meter().usage();
            long charge = call.pricing().chargeMicros(usage);
            if (charge > call.mostMicros()) {
                fail("%d, above %d of %s, for %s", charge, call.mostMicros(), call.bounds(), usage);
            }
        });
    }

    @Test
    void parts_of_a_call_never_exceed_their_whole_or_bound() {
        calls(call -> {
            Usage usage = call.meter().usage();
            Extras extras = call.bounds().extras();
            Tariff tariff = call.pricing().tariff();
            Extras.Tools tools = extras.tools();
            long byBytes = call.bounds().promptTokensByBytes();
            boolean isWithin = usage.promptTokens() <= byBytes
                    && (tools.tokensMax() > 0
                            ? usage.of(Count.TOOLS) <= tools.tokensMax()
                            : usage.inputTokens() <= byBytes)
                    && usage.of(Count.MAPS) <= tools.maps()
                    && usage.cachedTokens() <= usage.promptTokens()
                    && usage.of(Count.CACHED_AUDIO) <= Math.min(usage.cachedTokens(), usage.of(Count.AUDIO))
                    && usage.of(Count.AUDIO) + usage.of(Count.IMAGE) <= usage.promptTokens()
                    && (!tariff.has(Rate.AUDIO_INPUT) || usage.of(Count.AUDIO) <= extras.audioTokensMax())
                    && (!tariff.has(Rate.AUDIO_INPUT)
                            || usage.cachedTokens() + usage.of(Count.AUDIO) - usage.of(Count.CACHED_AUDIO)
                                    <= usage.promptTokens())
                    && usage.searches() <= extras.searchesMax()
                    && usage.of(Count.TEXT) + usage.of(Count.OUTPUT_IMAGE) <= usage.candidatesTokens()
                    && tariff.tiers().factor(usage.tier()) <= tariff.tiers().factor(extras.tier());
            if (!isWithin) {
                fail("%s of %s", usage, call.bounds());
            }
        });
    }

    @Test
    void counts_are_the_same_however_often_they_are_taken() {
        calls(call -> {
            Usage usage = call.meter().usage();
            if (!usage.equals(call.meter().usage())) {
                fail("%s, then %s", usage, call.meter().usage());
            }
        });
    }

    @Test
    void a_hold_of_the_most_covers_all_that_tools_add() {
        calls(call -> {
            Usage usage = call.meter().usage();
            Extras.Images images = call.bounds().extras().images();
            long made = images.most() == 0 ? 0 : usage.of(Count.OUTPUT_IMAGE);
            long output = call.pricing().billedOutputTokens(usage) - made + images.weightOf(made);
            long held = call.bounds().chargeMicros(call.bounds().promptTokensMax(), output);
            if (call.pricing().chargeMicros(usage) > held) {
                fail("%d, above %d of %s, for %s", call.pricing().chargeMicros(usage), held, call.bounds(), usage);
            }
        });
    }

    /** A hold covers what it counts: text at its tier, nothing cached, the audio's bound and one search (P6a). */
    @Test
    void a_charge_with_one_search_is_within_what_is_held_for_its_tokens() {
        calls(call -> {
            Usage usage = call.meter().usage();
            Extras.Images images = call.bounds().extras().images();
            long made = images.most() == 0 ? 0 : usage.of(Count.OUTPUT_IMAGE);
            long output = call.pricing().billedOutputTokens(usage) - made + images.weightOf(made);
            long covered = call.bounds().chargeMicros(usage.inputTokens(), output);
            boolean isAny = usage.inputTokens() + output > 0;
            if (isAny && usage.searches() <= 1 && call.pricing().chargeMicros(usage) > covered) {
                fail("%d, above %d, for %s", call.pricing().chargeMicros(usage), covered, usage);
            }
        });
    }
}
