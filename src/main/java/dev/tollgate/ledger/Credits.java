package dev.tollgate.ledger;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Credits as text. Inside the house an amount is a {@code long} of micro-credits; this is its door to people and JSON. */
public final class Credits {

    public static final long MICROS_PER_CREDIT = 1_000_000;

    /** Longer amounts are refused unread: they cannot fit a {@code long}. */
    private static final int TEXT_CHARS_MAX = 32;

    private Credits() {}

    /** The exact decimal number, without trailing zeros and without an exponent: 250,000 is {@code 0.25}. */
    public static String text(long micros) {
        if (micros == 0) {
            return "0";
        }
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }

    /**
     * Reads an amount of credits with at most six decimals.
     *
     * @throws IllegalArgumentException when it is not one, or does not fit; the message quotes nothing of the text
     */
    public static long micros(String credits) {
        if (credits.length() > TEXT_CHARS_MAX || !credits.matches("-?\\d+(\\.\\d{1,6})?")) {
            throw new IllegalArgumentException("not an amount of credits with at most six decimals");
        }
        try {
            return new BigDecimal(credits)
                    .setScale(6, RoundingMode.UNNECESSARY)
                    .unscaledValue()
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("an amount of credits out of range", e);
        }
    }
}
