package dev.tollgate.models;

import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rates of a price (P1), all in micro-credits. Immutable.
 *
 * @param inputMicros per million prompt tokens of text, image and video
 * @param outputMicros per million output tokens
 * @param cachedMicros per million prompt tokens that the upstream read from its cache, at most {@code inputMicros}
 * @param audioMicros per million prompt tokens of audio, at least {@code inputMicros}
 * @param cachedAudioMicros per million prompt tokens of audio that the upstream read from its cache, from {@code cachedMicros} to {@code audioMicros}
 * @param imageMicros per million output tokens of images, at least {@code outputMicros}
 * @param searchMicros per thousand searches
 * @param mapsMicros per thousand calls whose answer has a source of Google Maps
 */
public record PriceRates(
        long inputMicros,
        long outputMicros,
        long cachedMicros,
        long audioMicros,
        long cachedAudioMicros,
        long imageMicros,
        long searchMicros,
        long mapsMicros) {

    /** The highest allowed rate, a million credits: keeps every product far below 128 bits. */
    public static final long MAX = 1_000_000_000_000L;

    /** @throws IllegalArgumentException if a rate is out of range, or the rates of parts are not in their order */
    public PriceRates {
        requireRange(inputMicros);
        requireRange(outputMicros);
        requireRange(audioMicros);
        requireRange(searchMicros);
        requireRange(mapsMicros);
        requireRange(imageMicros);
        if (cachedMicros < 0 || cachedMicros > inputMicros || inputMicros > audioMicros) {
            throw new IllegalArgumentException("rates not in the order cached, input, audio");
        }
        if (cachedAudioMicros < cachedMicros || cachedAudioMicros > audioMicros) {
            throw new IllegalArgumentException("rates not in the order cached, cached audio, audio");
        }
        if (imageMicros < outputMicros
                || (imageMicros > 0 && outputMicros == 0)) { // holds count images in output tokens
            throw new IllegalArgumentException("rates not in the order output, image output");
        }
    }

    /** Makes rates with one rate for cached audio and other cached tokens, and one for all output, without Google Maps. */
    public PriceRates(long inputMicros, long outputMicros, long cachedMicros, long audioMicros, long searchMicros) {
        this(inputMicros, outputMicros, cachedMicros, audioMicros, cachedMicros, outputMicros, searchMicros, 0);
    }

    private static void requireRange(long micros) {
        if (micros < 0 || micros > MAX) {
            throw new IllegalArgumentException("rate out of range");
        }
    }

    /** Returns rates of input and output alone. */
    public static PriceRates of(long inputMicros, long outputMicros) {
        return new PriceRates(inputMicros, outputMicros, inputMicros, inputMicros, 0);
    }

    /** Returns rates of which some are written. @param written micro-credits; null for a rate that is not written */
    public static PriceRates of(Function<Rate, @Nullable Long> written) {
        long[] micros = new long[Rate.values().length];
        for (Rate rate : Rate.values()) {
            Long own = written.apply(rate);
            Rate otherwise = rate.otherwise();
            micros[rate.ordinal()] = own != null ? own : otherwise == null ? 0 : micros[otherwise.ordinal()];
        }
        return new PriceRates(
                micros[Rate.INPUT.ordinal()],
                micros[Rate.OUTPUT.ordinal()],
                micros[Rate.CACHED_INPUT.ordinal()],
                micros[Rate.AUDIO_INPUT.ordinal()],
                micros[Rate.CACHED_AUDIO_INPUT.ordinal()],
                micros[Rate.IMAGE_OUTPUT.ordinal()],
                micros[Rate.SEARCH.ordinal()],
                micros[Rate.MAPS.ordinal()]);
    }

    /** Returns these rates times a factor in thousandths, each rounded up to a micro-credit. @throws IllegalArgumentException if one is out of range */
    PriceRates times(int permille) {
        return of(rate -> Math.ceilDiv(rate.of(this) * permille, (long) Pricing.GROUP_ONE));
    }

    /** Returns whether the rate exists and differs from the rate that applies without it. */
    public boolean has(Rate rate) {
        Rate otherwise = rate.otherwise();
        return otherwise == null ? rate.isOfTokens() || rate.of(this) > 0 : rate.of(this) != otherwise.of(this);
    }

    /** Returns whether a rate of a price can be compared with a cost: what is not offered without it has no price. */
    public boolean isComparable(Rate rate, PriceRates cost) {
        return has(rate) || !rate.isOffer() && cost.has(rate);
    }

    /** Returns whether there are no rates apart from input and output. */
    boolean isPlain() {
        return Rate.OPTIONAL.stream().noneMatch(this::has);
    }

    /** Returns whether no rate is below the other's. */
    boolean isAtLeast(PriceRates other) {
        return Stream.of(Rate.values()).allMatch(rate -> rate.of(this) >= rate.of(other));
    }

    /** Returns the highest rate of tokens. */
    long highestOfTokens() {
        return Math.max(imageMicros, audioMicros);
    }

    /** Rates for a prompt above a number of tokens (P2): all tokens of the call have them. */
    public record Step(long promptTokens, PriceRates rates) {

        public Step {
            if (promptTokens < 1) {
                throw new IllegalArgumentException("a step begins above 1 token at least");
            }
        }

        /**
         * Returns a rate that long prompts alone have, null if there is none. A dearer rate of a part, such as audio, may equal the rate of the rest for
         * shorter prompts. The catalogue and the operator's API refuse such a price; a price
         * that was set before they did charges on.
         *
         * @param row the rates of shorter prompts
         */
        public @Nullable Rate rateWithout(PriceRates row) {
            return Rate.OPTIONAL.stream()
                    .filter(rate -> rate.least() == null && rates.has(rate) && !row.has(rate))
                    .findFirst()
                    .orElse(null);
        }
    }

    static boolean isInOrder(PriceRates base, @Nullable Step above) {
        return above == null || above.rates().isAtLeast(base);
    }
}
