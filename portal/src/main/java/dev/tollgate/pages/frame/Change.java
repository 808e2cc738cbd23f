package dev.tollgate.pages.frame;

import dev.tollgate.customers.figures.Span.Past;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The change of a figure against the range before: a percentage with an arrow, or the difference of amounts. It has a colour only if it is large, and up
 * is good or bad.
 *
 * @param text {@code ▲ 20 %}, {@code +$0.72} without a percentage, {@code unchanged}, {@code new} if there was nothing before, or a dash if
 *     nothing is known
 * @param tone ok, danger or muted: a class of the style sheet
 */
public record Change(String text, String tone) {

    /** The direction that is good. */
    public enum Good {
        UP,
        DOWN,
        NEITHER
    }

    /** The smallest percentage with a colour. */
    private static final int COLOURED = 20;

    public static final Change UNKNOWN = new Change("–", "muted");
    private static final Change NEW = new Change("new", "muted");
    private static final Change UNCHANGED = new Change("unchanged", "muted");

    /** Returns the change of a sum, in percent of the sum before, rounded to the nearest. */
    public static Change of(long now, long before, Good good) {
        if (before <= 0) {
            return now <= 0 ? UNKNOWN : NEW;
        }
        BigDecimal percent = BigDecimal.valueOf(now)
                .subtract(BigDecimal.valueOf(before))
                .movePointRight(2)
                .divide(BigDecimal.valueOf(before), 0, RoundingMode.HALF_UP);
        long size = percent.abs().longValue();
        return arrow(percent.signum(), Display.number(size) + " %", size < COLOURED ? Good.NEITHER : good);
    }

    /**
     * Returns the change of an amount. It is the difference if the amount before is below a dollar or of a part of a day: a percentage of that is
     * large and says nothing.
     */
    public static Change ofAmount(long now, long before, Past past, Good good, Money money) {
        Change change = of(now, before, good);
        boolean isLarge = !past.span().isPartOfDay() && before >= Display.MICROS_A_DOLLAR;
        return (isLarge || before <= 0 || change.equals(UNCHANGED)
                        ? change
                        : new Change(money.difference(now - before), "muted"))
                .against(past);
    }

    /** Returns this change; not known if nothing is compared with that time. */
    public Change against(Past past) {
        return past.isCompared() ? this : UNKNOWN;
    }

    /** Returns the change of a share, in points of a percent with one decimal. A share of nothing is not known. */
    public static Change ofShare(long part, long whole, long partBefore, long wholeBefore, Good good) {
        if (whole <= 0 || wholeBefore <= 0) {
            return whole <= 0 ? UNKNOWN : NEW;
        }
        BigDecimal points = share(part, whole).subtract(share(partBefore, wholeBefore));
        return arrow(points.signum(), points.abs().toPlainString() + " points", good);
    }

    private static BigDecimal share(long part, long whole) {
        return BigDecimal.valueOf(part).movePointRight(2).divide(BigDecimal.valueOf(whole), 1, RoundingMode.HALF_UP);
    }

    /**
     * Returns the change of an interpolated time: unchanged within one bucket.
     *
     * @param bucket of the time; below zero if it is not known
     */
    public static Change ofTime(long millis, int bucket, long millisBefore, int bucketBefore) {
        if (bucket < 0 || bucketBefore < 0) {
            return bucket < 0 ? UNKNOWN : NEW;
        }
        if (bucket == bucketBefore) {
            return UNCHANGED;
        }
        if (millis == Long.MAX_VALUE || millisBefore == Long.MAX_VALUE) {
            return arrow(Integer.compare(bucket, bucketBefore), "", Good.DOWN);
        }
        return of(millis, millisBefore, Good.DOWN);
    }

    private static Change arrow(int sign, String size, Good good) {
        if (sign == 0) {
            return UNCHANGED;
        }
        boolean isGood = (sign > 0) == (good == Good.UP);
        String tone = good == Good.NEITHER ? "muted" : isGood ? "ok" : "danger";
        return new Change((sign > 0 ? "▲ " : "▼ ") + size, tone);
    }
}
