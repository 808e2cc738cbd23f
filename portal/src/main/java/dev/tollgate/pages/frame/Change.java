package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
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

    /** Returns the change of a sum, in percent of the sum before, rounded to the nearest. */
    public static Change of(long now, long before, Good good) {
        if (before <= 0) {
            return now <= 0 ? UNKNOWN : isNew();
        }
        BigDecimal percent = percent(now, before);
        long size = percent.abs().longValue();
        return arrow(percent.signum(), say("{percent} %", Display.number(size)), size < COLOURED ? Good.NEITHER : good);
    }

    private static BigDecimal percent(long now, long before) {
        return BigDecimal.valueOf(now)
                .subtract(BigDecimal.valueOf(before))
                .movePointRight(2)
                .divide(BigDecimal.valueOf(before), 0, RoundingMode.HALF_UP);
    }

    private static Change isNew() {
        return new Change(say("new"), "muted");
    }

    private static Change unchanged() {
        return new Change(say("unchanged"), "muted");
    }

    /**
     * Returns the change of an amount. It is the difference if the amount before is below a dollar or of a part of a day: a percentage of that is
     * large and says nothing.
     */
    public static Change ofAmount(long now, long before, Past past, Good good, Money money) {
        Change change = of(now, before, good);
        boolean isLarge = !past.span().isPartOfDay() && before >= Display.MICROS_A_DOLLAR;
        return (isLarge || before <= 0 || percent(now, before).signum() == 0
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
            return whole <= 0 ? UNKNOWN : isNew();
        }
        BigDecimal points = share(part, whole).subtract(share(partBefore, wholeBefore));
        String size =
                points.abs().toPlainString().replace('.', Language.now().signs().decimal());
        return arrow(points.signum(), say("{points} points", size), good);
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
            return bucket < 0 ? UNKNOWN : isNew();
        }
        if (bucket == bucketBefore) {
            return unchanged();
        }
        if (millis == Long.MAX_VALUE || millisBefore == Long.MAX_VALUE) {
            return arrow(Integer.compare(bucket, bucketBefore), "", Good.DOWN);
        }
        return of(millis, millisBefore, Good.DOWN);
    }

    private static Change arrow(int sign, String size, Good good) {
        if (sign == 0) {
            return unchanged();
        }
        boolean isGood = (sign > 0) == (good == Good.UP);
        String tone = good == Good.NEITHER ? "muted" : isGood ? "ok" : "danger";
        return new Change((sign > 0 ? "▲ " : "▼ ") + size, tone);
    }
}
