package dev.tollgate.pages.frame;

import java.util.Locale;

/** The amounts that a page shows first. A credit is $0.005. The exact credits are the title of each amount. */
public enum Money {
    DOLLARS,
    CREDITS;

    /** @param chosen by a person: a word of this enum, or empty for the operator's */
    public static Money of(String chosen, Money ofOperator) {
        return chosen.isEmpty() ? ofOperator : valueOf(chosen.toUpperCase(Locale.ROOT));
    }

    /** The amounts in the other unit. */
    public Money other() {
        return this == DOLLARS ? CREDITS : DOLLARS;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns a sum: dollars cut down to cents, or credits rounded to hundredths, without the word. */
    public String sum(long micros) {
        return this == DOLLARS ? Display.dollars(micros) : Display.sum(micros);
    }

    /** Returns a balance, cut down. */
    public String balance(long micros) {
        return this == DOLLARS ? Display.dollars(micros) : Display.balance(micros);
    }

    /** Returns the price of a call or an average, cut down to four decimals. */
    public String each(long micros) {
        return this == DOLLARS ? Display.dollarsOfCall(micros) : Display.creditsOfCall(micros);
    }

    /** Returns a part of a sum: if it is below a cent, it has the form of an average. */
    public String part(long micros) {
        boolean isSmall = micros != 0 && Math.abs(micros) < Display.MICROS_A_DOLLAR / 100;
        return this == DOLLARS && isSmall ? each(micros) : sum(micros);
    }

    /** The sign before an amount. */
    public String sign() {
        return this == DOLLARS ? "$" : "";
    }

    /** The head of a column of amounts. */
    public String heading() {
        return this == DOLLARS ? "Charged" : "Credits";
    }

    /** The word behind an amount. */
    public String unit() {
        return this == DOLLARS ? "" : " credits";
    }

    /** Returns the exact amount, for titles. */
    public static String exact(long micros) {
        return Display.exact(micros) + " credits";
    }

    /** Returns the number that a chart draws: dollars or credits. */
    public String drawn(long micros) {
        return Display.quotient(micros, this == DOLLARS ? Display.MICROS_A_DOLLAR : Display.CREDIT);
    }
}
