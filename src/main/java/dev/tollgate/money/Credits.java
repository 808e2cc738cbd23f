package dev.tollgate.money;

/** Amounts for people and JSON: micro-credits as the exact decimal number of credits, without floating point. */
public final class Credits {

    private static final long MICROS_PER_CREDIT = 1_000_000;

    private Credits() {}

    /** @return a JSON number without trailing zeros, e.g. {@code 4.4754} for 4,475,400 micro-credits */
    public static String text(long micros) {
        String whole = Long.toString(micros / MICROS_PER_CREDIT);
        long fraction = Math.abs(micros % MICROS_PER_CREDIT);
        if (fraction == 0) {
            return whole;
        }
        // minus zero is no long
        String sign = micros < 0 && micros > -MICROS_PER_CREDIT ? "-" : "";
        return sign + whole + "." + decimals(fraction);
    }

    private static String decimals(long fraction) {
        String digits = Long.toString(MICROS_PER_CREDIT + fraction).substring(1);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }
}
