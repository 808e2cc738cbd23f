package dev.tollgate.base.money;

/** Amounts in whole units, like cents. Pure. */
public final class Shares {

    private Shares() {}

    /** Returns the nearest number of units; half a unit goes away from zero. */
    public static long nearest(long micros, long unit) {
        long rest = Math.abs(micros % unit);
        return micros / unit + (rest >= unit - rest ? Long.signum(micros) : 0);
    }
}
