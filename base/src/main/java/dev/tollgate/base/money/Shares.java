package dev.tollgate.base.money;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Amounts in whole units, like cents, that add up to their sum. Pure. */
public final class Shares {

    private Shares() {}

    /** Returns the nearest number of units; half a unit goes away from zero. */
    public static long nearest(long micros, long unit) {
        long rest = Math.abs(micros % unit);
        return micros / unit + (rest >= unit - rest ? Long.signum(micros) : 0);
    }

    /**
     * Rounds each amount down or up, so that all add up to a number of units. Those with the largest remainders are rounded up; of equal
     * ones the largest amounts, then the first.
     *
     * @param units the exact sum of the amounts, rounded down or up
     */
    public static long[] of(List<Long> amounts, long unit, long units) {
        long[] shares =
                amounts.stream().mapToLong(it -> Math.floorDiv(it, unit)).toArray();
        long rest = units - Arrays.stream(shares).sum();
        IntStream.range(0, shares.length)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -Math.floorMod(amounts.get(i), unit))
                        .thenComparing(i -> -amounts.get(i)))
                .limit(Math.max(0, rest))
                .forEach(i -> shares[i]++);
        return shares;
    }
}
