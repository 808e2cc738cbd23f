package dev.tollgate.base.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Decimals as an operator writes them, turned into whole numbers exactly or not at all. */
public final class Decimals {

    /** Micro-credits of a credit. */
    public static final long MICROS = 1_000_000;

    /** No exponent, no sign: what a price list prints. */
    private static final Pattern PLAIN = Pattern.compile("[0-9]{1,15}(\\.[0-9]{1,12})?");

    private Decimals() {}

    /**
     * A decimal number times {@code scale}, which must come out whole.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static long times(String text, long scale, long most) {
        if (!PLAIN.matcher(text).matches()) {
            throw new IllegalArgumentException(allowed(scale, most));
        }
        int point = text.indexOf('.');
        int places = point < 0 ? 0 : text.length() - point - 1;
        // Each start reads some of these: the JDK's BigDecimal takes 25 ms to be loaded.
        BigInteger digits = new BigInteger(point < 0 ? text : text.substring(0, point) + text.substring(point + 1));
        BigInteger[] product =
                digits.multiply(BigInteger.valueOf(scale)).divideAndRemainder(BigInteger.TEN.pow(places));
        if (product[1].signum() != 0 || product[0].compareTo(BigInteger.valueOf(most)) > 0) {
            throw new IllegalArgumentException(allowed(scale, most));
        }
        return product[0].longValueExact();
    }

    /** Credits as a decimal, in micro-credits. */
    public static long credits(String text, long mostMicros) {
        return times(text, MICROS, mostMicros);
    }

    private static String allowed(long scale, long most) {
        String limit = new BigDecimal(most)
                .divide(new BigDecimal(scale))
                .stripTrailingZeros()
                .toPlainString();
        return "a decimal number like 12.5, with at most " + placesMax(scale) + " decimals, up to " + limit;
    }

    private static int placesMax(long scale) {
        int places = 0;
        for (long left = scale; left % 10 == 0; left /= 10) {
            places++;
        }
        return places;
    }
}
