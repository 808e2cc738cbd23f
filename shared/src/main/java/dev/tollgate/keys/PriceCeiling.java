package dev.tollgate.keys;

import dev.tollgate.base.config.Decimals;
import org.jspecify.annotations.Nullable;

/**
 * The most that a token may cost for calls of a key (C18), in micro-credits per million tokens, from 0 to {@link #MAX}.
 *
 * @param inputMicros of input and audio; null for any price
 * @param outputMicros of output, thoughts, images and speech; null for any price
 */
public record PriceCeiling(
        @Nullable Long inputMicros, @Nullable Long outputMicros) {

    /** The highest rate that a price can have. */
    public static final long MAX = 1_000_000L * Decimals.MICROS;

    public static final PriceCeiling NONE = new PriceCeiling(null, null);

    public PriceCeiling {
        requirePrice(inputMicros);
        requirePrice(outputMicros);
    }

    private static void requirePrice(@Nullable Long micros) {
        if (micros != null && !isPrice(micros)) {
            throw new IllegalArgumentException("a ceiling is a price, not " + micros);
        }
    }

    public static boolean isPrice(long micros) {
        return micros >= 0 && micros <= MAX;
    }

    public PriceCeiling withInput(@Nullable Long micros) {
        return new PriceCeiling(micros, outputMicros);
    }

    public PriceCeiling withOutput(@Nullable Long micros) {
        return new PriceCeiling(inputMicros, micros);
    }
}
