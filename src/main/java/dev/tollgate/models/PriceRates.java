package dev.tollgate.models;

import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rates of a price (P1), all in micro-credits. Immutable.
 *
 * @param inputMicros per million prompt tokens of text, image and video
 * @param outputMicros per million output tokens
 * @param cachedMicros per million prompt tokens that the upstream read from its cache, at most {@code inputMicros}
 * @param audioMicros per million prompt tokens of audio, at least {@code inputMicros}
 * @param searchMicros per thousand searches
 */
public record PriceRates(long inputMicros, long outputMicros, long cachedMicros, long audioMicros, long searchMicros) {

    /** The highest allowed rate, a million credits: keeps every product far below 128 bits. */
    public static final long MAX = 1_000_000_000_000L;

    /** @throws IllegalArgumentException if a rate is out of range, or cached, input and audio are not in ascending order */
    public PriceRates {
        requireRange(inputMicros);
        requireRange(outputMicros);
        requireRange(audioMicros);
        requireRange(searchMicros);
        if (cachedMicros < 0 || cachedMicros > inputMicros || inputMicros > audioMicros) {
            throw new IllegalArgumentException("rates not in the order cached, input, audio");
        }
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

    /** Returns whether cached tokens have a rate of their own. */
    public boolean hasCached() {
        return cachedMicros != inputMicros;
    }

    /** Returns whether audio tokens have a rate of their own. */
    public boolean hasAudio() {
        return audioMicros != inputMicros;
    }

    /** Returns whether there are no rates apart from input and output. */
    boolean isPlain() {
        return !hasCached() && !hasAudio() && searchMicros == 0;
    }

    /** Returns whether no rate is below the other's. */
    boolean isAtLeast(PriceRates other) {
        return inputMicros >= other.inputMicros
                && outputMicros >= other.outputMicros
                && cachedMicros >= other.cachedMicros
                && audioMicros >= other.audioMicros
                && searchMicros >= other.searchMicros;
    }

    /** Returns the rates of tokens after a function; searches keep their rate. */
    PriceRates mapTokens(LongUnaryOperator rate) {
        return new PriceRates(
                rate.applyAsLong(inputMicros),
                rate.applyAsLong(outputMicros),
                rate.applyAsLong(cachedMicros),
                rate.applyAsLong(audioMicros),
                searchMicros);
    }

    /** Returns the highest rate of tokens. */
    long highestOfTokens() {
        return Math.max(outputMicros, audioMicros);
    }

    /** Rates for a prompt above a number of tokens (P2): all tokens of the call have them. */
    public record Step(long promptTokens, PriceRates rates) {

        public Step {
            if (promptTokens < 1) {
                throw new IllegalArgumentException("a step begins above 1 token at least");
            }
        }

        /**
         * Returns the name of a rate that long prompts alone have, null if there is none. The catalogue and the operator's API refuse such a price; one
         * that was set before they did charges on.
         *
         * @param row the rates of shorter prompts
         */
        public @Nullable String rateWithout(PriceRates row) {
            return rates.hasCached() && !row.hasCached()
                    ? "cached_input"
                    : rates.hasAudio() && !row.hasAudio()
                            ? "audio_input"
                            : rates.searchMicros() > 0 && row.searchMicros() == 0 ? "search_per_1000" : null;
        }
    }

    static boolean isInOrder(PriceRates base, @Nullable Step above) {
        return above == null || above.rates().isAtLeast(base);
    }
}
