package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.PriceRates.Step;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The one form of a price, for the sale and for the upstream's cost (P1, P2, P4). Its sums are exact. Immutable.
 *
 * @param rates of a prompt up to the step
 * @param above the rates of longer prompts, each at least as high; null if there are none
 * @param searchCounts what a search rate counts; {@link SearchCounts#QUERIES} without such a rate
 * @param tiers the service tiers on offer
 */
public record Tariff(PriceRates rates, @Nullable Step above, SearchCounts searchCounts, Tiers tiers) {

    /** The unit of a search rate: each search query, or each call with any. */
    public enum SearchCounts {
        QUERIES,
        CALLS
    }

    /**
     * The factors of service tiers, in ten-thousandths; 0 for a tier that is not on offer.
     *
     * @param flex 1 to {@link #FACTOR_MAX}, or 0
     * @param priority 1 to {@link #FACTOR_MAX}, or 0
     */
    public record Tiers(int flex, int priority) {

        /** A factor of 1. */
        public static final int ONE = 10_000;

        /** A factor of 100. */
        public static final int FACTOR_MAX = 100 * ONE;

        public static final Tiers NONE = new Tiers(0, 0);

        public Tiers {
            if (flex < 0 || priority < 0 || flex > FACTOR_MAX || priority > FACTOR_MAX) {
                throw new IllegalArgumentException("factor of a service tier out of range");
            }
        }

        /** Returns whether a tier is on offer. Standard is if any other one is. */
        public boolean offers(ServiceTier tier) {
            return switch (tier) {
                case STANDARD -> flex > 0 || priority > 0;
                case FLEX -> flex > 0;
                case PRIORITY -> priority > 0;
            };
        }

        /** Returns the cheaper of two tiers; the second one if they cost the same. */
        public ServiceTier cheaper(ServiceTier one, ServiceTier other) {
            return factor(one) < factor(other) ? one : other;
        }

        /** Returns a tier's factor in ten-thousandths; a tier that is not on offer counts as standard. */
        public int factor(ServiceTier tier) {
            int factor =
                    switch (tier) {
                        case STANDARD -> ONE;
                        case FLEX -> flex;
                        case PRIORITY -> priority;
                    };
            return factor == 0 ? ONE : factor;
        }
    }

    private static final BigInteger THOUSAND = BigInteger.valueOf(1_000);

    /** @throws IllegalArgumentException if a rate of the step is below the row's, or a product of rate and tier is out of range */
    public Tariff {
        if (!PriceRates.isInOrder(rates, above)) {
            throw new IllegalArgumentException("a rate of the step is below the rate of shorter prompts");
        }
        int highest = Math.max(Tiers.ONE, Math.max(tiers.flex(), tiers.priority()));
        PriceRates dearest = above == null ? rates : above.rates();
        if (effective(dearest.highestOfTokens(), highest) > PriceRates.MAX) {
            throw new IllegalArgumentException("a product of rate and tier out of range");
        }
        if (dearest.searchMicros() == 0) { // equal prices are equal objects
            searchCounts = SearchCounts.QUERIES;
        }
    }

    /** Returns a price of input and output alone. */
    public static Tariff of(long inputMicros, long outputMicros) {
        return new Tariff(PriceRates.of(inputMicros, outputMicros), null, SearchCounts.QUERIES, Tiers.NONE);
    }

    /** Returns whether the price has nothing but input and output. */
    public boolean isPlain() {
        return rates.isPlain() && above == null && tiers.equals(Tiers.NONE);
    }

    /** Returns whether input and output cost nothing. */
    public boolean isFree() {
        PriceRates dearest = above == null ? rates : above.rates();
        return dearest.inputMicros() == 0 && dearest.outputMicros() == 0;
    }

    /** Returns whether a prompt of this size, cached tokens included, has the step's rates. */
    public boolean isAbove(long promptTokens) {
        return above != null && promptTokens > above.promptTokens();
    }

    /** Returns the rates of a usage: its step's rates times its tier's factor, each rounded up to a micro-credit. */
    public PriceRates of(Usage usage) {
        PriceRates base = above != null && isAbove(usage.promptTokens()) ? above.rates() : rates;
        int factor = tiers.factor(usage.tier());
        return factor == Tiers.ONE ? base : effective(base, factor);
    }

    /** Returns this price with all rates times a factor in thousandths; the step, what a search counts, and tiers stay (Z2). */
    Tariff times(int permille) {
        Step step = above == null
                ? null
                : new Step(above.promptTokens(), above.rates().times(permille));
        return new Tariff(rates.times(permille), step, searchCounts, tiers);
    }

    /** Returns this price with the rates of a usage's step for every prompt. */
    public Tariff atStepOf(Usage usage) {
        return above == null
                ? this
                : new Tariff(isAbove(usage.promptTokens()) ? above.rates() : rates, null, searchCounts, tiers);
    }

    /** Returns the tokens that a usage's prompt is above; 0 if the rates for short prompts apply. */
    public long stepOf(Usage usage) {
        return above != null && isAbove(usage.promptTokens()) ? above.promptTokens() : 0;
    }

    /** Returns the rates of tokens times a factor; searches and Google Maps keep their rates. */
    private static PriceRates effective(PriceRates rates, int factor) {
        return new PriceRates(
                effective(rates.inputMicros(), factor),
                effective(rates.outputMicros(), factor),
                effective(rates.cachedMicros(), factor),
                effective(rates.audioMicros(), factor),
                effective(rates.cachedAudioMicros(), factor),
                effective(rates.imageMicros(), factor),
                rates.searchMicros(),
                rates.mapsMicros());
    }

    private static long effective(long rate, int factor) {
        return Math.ceilDiv(rate * factor, (long) Tiers.ONE);
    }

    /** Returns whether there is such a rate, at least for long prompts. */
    public boolean has(Rate rate) {
        return rates.has(rate) || (above != null && above.rates().has(rate));
    }

    /** Returns the searches that the rate counts. */
    public long searches(Usage usage) {
        return searchCounts == SearchCounts.QUERIES ? usage.searches() : Math.min(1, usage.searches());
    }

    /**
     * An exact sum in millionths of a micro-credit: a long if all products fit 62 bits, as they do at real prices.
     *
     * @param inputLong of the input, its searches and Google Maps; -1 if the sum does not fit
     * @param outputLong of the output; -1 if the sum does not fit
     */
    record Sum(long inputLong, long outputLong, BigInteger input, BigInteger output) {

        boolean isLong() {
            return inputLong >= 0;
        }

        BigInteger total() {
            return isLong() ? BigInteger.valueOf(inputLong + outputLong) : input.add(output);
        }
    }

    /** @param outputTokens the tokens billed as output, of which images have their rate */
    Sum sum(Usage usage, long outputTokens) {
        PriceRates at = of(usage);
        long cachedAudio = usage.cachedAudioWithinPrompt();
        long cached = usage.cachedWithinPrompt() - cachedAudio;
        long audio = usage.uncachedAudioTokens();
        long plain = usage.inputTokens() - usage.cachedWithinPrompt() - audio;
        long images = usage.imagesWithinOutput();
        long text = outputTokens - images;
        long searches = searches(usage);
        long maps = usage.of(Count.MAPS);
        if (fits(plain, at.inputMicros())
                && fits(cached, at.cachedMicros())
                && fits(audio, at.audioMicros())
                && fits(cachedAudio, at.cachedAudioMicros())
                && fits(text, at.outputMicros())
                && fits(images, at.imageMicros())
                && fits(searches * 1_000, at.searchMicros())
                && fits(maps * 1_000, at.mapsMicros())) {
            return new Sum(
                    plain * at.inputMicros()
                            + cached * at.cachedMicros()
                            + audio * at.audioMicros()
                            + cachedAudio * at.cachedAudioMicros()
                            + searches * 1_000 * at.searchMicros()
                            + maps * 1_000 * at.mapsMicros(),
                    text * at.outputMicros() + images * at.imageMicros(),
                    BigInteger.ZERO,
                    BigInteger.ZERO);
        }
        BigInteger input = times(plain, at.inputMicros())
                .add(times(cached, at.cachedMicros()))
                .add(times(audio, at.audioMicros()))
                .add(times(cachedAudio, at.cachedAudioMicros()))
                .add(times(searches, at.searchMicros()).multiply(THOUSAND))
                .add(times(maps, at.mapsMicros()).multiply(THOUSAND));
        return new Sum(-1, -1, input, times(text, at.outputMicros()).add(times(images, at.imageMicros())));
    }

    /** Returns whether a product stays below 2^59, so that eight of them fit a long. */
    private static boolean fits(long count, long micros) {
        return Long.numberOfLeadingZeros(count) + Long.numberOfLeadingZeros(micros) >= 69;
    }

    private static BigInteger times(long count, long micros) {
        return BigInteger.valueOf(count).multiply(BigInteger.valueOf(micros));
    }
}
