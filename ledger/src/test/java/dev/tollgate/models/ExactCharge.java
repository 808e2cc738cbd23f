package dev.tollgate.models;

import dev.tollgate.models.Tariff.SearchCounts;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** The charge and the cost of a call once more, in decimals and as P6 words it, without code of the program. */
public final class ExactCharge {

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);

    private ExactCharge() {}

    /** Micro-credits of prompt and searches, and of output, before any rounding. */
    record Exact(BigDecimal input, BigDecimal output) {}

    public static long micros(Pricing pricing, Usage usage) {
        Exact exact = exact(pricing.tariff(), usage, pricing.reasoningBilled());
        BigDecimal step = BigDecimal.valueOf(pricing.rounding().stepMicros());
        BigDecimal charge =
                switch (pricing.rounding().form()) {
                    case FLOOR_TOTAL -> rounded(exact.input().add(exact.output()), step, RoundingMode.DOWN);
                    case NEAREST_COMPONENT ->
                        rounded(exact.input(), step, RoundingMode.HALF_UP)
                                .add(rounded(exact.output(), step, RoundingMode.HALF_UP));
                };
        boolean isAny = usage.promptTokens() > 0
                || usage.of(Count.TOOLS) > 0
                || usage.candidatesTokens() > 0
                || usage.thoughtsTokens() > 0
                || usage.searches() > 0
                || usage.of(Count.MAPS) > 0;
        long least = isAny ? pricing.rounding().minimumMicros() : 0;
        return charge.max(BigDecimal.valueOf(least)).longValueExact();
    }

    static long costMicros(Tariff tariff, Usage usage) {
        Exact exact = exact(tariff, usage, true);
        return exact.input()
                .add(exact.output())
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
    }

    static Exact exact(Tariff tariff, Usage usage, boolean isReasoningBilled) {
        boolean isLong =
                tariff.above() != null && usage.promptTokens() > tariff.above().promptTokens();
        PriceRates rates = isLong ? tariff.above().rates() : tariff.rates();
        int offered =
                switch (usage.tier()) {
                    case STANDARD -> 10_000;
                    case FLEX -> tariff.tiers().flex();
                    case PRIORITY -> tariff.tiers().priority();
                };
        BigDecimal factor = offered == 0 ? BigDecimal.ONE : BigDecimal.valueOf(offered, 4);

        long cached = Math.min(usage.cachedTokens(), usage.promptTokens());
        long both = Math.min(Math.min(usage.of(Count.CACHED_AUDIO), usage.of(Count.AUDIO)), cached);
        long audio = Math.clamp(usage.of(Count.AUDIO) - both, 0, usage.promptTokens() - cached);
        long text = usage.promptTokens() + usage.of(Count.TOOLS) - cached - audio;
        long output = usage.candidatesTokens() + (isReasoningBilled ? usage.thoughtsTokens() : 0);
        long images = Math.min(usage.of(Count.OUTPUT_IMAGE), usage.candidatesTokens());
        long searches = tariff.searchCounts() == SearchCounts.CALLS && usage.searches() > 0 ? 1 : usage.searches();

        return new Exact(
                tokens(text, rates.inputMicros(), factor)
                        .add(tokens(cached - both, rates.cachedMicros(), factor))
                        .add(tokens(both, rates.cachedAudioMicros(), factor))
                        .add(tokens(audio, rates.audioMicros(), factor))
                        .add(BigDecimal.valueOf(searches)
                                .multiply(BigDecimal.valueOf(rates.searchMicros()))
                                .divide(THOUSAND))
                        .add(BigDecimal.valueOf(usage.of(Count.MAPS))
                                .multiply(BigDecimal.valueOf(rates.mapsMicros()))
                                .divide(THOUSAND)),
                tokens(output - images, rates.outputMicros(), factor).add(tokens(images, rates.imageMicros(), factor)));
    }

    private static BigDecimal tokens(long count, long rate, BigDecimal factor) {
        return BigDecimal.valueOf(count).multiply(effective(rate, factor)).divide(MILLION);
    }

    /** Returns a rate at a tier, rounded up to a micro-credit per million tokens. */
    static BigDecimal effective(long rate, BigDecimal factor) {
        return BigDecimal.valueOf(rate).multiply(factor).setScale(0, RoundingMode.CEILING);
    }

    private static BigDecimal rounded(BigDecimal micros, BigDecimal step, RoundingMode mode) {
        return micros.divide(step, 0, mode).multiply(step);
    }
}
