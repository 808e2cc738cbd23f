package dev.tollgate.base.words;

/**
 * The signs of a language's numbers.
 *
 * @param decimal between the whole and the fraction
 * @param group between groups of three digits, from 1,000 on
 */
public record Signs(char decimal, char group) {

    static final Signs ENGLISH = new Signs('.', ',');

    private static final int GROUP = 3;
    private static final long CREDIT = 1_000_000;
    private static final long HUNDREDTH = 10_000;
    private static final long TEN_THOUSANDTH = 100;

    /** Returns a whole number in groups, e.g. {@code 20,114}; a minus is a hyphen. */
    public String number(long number) {
        String digits = Long.toString(number); // a Formatter makes a number format for each: a page has hundreds
        int first = digits.length() - (number < 0 ? 1 : 0);
        if (first <= GROUP) {
            return digits;
        }
        StringBuilder grouped = new StringBuilder(digits);
        for (int place = digits.length() - GROUP; place > digits.length() - first; place -= GROUP) {
            grouped.insert(place, group);
        }
        return grouped.toString();
    }

    /** Returns credits exactly, with 2, 4 or 6 decimals, never three, which read as thousands. */
    public String charge(long micros) {
        long fraction = Math.abs(micros % CREDIT);
        int decimals = fraction % HUNDREDTH == 0 ? 2 : fraction % TEN_THOUSANDTH == 0 ? 4 : 6;
        return credits(micros, decimals);
    }

    /** Returns credits with a number of decimals, from 1 to 6; what is beyond them is left out. */
    public String credits(long micros, int decimals) {
        String sign = micros < 0 ? "\u2212" : "";
        long whole = Math.abs(micros / CREDIT);
        String fraction = Long.toString(CREDIT + Math.abs(micros % CREDIT)).substring(1, 1 + decimals);
        return sign + number(whole) + decimal + fraction;
    }
}
