package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.money.Shares;
import dev.tollgate.base.words.Language;
import java.util.List;
import java.util.Locale;

/**
 * The amounts that a page shows first, and their forms: a sum in hundredths, a call in ten-thousandths, and the exact credits as the title
 * of each. An amount has the same form and the same nearest figure on all pages; if the figures of parts do not add up to the figure of their sum,
 * the page says that they are rounded. A credit is $0.005.
 */
public enum Money {
    DOLLARS,
    CREDITS;

    private static final int CENTS = 2;
    private static final int PARTS = 4;
    private static final long[] POWERS = {1, 10, 100, 1_000, 10_000};
    private static final long HUNDREDTH = POWERS[PARTS] / POWERS[CENTS];

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

    /** Returns a sum or a balance, to the nearest hundredth; less than a hundredth as {@link #each}. */
    public String sum(long micros) {
        return isSmall(micros) ? each(micros) : write(Shares.nearest(micros, unit(CENTS)), micros, CENTS);
    }

    /** Returns the difference of two sums, with its sign. */
    public String difference(long micros) {
        return micros > 0 ? "+" + sum(micros) : sum(micros);
    }

    /** Returns the price of a call, an average or a rate, to the nearest ten-thousandth. */
    public String each(long micros) {
        String text = write(Shares.nearest(micros, unit(PARTS)), micros, PARTS);
        return (this == CREDITS || micros == 0) && text.endsWith("00") ? text.substring(0, text.length() - 2) : text;
    }

    /** Returns what is left of an amount, so that it and the sum of what is used add up as they are shown; never less than nothing. */
    public String left(long micros, long usedMicros) {
        long left = Math.max(0, micros - usedMicros);
        long units = cents(micros) - cents(usedMicros);
        return isSmall(left) ? sum(left) : write(Math.max(0, units), left, CENTS);
    }

    /** Returns the difference of two sums as they are shown: what is less than a hundredth counts as the nearest one, except in the first. */
    public String less(long micros, long lessMicros) {
        int decimals = isSmall(micros) ? PARTS : CENTS;
        long unit = unit(decimals);
        return write(Shares.nearest(micros, unit) - Shares.nearest(lessMicros, unit), micros - lessMicros, decimals);
    }

    /** Returns whether amounts add up to their sum, and do not as {@link #sum} shows them. */
    public boolean isRounded(List<Long> amounts, long sumMicros) {
        return amounts.stream().mapToLong(it -> it).sum() == sumMicros
                && amounts.stream().mapToLong(this::shown).sum() != shown(sumMicros);
    }

    /** Returns the number of ten-thousandths that {@link #sum} shows. */
    private long shown(long micros) {
        return isSmall(micros) ? Shares.nearest(micros, unit(PARTS)) : cents(micros) * HUNDREDTH;
    }

    /** Returns the nearest number of hundredths. */
    private long cents(long micros) {
        return Shares.nearest(micros, unit(CENTS));
    }

    private boolean isSmall(long micros) {
        return micros != 0 && Math.abs(Shares.nearest(micros, unit(PARTS))) < HUNDREDTH;
    }

    /** Returns the micro-credits of one unit of the last decimal. */
    private long unit(int decimals) {
        return (this == DOLLARS ? Display.MICROS_A_DOLLAR : Display.CREDIT) / POWERS[decimals];
    }

    private String write(long units, long micros, int decimals) {
        String minus = micros < 0 && units <= 0 || units < 0 ? "\u2212" : "";
        boolean isLess = units == 0 && micros != 0;
        long shown = isLess ? 1 : Math.abs(units);
        String fraction =
                Long.toString(POWERS[decimals] + shown % POWERS[decimals]).substring(1);
        String amount = Display.number(shown / POWERS[decimals])
                + Language.now().signs().decimal()
                + fraction;
        return minus + (isLess ? "<" : "") + (this == DOLLARS ? say("${amount}", amount) : amount);
    }

    /** The sign before an amount. */
    public String sign() {
        return this == DOLLARS ? "$" : "";
    }

    /** The head of a column of amounts. */
    public String heading() {
        return this == DOLLARS ? say("Charged") : say("Credits");
    }

    /** The word behind an amount. */
    public String unit() {
        return this == DOLLARS ? "" : " " + say("unit::credits");
    }

    /** Returns an amount with its unit. @param amount as {@link #sum} and the others write it */
    public String withUnit(String amount) {
        return this == DOLLARS ? amount : say("{amount} credits", amount);
    }

    /** The signs around a number that is an amount: one of the two is empty. */
    public record Around(String before, String after) {}

    /** Returns the signs around the numbers of an axis. */
    public Around around() {
        String[] parts = this == DOLLARS ? say("${amount}", "\n").split("\n", -1) : new String[] {"", ""};
        return new Around(parts[0], parts[1]);
    }

    /** Returns the exact amount, for titles. */
    public static String exact(long micros) {
        return say("{amount} credits", Display.exact(micros));
    }

    /** Returns the number that a chart draws: dollars or credits. */
    public String drawn(long micros) {
        return Display.quotient(micros, this == DOLLARS ? Display.MICROS_A_DOLLAR : Display.CREDIT);
    }
}
