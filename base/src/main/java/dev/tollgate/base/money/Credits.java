package dev.tollgate.base.money;

import java.math.BigDecimal;

/** Amounts for people and JSON: micro-credits as the exact decimal number of credits, without floating point. */
public final class Credits {

    /** Micro-credits in one credit. */
    public static final long MICROS = 1_000_000;

    private static final BigDecimal A_DOLLAR = BigDecimal.valueOf(200);
    private static final int DECIMALS_MAX = 6;
    private static final int CENTS = 2;
    private static final int[] POWERS_OF_TEN = {1, 10, 100, 1_000, 10_000, 100_000};

    /** The length of the smallest amount. */
    private static final int CHARS_MAX = "-9223372036854.775808".length();

    private Credits() {}

    /** Returns the exact worth in dollars, with two decimals at least and without the sign for dollars: such amounts add up. */
    public static String dollars(long micros) {
        BigDecimal dollars =
                BigDecimal.valueOf(micros, DECIMALS_MAX).divide(A_DOLLAR).stripTrailingZeros();
        return dollars.setScale(Math.max(CENTS, dollars.scale())).toPlainString();
    }

    /** @return a JSON number without trailing zeros, e.g. {@code 4.4754} for 4,475,400 micro-credits */
    public static String text(long micros) {
        long whole = micros / MICROS;
        int fraction = (int) Math.abs(micros % MICROS);
        if (fraction == 0) {
            return Long.toString(whole);
        }
        int decimals = DECIMALS_MAX;
        while (fraction % 10 == 0) {
            fraction /= 10;
            decimals--;
        }
        StringBuilder text = new StringBuilder(CHARS_MAX);
        if (micros < 0 && whole == 0) {
            text.append('-'); // minus zero is no long
        }
        text.append(whole).append('.');
        for (int power = POWERS_OF_TEN[decimals - 1]; power > 0; power /= 10) {
            text.append((char) ('0' + fraction / power % 10));
        }
        return text.toString();
    }
}
