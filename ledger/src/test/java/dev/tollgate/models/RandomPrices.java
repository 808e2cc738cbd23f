package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.PriceRates.Step;
import java.util.Random;

/** Random prices and usages of every order of magnitude, for properties. Each limit and 0 come often. */
public final class RandomPrices {

    /** The longest context that a catalogue can name. */
    static final long TOKENS_MAX = 100_000_000;

    private static final int SEARCHES_MAX = 1_000;
    private static final ServiceTier[] TIERS = ServiceTier.values();
    private static final Pricing.Rounding.Form[] FORMS = Pricing.Rounding.Form.values();

    private RandomPrices() {}

    /** Returns a price with any of the rates, or none of them. */
    public static Tariff tariff(Random random) {
        long most = upTo(random, PriceRates.MAX);
        PriceRates rates = rates(random, PriceRates.of(0, 0), most);
        Step above = random.nextBoolean() ? null : new Step(step(random), rates(random, rates, most));
        long highest = Math.max(
                1, above == null ? rates.highestOfTokens() : above.rates().highestOfTokens());
        long factor = Math.min(Tariff.Tiers.FACTOR_MAX, PriceRates.MAX / highest * Tariff.Tiers.ONE);
        return new Tariff(
                rates,
                above,
                random.nextBoolean() ? Tariff.SearchCounts.QUERIES : Tariff.SearchCounts.CALLS,
                new Tariff.Tiers(factor(random, factor), factor(random, factor)));
    }

    /** Returns rates of which none is below another's. @param most the highest of them */
    private static PriceRates rates(Random random, PriceRates least, long most) {
        long input = between(random, least.inputMicros(), most);
        long cached = random.nextBoolean() ? input : between(random, least.cachedMicros(), input);
        long audio = between(random, Math.max(least.audioMicros(), input), most);
        long paid = random.nextBoolean() && input >= least.audioMicros() ? input : audio;
        long output = between(random, least.outputMicros(), most);
        return new PriceRates(
                input,
                output,
                cached,
                paid,
                random.nextBoolean() && cached >= least.cachedAudioMicros()
                        ? cached
                        : between(random, Math.max(least.cachedAudioMicros(), cached), paid),
                output == 0 || (random.nextBoolean() && output >= least.imageMicros())
                        ? output
                        : between(random, Math.max(least.imageMicros(), output), most),
                random.nextInt(3) == 0 ? least.searchMicros() : between(random, least.searchMicros(), most),
                random.nextInt(3) == 0 ? least.mapsMicros() : between(random, least.mapsMicros(), most));
    }

    private static long step(Random random) {
        return random.nextBoolean() ? 200_000 : 1 + upTo(random, TOKENS_MAX - 1);
    }

    private static int factor(Random random, long most) {
        return random.nextInt(3) == 0 ? 0 : (int) Math.max(1, upTo(random, most));
    }

    public static Pricing pricing(Random random) {
        return new Pricing("random", tariff(random), random.nextBoolean(), rounding(random));
    }

    private static Pricing.Rounding rounding(Random random) {
        long[] steps = {1, 10, 100, 10_000, 1_000_000, 1_000_000_000, 1 + random.nextInt(1_000_000)};
        return new Pricing.Rounding(
                FORMS[random.nextInt(FORMS.length)],
                steps[random.nextInt(steps.length)],
                random.nextBoolean() ? 0 : random.nextInt(20_000));
    }

    /** Returns any counts, also those that contradict each other. The prompt is often at the tariff's step. */
    public static Usage usage(Random random, Tariff tariff) {
        Step above = tariff.above();
        long prompt = above != null && random.nextBoolean()
                ? Math.min(TOKENS_MAX, above.promptTokens() + random.nextInt(-1, 2))
                : tokens(random);
        long output = tokens(random);
        return new Usage(
                TIERS[random.nextInt(TIERS.length)],
                prompt,
                random.nextBoolean() ? 0 : tokens(random),
                output,
                tokens(random),
                part(random, prompt),
                part(random, prompt),
                part(random, prompt),
                tokens(random),
                output,
                random.nextBoolean() ? 0 : random.nextInt(SEARCHES_MAX + 1),
                part(random, output),
                random.nextInt(2));
    }

    public static long tokens(Random random) {
        return upTo(random, TOKENS_MAX);
    }

    public static ServiceTier tier(Random random) {
        return TIERS[random.nextInt(TIERS.length)];
    }

    /** Returns none, a part, all or more than the whole. */
    public static long part(Random random, long whole) {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> whole;
            case 2 -> tokens(random);
            default -> random.nextLong(whole + 1);
        };
    }

    /** Returns a number of any order of magnitude. */
    public static long upTo(Random random, long most) {
        int bits = 65 - Long.numberOfLeadingZeros(most);
        return Math.min(most, random.nextLong(1L << random.nextInt(bits)));
    }

    private static long between(Random random, long least, long most) {
        return random.nextInt(8) == 0 ? least : least + upTo(random, most - least);
    }
}
